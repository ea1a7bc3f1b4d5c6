/**
 * A lock between processes, so that two simultaneous runs do not build or install the same thing twice.
 * The lock is a file naming its holder; the lock of a process that is gone is taken over.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeProcess, isSameProcess } from '../supervise/process-identity.ts';
import type { ProcessIdentity } from '../supervise/process-identity.ts';

/** Runs `work` while holding the lock; `onWait` is called once when another process holds it. */
export async function withFileLock<T>(
  path: string,
  work: () => Promise<T>,
  onWait: (holder: number) => void = () => undefined,
): Promise<T> {
  mkdirSync(dirname(path), { recursive: true });
  let told = false;
  for (;;) {
    const holder = tryLock(path);
    if (holder === undefined) break;
    if (!told) onWait(holder);
    told = true;
    await sleep(250);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** Takes the lock, or returns the pid of the living process that holds it. */
export function tryLock(path: string): number | undefined {
  mkdirSync(dirname(path), { recursive: true });
  const mine = JSON.stringify(describeProcess(process.pid));
  for (let attempt = 0; attempt < 5; attempt += 1) {
    try {
      writeFileSync(path, mine, { flag: 'wx', mode: 0o600 });
      return undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = readHolder(path);
    if (holder && isSameProcess(holder)) return holder.pid;
    rmSync(path, { force: true });
  }
  return 0;
}

function readHolder(path: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
