/**
 * What the engine stores is encrypted before it leaves this process (architecture.md, section 5, encryption).
 * AES-256-GCM; every payload names its key, so that keys can be rotated: several open, the current one seals.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { KeyRing } from '../keys.ts';

const PayloadMessage = proto.temporal.api.common.v1.Payload;

/** Metadata `encoding` of what this codec wrote. Everything else passes through untouched. */
export const encryptedEncoding = 'binary/encrypted';
export const keyIdMetadata = 'encryption-key-id';

const algorithm = 'aes-256-gcm';
// NIST SP 800-38D 8.2.2: a random nonce of 96 bits, good for 2^32 payloads of one key.
const nonceBytes = 12;
const tagBytes = 16;

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array | null | undefined): string => (bytes ? new TextDecoder().decode(bytes) : '');

/** A payload was changed since it was written, or its key is not in the ring. Says nothing about the content. */
export class PayloadUnreadableError extends Error {
  override readonly name = 'PayloadUnreadableError';
}

/** The codec of the key ring: `keys.current` encrypts, every key of the ring decrypts. */
export function encryptingCodec(keys: Pick<KeyRing, 'current' | 'keys'>): PayloadCodec {
  const keyOf = (keyId: string): Uint8Array => {
    const key = Object.hasOwn(keys.keys, keyId) ? keys.keys[keyId] : undefined;
    if (key === undefined) throw new PayloadUnreadableError(`the key ${JSON.stringify(keyId)} is not in the key ring`);
    return key;
  };
  return {
    encode: async (payloads) => payloads.map((payload) => seal(payload, keys.current, keyOf(keys.current))),
    decode: async (payloads) =>
      payloads.map((payload) => {
        if (textOf(payload.metadata?.['encoding']) !== encryptedEncoding) return payload;
        return open(payload, keyOf(textOf(payload.metadata?.[keyIdMetadata])));
      }),
  };
}

function seal(payload: Payload, keyId: string, key: Uint8Array): Payload {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce).setAAD(associatedData(keyId));
  const plain = PayloadMessage.encode(payload).finish();
  const data = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return { metadata: { encoding: utf8(encryptedEncoding), [keyIdMetadata]: utf8(keyId) }, data };
}

function open(payload: Payload, key: Uint8Array): Payload {
  const data = payload.data ?? new Uint8Array();
  if (data.length < nonceBytes + tagBytes) throw new PayloadUnreadableError('the payload is too short');
  const decipher = createDecipheriv(algorithm, key, data.subarray(0, nonceBytes), { authTagLength: tagBytes })
    .setAAD(associatedData(textOf(payload.metadata?.[keyIdMetadata])))
    .setAuthTag(data.subarray(-tagBytes));
  try {
    const plain = Buffer.concat([decipher.update(data.subarray(nonceBytes, -tagBytes)), decipher.final()]);
    return PayloadMessage.decode(plain);
  } catch (cause) {
    throw new PayloadUnreadableError('the payload was changed, or it belongs to another key', { cause });
  }
}

/** Binds the ciphertext to the key id and the encoding it is stored under: neither can be swapped unnoticed. */
function associatedData(keyId: string): Uint8Array {
  return utf8(`${keyId}\0${encryptedEncoding}`);
}
