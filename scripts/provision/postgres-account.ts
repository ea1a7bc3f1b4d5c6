/**
 * Postgres refuses to run as root. As root it runs as the user `postgres`, and its programs and data must lie where that
 * user can reach them, which a clone under /root is not; both then move to /var/lib/healthsphere.
 */
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export interface Account {
  uid: number;
  gid: number;
}

const sharedRoot = '/var/lib/healthsphere';

/** The account Postgres must run as, or undefined when the current user will do. Creates `postgres` when missing. */
export function postgresAccount(): Account | undefined {
  if (process.platform === 'win32' || process.getuid?.() !== 0) return undefined;
  const existing = lookUp('postgres');
  if (existing) return existing;
  const ways: [string, string[]][] = [
    ['useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres']],
    ['adduser', ['-S', '-D', '-H', 'postgres']],
  ];
  for (const [command, args] of ways) {
    try {
      execFileSync(command, args, { stdio: 'ignore' });
    } catch {
      // The other system's command is tried next; what remains is said below.
    }
    const created = lookUp('postgres');
    if (created) return created;
  }
  const nobody = lookUp('nobody');
  if (nobody) return nobody;
  throw new Error(
    'Postgres refuses to run as root, and the user "postgres" could not be created (useradd and adduser were tried). ' +
      'Create a user named postgres, run as another user, or set DATABASE_URL to a Postgres of yours.',
  );
}

function lookUp(user: string): Account | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${user}:`));
  const fields = line?.split(':');
  return fields === undefined ? undefined : { uid: Number(fields[2]), gid: Number(fields[3]) };
}

/** Whether the account can walk down to `path`: every directory above that exists must let it through. */
function canReach(path: string, account: Account): boolean {
  for (let current = resolve(path); ; current = dirname(current)) {
    if (existsSync(current) && statSync(current).isDirectory()) {
      const { mode, uid, gid } = statSync(current);
      const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
      if ((mode & bit) === 0) return false;
    }
    if (current === dirname(current)) return true;
  }
}

/** Where the data of `wanted` really goes: itself, or a directory the account can reach. */
export function reachableDataDirectory(wanted: string, account: Account | undefined): string {
  if (account === undefined || canReach(dirname(resolve(wanted)), account)) return resolve(wanted);
  return join(sharedRoot, createHash('sha256').update(resolve(wanted)).digest('hex').slice(0, 12), 'postgres');
}

/** Creates the data directory, owned by the account that will run Postgres. */
export function prepareDataDirectory(directory: string, account: Account | undefined): void {
  mkdirSync(dirname(directory), { recursive: true, mode: 0o755 });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (account) chownSync(directory, account.uid, account.gid);
}

/** The directory of Postgres' programs, copied to where the account can reach it if it must be. */
export function reachablePrograms(native: string, version: string, account: Account | undefined): string {
  if (account === undefined || canReach(join(native, 'bin'), account)) return join(native, 'bin');
  const copy = join(sharedRoot, `postgres-${version}`);
  if (!existsSync(copy)) {
    const scratch = `${copy}.${process.pid}`;
    mkdirSync(sharedRoot, { recursive: true, mode: 0o755 });
    cpSync(native, scratch, { recursive: true, verbatimSymlinks: true });
    chmodSync(scratch, 0o755);
    try {
      renameSync(scratch, copy);
    } catch (error) {
      rmSync(scratch, { recursive: true, force: true });
      // Another start was first: its copy is as good.
      if (!existsSync(copy)) throw error;
    }
  }
  return join(copy, 'bin');
}
