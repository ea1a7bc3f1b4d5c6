/** What the API says to the runs of escalations; how it is asked, and every silence, is temporal.ts. */
import { WithStartWorkflowOperation } from '@temporalio/client';
import {
  escalationOperationKey,
  escalationRaisedUpdate,
  escalationWorkflow,
  escalationWorkflowId,
} from '../../workflows/messages/escalation.ts';
import type {
  EscalationActionOutcome,
  EscalationRaised,
  EscalationRequest,
  EscalationStart,
  EscalationView,
} from '../../workflows/messages/escalation.ts';
import type { Line } from './temporal-line.ts';
import type { closed } from './temporal.ts';

export interface EscalationGateway {
  /**
   * Begins the run of what a person has raised (its call is on file) and waits until somebody is told.
   * @throws DomainError `unavailable`, `outcome-unknown`: a worker's round takes it up all the same
   */
  raiseEscalation(start: EscalationStart): Promise<EscalationView>;
  /**
   * @returns the escalation afterwards, or `closed` when its run is over (or not there yet)
   * @throws DomainError with the code of the refusal, `unavailable`, `outcome-unknown`, `idempotency-key-reused`
   */
  actOnEscalation(escalationId: string, request: EscalationRequest): Promise<EscalationView | typeof closed>;
}

export const escalationGateway = (line: Line): EscalationGateway => ({
  async raiseEscalation(start) {
    const workflowId = escalationWorkflowId(start.escalationId);
    const operation = { key: escalationOperationKey(start.escalationId, 'raised'), inputHash: '' };
    type Run = (input: EscalationStart) => Promise<unknown>;
    const { escalation } = await line.onlyOnce<EscalationRaised>(workflowId, operation, () =>
      line.client.workflow.executeUpdateWithStart<Run, EscalationRaised, []>(escalationRaisedUpdate, {
        startWorkflowOperation: new WithStartWorkflowOperation<Run>(escalationWorkflow, {
          workflowId,
          taskQueue: line.taskQueue,
          args: [start],
          workflowIdConflictPolicy: 'USE_EXISTING',
          // One that is over reads its row again, and ends.
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          workflowTaskTimeout: '3 seconds',
          staticSummary: `Escalation ${start.escalationId.slice(0, 8)}`,
        }),
        args: [],
      }),
    );
    return escalation;
  },

  async actOnEscalation(escalationId, request) {
    const outcome = await line.act<EscalationActionOutcome>(escalationWorkflowId(escalationId), request);
    return typeof outcome === 'symbol' ? outcome : outcome.escalation;
  },
});
