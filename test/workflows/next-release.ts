/** The workflows as a later release might bring them: another bundle, whose intake does one thing more from now on. */
import { log, patched } from '@temporalio/workflow';
import * as real from '../../workflows/index.ts';
import type { IntakeEnd, IntakeStart } from '../../workflows/messages/intake.ts';

export * from '../../workflows/index.ts';

export async function intake(input: IntakeStart): Promise<IntakeEnd> {
  if (patched('greets')) log.info('an intake begins');
  return real.intake(input);
}
