/** What follows a change of an appointment, in the same transaction: its row, its audit, its messages and its timers. */
import { decide, type Accepted } from '../../domain/appointment/appointment.ts';
import type { AppointmentEvent } from '../../domain/appointment/appointment-events.ts';
import type { AppointmentFacts, AppointmentRules } from '../../domain/appointment/appointment-facts.ts';
import { defaultRules } from '../../domain/appointment/appointment-facts.ts';
import { systemActor, type Actor } from '../../domain/actor.ts';
import { releaseDueAt } from '../../domain/appointment/confirmation.ts';
import { policyAt, type PolicyRow, type ReminderChannel } from '../../domain/policies.ts';
import { planReminders, type PlannedReminder } from '../../domain/appointment/reminder.ts';
import type { AppointmentView, OpeningCommand, PlannedTimer } from '../../workflows/messages/appointment.ts';
import { changedColumns, toFacts, toView, type AppointmentRow } from './appointment-view.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import { planOf, replaceTimers } from '../cases/case-timers.ts';
import type { Trx } from '../connection.ts';
import { followIntake } from '../intakes/intake-visits.ts';
import { followInterpreter } from '../schedule/interpreter-tasks.ts';
import { queueMessage } from '../outbox.ts';
import type { Place } from '../schedule/place.ts';
import { endExpiredOpenings } from '../waitlist/opening-changes.ts';
import { voidCharges } from './proposed-charges.ts';
import { findExpired, lockExpiredHolds, releaseReservations } from '../schedule/reservations.ts';
import type { PatientFacts } from '../schedule/scheduling-facts.ts';
import { raiseStaffTask } from '../cases/staff-tasks.ts';

/** What a run and an answer need to know after a change. Plain JSON. */
export interface Settled {
  readonly appointment: AppointmentView;
  readonly facts: AppointmentFacts;
  /** Everything this version waits for from now on, earliest first. */
  readonly timers: readonly PlannedTimer[];
  /** cancel-by-clinic: places to hold for the patient, each a workflow of its own (event `hold`, `replacesId` set). */
  readonly alternatives?: readonly OpeningCommand[] | undefined;
  /** Appointments that this change closed as well (other alternatives of one cancelled visit). */
  readonly alsoClosed?: readonly string[] | undefined;
  /** Freed times that are offered to who waits for them, each a workflow of its own. */
  readonly openings?: readonly string[] | undefined;
  /** Absences that held this time for the patient, and want to know what became of it. */
  readonly absences?: readonly string[] | undefined;
  /** Walk-ins whose visit this is, and that changed with it. */
  readonly walkIns?: readonly string[] | undefined;
  /** Intakes that the visit needs, written with it: each a workflow of its own. */
  readonly intakes?: readonly string[] | undefined;
  /** Open intakes whose clocks hang on this visit. */
  readonly intakesTold?: readonly string[] | undefined;
}

/** One change: who, when, in which operation. */
export interface ChangeContext {
  readonly organizationId: string;
  readonly actor: Actor;
  readonly at: Date;
  readonly opKey: string;
  /** The patient is told of this together with other things, by who does them all. */
  readonly quiet?: boolean | undefined;
}

/** One audit row for each status entered; checking in from `booked` passes through `arrived` (D1). */
export async function recordPath(
  trx: Trx,
  context: ChangeContext,
  change: {
    readonly id: string;
    readonly from: string | null;
    readonly event: AppointmentEvent;
    readonly path: readonly string[];
    readonly reason?: string | undefined;
    readonly data: Readonly<Record<string, unknown>>;
  },
): Promise<void> {
  let from = change.from;
  for (const [k, to] of change.path.entries()) {
    const last = k === change.path.length - 1;
    await recordStateChange(trx, {
      organizationId: context.organizationId,
      aggregate: 'appointment',
      aggregateId: change.id,
      event: last ? change.event : 'arrive',
      from,
      to,
      actor: context.actor,
      reason: change.reason,
      at: context.at,
      data: change.data,
      opKey: context.opKey,
    });
    from = to;
  }
}

/** What an audit row says about a visit: ids, codes and instants. */
export function auditData(row: AppointmentRow, extra: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    patientId: row.patient_id,
    version: row.version,
    start: row.start_at?.toISOString() ?? null,
    practitionerId: row.practitioner_id,
    locationId: row.location_id,
    ...(row.hold_expires_at !== null &&
      row.status === 'pending' && { holdExpiresAt: row.hold_expires_at.toISOString() }),
    ...extra,
  };
}

/** Writes an accepted change on a locked row. */
export async function writeChange(
  trx: Trx,
  context: ChangeContext,
  row: AppointmentRow,
  accepted: Accepted,
  event: AppointmentEvent,
  extra: {
    readonly columns?: Readonly<Record<string, unknown>>;
    readonly reason?: string | undefined;
    readonly data?: Readonly<Record<string, unknown>>;
  } = {},
): Promise<AppointmentRow> {
  const [changed] = await trx('appointment')
    .where({ id: row.id })
    .update({
      ...changedColumns(accepted.changes),
      ...extra.columns,
      status: accepted.to,
      revision: trx.raw('revision + 1'),
    })
    .returning<AppointmentRow[]>('*');
  if (changed === undefined) throw new Error('the locked appointment is gone');
  await recordPath(trx, context, {
    id: row.id,
    from: row.status,
    event,
    path: accepted.path,
    reason: extra.reason,
    data: auditData(changed, extra.data),
  });
  return changed;
}

export type MessageKind =
  'booked' | 'awaiting-approval' | 'not-approved' | 'rescheduled' | 'cancelled' | 'cancelled-by-clinic' | 'unconfirmed';

