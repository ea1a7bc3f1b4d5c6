/** What the API says to the process of a recurring series; how it is asked, and every silence, is temporal.ts. */
import { WithStartWorkflowOperation, WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { DomainError } from '../domain/errors.ts';
import type { Operation } from '../workflows/messages/appointment.ts';
import {
  seriesOutcomeUpdate,
  seriesOutcomeUpdateId,
  seriesWorkflow,
  seriesWorkflowId,
} from '../workflows/messages/series.ts';
import type {
  SeriesChangeOutcome,
  SeriesChangeRequest,
  SeriesEnd,
  SeriesInput,
  SeriesOutcome,
  SeriesStart,
} from '../workflows/messages/series.ts';
import type { closed } from './temporal.ts';

export interface SeriesGateway {
  /**
   * Starts the series' process and waits until it is filed; its visits come one by one. A repeat with the same id gets the
   * same answer.
   * @throws DomainError `unavailable`, `outcome-unknown`, `idempotency-key-reused` (same id, other body)
   */
  bookSeries(start: SeriesStart): Promise<SeriesOutcome>;
  /** Whether an earlier try under the same id reached the engine: it may still take effect. @throws DomainError `unavailable` */
  hasSeries(seriesId: string): Promise<boolean>;
  /**
   * Files a change of all that follow; it is carried out one by one.
   * @returns `closed` when the series is over (or never was)
   * @throws DomainError with the code of the refusal, `unavailable`, `outcome-unknown`, `idempotency-key-reused`
   */
  changeSeries(seriesId: string, request: SeriesChangeRequest): Promise<SeriesChangeOutcome | typeof closed>;
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

type SeriesRun = (input: SeriesInput) => Promise<SeriesEnd>;

export function seriesGateway({ client, taskQueue, act, onlyOnce }: Line): SeriesGateway {
  return {
    bookSeries(start) {
      const workflowId = seriesWorkflowId(start.seriesId);
      return onlyOnce(workflowId, start.operation, () =>
        client.workflow.executeUpdateWithStart<SeriesRun, SeriesOutcome, []>(seriesOutcomeUpdate, {
          startWorkflowOperation: new WithStartWorkflowOperation<SeriesRun>(seriesWorkflow, {
            workflowId,
            taskQueue,
            args: [start],
            workflowIdConflictPolicy: 'USE_EXISTING',
            workflowIdReusePolicy: 'REJECT_DUPLICATE',
            workflowTaskTimeout: '3 seconds',
            staticSummary: `Series ${start.seriesId.slice(0, 8)}`,
          }),
          updateId: seriesOutcomeUpdateId,
          args: [],
        }),
      );
    },
    async hasSeries(seriesId) {
      try {
        await client.withDeadline(Date.now() + 1_500, () =>
          client.workflow.getHandle(seriesWorkflowId(seriesId)).describe(),
        );
        return true;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw new DomainError('unavailable', { data: { retryAfterSeconds: 2 } });
      }
    },
    changeSeries: (seriesId, request) => act<SeriesChangeOutcome>(seriesWorkflowId(seriesId), request),
  };
}
