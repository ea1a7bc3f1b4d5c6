/** What the API says to the processes of intakes; how it is asked, and every silence, is temporal.ts. */
import {
  intakeOutcomeUpdate,
  intakeOutcomeUpdateId,
  intakeWorkflow,
  intakeWorkflowId,
} from '../../workflows/messages/intake.ts';
import type {
  IntakeActionOutcome,
  IntakeOutcome,
  IntakeRequest,
  IntakeStart,
} from '../../workflows/messages/intake.ts';
import { beginOnce } from './temporal-line.ts';
import type { Line } from './temporal-line.ts';
import type { closed } from './temporal.ts';

export interface IntakeGateway {
  /**
   * Starts the intake's process and waits for what its start led to. A repeat with the same id gets the same answer.
   * @throws DomainError `unavailable`, `outcome-unknown`, `idempotency-key-reused` (same id, other body)
   */
  startIntake(start: IntakeStart): Promise<IntakeOutcome>;
  /**
   * @returns `closed` when its run is over (or not begun yet)
   * @throws DomainError with the code of the refusal, `unavailable`, `outcome-unknown`, `idempotency-key-reused`
   */
  actOnIntake(intakeId: string, request: IntakeRequest): Promise<IntakeActionOutcome | typeof closed>;
}

export function intakeGateway(line: Line): IntakeGateway {
  return {
    startIntake: (start) =>
      beginOnce<IntakeStart, IntakeOutcome>(line, {
        workflow: intakeWorkflow,
        workflowId: intakeWorkflowId(start.intakeId),
        input: start,
        operation: start.operation,
        update: intakeOutcomeUpdate,
        updateId: intakeOutcomeUpdateId,
        summary: `Intake ${start.intakeId.slice(0, 8)}`,
      }),
    actOnIntake: (intakeId, request) => line.act<IntakeActionOutcome>(intakeWorkflowId(intakeId), request),
  };
}
