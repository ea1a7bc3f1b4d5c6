/**
 * The steps of a wish's state, inside somebody's transaction: what openings do to an entry, and what every step leaves
 * (one audit row, timers and tasks that lost their purpose). Callers that hold an opening have locked it first.
 */
import { DomainError } from '../../domain/errors.ts';
import type { WaitlistPolicy } from '../../domain/policies.ts';
import { waitingStates, type WaitlistState } from '../../domain/waitlist/waitlist.ts';
import type { ChangeContext } from '../appointments/appointment-effects.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import type { Trx } from '../connection.ts';
import { cancelStaffTasks, raiseStaffTask } from '../cases/staff-tasks.ts';
import { lockEntry, readEntryRow, type EntryRow } from './waitlist-entry-view.ts';

export interface EntryChange {
  readonly event: string;
  readonly to: WaitlistState;
  readonly columns?: Readonly<Record<string, unknown>> | undefined;
  readonly reason?: string | undefined;
  /** Ids and codes. */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}

/** Writes one change of a locked entry. An entry that waits no longer gives its visit types back and has no timers. */
export async function changeEntry(
  trx: Trx,
  context: ChangeContext,
  row: EntryRow,
  change: EntryChange,
): Promise<EntryRow> {
  const { organizationId, actor, at, opKey } = context;
  const over = !waitingStates.has(change.to);
  await trx('waitlist_entry')
    .where({ id: row.id })
    .update({
      ...(change.to !== 'paused' && { paused_reason: null }),
      ...change.columns,
      state: change.to,
      version: row.version + 1,
    });
  if (over) {
    await trx('waitlist_entry_visit_type').where({ entry_id: row.id }).update({ live: false });
    await trx('case_timer')
      .where({ aggregate: 'waitlist-entry', aggregate_id: row.id, state: 'pending' })
      .update({ state: 'cancelled' });
  }
  if (over || (row.state === 'paused' && change.to !== 'paused')) {
    await cancelStaffTasks(trx, {
      organizationId,
      subjectType: 'waitlist-entry',
      subjectId: row.id,
      kinds: ['call-patient'],
      actor,
      at,
    });
  }
  await recordStateChange(trx, {
    organizationId,
    aggregate: 'waitlist-entry',
    aggregateId: row.id,
    event: change.event,
    from: row.state,
    to: change.to,
    actor,
    reason: change.reason,
    at,
    data: { patientId: row.patient_id, version: row.version + 1, ...change.data },
    opKey,
  });
  return readEntryRow(trx, row.id);
}

/**
 * An offer was made to it.
 * @throws DomainError `invalid-transition` when it does not wait for one
 */
export async function markOffered(
  trx: Trx,
  context: ChangeContext,
  entryId: string,
  data?: Readonly<Record<string, unknown>>,
): Promise<EntryRow> {
  const row = await lockEntry(trx, entryId);
  if (row.state !== 'active') throw refused(row, 'offer');
  return changeEntry(trx, context, row, { event: 'offer', to: 'offered', data });
}

/** How an offer ended without a visit and without a silence. */
export type OfferEnding = 'decline' | 'skip' | 'withdraw-offer' | 'supersede';

/** Waits again. A word from the patient ends the row of silences. An entry that has moved on meanwhile is left as it is. */
export async function markActive(
  trx: Trx,
  context: ChangeContext,
  entryId: string,
  event: OfferEnding,
  data?: Readonly<Record<string, unknown>>,
): Promise<EntryRow> {
  const row = await lockEntry(trx, entryId);
  if (row.state !== 'offered') return row;
  const columns = event === 'decline' ? { declines: row.declines + 1, no_responses: 0 } : {};
  return changeEntry(trx, context, row, { event, to: 'active', columns, data });
}

/** An offer ran out without an answer. After `pauseAfterSilences` in a row the entry rests and a person calls (D2). */
export async function recordSilence(
  trx: Trx,
  context: ChangeContext,
  entryId: string,
  policy: Pick<WaitlistPolicy, 'pauseAfterSilences'>,
  data?: Readonly<Record<string, unknown>>,
): Promise<EntryRow> {
  const row = await lockEntry(trx, entryId);
  if (row.state !== 'offered') return row;
  const silences = row.no_responses + 1;
  if (silences < policy.pauseAfterSilences) {
    return changeEntry(trx, context, row, {
      event: 'silence',
      to: 'active',
      columns: { no_responses: silences },
      data,
    });
  }
  const paused = await changeEntry(trx, context, row, {
    event: 'silence',
    to: 'paused',
    columns: { no_responses: silences, paused_reason: 'no-response' },
    reason: 'no-response',
    data,
  });
  await callAboutEntry(trx, context, paused, 'waitlist-no-response', { silences });
  return paused;
}

