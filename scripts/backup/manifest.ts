/** What a backup holds, with a checksum for each file and one over the list itself. */
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { canonicalJson } from '../../db/audit/audit-seal.ts';
import type { KeyRing } from '../../keys.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** Relative, and never upwards: a manifest must not write outside of the clinic. */
const path = z
  .string()
  .refine(
    (value) => value !== '' && !posix.isAbsolute(value) && posix.normalize(value) === value && !value.startsWith('..'),
  );

const manifestSchema = z.strictObject({
  format: z.literal(1),
  product: z.literal('healthsphere'),
  version: z.string(),
  /** RFC 3339 UTC: the state is that of this instant, or a moment later. */
  createdAt: z.iso.datetime(),
  /** Taken from a running clinic (Postgres recovers from its log at the next start) or from a stopped one. */
  clinic: z.enum(['running', 'stopped']),
  postgresMajor: z.string(),
  /** Names of the schema's migrations that the program knew. */
  migrations: z.array(z.string()),
  keys: z.strictObject({
    included: z.boolean(),
    /** Hashes: they tell keys apart and open nothing. */
    fingerprints: z.record(z.string(), z.string()),
  }),
  directories: z.array(path),
  files: z.array(z.strictObject({ path, size: z.int().min(0), sha256 })),
});
export type Manifest = z.output<typeof manifestSchema>;

export const manifestName = 'manifest.json';

export class DamagedBackupError extends Error {
  override readonly name = 'DamagedBackupError';
}

export function writeManifest(directory: string, manifest: Manifest): void {
  const text = JSON.stringify({ ...manifest, checksum: checksumOf(manifest) }, null, 1);
  writeFileSync(join(directory, manifestName), `${text}\n`, { mode: 0o600, flush: true });
}

/** @throws DamagedBackupError */
export function readManifest(directory: string): Manifest {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(join(directory, manifestName), 'utf8'));
  } catch (error) {
    throw new DamagedBackupError(
      `${directory} holds no backup that is whole: ${manifestName} is missing or cannot be read (${(error as Error).message}). ` +
        `A backup that was interrupted has no manifest; take another.`,
    );
  }
  const { checksum, ...rest } = (content ?? {}) as Record<string, unknown>;
  const parsed = manifestSchema.safeParse(rest);
  if (!parsed.success || checksum !== checksumOf(parsed.data)) {
    throw new DamagedBackupError(`The manifest of ${directory} was changed or damaged. Use another backup.`);
  }
  return parsed.data;
}

/** Every file is there, whole. @throws DamagedBackupError naming the first that is not */
export async function verifyFiles(directory: string, manifest: Manifest): Promise<void> {
  for (const file of manifest.files) {
    const full = join(directory, file.path);
    const refuse = (what: string): never => {
      throw new DamagedBackupError(`The backup ${directory} is damaged: ${file.path} ${what}. Use another backup.`);
    };
    let size = -1;
    try {
      size = statSync(full).size;
    } catch {
      refuse('is missing');
    }
    if (size !== file.size) refuse(`has ${size} bytes, not ${file.size}`);
    if ((await hashFile(full)) !== file.sha256) refuse('has another content than when it was taken');
  }
}

export async function hashFile(full: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(full), hash);
  return hash.digest('hex');
}

/** By name of the key. A ring that has been rotated still holds the older keys, so that it fits older backups. */
export function fingerprintsOf(keys: KeyRing): Record<string, string> {
  const print = (bytes: Uint8Array) =>
    createHash('sha256').update('fingerprint').update(bytes).digest('hex').slice(0, 16);
  return {
    ...Object.fromEntries(Object.entries(keys.keys).map(([id, key]) => [`key ${id}`, print(key)])),
    'audit secret': print(keys.auditSecret),
    'token secret': print(keys.tokenSecret),
  };
}

function checksumOf(manifest: Manifest): string {
  return createHash('sha256').update(canonicalJson(manifest)).digest('hex');
}
