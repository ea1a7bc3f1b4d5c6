import { log } from '@temporalio/workflow';
import { refusedWith } from './failures.ts';
import type { PlannedTimer } from './messages/appointment.ts';
import type { PlannedTimers } from './planned-timers.ts';

/**
 * Deals with a timer that has rung. A fault of ours must not end the process: what is refused is tried again after
 * `afterFault` ms until a release mends it. @throws what is not a refusal
 */
export async function dealWith(
  clock: PlannedTimers,
  timer: PlannedTimer,
  how: { readonly deal: () => Promise<unknown>; readonly fault: string; readonly afterFault?: number },
): Promise<void> {
  let againIn = 1_000;
  try {
    await how.deal();
  } catch (error) {
    const problem = refusedWith(error);
    if (problem === undefined) throw error;
    log.error(how.fault, { code: problem.code });
    againIn = how.afterFault ?? 60_000;
  }
  // The database's clock decides, and may be a little behind the engine's.
  for (const still of clock.rung()) if (still.name === timer.name) clock.ringAgain(still, againIn);
}
