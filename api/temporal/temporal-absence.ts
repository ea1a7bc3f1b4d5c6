/** What the API says to the process of an absence; how it is asked, and every silence, is temporal.ts. */
import {
  absenceOutcomeUpdate,
  absenceOutcomeUpdateId,
  absenceWorkflow,
  absenceWorkflowId,
  listChangedSignal,
} from '../../workflows/messages/absence.ts';
import type {
  AbsenceActionOutcome,
  AbsenceActionRequest,
  AbsenceInput,
  AbsenceOutcome,
  AbsenceStart,
  AbsenceView,
  CaseActionRequest,
} from '../../workflows/messages/absence.ts';
import { beginOnce } from './temporal-line.ts';
import type { Line } from './temporal-line.ts';
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
  /** Something on the list changed: it looks at once. Never throws: an engine that is away looks by itself later. */
  wakeAbsence(absenceId: string): Promise<void>;
}

/** Somebody waits for the answer about the task meanwhile. */
const wakeWithinMs = 1_000;

export function absenceGateway(line: Line): AbsenceGateway {
  return {
    declareAbsence: (start) =>
      beginOnce<AbsenceInput, AbsenceOutcome>(line, {
        workflow: absenceWorkflow,
        workflowId: absenceWorkflowId(start.absenceId),
        input: start,
        operation: start.operation,
        update: absenceOutcomeUpdate,
        updateId: absenceOutcomeUpdateId,
        summary: `Absence ${start.absenceId.slice(0, 8)}`,
      }),
    async actOnAbsence(absenceId, request) {
      const outcome = await line.act<AbsenceActionOutcome>(absenceWorkflowId(absenceId), request);
      return typeof outcome === 'symbol' ? outcome : outcome.absence;
    },
    async wakeAbsence(absenceId) {
      const { connection, workflow } = line.client;
      const run = workflow.getHandle(absenceWorkflowId(absenceId));
      await connection.withDeadline(Date.now() + wakeWithinMs, () => run.signal(listChangedSignal)).catch(() => {});
    },
  };
}
