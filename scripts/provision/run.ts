/** Runs a program to its end, keeping the tail of what it said for the error message. */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface RunOptions {
  cwd?: string;
  env?: Readonly<Record<string, string | undefined>>;
  uid?: number;
  gid?: number;
  timeoutMs?: number;
  /** How much of the output an error shows; default 6. */
  tailLines?: number;
  /** Called with each line of output, for progress. */
  onLine?: (line: string) => void;
}

/** @returns the standard output; @throws with the last lines of output when the program fails */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { onLine, timeoutMs, env, tailLines = 6, ...rest } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...rest,
      ...(env === undefined ? {} : { env: env as NodeJS.ProcessEnv }),
    });
    let output = '';
    let tail = '';
    const collect = (chunk: Buffer) => {
      tail = (tail + chunk.toString()).slice(-4000);
      const last = chunk.toString().trimEnd().split('\n').at(-1);
      if (last && onLine) onLine(last.slice(0, 100));
    };
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      collect(chunk);
    });
    child.stderr.on('data', collect);
    let timedOut = false;
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => (timedOut = child.kill('SIGKILL')), timeoutMs);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) return resolve(output);
      const how = timedOut ? `did not end within ${timeoutMs} ms` : `ended with ${signal ?? `status ${code}`}`;
      reject(
        new Error(`${command} ${args.join(' ')} ${how}:\n${tail.trim().split('\n').slice(-tailLines).join('\n')}`),
      );
    });
  });
}

/** The full path of a program on `path`, or undefined. */
export function findProgram(name: string, path: string): string | undefined {
  const names = process.platform === 'win32' ? [`${name}.exe`, `${name}.cmd`] : [name];
  for (const directory of path.split(delimiter).filter(Boolean)) {
    for (const candidate of names.map((file) => join(directory, file))) {
      if (isExecutable(candidate)) return candidate;
    }
  }
  return undefined;
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
