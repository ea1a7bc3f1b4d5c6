/** What the API says to the processes of the waitlist; how it is asked, and every silence, is temporal.ts. */
import { WithStartWorkflowOperation } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { Operation } from '../workflows/messages/appointment.ts';
import { openingWorkflowId } from '../workflows/messages/opening.ts';
import type { OpeningActionOutcome, OpeningActionRequest } from '../workflows/messages/opening.ts';
import {
  waitlistEntryWorkflow,
  waitlistEntryWorkflowId,
  waitlistOutcomeUpdate,
  waitlistOutcomeUpdateId,
} from '../workflows/messages/waitlist-entry.ts';
import type {
  WaitlistEntryActionOutcome,
  WaitlistEntryEnd,
  WaitlistEntryOutcome,
  WaitlistEntryRequest,
  WaitlistEntryStart,
  WaitlistEntryView,
} from '../workflows/messages/waitlist-entry.ts';
import type { closed } from './temporal.ts';

export interface WaitlistGateway {
  /**
   * Starts the wish's process and waits for what joining led to. A repeat with the same id gets the same answer.
   * @throws DomainError `unavailable`, `outcome-unknown`, `idempotency-key-reused` (same id, other body)
   */
  joinWaitlist(start: WaitlistEntryStart): Promise<WaitlistEntryOutcome>;
  /**
   * @returns the entry afterwards, or `closed` when its run is over (or never was)
   * @throws DomainError with the code of the refusal, `unavailable`, `outcome-unknown`, `idempotency-key-reused`
   */
  actOnWaitlistEntry(
    organizationId: string,
    entryId: string,
    request: WaitlistEntryRequest,
  ): Promise<WaitlistEntryView | typeof closed>;
  /**
   * Answers an offer, or steers an opening. The visit that came of it has its run when this answers.
   * @returns `closed` when the opening has ended, or its run is not there yet (for the moment after the time was freed)
   * @throws DomainError with the code of the refusal, `unavailable`, `outcome-unknown`, `idempotency-key-reused`
   */
  actOnOpening(
    organizationId: string,
    openingId: string,
    request: OpeningActionRequest,
  ): Promise<OpeningActionOutcome | typeof closed>;
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

type WaitlistEntryRun = (input: WaitlistEntryStart) => Promise<WaitlistEntryEnd>;

export function waitlistGateway({ client, taskQueue, act, onlyOnce }: Line): WaitlistGateway {
  return {
    joinWaitlist(start) {
      const workflowId = waitlistEntryWorkflowId(start.entryId);
      return onlyOnce(workflowId, start.operation, () =>
        client.workflow.executeUpdateWithStart<WaitlistEntryRun, WaitlistEntryOutcome, []>(waitlistOutcomeUpdate, {
          startWorkflowOperation: new WithStartWorkflowOperation<WaitlistEntryRun>(waitlistEntryWorkflow, {
            workflowId,
            taskQueue,
            args: [start],
            workflowIdConflictPolicy: 'USE_EXISTING',
            workflowIdReusePolicy: 'REJECT_DUPLICATE',
            workflowTaskTimeout: '3 seconds',
            staticSummary: `Wish ${start.entryId.slice(0, 8)}`,
          }),
          updateId: waitlistOutcomeUpdateId,
          args: [],
        }),
      );
    },
    async actOnWaitlistEntry(_organizationId, entryId, request) {
      const outcome = await act<WaitlistEntryActionOutcome>(waitlistEntryWorkflowId(entryId), request);
      return typeof outcome === 'symbol' ? outcome : outcome.entry;
    },
    actOnOpening: (_organizationId, openingId, request) =>
      act<OpeningActionOutcome>(openingWorkflowId(openingId), request),
  };
}
