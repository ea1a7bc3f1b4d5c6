/** What the API says to the processes of the waitlist; how it is asked, and every silence, is temporal.ts. */
import { openingWorkflowId } from '../../workflows/messages/opening.ts';
import type { OpeningActionOutcome, OpeningActionRequest } from '../../workflows/messages/opening.ts';
import {
  waitlistEntryWorkflow,
  waitlistEntryWorkflowId,
  waitlistOutcomeUpdate,
  waitlistOutcomeUpdateId,
} from '../../workflows/messages/waitlist-entry.ts';
import type {
  WaitlistEntryActionOutcome,
  WaitlistEntryOutcome,
  WaitlistEntryRequest,
  WaitlistEntryStart,
  WaitlistEntryView,
} from '../../workflows/messages/waitlist-entry.ts';
import { beginOnce } from './temporal-line.ts';
import type { Line } from './temporal-line.ts';
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

export function waitlistGateway(line: Line): WaitlistGateway {
  return {
    joinWaitlist: (start) =>
      beginOnce<WaitlistEntryStart, WaitlistEntryOutcome>(line, {
        workflow: waitlistEntryWorkflow,
        workflowId: waitlistEntryWorkflowId(start.entryId),
        input: start,
        operation: start.operation,
        update: waitlistOutcomeUpdate,
        updateId: waitlistOutcomeUpdateId,
        summary: `Wish ${start.entryId.slice(0, 8)}`,
      }),
    async actOnWaitlistEntry(_organizationId, entryId, request) {
      const outcome = await line.act<WaitlistEntryActionOutcome>(waitlistEntryWorkflowId(entryId), request);
      return typeof outcome === 'symbol' ? outcome : outcome.entry;
    },
    actOnOpening: (_organizationId, openingId, request) =>
      line.act<OpeningActionOutcome>(openingWorkflowId(openingId), request),
  };
}
