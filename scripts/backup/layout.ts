/** What a clinic's data is made of, and where each part lies. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { postgresAccount, reachableDataDirectory, type Account } from '../provision/postgres-account.ts';
import { postgresDirectory } from '../supervise/home.ts';
import { readProcesses } from '../supervise/process-file.ts';
import { isSameProcess, type ProcessIdentity } from '../supervise/process-identity.ts';

export type Places = Pick<Config, 'home' | 'keyFile' | 'anchorDirectory'>;

export interface Layout {
  readonly home: string;
  /** Postgres' real data directory: as root it may lie outside of the home. */
  readonly postgres: string;
  /** Who must own it; undefined: the present user. */
  readonly account: Account | undefined;
  readonly engineFiles: readonly string[];
  readonly anchors: string;
  readonly keyFile: string;
}

export function layoutOf({ home, keyFile, anchorDirectory }: Places): Layout {
  const account = postgresAccount();
  return {
    home,
    postgres: reachableDataDirectory(postgresDirectory(home), account),
    account,
    engineFiles: ['temporal.sqlite', 'temporal.sqlite-wal', 'temporal.sqlite-shm'].map((name) => join(home, name)),
    anchors: anchorDirectory,
    keyFile,
  };
}

/** Files and directories of the home that are backed up as they are. Logs are not: they say nothing that is not elsewhere. */
export const plainParts = [
  'database-passwords.json',
  'postgres.password',
  'documents',
  'imports',
  'mail.jsonl',
  'payer',
  'seed',
  'seed-visits',
  'seeding',
] as const;

/** Living processes of the clinic by name: postgres, temporal, api ... */
export function livingProcesses(home: string): ReadonlyMap<string, ProcessIdentity> {
  const alive = (readProcesses(home)?.children ?? []).filter(isSameProcess);
  return new Map(alive.map((child) => [child.name, child]));
}

/** The port of a Postgres that runs on this directory, whoever started it. */
export function runningPostgresPort(dataDirectory: string): number | undefined {
  try {
    const lines = readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8').split('\n');
    const pid = Number(lines[0]);
    process.kill(pid, 0);
    // After kill -9 the file stays, and its pid may be somebody else's by now.
    const command = `/proc/${pid}/cmdline`;
    if (existsSync(command) && !readFileSync(command, 'utf8').includes(dataDirectory)) return undefined;
    return Number(lines[3]);
  } catch {
    return undefined;
  }
}
