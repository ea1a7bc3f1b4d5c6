/** The Temporal dev server: how it is told to start, and how it is started as a child of this process. */
import { spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './ports.ts';

export interface TemporalServerOptions {
  port: number;
  webPort: number;
  namespace?: string;
  /** SQLite file; absent keeps everything in memory. */
  file?: string;
  /** Path under which Temporal Web is served, when the API stands before it. */
  webPublicPath?: string;
  codecEndpoint?: string;
}

/** Each of these was measured (temporal.md, section 4; architecture.md, section 6). */
const dynamicConfig = {
  // Without it every activity costs one more dispatch.
  'system.enableActivityEagerExecution': true,
  // The default of 20 a second and shard is the 50 ms step in every latency of the dev server.
  'history.transferProcessorMaxPollRPS': 2000,
  // One partition each removes stragglers of 2 s.
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  // A task lost three times in a row gets more time, doubled each time up to this: with the default of ten minutes a visit
  // whose workers were killed again and again stood still for minutes (found by `npm run chaos`).
  'history.workflowTaskRetryMaxInterval': '"5s"',
} as const;

export function temporalServerArguments(options: TemporalServerOptions): string[] {
  const args = ['server', 'start-dev', '--ip', '127.0.0.1', '--log-level', 'warn', '--color', 'never'];
  args.push('--port', String(options.port), '--ui-port', String(options.webPort));
  if (options.namespace !== undefined) args.push('--namespace', options.namespace);
  if (options.file !== undefined) {
    args.push(
      '--db-filename',
      options.file,
      '--sqlite-pragma',
      'journal_mode=wal',
      '--sqlite-pragma',
      'synchronous=normal',
    );
  }
  if (options.webPublicPath !== undefined) args.push('--ui-public-path', options.webPublicPath);
  if (options.codecEndpoint !== undefined) args.push('--ui-codec-endpoint', options.codecEndpoint);
  for (const [key, value] of Object.entries(dynamicConfig)) args.push('--dynamic-config-value', `${key}=${value}`);
  return args;
}

export interface RunningTemporalServer {
  address: string;
  webUrl: string;
  pid: number;
  stop(): Promise<void>;
}

/** Starts a dev server on free ports; it keeps its state in memory unless `file` is given. */
export async function startTemporalServer(options: {
  program: string;
  logFile: string;
  file?: string;
}): Promise<RunningTemporalServer> {
  const port = await freePort();
  const webPort = await freePort();
  const log = openSync(options.logFile, 'a');
  const args = temporalServerArguments({
    port,
    webPort,
    ...(options.file === undefined ? {} : { file: options.file }),
  });
  const child = spawn(options.program, args, { stdio: ['ignore', log, log], detached: true });
  let ended = false;
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  void exit.then(() => (ended = true));
  child.once('error', () => (ended = true));
  try {
    await waitForPort(port, 30_000, () => ended);
  } catch (error) {
    child.kill('SIGKILL');
    const tail = readFileSync(options.logFile, 'utf8').trim().split('\n').slice(-8).join('\n');
    throw new Error(`The Temporal server did not start. The end of ${options.logFile}:\n${tail}`, { cause: error });
  }
  return {
    address: `127.0.0.1:${port}`,
    webUrl: `http://127.0.0.1:${webPort}`,
    pid: child.pid!,
    async stop() {
      if (ended) return;
      child.kill('SIGTERM');
      const gaveUp = await Promise.race([exit.then(() => false), sleep(10_000, true, { ref: false })]);
      if (gaveUp) child.kill('SIGKILL');
      await exit;
    },
  };
}

/** Resolves when something listens on the port. */
export async function waitForPort(port: number, timeoutMs: number, ended: () => boolean = () => false): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await accepts(port))) {
    if (ended()) throw new Error('the process ended');
    if (Date.now() > deadline) throw new Error(`nothing listens on port ${port} after ${timeoutMs} ms`);
    await sleep(50);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
