/**
 * The Idempotency-Key of a request, scoped to organization, principal and route, with the hash of everything the request
 * says (architecture.md section 5, scheduling-intake.md B4). Ids of what the request creates derive from it.
 */
import { createHash } from 'node:crypto';
import type { OperationKey } from '../db/transaction.ts';

export interface RequestScope {
  readonly organizationId: string;
  /** `user:<uuid>`: the same key sent by another person is another key. */
  readonly principal: string;
  /** `POST /appointments/:id/:action`: the template, because the body hash covers the parameters. */
  readonly route: string;
  readonly idempotencyKey: string;
}

/** Printable ASCII, as a header can carry it: 1 to 255 characters. */
export const idempotencyKeyPattern = /^[\x21-\x7e]{1,255}$/;

/** The same scope always gives the same UUID (version 8, RFC 9562: SHA-256 based). */
export function operationIdOf(scope: RequestScope): string {
  return uuidFrom(['operation', scope.organizationId, scope.principal, scope.route, scope.idempotencyKey]);
}

export function operationKeyOf(scope: RequestScope, input: unknown): OperationKey {
  return { key: `${scope.route} ${operationIdOf(scope)}`, inputHash: hashInput(input) };
}

/** A UUID that depends on the parts only. Use it for further ids of one operation: `uuidFrom([operationId, 'opening', '0'])`. */
export function uuidFrom(parts: readonly string[]): string {
  const bytes = createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** SHA-256 of the canonical JSON: member order and absent members make no difference. */
export function hashInput(input: unknown): string {
  return createHash('sha256').update(canonicalJson(input)).digest('hex');
}

export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}
