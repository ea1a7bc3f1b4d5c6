/** The directory of a clinic's data. */
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../../config/environment.ts';
import { removePostgres } from '../provision/postgres.ts';

/** What a clinic keeps in its home, and `--reset` deletes. Anything else there (backups above all) is left alone. */
const contents = [
  'anchors',
  'clinic.json',
  'database-passwords.json',
  'documents',
  'imports',
  'keys.json',
  'logs',
  'mail.jsonl',
  'payer',
  'postgres',
  'postgres.password',
  'postgres.unfinished',
  'processes.json',
  'seed',
  'seed-visits',
  'seeding',
  'temporal.sqlite',
  'temporal.sqlite-shm',
  'temporal.sqlite-wal',
];

export const postgresDirectory = (home: string): string => join(home, 'postgres');

/** Others may walk through the home, because Postgres may be another user, but not look around in it. */
export function makeHome(home: string): void {
  mkdirSync(join(home, 'logs'), { recursive: true });
  chmodSync(home, 0o711);
  chmodSync(join(home, 'logs'), 0o700);
}

/** What `resetHome` would delete. */
export function describeReset(home: string): string[] {
  return existsSync(home) ? readdirSync(home).filter((name) => contents.includes(name)) : [];
}

export function resetHome(home: string): void {
  // As root, Postgres' data may lie elsewhere.
  removePostgres(postgresDirectory(home));
  for (const name of contents) rmSync(join(home, name), { recursive: true, force: true });
  makeHome(home);
}

/** Leaves what scripts beside the clinic need to speak with it; config.ts reads it. */
export function writeClinicFile(home: string, environment: Environment): void {
  const kept = /^(?:DATABASE_URL|TEMPORAL_|SMTP_|MAIL_|PAYER_|CLAMAV_|HEALTHSPHERE_|PUBLIC_URL$|PORT$|HOST$)/;
  const ours = Object.entries(environment).filter(([name, value]) => value !== undefined && kept.test(name));
  const text = JSON.stringify({ environment: Object.fromEntries(ours) }, null, 2);
  writeFileSync(join(home, 'clinic.json'), text, { mode: 0o600 });
}

const largestLog = 10 * 1024 * 1024;

/** One older log is kept. */
export function rotateLog(file: string): void {
  if (existsSync(file) && statSync(file).size > largestLog) renameSync(file, `${file}.1`);
}
