/** What the workflows of the waitlist have done for them: each one transaction, each safe to repeat by its operation key. */
import { advanceOpening, applyOpeningAction, readOpening } from '../db/waitlist/opening-steps.ts';
import { findOperation, withOrganization } from '../db/transaction.ts';
import { applyEntryAction, joinWaitlist, readEntry, ringEntryTimer } from '../db/waitlist/waitlist-entries.ts';
import type { Operation } from '../workflows/messages/appointment.ts';
import type { OpeningActionRequest, OpeningSettled } from '../workflows/messages/opening.ts';
import type {
  WaitlistEntryRequest,
  WaitlistEntrySettled,
  WaitlistEntryStart,
} from '../workflows/messages/waitlist-entry.ts';
import { activityStep } from './activity-step.ts';
import type { ActivityPorts } from './ports.ts';

export interface WhichOpening {
  readonly organizationId: string;
  readonly openingId: string;
}

export interface WhichEntry {
  readonly organizationId: string;
  readonly entryId: string;
}

export interface OpeningActivities {
  /** One look: what is over lapses, the next is asked, or the time is released. */
  advanceOpening(step: WhichOpening & { readonly operation: Operation }): Promise<OpeningSettled>;
  applyOpeningAction(step: WhichOpening & { readonly request: OpeningActionRequest }): Promise<OpeningSettled>;
  readOpening(which: WhichOpening): Promise<OpeningSettled>;
  /** What a step led to whose answer was lost; null when it never took place. */
  findOpeningStep(step: WhichOpening & { readonly operation: Operation }): Promise<OpeningSettled | null>;
  joinWaitlist(start: WaitlistEntryStart): Promise<WaitlistEntrySettled>;
  applyEntryAction(step: WhichEntry & { readonly request: WaitlistEntryRequest }): Promise<WaitlistEntrySettled>;
  ringEntryTimer(
    step: WhichEntry & { readonly name: string; readonly operation: Operation },
  ): Promise<WaitlistEntrySettled>;
  /** What Postgres knows, for a run that was told of a change by another writer. */
  readEntry(which: WhichEntry): Promise<WaitlistEntrySettled>;
}

export function openingActivities(ports: ActivityPorts): OpeningActivities {
  const step = activityStep(ports.log);

  async function findOpeningStep({ organizationId, operation }: { organizationId: string; operation: Operation }) {
    const known = await withOrganization(ports.db, organizationId, (trx) =>
      findOperation<OpeningSettled>(trx, organizationId, operation),
    );
    return known?.result ?? null;
  }

  return {
    advanceOpening: (which) => step(() => advanceOpening(ports, which)),
    applyOpeningAction: (action) => step(() => applyOpeningAction(ports, action)),
    readOpening: (which) => step(() => readOpening(ports, which)),
    findOpeningStep: (which) => step(() => findOpeningStep(which)),
    joinWaitlist: (start) => step(() => joinWaitlist(ports, start)),
    applyEntryAction: (action) => step(() => applyEntryAction(ports, action)),
    ringEntryTimer: (timer) => step(() => ringEntryTimer(ports, timer)),
    readEntry: (which) => step(() => readEntry(ports, which)),
  };
}
