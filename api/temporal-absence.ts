/** What the API says to the process of an absence; how it is asked, and every silence, is temporal.ts. */
import { WithStartWorkflowOperation } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import {
  absenceOutcomeUpdate,
  absenceOutcomeUpdateId,
  absenceWorkflow,
  absenceWorkflowId,
} from '../workflows/messages/absence.ts';
import type {
  AbsenceActionOutcome,
  AbsenceActionRequest,
  AbsenceEnd,
  AbsenceInput,
  AbsenceOutcome,
  AbsenceStart,
  AbsenceView,
  CaseActionRequest,
} from '../workflows/messages/absence.ts';
import type { Operation } from '../workflows/messages/appointment.ts';
import type { closed } from './temporal.ts';

export interface AbsenceGateway {
  /**
   * Starts the process and waits for what the declaration led to. A repeat with the same id gets the same answer.
   * @throws DomainError `unavailable`, `outcome-unknown`, `idempotency-key-reused` (same id, other body)
   */
  declareAbsence(start: AbsenceStart): Promise<AbsenceOutcome>;
  /**
   * About all of it, or about one patient.
   * @returns the absence afterwards, or `closed` when its run is over (or never was)
   * @throws DomainError with the code of the refusal, `unavailable`, `outcome-unknown`, `idempotency-key-reused`
   */
  actOnAbsence(
    absenceId: string,
    request: AbsenceActionRequest | CaseActionRequest,
  ): Promise<AbsenceView | typeof closed>;
}

/** How the gateway asks (temporal.ts). */
interface Line {
  readonly client: Client;
  readonly taskQueue: string;
  act<T extends { readonly inputHash: string }>(
    workflowId: string,
    request: { readonly action: string; readonly operation: Operation },
  ): Promise<T | typeof closed>;
  onlyOnce<T extends { readonly inputHash: string }>(
    workflowId: string,
    operation: Operation,
    start: () => Promise<T>,
  ): Promise<T>;
}

type AbsenceRun = (input: AbsenceInput) => Promise<AbsenceEnd>;

export function absenceGateway({ client, taskQueue, act, onlyOnce }: Line): AbsenceGateway {
  return {
    declareAbsence(start) {
      const workflowId = absenceWorkflowId(start.absenceId);
      return onlyOnce(workflowId, start.operation, () =>
        client.workflow.executeUpdateWithStart<AbsenceRun, AbsenceOutcome, []>(absenceOutcomeUpdate, {
          startWorkflowOperation: new WithStartWorkflowOperation<AbsenceRun>(absenceWorkflow, {
            workflowId,
            taskQueue,
            args: [start],
            workflowIdConflictPolicy: 'USE_EXISTING',
            workflowIdReusePolicy: 'REJECT_DUPLICATE',
            workflowTaskTimeout: '3 seconds',
            staticSummary: `Absence ${start.absenceId.slice(0, 8)}`,
          }),
          updateId: absenceOutcomeUpdateId,
          args: [],
        }),
      );
    },
    async actOnAbsence(absenceId, request) {
      const outcome = await act<AbsenceActionOutcome>(absenceWorkflowId(absenceId), request);
      return typeof outcome === 'symbol' ? outcome : outcome.absence;
    },
  };
}
