/**
 * Reads variables and collects what is wrong with them. Every problem is reported at once: a person who fixes one
 * variable must not discover the next at the next start.
 */
import { z } from 'zod';
import type { Environment } from './environment.ts';

export interface ConfigProblem {
  variable: string;
  wrong: string;
  set: string;
}

export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];
  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ variable, wrong, set }) => `  ${variable}: ${wrong}. Set ${set}.`);
    super(`The configuration has ${problems.length} problem(s):\n${lines.join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

export interface Reading {
  readonly values: Environment;
  /** `wrong` and `set` are ends of the sentences "VARIABLE: … Set …". */
  report(variable: string, wrong: string, set: string): void;
  /** The value of a variable; `fallback` where it is not set, and where it is wrong, which is reported. */
  read<T>(variable: string, schema: z.ZodType<T>, fallback: T, set: string): T;
  text(variable: string, fallback: string): string;
  port(variable: string, fallback: number): number;
  /** The configuration, when nothing was wrong. @throws ConfigError naming every problem */
  finish<T>(config: T): T;
}

const portNumber = z.coerce.number().int().min(1).max(65535);

export function readingOf(values: Environment): Reading {
  const problems: ConfigProblem[] = [];
  const report: Reading['report'] = (variable, wrong, set) => void problems.push({ variable, wrong, set });
  const read: Reading['read'] = (variable, schema, fallback, set) => {
    const value = values[variable];
    if (value === undefined) return fallback;
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    report(variable, `${JSON.stringify(value)} is not accepted`, set);
    return fallback;
  };
  return {
    values,
    report,
    read,
    text: (variable, fallback) => values[variable] ?? fallback,
    port: (variable, fallback) => read(variable, portNumber, fallback, 'a number from 1 to 65535'),
    finish: (config) => {
      if (problems.length > 0) throw new ConfigError(problems);
      return config;
    },
  };
}
