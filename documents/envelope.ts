/**
 * How a document lies in the store: sealed with a key of its own, which is wrapped by the key ring and kept in the document's
 * row. Both are bound to organization and document: a ciphertext or a wrapped key moved to another row does not open.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { KeyRing } from '../keys.ts';

export type DocumentKeys = Pick<KeyRing, 'current' | 'keys'>;

export interface DocumentIdentity {
  readonly organizationId: string;
  readonly documentId: string;
}

export interface SealedDocument {
  /** What is written to the store. */
  readonly file: Buffer;
  /** `<key id>.<nonce>.<sealed key>` */
  readonly wrappedKey: string;
}

/** Says what the file is to whoever finds it, and which form it has. */
const magic = Buffer.from('HSDOC1\n');
const nonceLength = 12;
const tagLength = 16;

export function sealDocument(keys: DocumentKeys, who: DocumentIdentity, content: Uint8Array): SealedDocument {
  const key = randomBytes(32);
  const wrapped = seal(wrappingKey(keys, keys.current), bound('document-key', who), key);
  return {
    file: Buffer.concat([magic, seal(key, bound('document', who), content)]),
    wrappedKey: `${keys.current}.${wrapped.toString('base64url')}`,
  };
}

/** @throws when it was moved, changed or cut, or when its key is not in the ring */
export function openDocument(keys: DocumentKeys, who: DocumentIdentity, sealed: SealedDocument): Buffer {
  const [keyId = '', wrapped = ''] = sealed.wrappedKey.split('.');
  const key = open(wrappingKey(keys, keyId), bound('document-key', who), Buffer.from(wrapped, 'base64url'));
  if (!sealed.file.subarray(0, magic.length).equals(magic))
    throw new Error('the file is not one of the document store');
  return open(key, bound('document', who), sealed.file.subarray(magic.length));
}

const bound = (what: string, { organizationId, documentId }: DocumentIdentity): Buffer =>
  Buffer.from(`${what}|${organizationId}|${documentId}`);

function wrappingKey(keys: DocumentKeys, keyId: string): Buffer {
  const key = keys.keys[keyId];
  if (key === undefined) throw new Error('the key of a document is not in the key ring');
  return Buffer.from(hkdfSync('sha256', key, '', 'document-key', 32));
}

function seal(key: Buffer, aad: Buffer, content: Uint8Array): Buffer {
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad);
  return Buffer.concat([nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()]);
}

function open(key: Buffer, aad: Buffer, sealed: Buffer): Buffer {
  if (sealed.length < nonceLength + tagLength) throw new Error('a sealed document is cut short');
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceLength), { authTagLength: tagLength })
    .setAAD(aad)
    .setAuthTag(sealed.subarray(-tagLength));
  return Buffer.concat([decipher.update(sealed.subarray(nonceLength, -tagLength)), decipher.final()]);
}
