/**
 * The link in a message: who may see and change one visit without signing in. It is computed, never stored, so that a
 * resend carries the same link and a copy of the database opens nothing (scheduling-intake.md D1, Reminders).
 *
 * Layout before base64url, 53 bytes: organization (16), appointment (16), version (uint32, big endian), kind (1), MAC (16).
 * The MAC is HMAC-SHA256 over the first 37 bytes and the recipient, cut to 128 bits. The recipient is not in the link:
 * whoever verifies takes it from the appointment, so that a link made for someone else does not verify.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { isUuid } from '../domain/ids.ts';
import type { AppointmentId, OrganizationId, PatientId } from '../domain/ids.ts';

export interface VisitTokenClaims {
  readonly organizationId: OrganizationId;
  readonly appointmentId: AppointmentId;
  /** Of the place in time: rescheduling moves it and ends every earlier link. */
  readonly version: number;
  readonly kind: VisitTokenKind;
}

/**
 * What a link is for. `visit`: the status page of one visit, with everything its patient may do there. `join`: the way into
 * a visit by video, which is open when the other has ended at the start.
 */
export const visitTokenKinds = { visit: 1, join: 2 } as const;
export type VisitTokenKind = keyof typeof visitTokenKinds;

const PAYLOAD = 37;
const MAC = 16;
// Says what is signed, so that no other HMAC under the same secret can ever pass for a visit link.
const PURPOSE = 'healthsphere/visit-link/1';

export const patientRecipient = (patientId: PatientId): string => `patient:${patientId}`;

/** @param recipient as `patientRecipient` writes it; the link verifies for nobody else. */
export function signVisitToken(secret: Uint8Array, claims: VisitTokenClaims, recipient: string): string {
  const payload = Buffer.alloc(PAYLOAD);
  uuidBytes(claims.organizationId).copy(payload, 0);
  uuidBytes(claims.appointmentId).copy(payload, 16);
  payload.writeUInt32BE(claims.version, 32);
  payload.writeUInt8(visitTokenKinds[claims.kind], 36);
  return Buffer.concat([payload, mac(secret, payload, recipient)]).toString('base64url');
}

/** What a link claims, not verified: only good for finding the appointment whose recipient then verifies it. */
export function readVisitToken(token: string): VisitTokenClaims | null {
  const bytes = decode(token);
  if (bytes === null) return null;
  const kind = (Object.keys(visitTokenKinds) as VisitTokenKind[]).find((k) => visitTokenKinds[k] === bytes[36]);
  if (kind === undefined) return null;
  return {
    organizationId: uuidText(bytes.subarray(0, 16)),
    appointmentId: uuidText(bytes.subarray(16, 32)),
    version: bytes.readUInt32BE(32),
    kind,
  };
}

/** The claims when the link is ours and this recipient's, else null. Takes the same time wherever it differs. */
export function verifyVisitToken(secret: Uint8Array, token: string, recipient: string): VisitTokenClaims | null {
  const claims = readVisitToken(token);
  const bytes = decode(token);
  if (claims === null || bytes === null) return null;
  const expected = mac(secret, bytes.subarray(0, PAYLOAD), recipient);
  return timingSafeEqual(expected, bytes.subarray(PAYLOAD)) ? claims : null;
}

export type VisitTokenVerdict = 'current' | 'stale-token' | 'token-expired';

/**
 * Whether a verified link still acts: until the start, or until the visit got another place in time.
 * At the start itself it has expired, as every deadline here has (scheduling-intake.md B5).
 */
export function judgeVisitToken(
  claims: Pick<VisitTokenClaims, 'version'>,
  appointment: { readonly version: number; readonly startAt: Date | null },
  at: Date,
): VisitTokenVerdict {
  if (claims.version !== appointment.version) return 'stale-token';
  if (appointment.startAt !== null && at.getTime() >= appointment.startAt.getTime()) return 'token-expired';
  return 'current';
}

function mac(secret: Uint8Array, payload: Uint8Array, recipient: string): Buffer {
  return createHmac('sha256', secret)
    .update(`${PURPOSE}\0`)
    .update(payload)
    .update(recipient)
    .digest()
    .subarray(0, MAC);
}

/** Exactly one spelling of a link is accepted: Buffer ignores stray characters and the unused bits of the last one. */
function decode(token: string): Buffer | null {
  if (!/^[A-Za-z0-9_-]{71}$/.test(token)) return null;
  const bytes = Buffer.from(token, 'base64url');
  return bytes.length === PAYLOAD + MAC && bytes.toString('base64url') === token ? bytes : null;
}

export function uuidBytes(uuid: string): Buffer {
  if (!isUuid(uuid)) throw new Error('a link is made of UUIDs');
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

export function uuidText(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
