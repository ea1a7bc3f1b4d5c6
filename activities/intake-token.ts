/**
 * The token of a link to an intake: the row's id and an HMAC over it. Nothing that opens a link is stored anywhere, and
 * whoever writes the row needs no key; the sender and the API compute the token when they need it.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { KeyRing } from '../keys.ts';

type TokenKeys = Pick<KeyRing, 'tokenSecret'>;

const mac = (keys: TokenKeys, text: string): Buffer => createHmac('sha256', keys.tokenSecret).update(text).digest();

/** 16 bytes of id and 256 bits of HMAC, base64url: 64 characters. */
export function intakeLinkToken(keys: TokenKeys, linkId: string): string {
  const id = Buffer.from(linkId.replaceAll('-', ''), 'hex');
  return Buffer.concat([id, mac(keys, `intake-link|${linkId}`)]).toString('base64url');
}

/** The id of the link that the token was made for; null for anything that we did not make. */
export function readIntakeLinkToken(keys: TokenKeys, token: string): string | null {
  if (!/^[A-Za-z0-9_-]{64}$/.test(token)) return null;
  const bytes = Buffer.from(token, 'base64url');
  const hex = bytes.subarray(0, 16).toString('hex');
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return timingSafeEqual(bytes.subarray(16), mac(keys, `intake-link|${id}`)) ? id : null;
}

export const intakeLinkUrl = (publicUrl: string, token: string): string => `${publicUrl}/portal/i/${token}`;

/**
 * The one-time code of a step-up: 8 digits, another one for each expiry.
 * @param expiresAt intake_link.code_expires_at, to the millisecond
 */
export const intakeCode = (keys: TokenKeys, linkId: string, expiresAt: Date): string =>
  String(mac(keys, `intake-code|${linkId}|${expiresAt.getTime()}`).readBigUInt64BE(0) % 100_000_000n).padStart(8, '0');

/**
 * Seals in a browser what somebody typed and could not send yet (docs/decisions.md, 79); the clinic keeps it nowhere.
 * @param holder `patient:<id>` or `guardian:<id>`: what one of them typed, the other does not open
 * @returns 32 bytes, base64
 */
export const intakeDraftKey = (keys: TokenKeys, intakeId: string, holder: string): string =>
  mac(keys, `intake-draft|${intakeId}|${holder}`).toString('base64');

/** What intake_link.code_hash holds. Keyed: eight digits alone would be found by trying them all. */
export const hashIntakeCode = (keys: TokenKeys, linkId: string, code: string): Buffer =>
  mac(keys, `intake-code-hash|${linkId}|${code}`);
