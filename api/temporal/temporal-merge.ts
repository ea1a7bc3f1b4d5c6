/** What the API says to the processes of merges; how it is asked, and every silence, is temporal.ts. */
import {
  mergeOutcomeUpdate,
  mergeOutcomeUpdateId,
  patientMergeWorkflow,
  patientMergeWorkflowId,
  patientUnmergeWorkflow,
  patientUnmergeWorkflowId,
} from '../../workflows/messages/patient-merge.ts';
import type { MergeOutcome, MergeStart, UnmergeStart } from '../../workflows/messages/patient-merge.ts';
import { beginOnce } from './temporal-line.ts';
import type { Line } from './temporal-line.ts';

export interface MergeGateway {
  /**
   * Merges two charts and waits for what came of it; a repeat with the same id gets the same answer.
   * @throws DomainError `unavailable`, `outcome-unknown`, `idempotency-key-reused` (same id, other body)
   */
  mergePatients(start: MergeStart): Promise<MergeOutcome>;
  /** As `mergePatients`, the other way. */
  unmergePatients(start: UnmergeStart): Promise<MergeOutcome>;
}

export function mergeGateway(line: Line): MergeGateway {
  const outcome = { update: mergeOutcomeUpdate, updateId: mergeOutcomeUpdateId };
  return {
    mergePatients: (start) =>
      beginOnce<MergeStart, MergeOutcome>(line, {
        ...outcome,
        workflow: patientMergeWorkflow,
        workflowId: patientMergeWorkflowId(start.mergeId),
        input: start,
        operation: start.operation,
        summary: `Merge ${start.mergeId.slice(0, 8)}`,
      }),
    unmergePatients: (start) =>
      beginOnce<UnmergeStart, MergeOutcome>(line, {
        ...outcome,
        workflow: patientUnmergeWorkflow,
        workflowId: patientUnmergeWorkflowId(start.unmergeId),
        input: start,
        operation: start.operation,
        summary: `Unmerge ${start.mergeId.slice(0, 8)}`,
      }),
  };
}
