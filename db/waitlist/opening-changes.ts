/** The steps of an opening's and an offer's state, inside somebody's transaction, each with its audit row. */
import { systemActor } from '../../domain/actor.ts';
import type { WaitlistPolicy } from '../../domain/policies.ts';
import { policyAt } from '../../domain/policies.ts';
import type { OfferState, OpeningState } from '../../domain/waitlist/waitlist.ts';
import { DAY } from '../../domain/calendar/zone.ts';
import type { ChangeContext } from '../appointments/appointment-effects.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import type { Trx } from '../connection.ts';
import { isLive, liveOffers, type OfferRow, type OpeningRow } from './opening-view.ts';
import { queueMessage } from '../outbox.ts';
import { loadPolicies } from '../policies.ts';
import { cancelStaffTasks, finishStaffTask, raiseStaffTask } from '../cases/staff-tasks.ts';
import { markActive, recordSilence } from './waitlist-entry-state.ts';
import { lockEntry } from './waitlist-entry-view.ts';

export interface OpeningChange {
  readonly event: string;
  readonly to: OpeningState;
  readonly columns?: Readonly<Record<string, unknown>> | undefined;
  readonly reason?: string | undefined;
  /** Ids and codes. */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}

/** Writes one change of a locked opening. */
export async function changeOpening(
  trx: Trx,
  context: ChangeContext,
  row: OpeningRow,
  change: OpeningChange,
): Promise<OpeningRow> {
  const [changed] = await trx('opening')
    .where({ id: row.id })
    .update({
      ...(!isLive({ state: change.to }) && { ended_at: context.at, paused: false }),
      ...change.columns,
      state: change.to,
      version: row.version + 1,
    })
    .returning<OpeningRow[]>('*');
  if (changed === undefined) throw new Error('the locked opening is gone');
  await recordStateChange(trx, {
    organizationId: context.organizationId,
    aggregate: 'opening',
    aggregateId: row.id,
    event: change.event,
    from: row.state,
    to: change.to,
    actor: context.actor,
    reason: change.reason,
    at: context.at,
    data: { version: changed.version, ...change.data },
    opKey: context.opKey,
  });
  return changed;
}

/** The time is nobody's any more: from `releasedAt` on the public may book it. */
export async function releaseOffered(trx: Trx, openingId: string, releasedAt: Date): Promise<void> {
  await trx('reservation')
    .where({ opening_id: openingId, kind: 'offer' })
    .whereNull('released_at')
    .update({ released_at: releasedAt });
}

export interface OfferEnd {
  readonly event: 'accept' | 'decline' | 'lapse' | 'withdraw' | 'supersede';
  readonly to: OfferState;
  readonly answeredAt?: Date | undefined;
  readonly via?: string | undefined;
  readonly reason?: string | undefined;
}

/**
 * Ends an offer that is live still. The entry is locked before it, as everywhere.
 * @returns false when it has ended meanwhile: then nothing was written
 */
export async function endOffer(trx: Trx, context: ChangeContext, offer: OfferRow, end: OfferEnd): Promise<boolean> {
  const { organizationId, actor, at, opKey } = context;
  const changed = await trx('waitlist_offer')
    .where({ id: offer.id, state: 'offered' })
    .update({
      state: end.to,
      answered_at: end.answeredAt ?? at,
      answered_via: end.via ?? 'system',
      decline_reason: end.reason ?? null,
    });
  if (changed === 0) return false;
  await recordStateChange(trx, {
    organizationId,
    aggregate: 'waitlist-offer',
    aggregateId: offer.id,
    event: end.event,
    from: 'offered',
    to: end.to,
    actor,
    reason: end.reason,
    at,
    data: { patientId: offer.patient_id, openingId: offer.opening_id, entryId: offer.entry_id },
    opKey,
  });
  if (offer.channel === 'call') await endOfferCall(trx, context, offer, end.to);
  return true;
}

/** The call that was the offer: done with the patient's answer, or not needed any more. */
async function endOfferCall(trx: Trx, context: ChangeContext, offer: OfferRow, to: OfferState): Promise<void> {
  const { organizationId, actor, at } = context;
  const subject = { organizationId, subjectType: 'waitlist-offer', subjectId: offer.id };
  if (to === 'accepted' || to === 'declined') {
    const task = await trx('staff_task')
      .where({ organization_id: organizationId, subject_type: 'waitlist-offer', subject_id: offer.id, state: 'open' })
      .first<{ id: string } | undefined>('id');
    if (task !== undefined) await finishStaffTask(trx, { organizationId, id: task.id, outcome: to, actor, at });
    return;
  }
  await cancelStaffTasks(trx, { ...subject, kinds: ['offer-call'], actor, at });
}

