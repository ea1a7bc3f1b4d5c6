/** What the front desk reads of a promotion in Temporal Web: plain words, no names, nothing clinical (I24). */
import type { OfferState } from '../domain/waitlist/waitlist.ts';
import type { PlannedTimer } from './messages/appointment.ts';
import type { OfferView, OpeningSettled } from './messages/opening.ts';
import { shortTime } from './short-time.ts';

const stateWords: Readonly<Record<string, string>> = {
  open: 'Looking for somebody who waits',
  offering: 'Offered',
  filled: 'Filled',
  released: 'Released: everybody can book it',
  closed: 'Closed',
};

/** Markdown. Instants are UTC, as everywhere in the engine's pages. */
export function openingDetails({ opening, offers, lookAgainAt }: OpeningSettled): string {
  const lines = [`**${stateWords[opening.state] ?? opening.state}**${opening.paused ? ', paused by the clinic' : ''}`];
  lines.push(`Visit at ${shortTime(opening.start)}, ${opening.cascadeDepth} in its chain.`);
  for (const { rank, expiresAt } of offers) lines.push(`Offered to number ${rank} of the list until ${shortTime(expiresAt)}.`); // prettier-ignore
  if (opening.endedAt !== null) return lines.join('\n\n');
  if (lookAgainAt !== null) lines.push(`Who is left is asked from ${shortTime(lookAgainAt)}.`);
  if (opening.releaseAt !== null) lines.push(`Public at ${shortTime(opening.releaseAt)} at the latest.`);
  return lines.join('\n\n');
}

/** What an opening waits for by itself: the ends of its offers, the morning of who sleeps, its own release. */
export function openingTimers({ opening, offers, lookAgainAt }: OpeningSettled): PlannedTimer[] {
  const timers = offers.map((offer) => ({ name: `offer:${offer.id.slice(0, 8)}`, dueAt: offer.expiresAt }));
  if (lookAgainAt !== null) timers.push({ name: 'look-again', dueAt: lookAgainAt });
  if (opening.releaseAt !== null) timers.push({ name: 'release', dueAt: opening.releaseAt });
  return timers;
}

/** How an offer ended that was live before a step and is not any more; only what this process saw (Postgres has the rest). */
export function endOf(offer: OfferView, step: string, offerId: string | undefined, at: number): OfferState {
  if (offerId === offer.id && step === 'accept') return 'accepted';
  if (offerId === offer.id && step === 'decline') return 'declined';
  if (step === 'accept') return 'superseded';
  return Date.parse(offer.expiresAt) <= at ? 'expired' : 'withdrawn';
}
