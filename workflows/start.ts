/** How each process begins: its first command is settled, or refused, and every repeat of it gets the same answer. */
import { log } from '@temporalio/workflow';
import type { ProblemDetail } from '../domain/errors.ts';
import { refusedWith } from './failures.ts';

export type Started<T extends object> =
  | ({ readonly ok: true; readonly inputHash: string } & T)
  | { readonly ok: false; readonly problem: ProblemDetail; readonly inputHash: string };

/** What came of a start. What is neither settled nor refused is thrown on: the task is tried again. */
export async function startOutcome<T extends object>(inputHash: string, start: () => Promise<T>): Promise<Started<T>> {
  try {
    return { ok: true, ...(await start()), inputHash };
  } catch (error) {
    const problem = refusedWith(error);
    if (problem === undefined) throw error;
    return { ok: false, problem, inputHash };
  }
}

/** The command as a local activity, within the first task; as a normal one, however long it takes, where that is not known to have settled it. */
export async function settleStart<T>(inFirstTask: () => Promise<T>, inTime: () => Promise<T>): Promise<T> {
  try {
    return await inFirstTask();
  } catch (error) {
    if (refusedWith(error) !== undefined) throw error;
    // Not known: the database may have committed and gone away. Only asking again with the same key tells.
    log.warn('the start command is not settled; going on with it as a normal activity');
    return inTime();
  }
}
