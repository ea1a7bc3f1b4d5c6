/** What the API says to the process of a recurring series; how it is asked, and every silence, is temporal.ts. */
import { WorkflowNotFoundError } from '@temporalio/client';
import { DomainError } from '../../domain/errors.ts';
import {
  seriesOutcomeUpdate,
  seriesOutcomeUpdateId,
  seriesWorkflow,
  seriesWorkflowId,
} from '../../workflows/messages/series.ts';
import type {
  SeriesChangeOutcome,
  SeriesChangeRequest,
  SeriesInput,
  SeriesOutcome,
  SeriesStart,
} from '../../workflows/messages/series.ts';
import { beginOnce } from './temporal-line.ts';
import type { Line } from './temporal-line.ts';
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

export function seriesGateway(line: Line): SeriesGateway {
  return {
    bookSeries: (start) =>
      beginOnce<SeriesInput, SeriesOutcome>(line, {
        workflow: seriesWorkflow,
        workflowId: seriesWorkflowId(start.seriesId),
        input: start,
        operation: start.operation,
        update: seriesOutcomeUpdate,
        updateId: seriesOutcomeUpdateId,
        summary: `Series ${start.seriesId.slice(0, 8)}`,
      }),
    async hasSeries(seriesId) {
      try {
        await line.client.withDeadline(Date.now() + 1_500, () =>
          line.client.workflow.getHandle(seriesWorkflowId(seriesId)).describe(),
        );
        return true;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw new DomainError('unavailable', { data: { retryAfterSeconds: 2 } });
      }
    },
    changeSeries: (seriesId, request) => line.act<SeriesChangeOutcome>(seriesWorkflowId(seriesId), request),
  };
}