/** Takes a live offer back and says so; who never heard of it is spared the news by the sender (waitlist-verdict.ts). */
export async function takeBackOffer(
  trx: Trx,
  context: ChangeContext,
  offer: OfferRow,
  why: { readonly event: 'withdraw' | 'supersede'; readonly reason: string; readonly entryEvent: EntryEvent },
): Promise<boolean> {
  await lockEntry(trx, offer.entry_id);
  const to = why.event === 'withdraw' ? 'withdrawn' : 'superseded';
  if (!(await endOffer(trx, context, offer, { event: why.event, to, reason: why.reason }))) return false;
  await markActive(trx, context, offer.entry_id, why.entryEvent, { openingId: offer.opening_id, offerId: offer.id });
  if (offer.channel === 'call') return true;
  const { language } = await trx('patient').where({ id: offer.patient_id }).first<{ language: string }>('language');
  const kind = `waitlist-offer-${to}`;
  await queueMessage(trx, {
    organizationId: context.organizationId,
    dedupeKey: `offer:${offer.id}:${kind}:${offer.channel}:patient:${offer.patient_id}`,
    aggregate: 'waitlist-offer',
    aggregateId: offer.id,
    kind,
    channel: offer.channel,
    toRef: `patient:${offer.patient_id}`,
    patientId: offer.patient_id,
    localeAsked: language,
    params: { openingId: offer.opening_id, reason: why.reason },
    dueAt: context.at,
    usefulUntil: new Date(context.at.getTime() + DAY),
  });
  return true;
}
type EntryEvent = 'skip' | 'withdraw-offer' | 'supersede';

/**
 * Offers whose window is over at `at` lapse as of their expiry, whatever their timers did (I6). A call that nobody made is
 * no silence of the patient's. @returns those that live on
 */
export async function lapseOffers(
  trx: Trx,
  context: ChangeContext,
  openingId: string,
  policy: WaitlistPolicy,
): Promise<OfferRow[]> {
  const live: OfferRow[] = [];
  for (const offer of await liveOffers(trx, openingId)) {
    if (offer.expires_at.getTime() > context.at.getTime()) {
      live.push(offer);
      continue;
    }
    await lockEntry(trx, offer.entry_id);
    const ended = await endOffer(trx, context, offer, {
      event: 'lapse',
      to: 'expired',
      answeredAt: offer.expires_at,
    });
    if (!ended) continue;
    // Also who was to be called: whoever is never reached rests after as many, and a person is told.
    await recordSilence(trx, context, offer.entry_id, policy, { openingId, offerId: offer.id });
  }
  return live;
}

/** Nobody took it, or nobody may be asked any more: the time is public as of `releasedAt`. Live offers have ended before. */
export async function releaseOpening(
  trx: Trx,
  context: ChangeContext,
  row: OpeningRow,
  reason: string,
  releasedAt: Date,
): Promise<OpeningRow> {
  await releaseOffered(trx, row.id, releasedAt);
  return changeOpening(trx, context, row, {
    event: 'release',
    to: 'released',
    columns: { closed_reason: reason },
    reason,
  });
}

/** So near to the start only a person can still fill it (D2: staff are told when the lead is under a day). */
export async function tellStaffUnfilled(trx: Trx, context: ChangeContext, row: OpeningRow): Promise<void> {
  const lead = row.start_at.getTime() - context.at.getTime();
  if (lead <= 0 || lead >= DAY) return;
  await raiseStaffTask(trx, {
    organizationId: context.organizationId,
    kind: 'opening-unfilled',
    dedupeKey: `opening-unfilled:${row.id}`,
    subjectType: 'opening',
    subjectId: row.id,
    locationId: row.location_id ?? undefined,
    params: { start: row.start_at.toISOString(), reason: row.closed_reason },
    dueAt: row.start_at,
    actor: context.actor,
    at: context.at,
  });
}

/**
 * C3 step 2 for freed times: an opening that stands in the way of a booking and is over at `at` ends here, as of its
 * `release_at`, whatever its timers did (I6).
 */
export async function endExpiredOpenings(
  trx: Trx,
  organizationId: string,
  ids: readonly string[],
  at: Date,
  opKey: string,
): Promise<void> {
  if (ids.length === 0) return;
  const rows = await trx('opening')
    .whereIn('id', ids)
    .whereIn('state', ['open', 'offering'])
    .where('release_at', '<=', at)
    .orderBy('id')
    .forUpdate()
    .select<OpeningRow[]>('*');
  if (rows.length === 0) return;
  const policies = await loadPolicies(trx);
  const context: ChangeContext = { organizationId, actor: systemActor('reservation'), at, opKey };
  for (const row of rows) {
    // No offer outlives its opening's release, so that all of them are over.
    await lapseOffers(trx, context, row.id, policyAt(policies, 'waitlist', at.getTime(), row.location_id));
    await releaseOpening(trx, context, row, 'release-time', row.release_at ?? at);
  }
}
