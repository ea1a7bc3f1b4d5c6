/** One supervised process: started, watched, started again when it dies, stopped in an orderly way. */
import { spawn } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ChildSpec {
  name: string;
  command: string;
  args: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  cwd?: string;
  uid?: number;
  gid?: number;
  /** Output goes straight to the file, so that the child outlives a killed supervisor without a broken pipe. */
  logFile: string;
  /** The child says so itself with `process.send('ready')`. */
  speaks?: boolean;
  /** Resolves when the process does its work; `ended` tells that it never will. */
  ready(incarnation: Incarnation): Promise<void>;
  /** How often a process that dies before it was ever ready is tried again; default 0. */
  retries?: number;
  stopSignal?: NodeJS.Signals;
  /** After this long the stop signal becomes SIGKILL; default 10 s. */
  stopGraceMs?: number;
  /** Sent instead of SIGKILL when the grace is over. */
  lastSignal?: NodeJS.Signals;
}

export interface Incarnation {
  pid: number;
  ended(): boolean;
  /** Whether a child that `speaks` has said that it is ready. */
  spoke(): boolean;
}

export interface ChildEvents {
  /** Called once, before the first readiness, so that a child can be stopped while it is still starting. */
  started(child: SupervisedChild): void;
  /** Called right after each start and end, for the record of living processes. */
  changed(): void;
  report(line: string): void;
}

export interface SupervisedChild {
  readonly name: string;
  readonly logFile: string;
  pid(): number | undefined;
  /** How often it was started again since the clinic started. */
  restarts(): number;
  /** Resolves when the present process, or the one that follows it, is ready. */
  whenReady(timeoutMs?: number): Promise<void>;
  /** Sends a signal as fault injection does; the supervisor then starts the process again. */
  kill(signal: NodeJS.Signals): boolean;
  stop(): Promise<void>;
}

/** A first failure is usually the last one, so the first try is at once; a broken program must not spin. */
const backoffMs = [100, 500, 1000, 2000, 5000, 10_000];

/** Starts the process and resolves when it is ready. @throws with the end of its log when it cannot be started */
export async function superviseChild(spec: ChildSpec, events: ChildEvents): Promise<SupervisedChild> {
  let running: ChildProcess | undefined;
  let exited: Promise<void> = Promise.resolve();
  let readiness: Promise<boolean> = Promise.resolve(false);
  let stopping = false;
  let wasReady = false;
  let failures = 0;
  let restarts = 0;

  const start = () => {
    const { child, exit, incarnation } = spawnChild(spec);
    running = child;
    events.changed();
    readiness = awaitReady(incarnation);
    exited = awaitExit(exit);
  };

  const awaitReady = async (incarnation: Incarnation) => {
    // What is not ready after the time a start takes may still become so: as long as it lives it is asked again.
    while (!(await isReady(spec, incarnation))) {
      if (incarnation.ended() || stopping) return false;
      await sleep(500);
    }
    if (incarnation.ended()) return false;
    if (restarts > 0 && wasReady && !stopping) events.report(`${spec.name} is ready again (pid ${incarnation.pid})`);
    wasReady = true;
    failures = 0;
    return true;
  };

  const awaitExit = async (exit: Promise<string>) => {
    const how = await exit;
    running = undefined;
    events.changed();
    if (!stopping) void again(how);
  };

  const again = async (how: string) => {
    if (!wasReady && failures >= (spec.retries ?? 0)) return;
    const wait = backoffMs[Math.min(failures, backoffMs.length - 1)]!;
    failures += 1;
    if (wasReady) events.report(`${spec.name} ended (${how}); starting it again. Its log: ${spec.logFile}`);
    await sleep(wait);
    if (stopping) return;
    restarts += 1;
    start();
  };

  const whenReady = async (timeoutMs = 60_000) => {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const current = running;
      const left = deadline - Date.now();
      const ready = current !== undefined && (await Promise.race([readiness, sleep(left, false, { ref: false })]));
      if (ready && running === current) return;
      const givenUp = running === undefined && !wasReady && failures >= (spec.retries ?? 0);
      if (givenUp || stopping || Date.now() > deadline) {
        throw new Error(
          `${spec.name} did not become ready. The end of its log, ${spec.logFile}:\n${logTail(spec.logFile)}`,
        );
      }
      await sleep(20);
    }
  };

  const supervised: SupervisedChild = {
    name: spec.name,
    logFile: spec.logFile,
    pid: () => running?.pid,
    restarts: () => restarts,
    whenReady,
    kill: (signal) => running?.kill(signal) ?? false,
    async stop() {
      stopping = true;
      const child = running;
      if (child === undefined) return;
      child.kill(spec.stopSignal ?? 'SIGTERM');
      const gaveUp = await Promise.race([
        exited.then(() => false),
        sleep(spec.stopGraceMs ?? 10_000, true, { ref: false }),
      ]);
      if (gaveUp) {
        events.report(`${spec.name} did not stop in time and is ended by force. Its log: ${spec.logFile}`);
        child.kill(spec.lastSignal ?? 'SIGKILL');
      }
      await exited;
    },
  };
  events.started(supervised);
  start();
  try {
    await whenReady(120_000);
  } catch (error) {
    await supervised.stop();
    throw error;
  }
  return supervised;
}

const isReady = (spec: ChildSpec, incarnation: Incarnation): Promise<boolean> =>
  spec.ready(incarnation).then(
    () => true,
    () => false,
  );

function spawnChild(spec: ChildSpec): { child: ChildProcess; exit: Promise<string>; incarnation: Incarnation } {
  const log = openSync(spec.logFile, 'a', 0o600);
  const stdio: StdioOptions = ['ignore', log, log, ...(spec.speaks ? (['ipc'] as const) : [])];
  const child = spawn(spec.command, spec.args, {
    stdio,
    env: spec.env as NodeJS.ProcessEnv,
    // A group of its own: Ctrl-C reaches the supervisor alone, which then stops everything in order.
    detached: true,
    ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
    ...(spec.uid === undefined ? {} : { uid: spec.uid }),
    ...(spec.gid === undefined ? {} : { gid: spec.gid }),
  });
  closeSync(log);
  let ended = false;
  const exit = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      ended = true;
      resolve(signal ?? `status ${code}`);
    });
    child.once('error', (error) => {
      ended = true;
      resolve(error.message);
    });
  });
  let spoke = false;
  child.on('message', (message) => (spoke ||= message === 'ready'));
  return { child, exit, incarnation: { pid: child.pid ?? -1, ended: () => ended, spoke: () => spoke } };
}

export function logTail(file: string, lines = 12): string {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').slice(-lines).join('\n');
  } catch {
    return '(no log)';
  }
}
