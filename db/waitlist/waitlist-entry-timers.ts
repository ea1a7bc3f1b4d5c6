/**
 * What a wish waits for by itself: the word before its end, and its end. Rows of `case_timer`, like those of visits, but of
 * the entry and not of one of its versions (always version 0): offers come and go without touching them.
 */
import { systemActor } from '../../domain/actor.ts';
import { waitingStates } from '../../domain/waitlist/waitlist.ts';
import { expiryNoticeAt, expiryOf } from '../../domain/waitlist/waitlist-wish.ts';
import type { Operation } from '../../workflows/messages/appointment.ts';
import type { WaitlistEntrySettled } from '../../workflows/messages/waitlist-entry.ts';
import { channelsOf, type ChangeContext } from '../appointments/appointment-effects.ts';
import type { SchedulingPorts } from '../appointments/appointments.ts';
import type { Trx } from '../connection.ts';
import { queueMessage } from '../outbox.ts';
import type { PatientFacts } from '../schedule/scheduling-facts.ts';
import { withTransaction } from '../transaction.ts';
import { callAboutEntry, changeEntry, endLiveOffer, lockEntryAfterOpening } from './waitlist-entry-state.ts';
import { toEntryView, wishOf, type EntryRow } from './waitlist-entry-view.ts';
import { loadWishFacts } from './waitlist-wish.ts';

export type EntryTimer = 'expiry-notice' | 'expiry';

/** Makes the pending timers these. A notice that is not planned any more is cancelled; one that rang stays on record. */
export async function planEntryTimers(
  trx: Trx,
  row: EntryRow,
  dueAt: Readonly<Record<EntryTimer, number | null>>,
): Promise<void> {
  const of = { aggregate: 'waitlist-entry', aggregate_id: row.id, version: 0 };
  for (const name of ['expiry-notice', 'expiry'] as const) {
    const due = dueAt[name];
    if (due === null) {
      await trx('case_timer')
        .where({ ...of, name, state: 'pending' })
        .update({ state: 'cancelled' });
      continue;
    }
    await trx('case_timer')
      .insert({ ...of, organization_id: row.organization_id, name, due_at: new Date(due), state: 'pending' })
      .onConflict(['aggregate', 'aggregate_id', 'version', 'name'])
      .merge(['due_at', 'state']);
  }
}

/** The entry with what it waits for, earliest first. */
export async function settleEntry(
  trx: Trx,
  row: EntryRow,
  openings: readonly string[] = [],
): Promise<WaitlistEntrySettled> {
  const timers = await trx('case_timer')
    .where({ aggregate: 'waitlist-entry', aggregate_id: row.id, state: 'pending' })
    .orderBy([{ column: 'due_at' }, { column: 'name' }])
    .select<{ name: string; due_at: Date }[]>('name', 'due_at');
  return {
    entry: toEntryView(row),
    timers: timers.map((timer) => ({ name: timer.name, dueAt: timer.due_at.toISOString() })),
    openings,
  };
}

/**
 * A timer rings: once for its operation key, and for nothing when it is not its time any more (the entry has ended, its
 * end was put off). An entry with a live offer ends after the offer: what is offered can be accepted (C5).
 */
export async function ringEntryTimer(
  ports: SchedulingPorts,
  step: {
    readonly organizationId: string;
    readonly entryId: string;
    readonly name: string;
    readonly operation: Operation;
  },
): Promise<WaitlistEntrySettled> {
  const at = await ports.clock.now();
  const { organizationId, entryId, name, operation } = step;
  return withTransaction(ports.db, { organizationId, operation }, async (trx) => {
    const context: ChangeContext = { organizationId, actor: systemActor('timer'), at, opKey: operation.key };
    const row = await lockEntryAfterOpening(trx, entryId);
    const timer = await trx('case_timer')
      .where({ aggregate: 'waitlist-entry', aggregate_id: entryId, version: 0, name, state: 'pending' })
      .first<{ due_at: Date } | undefined>('due_at');
    if (!waitingStates.has(row.state) || timer === undefined || timer.due_at > at) return settleEntry(trx, row);
    return name === 'expiry-notice' ? announceEnd(trx, context, row) : end(trx, context, row);
  });
}

