/**
 * processes.json: who belongs to the clinic of a home. After kill -9 of the supervisor its children live on; the next
 * start finds them here and ends them, but only those that are still the processes that were recorded.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { tryLock } from '../provision/file-lock.ts';
import { describeProcess, isSameProcess } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

const identity = z.object({ pid: z.number().int().positive(), startedAt: z.string() });
const recordSchema = z.object({
  supervisor: identity,
  /** The npm (or shell) that started the supervisor; when it is gone nobody can press Ctrl-C any more. */
  launcher: identity.optional(),
  children: z.array(identity.extend({ name: z.string() })),
});
export type ProcessRecord = z.infer<typeof recordSchema>;

const path = (home: string) => join(home, 'processes.json');

export function readProcesses(home: string): ProcessRecord | undefined {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(path(home), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Written whole and renamed: a crash leaves the old record or the new one. */
export function writeProcesses(
  home: string,
  launcher: ProcessIdentity | undefined,
  children: readonly { name: string; pid: number }[],
): void {
  const record: ProcessRecord = {
    supervisor: describeProcess(process.pid),
    ...(launcher === undefined ? {} : { launcher }),
    children: children.flatMap(({ name, pid }) => {
      const found = identify(pid);
      return found ? [{ name, ...found }] : [];
    }),
  };
  const scratch = `${path(home)}.new`;
  writeFileSync(scratch, JSON.stringify(record, null, 2), { mode: 0o600 });
  renameSync(scratch, path(home));
}

export class AlreadyRunningError extends Error {
  constructor(home: string, pid: number) {
    super(
      `HealthSphere already runs from ${home} (process ${pid}). ` +
        `Stop it with Ctrl-C there or with: kill ${pid}. ` +
        `For a second clinic beside it: HEALTHSPHERE_HOME=/another/directory HEALTHSPHERE_PORT_OFFSET=100 npm start`,
    );
    this.name = 'AlreadyRunningError';
  }
}

/**
 * Takes the home for this process, ending what a killed supervisor left behind.
 * @throws AlreadyRunningError when a supervisor that somebody still holds runs there
 */
export async function takeHome(home: string, report: (line: string) => void): Promise<void> {
  const lock = join(home, 'supervisor.lock');
  const holder = tryLock(lock);
  if (holder !== undefined) {
    const record = readProcesses(home);
    const isOrphan =
      record?.supervisor.pid === holder && record.launcher !== undefined && !isSameProcess(record.launcher);
    if (!isOrphan) throw new AlreadyRunningError(home, holder);
    report(`A HealthSphere whose terminal is gone still runs (process ${holder}); stopping it.`);
    await endProcess(record.supervisor, 'SIGTERM', 45_000);
    if (tryLock(lock) !== undefined) throw new AlreadyRunningError(home, holder);
  }
  await endLeftovers(home, report);
}

/** Postgres comes last and is asked for a fast shutdown, so that what the others still write is not lost. */
async function endLeftovers(home: string, report: (line: string) => void): Promise<void> {
  const alive = (readProcesses(home)?.children ?? []).filter(isSameProcess);
  if (alive.length === 0) return;
  report(
    `The last run was killed; ending what it left: ${alive.map(({ name, pid }) => `${name} (${pid})`).join(', ')}`,
  );
  await Promise.all(alive.filter(({ name }) => name !== 'postgres').map((child) => endProcess(child, 'SIGTERM', 3000)));
  for (const postgres of alive.filter(({ name }) => name === 'postgres')) await endProcess(postgres, 'SIGINT', 10_000);
}

/** Signals a recorded process and waits until it is gone; by force when it takes longer than `graceMs`. */
export async function endProcess(recorded: ProcessIdentity, signal: NodeJS.Signals, graceMs: number): Promise<void> {
  const deadline = Date.now() + graceMs;
  if (isSameProcess(recorded)) process.kill(recorded.pid, signal);
  while (isSameProcess(recorded)) {
    if (Date.now() > deadline) {
      process.kill(recorded.pid, 'SIGKILL');
      await sleep(200);
    }
    await sleep(50);
  }
}

function identify(pid: number): ProcessIdentity | undefined {
  try {
    return describeProcess(pid);
  } catch {
    return undefined;
  }
}

/** To be asked once, at the start: the nearest ancestor that is npm; a supervisor started in another way has its parent for a launcher. */
export function findLauncher(): ProcessIdentity | undefined {
  let pid = process.ppid;
  for (let depth = 0; depth < 5 && pid > 1; depth += 1) {
    const stat = readStat(pid);
    if (stat === undefined) break;
    if (stat.isNpm) return identify(pid);
    pid = stat.parent;
  }
  return process.ppid > 1 ? identify(process.ppid) : undefined;
}

function readStat(pid: number): { parent: number; isNpm: boolean } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return { parent, isNpm: command.slice(0, 2).some((word) => /^npm( |$)|^npm-cli\.js$/.test(basename(word))) };
  } catch {
    return undefined;
  }
}
