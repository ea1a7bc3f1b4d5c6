/** Request bodies and parameters: JSON (or a form where a route takes one), bounded in size and depth, plain data only. */
import type { IncomingMessage } from 'node:http';
import { DomainError } from '../domain/errors.ts';

export const defaultBodyLimit = 256 * 1024;
const deepest = 32;
const loneSurrogate = /\p{Surrogate}/u;

/**
 * The parsed body; undefined when the request has none.
 * @throws DomainError `unsupported-media-type`, `payload-too-large`, `bad-request`
 */
export async function readBody(
  request: IncomingMessage,
  options: { limit: number; acceptsForm: boolean },
): Promise<unknown> {
  const { headers } = request;
  const length = headers['content-length'];
  const type = mediaType(headers['content-type']);
  const form = options.acceptsForm && type === 'application/x-www-form-urlencoded';
  const hasBody = headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
  if (type !== undefined && type !== 'application/json' && !form)
    throw new DomainError('unsupported-media-type', { allowed: ['application/json'] });
  if (!hasBody) return undefined;
  if (type === undefined) throw new DomainError('unsupported-media-type', { allowed: ['application/json'] });
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity')
    throw new DomainError('unsupported-media-type', { detail: 'Send the body uncompressed.' });
  if (length !== undefined && Number(length) > options.limit) throw new DomainError('payload-too-large');
  const text = await readText(request, options.limit);
  return form ? Object.fromEntries(new URLSearchParams(text)) : parseJson(text);
}

/**
 * What can be known of a file before it is read. @returns its media type
 * @throws DomainError `unsupported-media-type`, `payload-too-large`, `bad-request` (no body)
 */
export function uploadType(
  { headers }: Pick<IncomingMessage, 'headers'>,
  options: { readonly limit: number; readonly contentTypes: readonly string[] },
): string {
  const type = mediaType(headers['content-type']);
  if (type === undefined || !options.contentTypes.includes(type))
    throw new DomainError('unsupported-media-type', { allowed: options.contentTypes });
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity')
    throw new DomainError('unsupported-media-type', { detail: 'Send the file uncompressed.' });
  const length = headers['content-length'];
  if (length !== undefined && Number(length) > options.limit) throw new DomainError('payload-too-large');
  if (headers['transfer-encoding'] === undefined && (length === undefined || Number(length) === 0))
    throw new DomainError('bad-request', { detail: 'There is no file in the request.' });
  return type;
}

/** JSON in UTF-8 is the only charset there is (RFC 8259); a parameter that says otherwise is refused with the type. */
function mediaType(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const [type, ...parameters] = header
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const charset = parameters
    .find((parameter) => parameter.startsWith('charset='))
    ?.slice(8)
    .replaceAll('"', '');
  return charset === undefined || charset === 'utf-8' || charset === 'utf8' ? type : 'unsupported';
}

async function readText(request: IncomingMessage, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw new DomainError('payload-too-large');
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new DomainError('bad-request', { detail: 'The body is not UTF-8.' });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new DomainError('bad-request', { detail: 'The body is not JSON.' });
  }
}

/**
 * Refuses what no schema can express and a later layer would trip over: `__proto__` and its kin (prototype pollution),
 * nesting without end, NUL and lone surrogates (Postgres takes neither).
 * @throws DomainError `validation-failed` naming the place
 */
export function refuseHostileData(value: unknown, path: string, depth = 0): void {
  if (typeof value === 'string') {
    if (value.includes('\u0000') || loneSurrogate.test(value))
      refuse(path, 'invalid-text', 'Contains characters that are not text');
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if (depth > deepest) refuse(path, 'too-deep', 'Nested too deeply');
  for (const key of Object.keys(value)) {
    const inner = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (key === '__proto__' || key === 'constructor' || key === 'prototype')
      refuse(inner, 'unknown-key', 'Not known here');
    if (key.includes('\u0000') || loneSurrogate.test(key))
      refuse(path, 'invalid-text', 'A name contains characters that are not text');
    refuseHostileData((value as Record<string, unknown>)[key], inner, depth + 1);
  }
}

function refuse(path: string, code: string, message: string): never {
  throw new DomainError('validation-failed', { errors: [{ path, code, message }] });
}
