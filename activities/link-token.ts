/**
 * One-time links and codes of accounts: computed from the row's id and the token secret by whoever needs them (the API
 * when it files the link, the sender when it writes the mail), and stored only as a hash. A dump opens nothing.
 */
import { createHash, createHmac } from 'node:crypto';
import type { KeyRing } from '../keys.ts';

export type LinkKind = 'staff-invitation' | 'password-reset' | 'account-claim';
type TokenKeys = Pick<KeyRing, 'tokenSecret'>;

/** 256 bits, base64url, 43 characters. */
export function linkToken(keys: TokenKeys, linkId: string, kind: LinkKind): string {
  return createHmac('sha256', keys.tokenSecret).update(`${kind}|${linkId}`).digest('base64url');
}

/** What access_link.token_hash holds. */
export const hashLinkToken = (token: string): Buffer => createHash('sha256').update(token).digest();

/**
 * The step-up code of an account claim: 8 digits, another one for each expiry.
 * @param expiresAt access_link.code_expires_at, to the millisecond
 */
export function linkCode(keys: TokenKeys, linkId: string, expiresAt: Date): string {
  const mac = createHmac('sha256', keys.tokenSecret)
    .update(`account-claim-code|${linkId}|${expiresAt.getTime()}`)
    .digest();
  return String(mac.readBigUInt64BE(0) % 100_000_000n).padStart(8, '0');
}

/** What access_link.code_hash holds. Keyed: eight digits alone would be found by trying them all. */
export const hashLinkCode = (keys: TokenKeys, linkId: string, code: string): Buffer =>
  createHmac('sha256', keys.tokenSecret).update(`account-claim-code-hash|${linkId}|${code}`).digest();

const pages: Readonly<Record<LinkKind, string>> = {
  'staff-invitation': '/invitation/',
  'password-reset': '/reset/',
  'account-claim': '/portal/claim/',
};

/** The page that opens the link. It works once and for a short time; our own log holds route templates, never addresses. */
export const linkUrl = (publicUrl: string, kind: LinkKind, token: string): string => publicUrl + pages[kind] + token;
