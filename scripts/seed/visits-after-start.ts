/** Books the synthetic clinic's first visits once it is ready: they are real bookings, so that workers and API must be up. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../../config/environment.ts';
import { logFile } from '../supervise/children.ts';

/** Exists from the seeding until the visits are booked, so that an interrupted first start makes up for it. */
export const visitsMarker = (home: string): string => join(home, 'seed-visits');

/**
 * Starts scripts/seed-appointments.ts beside the clinic when it is still owed.
 * @returns the way to end it, or undefined when there is nothing to do
 */
export function seedVisits(
  root: string,
  home: string,
  environment: Environment,
  report: (line: string) => void,
): (() => void) | undefined {
  if (!existsSync(visitsMarker(home))) return undefined;
  const path = logFile(home, 'seed-appointments');
  const log = openSync(path, 'a', 0o600);
  const script = join(root, 'scripts', 'seed-appointments.ts');
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', script], {
    cwd: root,
    env: environment as NodeJS.ProcessEnv,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let ending = false;
  report('Booking about 25 visits for today and the next days in the background');
  child.once('error', (error) => report(`The first visits could not be booked: ${error.message}`));
  child.once('exit', (code) => {
    if (ending) return;
    report(code === 0 ? 'The first visits are booked' : `The first visits could not all be booked. The log: ${path}`);
  });
  return () => {
    ending = true;
    child.kill('SIGTERM');
  };
}
