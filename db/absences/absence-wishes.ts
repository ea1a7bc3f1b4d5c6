/**
 * Who is displaced waits with priority (scheduling-intake.md D1): an entry of urgency `displaced` from the cancellation until
 * there is a new time. Whoever waits for the same already has that wish raised instead, and lowered again afterwards:
 * nobody waits twice (D2).
 */
import { systemActor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Urgency } from '../../domain/waitlist/waitlist.ts';
import { absenceOperationKey } from '../../workflows/messages/absence.ts';
import { waitlistEntryOperationKey } from '../../workflows/messages/waitlist-entry.ts';
import type { WaitlistEntryStart } from '../../workflows/messages/waitlist-entry.ts';
import { actingFor } from '../patients/acting-for.ts';
import type { PatientStep } from './absence-steps.ts';
import { carryOut } from '../appointments/appointment-actions.ts';
import type { AppointmentRow } from '../appointments/appointment-view.ts';
import type { SchedulingPorts } from '../appointments/appointments.ts';
import { withOrganization, withTransaction } from '../transaction.ts';
import { applyEntryAction, joinWaitlist } from '../waitlist/waitlist-entries.ts';

export interface Displaced {
  /** Its run finds it settled when it starts. */
  readonly made?: WaitlistEntryStart;
  readonly changed?: string;
}

/** Once for the step, after the visit was cancelled. Null for a visit type that nobody waits for. */
export async function waitDisplaced(ports: SchedulingPorts, step: PatientStep): Promise<Displaced | null> {
  const { organizationId, absenceId, appointmentId } = step;
  const entryId = step.ids.at(-1);
  const found = await withOrganization(ports.db, organizationId, async (trx) => {
    const visit = await trx('appointment').where({ id: appointmentId }).first<AppointmentRow>();
    const one = await trx('absence_case')
      .where({ absence_id: absenceId, appointment_id: appointmentId })
      .first<{ id: string; settled_at: Date | null; waitlist_entry_id: string | null }>(
        'id', 'settled_at', 'waitlist_entry_id'); // prettier-ignore
    return { visit, one };
  });
  const { visit, one } = found;
  if (entryId === undefined) return null;
  // A repeat of the step names its wish again.
  if (one.waitlist_entry_id !== entryId && (visit.status !== 'cancelled' || one.settled_at !== null)) return null;
  const actor = systemActor('absence');
  const start: WaitlistEntryStart = {
    organizationId,
    entryId,
    patientId: visit.patient_id,
    wish: {
      visitTypeIds: [visit.visit_type_id],
      providerIds: null,
      locationIds: visit.location_id === null ? [] : [visit.location_id],
      modes: [visit.mode],
      days: [],
      timeFrom: null,
      timeTo: null,
      earliest: null,
      latest: null,
      urgency: 'displaced',
      currentAppointmentId: null,
      minGainDays: 0,
      maxTravelKm: null,
      noticeMinutes: 240,
    },
    operation: { key: waitlistEntryOperationKey(entryId, 'join'), inputHash: `absence:${absenceId}` },
    actor,
  };
  const remember = (id: string, was: Urgency | null): Promise<unknown> =>
    withOrganization(ports.db, organizationId, (trx) =>
      trx('absence_case')
        .where({ id: one.id })
        .whereNull('waitlist_entry_id')
        .update({ waitlist_entry_id: id, wish_was: was }),
    );
  try {
    await joinWaitlist(ports, start);
    await remember(entryId, null);
    return { made: start };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const waiting = error.code === 'already-waiting' ? error.problem.data?.['entryId'] : undefined;
    if (typeof waiting !== 'string') return null;
    const own = await withOrganization(ports.db, organizationId, (trx) =>
      trx('waitlist_entry').where({ id: waiting }).first<{ urgency: Urgency } | undefined>('urgency'),
    );
    // Nothing ranks above urgent, and what staff made displaced is theirs.
    if (own === undefined || own.urgency === 'urgent') return null;
    if (own.urgency === 'displaced') {
      // Of an earlier round, or of another absence that left the patient without a time: it ends with this one.
      const before = await withOrganization(ports.db, organizationId, (trx) =>
        trx('absence_case')
          .where({ waitlist_entry_id: waiting })
          .orderBy('created_at', 'desc')
          .first<{ wish_was: Urgency | null } | undefined>('wish_was'),
      );
      if (before !== undefined) await remember(waiting, before.wish_was);
      return null;
    }
    const operation = { key: `${step.key}:wish`, inputHash: 'displaced' };
    const request = { action: 'change', input: { wish: { urgency: 'displaced' } }, actor, operation } as const;
    await applyEntryAction(ports, { organizationId, entryId: waiting, request });
    await remember(waiting, own.urgency);
    return { changed: waiting };
  }
}

