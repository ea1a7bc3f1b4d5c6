/**
 * The link in an offer's message: who may see and answer one offer without signing in. Computed, never stored, as a
 * visit's link is (visit-token.ts). It names no action: what is done is said by the form that is sent with it.
 *
 * Layout before base64url, 48 bytes: organization (16), offer (16), MAC (16). The MAC is HMAC-SHA256 over the first 32
 * bytes and the recipient, cut to 128 bits; the recipient is taken from the offer by whoever verifies.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { uuidBytes, uuidText } from './visit-token.ts';

export interface OfferTokenClaims {
  readonly organizationId: string;
  readonly offerId: string;
}

const PAYLOAD = 32;
const MAC = 16;
// No other HMAC under the same secret can pass for an offer's link, and this one for no other.
const PURPOSE = 'healthsphere/offer-link/1';

/** @param recipient as `patientRecipient` writes it; the link verifies for nobody else. */
export function signOfferToken(secret: Uint8Array, claims: OfferTokenClaims, recipient: string): string {
  const payload = Buffer.concat([uuidBytes(claims.organizationId), uuidBytes(claims.offerId)]);
  return Buffer.concat([payload, mac(secret, payload, recipient)]).toString('base64url');
}

/** What a link claims, not verified: only good for finding the offer whose recipient then verifies it. */
export function readOfferToken(token: string): OfferTokenClaims | null {
  const bytes = decode(token);
  return bytes && { organizationId: uuidText(bytes.subarray(0, 16)), offerId: uuidText(bytes.subarray(16, PAYLOAD)) };
}

/** Whether the link is ours and this recipient's. Takes the same time wherever it differs. */
export function verifyOfferToken(secret: Uint8Array, token: string, recipient: string): boolean {
  const bytes = decode(token);
  if (bytes === null) return false;
  return timingSafeEqual(mac(secret, bytes.subarray(0, PAYLOAD), recipient), bytes.subarray(PAYLOAD));
}

export const offerPath = (token: string): string => `/offer/${token}`;

function mac(secret: Uint8Array, payload: Uint8Array, recipient: string): Buffer {
  return createHmac('sha256', secret)
    .update(`${PURPOSE}\0`)
    .update(payload)
    .update(recipient)
    .digest()
    .subarray(0, MAC);
}

/** 48 bytes are 64 characters without padding: one spelling each, once Buffer's leniency is ruled out. */
function decode(token: string): Buffer | null {
  return /^[A-Za-z0-9_-]{64}$/.test(token) ? Buffer.from(token, 'base64url') : null;
}
