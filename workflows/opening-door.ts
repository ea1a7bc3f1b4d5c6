/** What an opening's process refuses before it is asked of the database: shapes, and what is over for certain. */
import type { ProblemDetail } from '../domain/errors.ts';
import { liveOpeningStates } from '../domain/waitlist/waitlist.ts';
import type { OfferView, OpeningAction, OpeningActionInput, OpeningSettled } from './messages/opening.ts';

const needed: Readonly<Partial<Record<OpeningAction, keyof OpeningActionInput>>> = {
  // Which offer is meant: a late word must never answer the next one.
  accept: 'offerId',
  decline: 'offerId',
  extend: 'offerId',
  pin: 'entryId',
  fill: 'patientId',
};

const ofAnOffer: ReadonlySet<OpeningAction> = new Set(['accept', 'decline', 'extend']);

export function missingShape(action: OpeningAction, input: OpeningActionInput): ProblemDetail | null {
  const field = needed[action];
  if (field === undefined || input[field] !== undefined) return null;
  return {
    code: 'validation-failed',
    errors: [{ path: `/${field}`, code: 'required', message: 'Say which one is meant.' }],
  };
}

export function refusedAsKnown(
  action: OpeningAction,
  { offerId }: OpeningActionInput,
  { opening, offers }: OpeningSettled,
  history: ReadonlyMap<string, OfferView>,
): ProblemDetail | null {
  if (ofAnOffer.has(action)) {
    if (offers.some(({ id }) => id === offerId)) return null;
    // One that is not known here is the transaction's to judge.
    const ended = offerId === undefined ? undefined : history.get(offerId)?.state;
    if (ended === undefined) return null;
    return ended === 'accepted' || ended === 'declined' ? refusedFrom(ended, action) : { code: 'offer-expired' };
  }
  const isLive = liveOpeningStates.has(opening.state);
  if (isLive && !(action === 'pause' && opening.paused) && !(action === 'resume' && !opening.paused)) return null;
  return refusedFrom(isLive && opening.paused ? 'paused' : opening.state, action);
}

const refusedFrom = (from: string, event: string): ProblemDetail => ({
  code: 'invalid-transition',
  data: { from, event },
});