async function announceEnd(trx: Trx, context: ChangeContext, row: EntryRow): Promise<WaitlistEntrySettled> {
  const { patient } = await loadWishFacts(trx, row.patient_id, wishOf(row), context.at);
  await markRung(trx, row, 'expiry-notice');
  const told = await changeEntry(trx, context, row, {
    event: 'expiry-notice',
    to: row.state,
    columns: { expiry_notified_at: context.at },
  });
  await tellAboutEnd(trx, context, told, patient, 'waitlist-expiry-notice', told.expires_at);
  return settleEntry(trx, told);
}

async function end(trx: Trx, context: ChangeContext, row: EntryRow): Promise<WaitlistEntrySettled> {
  const { at } = context;
  const facts = await loadWishFacts(trx, row.patient_id, wishOf(row), at);
  const expiry = expiryOf(wishOf(row), facts, row.joined_at.getTime(), facts.policy);
  if (row.current_appointment_id !== null && row.expires_at.getTime() < expiry.at && expiry.at > at.getTime()) {
    // The visit that it was to bring forward was moved away or cancelled.
    const later = await changeEntry(trx, context, row, {
      event: 'extend',
      to: row.state,
      columns: { expires_at: new Date(expiry.at), expiry_notified_at: null },
    });
    await planEntryTimers(trx, later, {
      'expiry-notice': expiryNoticeAt(expiry, at.getTime(), facts.policy),
      expiry: expiry.at,
    });
    return settleEntry(trx, later);
  }
  const offer = await trx('waitlist_offer')
    .where({ entry_id: row.id, state: 'offered' })
    .first<{ id: string; opening_id: string; expires_at: Date } | undefined>();
  if (offer !== undefined && offer.expires_at > at) {
    await planEntryTimers(trx, row, { 'expiry-notice': null, expiry: offer.expires_at.getTime() });
    return settleEntry(trx, row);
  }
  // Its own run has not got to say so yet: an offer that is over is over.
  const openings = await endLiveOffer(trx, context, row.id, { to: 'expired', reason: 'entry-expired' });
  await markRung(trx, row, 'expiry');
  const reason = expiry.byVisit ? 'visit-begun' : 'time-over';
  const ended = await changeEntry(trx, context, row, { event: 'expire', to: 'expired', reason });
  if (!expiry.byVisit) {
    // The news helps for a week: by then nobody who missed it is surprised any more.
    const usefulUntil = new Date(at.getTime() + 7 * 86_400_000);
    await tellAboutEnd(trx, context, ended, facts.patient, 'waitlist-expired', usefulUntil);
  }
  return settleEntry(trx, ended, openings);
}

/** Mail, or a person calls. */
async function tellAboutEnd(
  trx: Trx,
  context: ChangeContext,
  row: EntryRow,
  patient: PatientFacts,
  kind: 'waitlist-expiry-notice' | 'waitlist-expired',
  usefulUntil: Date,
): Promise<void> {
  if (!channelsOf(patient).includes('email')) {
    await callAboutEntry(trx, context, row, kind, { expiresAt: row.expires_at.toISOString() });
    return;
  }
  await queueMessage(trx, {
    organizationId: context.organizationId,
    dedupeKey: `wait:${row.id}:${kind}:${row.expires_at.toISOString()}:email:patient:${patient.id}`,
    aggregate: 'waitlist-entry',
    aggregateId: row.id,
    aggregateVersion: row.version,
    kind,
    channel: 'email',
    toRef: `patient:${patient.id}`,
    patientId: patient.id,
    localeAsked: patient.language,
    params: { expiresAt: row.expires_at.toISOString() },
    dueAt: context.at,
    usefulUntil,
  });
}

async function markRung(trx: Trx, row: EntryRow, name: EntryTimer): Promise<void> {
  await trx('case_timer')
    .where({ aggregate: 'waitlist-entry', aggregate_id: row.id, version: 0, name, state: 'pending' })
    .update({ state: 'fired' });
}
