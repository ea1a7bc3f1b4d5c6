/**
 * One-time links into the room of a visit by video: computed from the row's id and the token secret, stored only as a
 * hash, as accounts' links are (link-token.ts). They name the organization, because nobody is signed in who opens one.
 *
 * Layout before base64url, 48 bytes: organization (16), link (16), MAC (16) over the first 32.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { uuidBytes, uuidText } from './visit-token.ts';

const PAYLOAD = 32;
const MAC = 16;
// No other HMAC under the same secret can pass for this one, and this one for no other.
const PURPOSE = 'healthsphere/telehealth-link/1';

export function telehealthToken(secret: Uint8Array, organizationId: string, linkId: string): string {
  const payload = Buffer.concat([uuidBytes(organizationId), uuidBytes(linkId)]);
  return Buffer.concat([payload, mac(secret, payload)]).toString('base64url');
}

/** The claims of a link that is ours, else null. */
export function readTelehealthToken(
  secret: Uint8Array,
  token: string,
): { readonly organizationId: string; readonly linkId: string } | null {
  if (!/^[A-Za-z0-9_-]{64}$/.test(token)) return null;
  const bytes = Buffer.from(token, 'base64url');
  const payload = bytes.subarray(0, PAYLOAD);
  if (!timingSafeEqual(mac(secret, payload), bytes.subarray(PAYLOAD))) return null;
  return { organizationId: uuidText(payload.subarray(0, 16)), linkId: uuidText(payload.subarray(16)) };
}

/** What telehealth_link.token_hash holds. */
export const hashTelehealthToken = (token: string): Buffer => createHash('sha256').update(token).digest();

export const telehealthPath = (token: string): string => `/video/${token}`;

/** What the room is called outside: nobody there learns which visit it is. */
export const roomName = (secret: Uint8Array, visitOrSessionId: string): string =>
  createHmac('sha256', secret).update(`healthsphere/video-room/1|${visitOrSessionId}`).digest('base64url').slice(0, 22);

function mac(secret: Uint8Array, payload: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(`${PURPOSE}\0`).update(payload).digest().subarray(0, MAC);
}
