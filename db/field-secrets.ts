/**
 * Single fields that are sealed before Postgres sees them (a member id): AES-256-GCM under a key of the ring, bound to
 * table, column and row, so that a value moved to another row does not open. A digest finds equal values.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** The part of the key ring (keys.ts) that this needs. */
export interface FieldKeys {
  readonly current: string;
  readonly keys: Readonly<Record<string, Uint8Array>>;
  readonly tokenSecret: Uint8Array;
}

/** Where a value belongs: `coverage`, `member_id`, the row's id. */
export interface FieldPlace {
  readonly table: string;
  readonly column: string;
  readonly id: string;
}

export interface FieldSecrets {
  seal(place: FieldPlace, text: string): string;
  /** @throws when the value was moved, damaged, or its key is gone */
  open(place: FieldPlace, sealed: string): string;
  /** The same for equal texts of one purpose and organization; stays the same when encryption keys are rotated. */
  digest(purpose: string, organizationId: string, text: string): string;
}

export function fieldSecrets(ring: FieldKeys): FieldSecrets {
  const keyOf = (keyId: string, { table, column }: FieldPlace): Buffer => {
    const key = ring.keys[keyId];
    if (key === undefined) throw new Error('the key of a sealed field is not in the key ring');
    return Buffer.from(hkdfSync('sha256', key, '', `field|${table}.${column}`, 32));
  };
  const bound = ({ table, column, id }: FieldPlace): Buffer => Buffer.from(`${table}|${column}|${id}`);
  return {
    seal(place, text) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', keyOf(ring.current, place), nonce).setAAD(bound(place));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return [ring.current, nonce.toString('base64url'), sealed.toString('base64url')].join('.');
    },
    open(place, stored) {
      const [keyId = '', nonce = '', sealed = ''] = stored.split('.');
      const bytes = Buffer.from(sealed, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', keyOf(keyId, place), Buffer.from(nonce, 'base64url'), {
        authTagLength: 16,
      })
        .setAAD(bound(place))
        .setAuthTag(bytes.subarray(-16));
      return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString('utf8');
    },
    digest(purpose, organizationId, text) {
      const key = Buffer.from(hkdfSync('sha256', ring.tokenSecret, '', `digest|${purpose}`, 32));
      return createHmac('sha256', key).update(`${organizationId}|${text}`).digest('base64url');
    },
  };
}
