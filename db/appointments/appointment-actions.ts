/** What happens to an appointment that exists: one event, decided by domain/appointment, carried out in one transaction (D1). */
import type { Actor } from '../../domain/actor.ts';
import { chooseAlternatives } from '../../domain/appointment/alternatives.ts';
import { decide, type Accepted } from '../../domain/appointment/appointment.ts';
import type { AppointmentEvent } from '../../domain/appointment/appointment-events.ts';
import { releasingStatuses, type AppointmentRules } from '../../domain/appointment/appointment-facts.ts';
import { endOfLocalDay, parseInstant } from '../../domain/calendar/calendar.ts';
import { unfitOf, type EligibilityLimits } from '../../domain/coverage/eligibility.ts';
import { DomainError } from '../../domain/errors.ts';
import { policyAt, type PolicyRow } from '../../domain/policies.ts';
import type { VisitType } from '../../domain/schedule/schedule.ts';
import type { ActionInput, OpeningCommand, Operation } from '../../workflows/messages/appointment.ts';
import {
  settle,
  tellPatient,
  writeChange,
  endExpiredHolds,
  type ChangeContext,
  type Settled,
} from './appointment-effects.ts';
import { toFacts, type AppointmentRow } from './appointment-view.ts';
import { dayMarginMs, placeColumns, refuseOutsideGroup, type SchedulingPorts } from './appointments.ts';
import { absencesAsking, practitionersAway } from '../absences/absence-view.ts';
import { findAvailability, withAlternatives } from '../schedule/availability.ts';
import type { Trx } from '../connection.ts';
import { findSeat, takeSeat } from '../groups/group-seats.ts';
import { recordOpenings } from '../waitlist/openings.ts';
import { intakeFactOf } from '../intakes/intake-visits.ts';
import { findPlace, findRemainingPlace, type Place, type Placement } from '../schedule/place.ts';
import { appointmentRules, policiesSql } from '../policies.ts';
import { requiredAtCheckIn } from '../patients/visit-consents.ts';
import { followCharges } from './proposed-charges.ts';
import {
  changeReservations,
  insertReservations,
  releaseReservations,
  type ReleasedLane,
} from '../schedule/reservations.ts';
import { loadSchedulingFacts, patientSql, placeProblem, type PatientFacts } from '../schedule/scheduling-facts.ts';
import { cancelStaffTasks, raiseStaffTask } from '../cases/staff-tasks.ts';
import { withOrganization, withTransaction } from '../transaction.ts';
import { followVisit } from '../walk-ins/walk-in-follow.ts';
import {
  limitsOf,
  requirementsSql,
  toVisitType,
  type RequirementRow,
  type VisitTypeRow,
} from '../schedule/visit-types.ts';

export interface ActionCommand {
  readonly organizationId: string;
  readonly appointmentId: string;
  /** An action of the API, or what a timer says: 'hold-expired', 'approval-expired', 'no-show', 'day-end'. */
  readonly event: AppointmentEvent;
  readonly input: ActionInput;
  readonly actor: Actor;
  readonly operation: Operation;
}

/** The timer whose ringing an event is; it is recorded as fired and not as cancelled. */
const timerOf: Partial<Record<AppointmentEvent, string>> = {
  'hold-expired': 'hold',
  'approval-expired': 'approval',
  unconfirmed: 'confirmation',
  'no-show': 'no-show',
  'day-end': 'day-end',
};

/**
 * Once for its operation key. Lock order everywhere: appointment, then resources by id.
 * @throws DomainError what domain `decide` refuses, `not-found`, and the refusals of a new place as openAppointment
 */
export async function applyAction(ports: SchedulingPorts, command: ActionCommand): Promise<Settled> {
  const at = await ports.clock.now();
  const { organizationId, operation, input } = command;
  try {
    return await withTransaction(ports.db, { organizationId, operation }, (trx) => carryOut(trx, command, at));
  } catch (error) {
    const { slot } = input;
    if (!(error instanceof DomainError) || error.code !== 'slot-taken' || slot === undefined) throw error;
    const problem = await withOrganization(ports.db, organizationId, async (trx) => {
      const row = await trx('appointment').where({ id: command.appointmentId }).first<AppointmentRow>();
      return withAlternatives(trx, error.problem, {
        visitTypeId: row.visit_type_id,
        patientId: row.patient_id,
        practitionerId: slot.practitionerId,
        locationId: slot.locationId,
        start: parseInstant(slot.start) ?? at.getTime(),
        at,
        forPatientSelfService: command.actor.kind === 'patient',
      });
    });
    throw new DomainError('slot-taken', problem);
  }
}

