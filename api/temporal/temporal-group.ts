/** What the API says to the process of a group session; how it is asked, and every silence, is temporal.ts. */
import { WorkflowNotFoundError } from '@temporalio/client';
import { DomainError } from '../../domain/errors.ts';
import {
  groupOutcomeUpdate,
  groupOutcomeUpdateId,
  groupSessionWorkflow,
  groupSessionWorkflowId,
} from '../../workflows/messages/group-session.ts';
import type {
  GroupSessionAnswer,
  GroupSessionOutcome,
  GroupSessionRequest,
  GroupSessionStart,
} from '../../workflows/messages/group-session.ts';
import { beginOnce } from './temporal-line.ts';
import type { Line } from './temporal-line.ts';
import type { closed } from './temporal.ts';

export interface GroupGateway {
  /**
   * Opens a session. A repeat with the same id gets the same answer.
   * @throws DomainError `unavailable`, `outcome-unknown`, `idempotency-key-reused` (same id, other body)
   */
  openGroupSession(start: GroupSessionStart): Promise<GroupSessionOutcome>;
  /** Whether an earlier try under the same id reached the engine: it may still take effect. @throws DomainError `unavailable` */
  hasGroupSession(sessionId: string): Promise<boolean>;
  /**
   * Changes a session, or begins to call it off.
   * @returns `closed` when it is over (or never was)
   * @throws DomainError with the code of the refusal, `unavailable`, `outcome-unknown`, `idempotency-key-reused`
   */
  changeGroupSession(sessionId: string, request: GroupSessionRequest): Promise<GroupSessionAnswer | typeof closed>;
}

export function groupGateway(line: Line): GroupGateway {
  return {
    openGroupSession: (start) =>
      beginOnce<GroupSessionStart, GroupSessionOutcome>(line, {
        workflow: groupSessionWorkflow,
        workflowId: groupSessionWorkflowId(start.sessionId),
        input: start,
        operation: start.operation,
        update: groupOutcomeUpdate,
        updateId: groupOutcomeUpdateId,
        summary: `Group session ${start.sessionId.slice(0, 8)}`,
      }),
    async hasGroupSession(sessionId) {
      try {
        await line.client.withDeadline(Date.now() + 1_500, () =>
          line.client.workflow.getHandle(groupSessionWorkflowId(sessionId)).describe(),
        );
        return true;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw new DomainError('unavailable', { data: { retryAfterSeconds: 2 } });
      }
    },
    changeGroupSession: (sessionId, request) =>
      line.act<GroupSessionAnswer>(groupSessionWorkflowId(sessionId), request),
  };
}
