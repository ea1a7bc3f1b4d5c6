/** Time-based codes (RFC 6238) and recovery codes: each opens once, however many try it at the same moment. */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { generateSecret, generateURI, verifySync } from 'otplib';
import type { Trx } from '../../db/connection.ts';
import type { KeyRing } from '../../keys.ts';

const period = 30;

export interface SecondFactorRow {
  readonly user_id: string;
  readonly totp_secret: string | null;
}

export function newSecret(email: string): { secret: string; uri: string } {
  const secret = generateSecret();
  return { secret, uri: generateURI({ issuer: 'HealthSphere', label: email, secret }) };
}

/**
 * Uses a code up. @returns whether it was right and new. The UPDATE's condition is what makes it once-only: of fifty
 * requests with the same code one moves last_totp_step forward (ASVS 6.5.1).
 */
export async function acceptCode(trx: Trx, keys: KeyRing, credential: SecondFactorRow, code: string): Promise<boolean> {
  const compact = code.replace(/[\s-]/g, '');
  if (/^\d{6}$/.test(compact)) return acceptTotp(trx, keys, credential, compact);
  if (!/^[a-z2-7]{16}$/i.test(compact)) return false;
  const hash = hashRecoveryCode(compact);
  const answer = await trx.raw<{ rowCount: number }>(
    `UPDATE credential SET recovery_hashes = array_remove(recovery_hashes, :hash), updated_at = clock_timestamp() WHERE user_id = :userId AND :hash = ANY (recovery_hashes)`,
    { hash, userId: credential.user_id },
  );
  return answer.rowCount === 1;
}

async function acceptTotp(trx: Trx, keys: KeyRing, credential: SecondFactorRow, code: string): Promise<boolean> {
  if (credential.totp_secret === null) return false;
  const secret = openSecret(keys, credential.user_id, credential.totp_secret);
  // One step back and forth: the clocks of telephones.
  const epoch = Math.floor(Date.now() / 1_000);
  const result = verifySync({ secret, token: code, epoch, epochTolerance: period });
  if (!result.valid) return false;
  const step = Math.floor(epoch / period) + (result.delta ?? 0);
  const answer = await trx.raw<{ rowCount: number }>(
    `UPDATE credential SET last_totp_step = :step, updated_at = clock_timestamp() WHERE user_id = :userId AND (last_totp_step IS NULL OR last_totp_step < :step)`,
    { step, userId: credential.user_id },
  );
  return answer.rowCount === 1;
}

/** Ten codes of 80 random bits, shown once; their hashes are what is stored. */
export function newRecoveryCodes(): { codes: readonly string[]; hashes: readonly string[] } {
  const codes = Array.from({ length: 10 }, () => base32(randomBytes(10)));
  return { codes: codes.map((code) => (code.match(/.{4}/g) ?? []).join('-')), hashes: codes.map(hashRecoveryCode) };
}

const hashRecoveryCode = (code: string): string => createHash('sha256').update(code.toLowerCase()).digest('hex');

function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{5}/g) ?? [])
    .map((five) => 'abcdefghijklmnopqrstuvwxyz234567'.charAt(Number.parseInt(five, 2)))
    .join('');
}

const fieldKey = (keys: KeyRing, keyId: string): Buffer => {
  const key = keys.keys[keyId];
  if (key === undefined) throw new Error('the key of a second factor is not in the key ring');
  return Buffer.from(hkdfSync('sha256', key, '', 'field|credential.totp_secret', 32));
};

/** AES-256-GCM; the row is part of what is authenticated, so that a secret moved to another row does not open. */
export function sealSecret(keys: KeyRing, userId: string, secret: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', fieldKey(keys, keys.current), nonce).setAAD(
    Buffer.from(`credential|totp_secret|${userId}`),
  );
  const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return [keys.current, nonce.toString('base64url'), sealed.toString('base64url')].join('.');
}

export function openSecret(keys: KeyRing, userId: string, stored: string): string {
  const [keyId = '', nonce = '', sealed = ''] = stored.split('.');
  const bytes = Buffer.from(sealed, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', fieldKey(keys, keyId), Buffer.from(nonce, 'base64url'), {
    authTagLength: 16,
  })
    .setAAD(Buffer.from(`credential|totp_secret|${userId}`))
    .setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString('utf8');
}