export interface Locked {
  readonly row: AppointmentRow;
  readonly visitType: VisitType;
  readonly limits: EligibilityLimits;
  readonly policies: readonly PolicyRow[];
  readonly patient: PatientFacts;
}

/** The event in a transaction of its caller, who holds its operation key. @throws DomainError as applyAction */
export async function carryOut(trx: Trx, command: ActionCommand, at: Date): Promise<Settled> {
  const { organizationId, event, input, actor } = command;
  const context: ChangeContext = { organizationId, actor, at, opKey: command.operation.key, quiet: input.quiet };
  const locked = await lockAppointment(trx, command.appointmentId, at);
  const { row, visitType, policies, patient } = locked;
  const rulesOf = (of: AppointmentRow): AppointmentRules =>
    appointmentRules(visitType, policies, at.getTime(), of.location_id, of.booked_at);
  const unfit = unfitOf(locked.limits, patient, row.mode);
  const asked = event === 'unconfirmed' ? { askedToConfirm: await wasAskedToConfirm(trx, row) } : {};
  const intake = event === 'check-in' ? await intakeFactOf(trx, row.id) : null;
  const unsigned = event === 'check-in' ? await requiredAtCheckIn(trx, row, policies, at) : [];
  const facts = {
    ...toFacts(row, rulesOf(row), unfit),
    ...asked,
    ...(intake !== null && { intake }),
    consentsMissing: unsigned,
  };
  const decision = decide(facts, event, { at: at.getTime(), actor, input });
  if (!decision.ok) throw new DomainError(decision.problem.code, decision.problem);

  const { place, released } = await movePlace(trx, locked, command, decision, context);
  const booked = decision.to === 'booked' && (row.status !== 'booked' || event === 'reschedule');
  const changed = await writeChange(trx, context, row, decision, event, {
    reason: input.reason ?? input.overbookReason,
    columns: {
      // Someone who came after all takes what is left of the time; the visit itself stays where it was.
      ...(place !== null && event !== 'undo-no-show' && placeColumns(place)),
      ...(booked && { booked_at: at, booked_by: actor.ref }),
    },
    data:
      event === 'reschedule'
        ? {
            movedFrom: {
              start: row.start_at?.toISOString() ?? null,
              practitionerId: row.practitioner_id,
              locationId: row.location_id,
            },
          }
        : {},
  });
  const alternatives = event === 'cancel-by-clinic' ? await alternativesFor(trx, locked, input, at) : [];
  const openings = await followUp(trx, context, {
    released,
    before: row,
    after: changed,
    event,
    decision,
    patient,
    place,
    alternatives: alternatives.length,
  });
  await followCharges(trx, context, {
    before: row,
    row: changed,
    event,
    feeWaived: input.feeWaived,
    visitType,
    policies,
  });
  const alsoClosed =
    event === 'confirm-hold' && row.replaces_id !== null ? await closeOtherAlternatives(trx, context, row) : [];
  const settled = await settle(trx, context, changed, rulesOf(changed), locked, timerOf[event]);
  const absences = row.replaces_id === null ? [] : await absencesAsking(trx, row.replaces_id);
  const walkIns = await followVisit(trx, context, row, changed);
  return {
    ...settled,
    ...(alsoClosed.length > 0 && { alsoClosed }),
    ...(alternatives.length > 0 && { alternatives }),
    ...(openings.length > 0 && { openings }),
    ...(absences.length > 0 && { absences }),
    ...(walkIns.length > 0 && { walkIns }),
  };
}

export async function lockAppointment(trx: Trx, id: string, at: Date): Promise<Locked> {
  const { rows } = await trx.raw<{
    rows: (AppointmentRow & {
      visit_type: VisitTypeRow;
      requirements: RequirementRow[];
      policies: PolicyRow[];
      patient: PatientFacts;
    })[];
  }>(
    `SELECT a.*, to_jsonb(v) AS visit_type, ${requirementsSql('a.visit_type_id')} AS requirements, ${policiesSql} AS policies,
            ${patientSql('a.patient_id')} AS patient
     FROM appointment a JOIN visit_type v ON v.id = a.visit_type_id WHERE a.id = :id FOR UPDATE OF a`,
    { id, at },
  );
  const found = rows[0];
  if (found === undefined) throw new DomainError('not-found');
  const { visit_type: visitType, requirements, policies, patient, ...row } = found;
  return { row, visitType: toVisitType(visitType, requirements), limits: limitsOf(visitType), policies, patient };
}

