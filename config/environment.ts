/** An environment as data: what is set in it, where the clinic's home is, and what a running clinic left there. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Compose files hand over `VARIABLE=` for what was left out; blank means unset. */
export function withoutBlanks(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
}

/** `HEALTHSPHERE_HOME` as an absolute path; default `.healthsphere` in the working directory. */
export function homeDirectory(env: Environment): string {
  return resolve(env['HEALTHSPHERE_HOME'] || '.healthsphere');
}

/**
 * What was left for us by a running `npm start`: the addresses and passwords of its embedded parts, so that
 * `npm run doctor` and the like work beside it without a single variable being set.
 */
export function runningClinic(env: Environment): Environment {
  if (env['NODE_ENV'] === 'production') return {};
  try {
    const file: unknown = JSON.parse(readFileSync(join(homeDirectory(env), 'clinic.json'), 'utf8'));
    return z.object({ environment: z.record(z.string(), z.string()) }).parse(file).environment;
  } catch {
    return {};
  }
}