/**
 * The wish is fulfilled. A live offer of another opening is withdrawn: its run must look again.
 * @returns the entry, and the openings concerned
 * @throws DomainError `invalid-transition` when it waits no longer
 */
export async function promoteEntry(
  trx: Trx,
  context: ChangeContext,
  entryId: string,
  appointmentId: string,
): Promise<{ readonly entry: EntryRow; readonly openings: readonly string[] }> {
  const row = await lockEntry(trx, entryId);
  if (!waitingStates.has(row.state)) throw refused(row, 'promote');
  const openings = await endLiveOffer(trx, context, row.id, { to: 'withdrawn', reason: 'promoted' });
  const entry = await changeEntry(trx, context, row, {
    event: 'promote',
    to: 'promoted',
    columns: { promoted_appointment_id: appointmentId, no_responses: 0 },
    data: { appointmentId },
  });
  return { entry, openings };
}

/**
 * Locks the opening whose offer the entry holds, then the entry: the order of everybody. An offer that was made between
 * the two is met by starting over.
 * @throws DomainError `not-found`; an error of class 40001, which withTransaction repeats
 */
export async function lockEntryAfterOpening(trx: Trx, entryId: string): Promise<EntryRow> {
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `SELECT o.id FROM opening o WHERE o.id = (SELECT f.opening_id FROM waitlist_offer f WHERE f.entry_id = :entryId AND f.state = 'offered')
     FOR UPDATE OF o`,
    { entryId },
  );
  const row = await lockEntry(trx, entryId);
  const offer = await trx('waitlist_offer')
    .where({ entry_id: entryId, state: 'offered' })
    .first<{ opening_id: string } | undefined>('opening_id');
  if (offer !== undefined && offer.opening_id !== rows[0]?.id) {
    throw Object.assign(new Error('an offer was made meanwhile'), { code: '40001' });
  }
  return row;
}

/** The live offer of a locked entry ends without an answer; its mail is not sent any more and nobody calls. @returns its opening, if any */
export async function endLiveOffer(
  trx: Trx,
  context: ChangeContext,
  entryId: string,
  { to, reason }: { readonly to: 'withdrawn' | 'expired'; readonly reason: string },
): Promise<string[]> {
  const { organizationId, actor, at, opKey } = context;
  const offers = await trx('waitlist_offer')
    .where({ entry_id: entryId, state: 'offered' })
    .update({
      state: to,
      answered_at: to === 'expired' ? trx.ref('expires_at') : at,
      answered_via:
        to === 'expired' || actor.kind === 'system' ? 'system' : actor.kind === 'patient' ? 'portal' : 'front-desk',
      decline_reason: reason,
    })
    .returning<{ id: string; opening_id: string; patient_id: string }[]>(['id', 'opening_id', 'patient_id']);
  for (const offer of offers) {
    await trx.raw(
      `UPDATE notification SET state = 'suppressed', suppressed_reason = 'superseded' WHERE id IN (
         SELECT id FROM notification WHERE organization_id = ? AND aggregate = 'waitlist-offer' AND aggregate_id = ? AND state = 'queued'
         FOR UPDATE SKIP LOCKED)`,
      [organizationId, offer.id],
    );
    await cancelStaffTasks(trx, {
      organizationId,
      subjectType: 'waitlist-offer',
      subjectId: offer.id,
      kinds: ['offer-call'],
      actor,
      at,
    });
    await recordStateChange(trx, {
      organizationId,
      aggregate: 'waitlist-offer',
      aggregateId: offer.id,
      event: to === 'expired' ? 'lapse' : 'withdraw',
      from: 'offered',
      to,
      actor,
      reason,
      at,
      data: { patientId: offer.patient_id, openingId: offer.opening_id, entryId },
      opKey,
    });
  }
  return offers.map((offer) => offer.opening_id);
}

/** The staff task of what cannot be written to the patient, or should be said by a person. One for each version. */
export async function callAboutEntry(
  trx: Trx,
  context: ChangeContext,
  row: EntryRow,
  about: 'waitlist-no-response' | 'waitlist-expiry-notice' | 'waitlist-expired',
  params: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await raiseStaffTask(trx, {
    organizationId: context.organizationId,
    kind: 'call-patient',
    dedupeKey: `call:wait:${row.id}:${about}:v${row.version}`,
    subjectType: 'waitlist-entry',
    subjectId: row.id,
    patientId: row.patient_id,
    locationId: row.location_ids.length === 1 ? row.location_ids[0] : undefined,
    params: { about, ...params },
    dueAt: new Date(context.at.getTime() + 86_400_000),
    actor: context.actor,
    at: context.at,
  });
}

export const refused = (row: EntryRow, event: string): DomainError =>
  new DomainError('invalid-transition', { data: { from: row.state, event } });