/**
 * The reservations of the new state. The old are released before the new are made, so that a visit can move over its own
 * time; when the new place is refused all of it is undone and the old stands.
 */
async function movePlace(
  trx: Trx,
  locked: Locked,
  command: ActionCommand,
  decision: Accepted,
  context: ChangeContext,
): Promise<{ readonly place: Place | null; readonly released: readonly ReleasedLane[] }> {
  const { row } = locked;
  const { event } = command;
  const { at } = context;
  if (event === 'reschedule' || event === 'undo-no-show' || event === 'book') {
    const released = await releaseReservations(trx, [row.id], at);
    const place =
      row.group_session_id !== null
        ? await seatAgain(trx, locked, context)
        : await newPlace(trx, locked, command, context);
    const held = decision.to === 'pending';
    const expiresAt = held ? (decision.changes.holdExpiresAt ?? null) : null;
    await insertReservations(
      trx,
      {
        organizationId: row.organization_id,
        appointmentId: row.id,
        kind: held ? 'hold' : 'appointment',
        expiresAt: expiresAt === null ? null : new Date(expiresAt),
        opKey: context.opKey,
      },
      place,
    );
    return { place, released };
  }
  if (releasingStatuses.has(decision.to)) {
    // The time of a hold became free when it ended, not when its timer got to say so.
    const over = event === 'hold-expired' || event === 'approval-expired';
    const released = await releaseReservations(trx, [row.id], over ? (row.hold_expires_at ?? at) : at);
    return { place: null, released };
  }
  if (row.status === 'pending') {
    const expiresAt =
      decision.to === 'pending' ? (decision.changes.holdExpiresAt ?? row.hold_expires_at?.getTime() ?? null) : null;
    await changeReservations(
      trx,
      row.id,
      decision.to === 'pending' ? 'hold' : 'appointment',
      expiresAt === null ? null : new Date(expiresAt),
    );
  }
  return { place: null, released: [] };
}

/** Who comes after all takes a seat again, of what is left of the session: whoever has the old one keeps it. */
async function seatAgain(trx: Trx, { row }: Locked, { at, actor, opKey }: ChangeContext): Promise<Place> {
  const now = at.getTime();
  const seat = await findSeat(
    trx,
    {
      groupSessionId: row.group_session_id!,
      patientId: row.patient_id,
      visitTypeId: row.visit_type_id,
      at: now,
      bySelf: actor.kind === 'patient',
      from: Math.max(now, row.start_at?.getTime() ?? now),
    },
    true,
  );
  if (seat.facts.expired) await endExpiredHolds(trx, row.organization_id, seat.place, at, opKey, row.id);
  await takeSeat(trx, seat, { appointmentId: row.id, patientId: row.patient_id, at });
  return seat.place;
}

async function newPlace(
  trx: Trx,
  { row }: Locked,
  { event, input, actor }: ActionCommand,
  context: ChangeContext,
): Promise<Place> {
  const now = context.at.getTime();
  const resumed = event === 'undo-no-show';
  const start = resumed ? Math.max(now, row.start_at?.getTime() ?? now) : parseInstant(input.slot?.start ?? '');
  const practitionerId = resumed ? row.practitioner_id : (input.slot?.practitionerId ?? null);
  const locationId = resumed ? (row.location_id ?? undefined) : input.slot?.locationId;
  if (start === null || practitionerId === null) throw new DomainError('validation-failed');
  const facts = await loadSchedulingFacts(
    trx,
    {
      visitTypeId: row.visit_type_id,
      patientId: row.patient_id,
      practitionerId,
      locationId,
      window: { start, end: start + 1 },
      at: now,
      margin: dayMarginMs,
    },
    { lock: true },
  );
  if (facts === null || facts.patient === null) throw new DomainError('not-found');
  if (event === 'book') refuseOutsideGroup(facts.visitType);
  // Again, on the new date and with what is known now; who stands at the desk has had the visit already.
  const ineligible = resumed
    ? null
    : placeProblem(facts, facts.patient, { start, mode: row.mode, practitionerId, locationId, actor });
  if (ineligible !== null) throw new DomainError(ineligible.code, ineligible);
  const asked = {
    start,
    practitionerId,
    locationId,
    at: now,
    actor,
    overbookReason: input.slot?.overbookReason ?? input.overbookReason,
  };
  const placement: Placement =
    resumed && locationId !== undefined && row.end_at !== null
      ? findRemainingPlace(facts, { ...asked, locationId, end: row.end_at.getTime() })
      : findPlace(facts, asked);
  if (!placement.ok) throw new DomainError(placement.problem.code, placement.problem);
  if (facts.expired)
    await endExpiredHolds(trx, row.organization_id, placement.place, context.at, context.opKey, row.id);
  return placement.place;
}

