/** The frame of every activity: what a failure becomes, and what is logged of it. */
import type { Logger } from 'pino';
import { codeOf, withFailures } from './failures.ts';

/** @returns runs one step; a refusal is thrown as its ApplicationFailure, everything else is tried again */
export const activityStep =
  (log: Logger) =>
  <T>(work: () => Promise<T>): Promise<T> =>
    withFailures(work, (error) => log.warn({ error, code: codeOf(error) }, 'an activity failed and is tried again'));
