/** The frame of every activity: what it can be told to die at, what a failure becomes, and what is logged of it. */
import type { Logger } from 'pino';
import { codeOf, withFailures } from './failures.ts';
import type { MaybeDie } from './fault-points.ts';

/** @returns runs one step; a refusal is thrown as its ApplicationFailure, everything else is tried again */
export const activityStep =
  (log: Logger, maybeDie: MaybeDie) =>
  <T>(work: () => Promise<T>): Promise<T> =>
    withFailures(
      async () => {
        maybeDie('before-activity');
        const result = await work();
        maybeDie('after-commit-before-complete');
        return result;
      },
      (error) => log.warn({ error, code: codeOf(error) }, 'an activity failed and is tried again'),
    );