interface Followed {
  readonly released: readonly ReleasedLane[];
  readonly before: AppointmentRow;
  readonly after: AppointmentRow;
  readonly event: AppointmentEvent;
  readonly decision: Accepted;
  readonly patient: PatientFacts;
  readonly place: Place | null;
  /** How many places will be held instead: the one message of it waits for them. */
  readonly alternatives: number;
}

/** The effects column of D1's table. @returns freed times that are offered to who waits for them */
async function followUp(trx: Trx, context: ChangeContext, change: Followed): Promise<string[]> {
  const { before, after, event, decision, patient, place } = change;
  const { organizationId, at, actor } = context;
  const freed = { row: before, released: change.released };
  if (before.status === 'booked' && (after.status !== 'booked' || after.version !== before.version)) {
    await suppressReminders(trx, before);
    await cancelStaffTasks(trx, {
      organizationId,
      subjectType: 'appointment',
      subjectId: before.id,
      kinds: ['late', 'no-show', 'zone-changed'],
      actor,
      at,
    });
    await endConfirmationCall(trx, context, before.id);
  }
  if (
    before.status === 'pending' &&
    before.awaiting_approval &&
    !after.awaiting_approval &&
    after.status === 'cancelled'
  ) {
    await tellPatient(trx, context, after, patient, 'not-approved');
  } else if (after.status === 'pending' && after.awaiting_approval && !before.awaiting_approval) {
    await tellPatient(trx, context, after, patient, 'awaiting-approval');
  } else if (after.status === 'booked' && before.status !== 'booked') {
    await tellPatient(trx, context, after, patient, 'booked');
  }
  switch (event) {
    case 'reschedule':
      await tellPatient(trx, context, after, patient, 'rescheduled', { previousStart: before.start_at?.toISOString() });
      // The same practitioner uses the overlap again; another one leaves all of it.
      return recordOpenings(trx, context, {
        ...freed,
        usedAgain: place !== null && place.practitionerId === before.practitioner_id ? place : undefined,
      });
    case 'cancel':
      await tellPatient(trx, context, after, patient, 'cancelled');
      return recordOpenings(trx, context, freed);
    case 'cancel-by-clinic':
      await tellPatient(trx, context, after, patient, 'cancelled-by-clinic', { alternatives: change.alternatives });
      return recordOpenings(trx, context, freed);
    case 'unconfirmed':
      await tellPatient(trx, context, after, patient, 'unconfirmed');
      return recordOpenings(trx, context, freed);
    case 'confirm':
      await endConfirmationCall(trx, context, after.id);
      return [];
    case 'no-show':
      return recordOpenings(trx, context, freed);
    case 'fall-back-to-phone':
      await raiseStaffTask(trx, {
        organizationId,
        kind: 'call-patient',
        dedupeKey: `telehealth-failed:${after.id}:v${after.version}`,
        subjectType: 'appointment',
        subjectId: after.id,
        patientId: after.patient_id,
        locationId: after.location_id ?? undefined,
        params: { about: 'telehealth-failed' },
        priority: 'urgent',
        dueAt: at,
        actor,
        at,
      });
      return [];
    case 'undo-no-show':
      return [];
    case 'day-end':
      await raiseStaffTask(trx, {
        organizationId,
        kind: 'visit-left-open',
        dedupeKey: `visit-left-open:${after.id}`,
        subjectType: 'appointment',
        subjectId: after.id,
        patientId: after.patient_id,
        locationId: after.location_id ?? undefined,
        params: { status: decision.to },
        dueAt: new Date(at.getTime() + 86_400_000),
        actor,
        at,
      });
      return [];
    case 'complete':
    case 'leave-without-being-seen':
    case 'entered-in-error':
      await cancelStaffTasks(trx, {
        organizationId,
        subjectType: 'appointment',
        subjectId: after.id,
        kinds: ['visit-left-open', 'late', 'no-show', 'call-patient'],
        actor,
        at,
      });
      return [];
    default:
      return [];
  }
}

