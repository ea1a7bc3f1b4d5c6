/** A browser that signed in to an account before, recognized by a signed cookie. It opens nothing; it only has a counter of its own. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { KeyRing } from '../../keys.ts';

const mac = (keys: KeyRing, userId: string, device: string): Buffer =>
  createHmac('sha256', keys.tokenSecret).update(`device|${userId}|${device}`).digest();

export function deviceToken(keys: KeyRing, userId: string): string {
  const device = randomBytes(16).toString('base64url');
  return `${device}.${mac(keys, userId, device).toString('base64url')}`;
}

/** The device's id when the token was made for this person; undefined otherwise. */
export function knownDevice(keys: KeyRing, userId: string, token: string | undefined): string | undefined {
  const [device, signature] = token?.split('.') ?? [];
  if (device === undefined || signature === undefined) return undefined;
  const given = Buffer.from(signature, 'base64url');
  const expected = mac(keys, userId, device);
  return given.length === expected.length && timingSafeEqual(given, expected) ? device : undefined;
}
