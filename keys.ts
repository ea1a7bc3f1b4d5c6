/**
 * The key ring: what encrypts workflow payloads, signs tokens, keys the audit chain and signs its anchors.
 * It lives in one file outside the database, so that a copy of the database alone opens nothing.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
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

export interface Rotation {
  readonly current: string;
  readonly before: string;
}

/**
 * Adds an encryption key under the next id (`k2`, `k3`, ...) and makes it the current one; every older key stays, because
 * what it sealed needs it. `prepare` only adds it, so that processes which read the file one after the other can all open
 * what the first of them seals; the next call without it makes the prepared key current. The file is replaced in one step
 * and keeps its mode and owner: whoever reads it meanwhile sees the old one or the new one.
 * @throws as `loadKeys`; when a prepared key is there already; when another rotation is under way
 */
export function rotateKeyFile(path: string, options: { readonly prepare?: boolean } = {}): Rotation {
  const { mode, uid, gid } = statSync(path);
  // Beside it first: a full disk or a power cut leaves the old file whole. `wx`, and before anything is read: of two who
  // rotate at the same moment one is refused, so that no key is lost.
  const beside = `${path}.new`;
  const handle = openSync(beside, 'wx', 0o600);
  try {
    const { before, current, content } = rotated(path, options.prepare === true);
    writeFileSync(handle, content);
    fchmodSync(handle, mode & 0o777);
    if (process.getuid?.() === 0) fchownSync(handle, uid, gid);
    fsyncSync(handle);
    renameSync(beside, path);
    return { before, current };
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  } finally {
    closeSync(handle);
  }
}

function rotated(path: string, prepare: boolean): Rotation & { readonly content: string } {
  const { current: before, keys } = loadKeys(path);
  const file = JSON.parse(readFileSync(path, 'utf8')) as { current: string; keys: Record<string, string> };
  const number = (id: string): number => Number(/^k(\d+)$/.exec(id)?.[1] ?? 0);
  const newest = Object.keys(keys).reduce((a, b) => (number(b) > number(a) ? b : a), before);
  const prepared = number(newest) > number(before) ? newest : undefined;
  if (prepare && prepared !== undefined) {
    throw new Error(`The key "${prepared}" is prepared already. Restart every process, then rotate without --prepare.`);
  }
  const next = prepared ?? `k${number(newest) + 1}`;
  if (prepared === undefined) file.keys[next] = secret();
  if (!prepare) file.current = next;
  return { before, current: file.current, content: `${JSON.stringify(file, null, 2)}\n` };
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