/**
 * Who found a new time another way (the waitlist, the portal, the desk) needs the times no more that are held in its place:
 * others may have them. Who took one of them has given back the rest with it.
 * @returns the held visits that were let go: their runs read again
 */
export async function giveBackTimes(
  ports: SchedulingPorts,
  { organizationId, absenceId }: { readonly organizationId: string; readonly absenceId: string },
): Promise<string[]> {
  const at = await ports.clock.now();
  const left = await withOrganization(ports.db, organizationId, async (trx) => {
    const { rows } = await trx.raw<{ rows: { id: string; by: string }[] }>(
      `SELECT h.id, b.created_by AS by FROM absence b JOIN absence_case c ON c.absence_id = b.id JOIN appointment h ON h.organization_id = c.organization_id AND h.patient_id = c.patient_id AND h.replaces_id = c.appointment_id
       WHERE b.id = :absenceId AND c.state = 'rebooked' AND h.status = 'pending' AND NOT h.awaiting_approval
         AND h.hold_expires_at > :at AND h.hold_owner = 'patient:' || c.patient_id ORDER BY h.id`,
      { absenceId, at },
    );
    return rows;
  });
  const released: string[] = [];
  for (const { id: appointmentId, by } of left) {
    // In the name of who declared it, as the visits are cancelled.
    const actor = actingFor({ kind: 'staff', ref: by, permissions: [] });
    const operation = { key: absenceOperationKey(absenceId, `let-go:${appointmentId}`), inputHash: 'let-go' };
    const command = { organizationId, appointmentId, event: 'release-hold', input: {}, actor, operation } as const; // prettier-ignore
    try {
      await withTransaction(ports.db, { organizationId, operation }, (trx) => carryOut(trx, command, at));
      released.push(appointmentId);
    } catch (error) {
      // Taken, or over, meanwhile.
      if (!(error instanceof DomainError)) throw error;
    }
  }
  return released;
}

/** What the runs of others must learn. */
export interface ClosedWishes {
  readonly wishes: readonly string[];
  readonly openings: readonly string[];
}

/**
 * Whoever has a new time, or wants none, waits no longer. Each in its own transaction, after the case: offers are locked
 * before entries. Who was only called still waits.
 */
export async function closeWishes(
  ports: SchedulingPorts,
  { organizationId, absenceId }: { readonly organizationId: string; readonly absenceId: string },
): Promise<ClosedWishes> {
  const over = await withOrganization(
    ports.db,
    organizationId,
    (trx) =>
    trx('absence_case as c')
      .where({ 'c.absence_id': absenceId })
      .whereIn('c.state', ['rebooked', 'cancelled'])
      .whereNotNull('c.waitlist_entry_id')
      .whereNull('c.wish_closed_at')
      .select<{ id: string; waitlist_entry_id: string; wish_was: Urgency | null; state: string }[]>(
        'c.id', 'c.waitlist_entry_id', 'c.wish_was', 'c.state'), // prettier-ignore
  );
  const openings: string[] = [];
  const wishes: string[] = [];
  for (const one of over) {
    const operation = { key: absenceOperationKey(absenceId, `wish:${one.waitlist_entry_id}`), inputHash: one.state };
    const actor = systemActor('absence');
    const request =
      one.wish_was === null
        ? ({ action: 'withdraw', input: { reason: one.state }, actor, operation } as const)
        : ({ action: 'change', input: { wish: { urgency: one.wish_was } }, actor, operation } as const);
    try {
      const settled = await applyEntryAction(ports, { organizationId, entryId: one.waitlist_entry_id, request });
      openings.push(...settled.openings);
      wishes.push(one.waitlist_entry_id);
    } catch (error) {
      // It came true by itself, or the patient left: it is over already.
      if (!(error instanceof DomainError)) throw error;
    }
    const at = await ports.clock.now();
    await withOrganization(ports.db, organizationId, (trx) =>
      trx('absence_case').where({ id: one.id }).update({ wish_closed_at: at }),
    );
  }
  return { wishes, openings };
}