/** A message that names the deadline has left: only then may the visit be given away (domain/appointment/confirmation.ts). */
async function wasAskedToConfirm(trx: Trx, row: AppointmentRow): Promise<boolean> {
  const told = await trx('notification')
    .where({
      organization_id: row.organization_id,
      aggregate: 'appointment',
      aggregate_id: row.id,
      aggregate_version: row.version,
      kind: 'reminder',
      state: 'sent',
    })
    .whereRaw(`params->>'confirmBy' IS NOT NULL`)
    .first('id');
  return told !== undefined;
}

/** It is known now whether the patient comes, or there is nothing to come to. */
const endConfirmationCall = (trx: Trx, { organizationId, actor, at }: ChangeContext, id: string): Promise<void> =>
  cancelStaffTasks(trx, {
    organizationId,
    subjectType: 'appointment',
    subjectId: id,
    kinds: ['call-patient'],
    about: 'confirmation',
    actor,
    at,
  });

/** Reminders that wait in the outbox; one that is being sent is re-checked by the sender just before SMTP (I9). */
export async function suppressReminders(trx: Trx, row: AppointmentRow): Promise<void> {
  await trx.raw(
    `UPDATE notification SET state = 'suppressed', suppressed_reason = 'superseded' WHERE id IN (
       SELECT id FROM notification WHERE organization_id = ? AND aggregate = 'appointment' AND aggregate_id = ? AND kind = 'reminder' AND state = 'queued'
       FOR UPDATE SKIP LOCKED)`,
    [row.organization_id, row.id],
  );
}

/** Of several places held in place of one cancelled visit the patient takes one; the others are given back at once. */
async function closeOtherAlternatives(trx: Trx, context: ChangeContext, taken: AppointmentRow): Promise<string[]> {
  const others = await trx('appointment')
    .where({
      replaces_id: taken.replaces_id,
      status: 'pending',
      hold_owner: `patient:${taken.patient_id}`,
      awaiting_approval: false,
    })
    .whereNot({ id: taken.id })
    .orderBy('id')
    .forUpdate()
    .select<AppointmentRow[]>('*');
  for (const row of others) {
    await releaseReservations(trx, [row.id], context.at);
    const accepted: Accepted = {
      ok: true,
      to: 'cancelled',
      path: ['cancelled'],
      changes: {
        cancelledAt: context.at.getTime(),
        cancelReason: 'hold-released',
        cancelledBy: 'system',
        lateCancel: false,
      },
    };
    await writeChange(trx, context, row, accepted, 'release-hold', { reason: 'another-alternative-taken' });
    await trx('case_timer')
      .where({ aggregate: 'appointment', aggregate_id: row.id, state: 'pending' })
      .update({ state: 'cancelled' });
  }
  return others.map((row) => row.id);
}

/** Places to hold for a patient whose visit the clinic cancels: not on that day, and not two at once. */
export async function alternativesFor(
  trx: Trx,
  { row, policies, limits }: Locked,
  input: ActionInput,
  at: Date,
): Promise<OpeningCommand[]> {
  const wanted = Math.min(
    input.alternatives ?? Infinity,
    policyAt(policies, 'clinic-cancel', at.getTime(), row.location_id).alternatives,
  );
  // Other times of a group visit are other sessions, and nobody is seated there unasked.
  if (row.group_session_id !== null) return [];
  // A visit type that is given no more has no other times.
  if (wanted <= 0 || !limits.active || row.start_at === null || row.tz === null || row.practitioner_id === null)
    return [];
  const from = new Date(endOfLocalDay(Math.max(row.start_at.getTime(), at.getTime()), row.tz));
  const request = {
    visitTypeId: row.visit_type_id,
    patientId: row.patient_id,
    locationId: row.location_id ?? undefined,
    from,
    to: new Date(from.getTime() + 28 * 86_400_000),
    // Enough for the first times of several days.
    limit: 300,
    at,
    forPatientSelfService: false,
  };
  const same = await findAvailability(trx, { ...request, practitionerId: row.practitioner_id });
  const away = same.length > 0 ? undefined : await practitionersAway(trx);
  const times =
    away === undefined ? same : (await findAvailability(trx, request)).filter((time) => !away.has(time.practitionerId));
  return chooseAlternatives(times, wanted, row.start_at.getTime(), row.tz).map((time) => ({
    event: 'hold',
    patientId: row.patient_id,
    visitTypeId: row.visit_type_id,
    mode: row.mode,
    start: time.start,
    practitionerId: time.practitionerId,
    locationId: time.locationId ?? undefined,
    replacesId: row.id,
  }));
}
