/** What the API says to the processes of walk-ins; how it is asked, and every silence, is temporal.ts. */
import {
  walkInOutcomeUpdate,
  walkInOutcomeUpdateId,
  walkInWorkflow,
  walkInWorkflowId,
} from '../../workflows/messages/walk-in.ts';
import type {
  WalkInActionOutcome,
  WalkInOutcome,
  WalkInRequest,
  WalkInStart,
  WalkInView,
} from '../../workflows/messages/walk-in.ts';
import { beginOnce } from './temporal-line.ts';
import type { Line } from './temporal-line.ts';
import type { closed } from './temporal.ts';

export interface WalkInGateway {
  /**
   * Starts the walk-in's process and waits for what arriving led to. A repeat with the same id gets the same answer.
   * @throws DomainError `unavailable`, `outcome-unknown`, `idempotency-key-reused` (same id, other body)
   */
  arriveWalkIn(start: WalkInStart): Promise<WalkInOutcome>;
  /**
   * @returns the walk-in afterwards, or `closed` when its run is over (or never was)
   * @throws DomainError with the code of the refusal, `unavailable`, `outcome-unknown`, `idempotency-key-reused`
   */
  actOnWalkIn(organizationId: string, walkInId: string, request: WalkInRequest): Promise<WalkInView | typeof closed>;
}

export function walkInGateway(line: Line): WalkInGateway {
  return {
    arriveWalkIn: (start) =>
      beginOnce<WalkInStart, WalkInOutcome>(line, {
        workflow: walkInWorkflow,
        workflowId: walkInWorkflowId(start.walkInId),
        input: start,
        operation: start.operation,
        update: walkInOutcomeUpdate,
        updateId: walkInOutcomeUpdateId,
        summary: `Walk-in ${start.walkInId.slice(0, 8)}`,
      }),
    async actOnWalkIn(_organizationId, walkInId, request) {
      const outcome = await line.act<WalkInActionOutcome>(walkInWorkflowId(walkInId), request);
      return typeof outcome === 'symbol' ? outcome : outcome.walkIn;
    },
  };
}
