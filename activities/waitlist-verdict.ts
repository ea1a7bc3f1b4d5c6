/**
 * Whether a message to somebody who waits is still true just before it leaves: an offer only while it stands (C12: after a
 * crash nobody is written about an offer that is over), its end only to whom it was announced.
 */
import type { Trx } from '../db/connection.ts';
import { waitingStates } from '../domain/waitlist/waitlist.ts';
import type { OfferState, WaitlistState } from '../domain/waitlist/waitlist.ts';
import type { VisitMode } from '../workflows/messages/appointment.ts';
import type { OfferMessageKind, WishMessageKind } from './messages/waitlist-messages.ts';
import type { Suppression } from './outbox-verdict.ts';

export interface OfferFactsRow {
  readonly id: string;
  readonly opening_id: string;
  readonly patient_id: string;
  readonly batch_no: number;
  readonly state: OfferState;
  readonly expires_at: Date;
  readonly start_at: Date;
  readonly tz: string;
  readonly mode: VisitMode;
  readonly location_id: string | null;
  readonly location_name: string | null;
  readonly location_address: Readonly<Record<string, unknown>> | null;
  readonly location_phone: string | null;
  readonly current_appointment_id: string | null;
  /** Others were asked about the same time at once. */
  readonly has_rivals: boolean;
}

export async function loadOffer(trx: Trx, id: string): Promise<OfferFactsRow | undefined> {
  return trx('waitlist_offer as f')
    .join('opening as o', 'o.id', 'f.opening_id')
    .join('waitlist_entry as e', 'e.id', 'f.entry_id')
    .leftJoin('location as l', 'l.id', 'o.location_id')
    .where('f.id', id)
    .first<OfferFactsRow | undefined>(
      'f.id',
      'f.opening_id',
      'f.patient_id',
      'f.batch_no',
      'f.state',
      'f.expires_at',
      'o.start_at',
      'o.tz',
      'o.mode',
      'o.location_id',
      'l.name as location_name',
      'l.address as location_address',
      'l.phone as location_phone',
      'e.current_appointment_id',
      trx.raw(
        `(f.batch_no > 0 OR EXISTS (SELECT 1 FROM waitlist_offer r WHERE r.opening_id = f.opening_id AND r.id <> f.id AND r.state = 'offered')) AS has_rivals`,
      ),
    );
}

export interface WishFactsRow {
  readonly state: WaitlistState;
  readonly expires_at: Date;
}

export async function loadWish(trx: Trx, id: string): Promise<WishFactsRow | undefined> {
  return trx('waitlist_entry').where({ id }).first<WishFactsRow | undefined>('state', 'expires_at');
}

/** @returns why it is not sent; `not-yet`: the offer itself is just on its way, and comes first */
export async function offerProblem(
  trx: Trx,
  kind: OfferMessageKind,
  offer: OfferFactsRow | undefined,
  at: Date,
): Promise<Suppression | 'not-yet' | null> {
  if (offer === undefined) return 'nothing-to-tell';
  if (kind === 'waitlist-offer') return offer.state === 'offered' && at < offer.expires_at ? null : 'offer-over';
  if (offer.state !== (kind === 'waitlist-offer-withdrawn' ? 'withdrawn' : 'superseded')) return 'nothing-to-tell';
  if (at >= offer.start_at) return 'no-longer-useful';
  const announced = await trx('notification')
    .where({ aggregate: 'waitlist-offer', aggregate_id: offer.id, kind: 'waitlist-offer' })
    .pluck<string[]>('state');
  // Who was called is told by whoever called. What was never sent needs no apology.
  if (announced.includes('sent')) return null;
  return announced.includes('sending') ? 'not-yet' : 'nothing-to-tell';
}

export function wishProblem(kind: WishMessageKind, wish: WishFactsRow | undefined, at: Date): Suppression | null {
  if (wish === undefined) return 'nothing-to-tell';
  if (kind === 'waitlist-expired') return wish.state === 'expired' ? null : 'no-longer-useful';
  return waitingStates.has(wish.state) && at < wish.expires_at ? null : 'no-longer-useful';
}
