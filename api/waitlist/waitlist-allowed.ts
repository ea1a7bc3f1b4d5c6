/** What may be done about a freed time and a wish, as the process will judge it: the same for lists, stories and cases. */
import { entryActionStates } from '../../db/waitlist/waitlist-entries.ts';
import { liveOpeningStates } from '../../domain/waitlist/waitlist.ts';
import { openingActions } from '../../workflows/messages/opening.ts';
import type { OfferView, OpeningAction, OpeningView } from '../../workflows/messages/opening.ts';
import { waitlistEntryActions } from '../../workflows/messages/waitlist-entry.ts';
import type { WaitlistEntryAction, WaitlistEntryView } from '../../workflows/messages/waitlist-entry.ts';

interface Allowed<Action> {
  readonly action: Action;
  readonly possible: boolean;
}

/**
 * What `POST /openings/:id/:action` would not refuse at once; whom it is about is judged when it is said.
 * @param at epoch milliseconds, of the database: an offer that is over by then is none (I6)
 */
export function allowedOnOpening(
  { opening, offers }: { readonly opening: OpeningView; readonly offers: readonly OfferView[] },
  { may, at }: { readonly may: boolean; readonly at: number },
): Allowed<OpeningAction>[] {
  const live = offers.filter((offer) => Date.parse(offer.expiresAt) > at);
  const release = opening.releaseAt === null ? Infinity : Date.parse(opening.releaseAt);
  const holds: Readonly<Record<OpeningAction, boolean>> = {
    accept: live.length > 0,
    decline: live.length > 0,
    // Once, and never beyond the release.
    extend: live.some((offer) => !offer.extended && Date.parse(offer.expiresAt) < release),
    pause: !opening.paused,
    resume: opening.paused,
    skip: offers.length > 0,
    pin: true,
    fill: true,
    close: true,
  };
  const isLive = liveOpeningStates.has(opening.state);
  return openingActions.map((action) => ({ action, possible: may && isLive && holds[action] }));
}

/** What `POST /waitlist-entries/:id/:action` would not refuse at once. */
export const allowedOnEntry = (entry: Pick<WaitlistEntryView, 'state'>, may: boolean): Allowed<WaitlistEntryAction>[] =>
  waitlistEntryActions.map((action) => ({ action, possible: may && entryActionStates[action].has(entry.state) }));