/** Mail if there is an address and the patient takes mail; else a person calls (architecture.md, messages). */
export async function tellPatient(
  trx: Trx,
  context: ChangeContext,
  row: AppointmentRow,
  patient: PatientFacts,
  kind: MessageKind,
  params: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  if (context.quiet === true) return;
  const recipient = `patient:${patient.id}`;
  const dedupeKey = `appt:${row.id}:v${row.version}:${kind}:email:${recipient}`;
  if (channelsOf(patient).includes('email')) {
    await queueMessage(trx, {
      organizationId: context.organizationId,
      dedupeKey,
      aggregate: 'appointment',
      aggregateId: row.id,
      aggregateVersion: row.version,
      kind,
      channel: 'email',
      toRef: recipient,
      patientId: patient.id,
      localeAsked: patient.language,
      params,
      dueAt: context.at,
      // The news of a visit helps until it begins; that one was cancelled, for a day at least.
      usefulUntil: new Date(
        Math.max(
          row.start_at?.getTime() ?? 0,
          context.at.getTime() + (kind === 'booked' || kind === 'rescheduled' ? 0 : 86_400_000),
        ),
      ),
    });
    return;
  }
  await callPatient(trx, context, row, patient, kind, dedupeKey);
}

/** The staff task of a message that has no channel. */
export async function callPatient(
  trx: Trx,
  context: ChangeContext,
  row: Pick<AppointmentRow, 'id' | 'location_id' | 'start_at'>,
  patient: Pick<PatientFacts, 'id'>,
  about: string,
  dedupeKey: string,
): Promise<void> {
  const tomorrow = context.at.getTime() + 86_400_000;
  const start = row.start_at?.getTime() ?? tomorrow;
  await raiseStaffTask(trx, {
    organizationId: context.organizationId,
    kind: 'call-patient',
    dedupeKey: `call:${dedupeKey}`,
    subjectType: 'appointment',
    subjectId: row.id,
    patientId: patient.id,
    locationId: row.location_id ?? undefined,
    params: { about },
    dueAt: new Date(start > context.at.getTime() ? Math.min(start, tomorrow) : tomorrow),
    actor: context.actor,
    at: context.at,
  });
}

export function channelsOf(patient: PatientFacts): ReminderChannel[] {
  const channels: ReminderChannel[] = [];
  if (patient.hasEmail && !patient.refusedChannels.includes('email')) channels.push('email');
  if (patient.hasPhone && !patient.refusedChannels.includes('sms')) channels.push('sms');
  return channels;
}

function remindersOf(
  row: AppointmentRow,
  facts: AppointmentFacts,
  patient: PatientFacts,
  policies: readonly PolicyRow[],
): PlannedReminder[] {
  if (row.status !== 'booked' || row.start_at === null || row.tz === null || row.booked_at === null) return [];
  return planReminders({
    policy: policyAt(policies, 'reminder', row.booked_at.getTime(), row.location_id),
    start: row.start_at.getTime(),
    timeZone: row.tz,
    patientTimeZone: patient.timeZone ?? row.tz,
    bookedAt: row.booked_at.getTime(),
    channelsAvailable: channelsOf(patient),
    video: row.mode === 'video',
    releaseAt: releaseDueAt(facts),
  });
}

/** Records what the appointment waits for now, and answers. */
export async function settle(
  trx: Trx,
  context: ChangeContext,
  row: AppointmentRow,
  rules: AppointmentRules,
  about: { readonly patient: PatientFacts; readonly policies: readonly PolicyRow[] },
  fired?: string,
): Promise<Settled> {
  const facts = toFacts(row, rules);
  await followInterpreter(trx, context, row);
  const timers = await replaceTimers(trx, {
    organizationId: context.organizationId,
    appointmentId: row.id,
    version: row.version,
    plan: planOf(facts, remindersOf(row, facts, about.patient, about.policies)),
    fired,
  });
  return { appointment: toView(row), facts, timers, ...(await followIntake(trx, context, row)) };
}

/**
 * C3 step 2: holds of others, and openings, that stand on the chosen lanes and are over at `at` end here, whatever their
 * timers did, with `released_at = expires_at` and an audit row of their own (I6).
 * @param except the appointment that is being moved
 */
export async function endExpiredHolds(
  trx: Trx,
  organizationId: string,
  place: Place,
  at: Date,
  opKey: string,
  except?: string,
): Promise<void> {
  const expired = await findExpired(trx, place, at);
  await endExpiredOpenings(trx, organizationId, expired.openingIds, at, opKey);
  for (const row of await lockExpiredHolds(trx, expired.appointmentIds, at)) {
    if (row.id === except) continue;
    const event: AppointmentEvent = row.awaiting_approval ? 'approval-expired' : 'hold-expired';
    const context: ChangeContext = { organizationId, actor: systemActor('reservation'), at, opKey };
    const decision = decide(toFacts(row, defaultRules), event, { at: at.getTime(), actor: context.actor });
    if (!decision.ok) throw new Error(`an expired hold was not ended: ${decision.problem.code}`);
    await releaseReservations(trx, [row.id], row.hold_expires_at ?? at);
    const changed = await writeChange(trx, context, row, decision, event, { reason: event });
    if (row.awaiting_approval) await voidCharges(trx, context, changed, ['deposit'], 'not-approved');
    await replaceTimers(trx, {
      organizationId,
      appointmentId: row.id,
      version: changed.version,
      plan: [],
      fired: row.awaiting_approval ? 'approval' : 'hold',
    });
  }
}
