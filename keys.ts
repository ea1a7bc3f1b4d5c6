/**
 * The key ring: what encrypts workflow payloads, signs tokens, keys the audit chain and signs its anchors.
 * It lives in one file outside the database, so that a copy of the database alone opens nothing.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

export interface KeyRing {
  /** Id of the key that encrypts from now on; the others only decrypt what was written before. */
  current: string;
  /** AES-256 keys by id, 32 bytes each. */
  keys: Record<string, Uint8Array>;
  tokenSecret: Uint8Array;
  auditSecret: Uint8Array;
  /** Ed25519, PKCS #8 PEM. */
  anchorPrivateKeyPem: string;
  /** Ed25519, SPKI PEM: what an auditor needs to check an anchor. */
  anchorPublicKeyPem: string;
}

const bytes32 = z.base64().transform((value, context) => {
  const bytes = new Uint8Array(Buffer.from(value, 'base64'));
  if (bytes.length !== 32) context.addIssue({ code: 'custom', message: `has ${bytes.length} bytes, not 32` });
  return bytes;
});

const keyFileSchema = z
  .strictObject({
    version: z.literal(1),
    current: z.string().min(1),
    keys: z.record(z.string().min(1), bytes32),
    tokenSecret: bytes32,
    auditSecret: bytes32,
    anchorPrivateKeyPem: z.string(),
    anchorPublicKeyPem: z.string(),
  })
  .refine((file) => file.keys[file.current] !== undefined, {
    message: 'names a key that it does not hold',
    path: ['current'],
  });

/**
 * Writes a new key file, readable by its owner only, and returns its contents.
 * @throws when the file exists: overwriting it would make every stored payload unreadable for ever
 */
export function createKeyFile(path: string): KeyRing {
  const anchor = generateKeyPairSync('ed25519');
  const file = {
    version: 1,
    current: 'k1',
    keys: { k1: secret() },
    tokenSecret: secret(),
    auditSecret: secret(),
    anchorPrivateKeyPem: anchor.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    anchorPublicKeyPem: anchor.publicKey.export({ type: 'spki', format: 'pem' }),
  };
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600, flag: 'wx', flush: true });
  return loadKeys(path);
}

/**
 * Reads and checks a key file.
 * @throws with the path and what to do, when it is missing, damaged, or readable by other users
 */
export function loadKeys(path: string): KeyRing {
  let content: string;
  try {
    refuseExposedFile(path);
    content = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error(
      `The key file ${path} does not exist. Restore it from your backup (nothing encrypted can be read without it), ` +
        `point HEALTHSPHERE_KEY_FILE at it, or, for a new installation, create one: npm run create-keys -- ${path}`,
      { cause: error },
    );
  }
  const parsed = keyFileSchema.safeParse(parseJson(content, path));
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'file'} ${issue.message}`).join('; ');
    throw new Error(`The key file ${path} is damaged: ${wrong}. Restore it from your backup.`);
  }
  const { current, keys, tokenSecret, auditSecret, anchorPrivateKeyPem, anchorPublicKeyPem } = parsed.data;
  const derived = createPublicKey(createPrivateKey(anchorPrivateKeyPem)).export({ type: 'spki', format: 'pem' });
  if (derived.toString().trim() !== anchorPublicKeyPem.trim()) {
    throw new Error(`The key file ${path} is damaged: its two anchor keys do not belong together. Restore it.`);
  }
  return { current, keys, tokenSecret, auditSecret, anchorPrivateKeyPem, anchorPublicKeyPem };
}

const secret = () => randomBytes(32).toString('base64');

function refuseExposedFile(path: string): void {
  // Container platforms mount secrets read-only under /run/secrets with a mode of their own, often 0444.
  if (process.platform === 'win32' || path.startsWith('/run/secrets/')) return;
  const { mode } = statSync(path);
  if ((mode & 0o077) === 0) return;
  throw new Error(
    `The key file ${path} can be read or written by other users (mode ${(mode & 0o777).toString(8)}). Run: chmod 600 ${path}`,
  );
}

function parseJson(content: string, path: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    throw new Error(`The key file ${path} is damaged: it is not JSON. Restore it from your backup.`);
  }
}
