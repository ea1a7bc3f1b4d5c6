/**
 * Takes a backup of the embedded clinic (docs/decisions.md, 8). The engine's file comes first and the engine stands still
 * until Postgres' part is complete: Postgres then knows all that the engine knows, and at most a little more (activities
 * are idempotent by key), never a visit that the engine has not heard of.
 */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { loadKeys } from '../../keys.ts';
import { tryLock } from '../provision/file-lock.ts';
import { copyOne, copyTree, exists, type Copied } from './copy.ts';
import { whileFrozen } from './freeze.ts';
import { layoutOf, livingProcesses, plainParts, runningPostgresPort, type Layout, type Places } from './layout.ts';
import { fingerprintsOf, hashFile, writeManifest, type Manifest } from './manifest.ts';
import { copyRunningPostgres, copyStoppedPostgres } from './postgres-files.ts';

export interface BackupOptions {
  readonly places: Places;
  /** Must not exist, or be empty. */
  readonly directory: string;
  /** Of role backup; needed when the clinic runs. */
  readonly databaseUrl?: string | undefined;
  readonly withKeys?: boolean | undefined;
}

export interface BackupResult {
  readonly directory: string;
  readonly clinic: Manifest['clinic'];
  readonly files: number;
  readonly bytes: number;
  /** How long the engine stood still, ms; 0 when it did not run. */
  readonly frozenMs: number;
  readonly totalMs: number;
}

const root = join(import.meta.dirname, '..', '..');

/** @throws Error in words for a person */
export async function takeBackup(options: BackupOptions): Promise<BackupResult> {
  const started = performance.now();
  const directory = resolve(options.directory);
  const layout = layoutOf(options.places);
  if (!exists(join(layout.postgres, 'PG_VERSION'))) {
    throw new Error(
      `There is no embedded clinic in ${layout.home}. A Postgres and a Temporal server of your own are backed up with their own tools (docs/operations.md).`,
    );
  }
  if (exists(directory) && readdirSync(directory).length > 0) {
    throw new Error(`${directory} is not empty. Name a directory that does not exist yet.`);
  }
  // Renamed at the end: what has the name of a backup is whole.
  const partial = `${directory}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(join(partial, 'home'), { recursive: true, mode: 0o700 });
  try {
    const createdAt = new Date().toISOString();
    const taken = await takeFiles(layout, partial, options);
    if (options.withKeys) {
      copyOne(layout.keyFile, join(partial, 'keys.json'));
      taken.files.push('keys.json');
    }
    const files: Manifest['files'] = [];
    for (const path of taken.files.toSorted()) {
      const full = join(partial, path);
      flush(full);
      files.push({ path, size: statSync(full).size, sha256: await hashFile(full) });
    }
    writeManifest(partial, {
      format: 1,
      product: 'healthsphere',
      version: (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version,
      createdAt,
      clinic: taken.clinic,
      postgresMajor: readFileSync(join(layout.postgres, 'PG_VERSION'), 'utf8').trim(),
      migrations: knownMigrations(),
      keys: { included: options.withKeys ?? false, fingerprints: fingerprintsOf(loadKeys(layout.keyFile)) },
      directories: taken.directories.toSorted(),
      files,
    });
    rmSync(directory, { recursive: true, force: true });
    renameSync(partial, directory);
    flush(dirname(directory));
    return {
      directory,
      clinic: taken.clinic,
      files: files.length,
      bytes: files.reduce((sum, { size }) => sum + size, 0),
      frozenMs: taken.frozenMs,
      totalMs: Math.round(performance.now() - started),
    };
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw error;
  }
}

/** What this program's schema is made of; a backup of a newer one cannot be restored with an older program. */
export const knownMigrations = (): string[] =>
  readdirSync(join(root, 'db', 'migrations')).filter((name) => name.endsWith('.sql')).toSorted(); // prettier-ignore

interface Taken extends Copied {
  readonly clinic: Manifest['clinic'];
  readonly frozenMs: number;
}

async function takeFiles(layout: Layout, to: string, options: BackupOptions): Promise<Taken> {
  const alive = livingProcesses(layout.home);
  const engine = alive.get('temporal');
  const port = runningPostgresPort(layout.postgres);
  if (port === undefined) {
    if (engine !== undefined || alive.has('api')) {
      throw new Error('The clinic runs and its Postgres does not: wait until it is up again, or stop the clinic.');
    }
    return takeStopped(layout, to);
  }
  if (options.databaseUrl === undefined)
    throw new Error('The clinic runs, and the connection of role backup is not known.');
  if (Number(new URL(options.databaseUrl).port) !== port) {
    throw new Error(`The Postgres of this clinic listens on port ${port}, and DATABASE_URL_BACKUP names another.`);
  }
  const { databaseUrl } = options;
  const copied: Copied = { files: [], directories: [] };
  // Before the database: an anchor that reaches further than the chain would say that its end was cut off.
  add(copied, 'anchors', copyAnchors(layout, to));
  const takeBoth = async (): Promise<void> => {
    add(copied, 'home', copyEngine(layout, join(to, 'home')));
    add(copied, 'postgres', await copyRunningPostgres(databaseUrl, layout.postgres, join(to, 'postgres')));
  };
  const began = performance.now();
  await (engine === undefined ? takeBoth() : whileFrozen(engine, takeBoth));
  const frozenMs = engine === undefined ? 0 : Math.round(performance.now() - began);
  add(copied, 'home', copyPlain(layout, join(to, 'home')));
  return { ...copied, clinic: 'running', frozenMs };
}

/** The lock keeps anybody from starting the clinic meanwhile. */
function takeStopped(layout: Layout, to: string): Taken {
  const lock = join(layout.home, 'supervisor.lock');
  const holder = tryLock(lock);
  if (holder !== undefined) throw new Error(`The clinic is being started or stopped (process ${holder}). Try again.`);
  try {
    const copied: Copied = { files: [], directories: [] };
    add(copied, 'anchors', copyAnchors(layout, to));
    add(copied, 'home', copyEngine(layout, join(to, 'home')));
    add(copied, 'postgres', copyStoppedPostgres(layout.postgres, join(to, 'postgres')));
    add(copied, 'home', copyPlain(layout, join(to, 'home')));
    return { ...copied, clinic: 'stopped', frozenMs: 0 };
  } finally {
    rmSync(lock, { force: true });
  }
}

function copyAnchors({ anchors }: Layout, to: string): Copied {
  return exists(anchors) ? copyTree(anchors, join(to, 'anchors')) : { files: [], directories: [] };
}

/** SQLite's file, its log and the log's index, as they are: with the process held still they are one state. */
function copyEngine({ engineFiles }: Layout, to: string): Copied {
  const files = engineFiles.filter((file) => copyOne(file, join(to, basename(file)))).map((file) => basename(file));
  return { files, directories: [''] };
}

function copyPlain({ home }: Layout, to: string): Copied {
  const copied: Copied = { files: [], directories: [] };
  for (const part of plainParts) {
    const full = join(home, part);
    if (!exists(full)) continue;
    if (statSync(full).isDirectory()) add(copied, part, copyTree(full, join(to, part)));
    else if (copyOne(full, join(to, part))) copied.files.push(part);
  }
  return copied;
}

function add(to: Copied, prefix: string, copied: Copied): void {
  const beneath = (path: string) => (path === '' ? prefix : `${prefix}/${path}`);
  to.files.push(...copied.files.map(beneath));
  for (const path of copied.directories.map(beneath)) if (!to.directories.includes(path)) to.directories.push(path);
}

/** A backup that a power cut takes away is none. */
function flush(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
