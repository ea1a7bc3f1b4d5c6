/** What brings an appointment into being: the reservation transaction of scheduling-intake.md C3. */
import type { Clock } from '../../activities/ports.ts';
import type { Actor } from '../../domain/actor.ts';
import { decide, type Accepted } from '../../domain/appointment/appointment.ts';
import { isoDurationToMs, localOf, parseInstant } from '../../domain/calendar/calendar.ts';
import { DomainError, type ProblemDetail } from '../../domain/errors.ts';
import { policyAt } from '../../domain/policies.ts';
import type { VisitType } from '../../domain/schedule/schedule.ts';
import type { AppointmentStart, OpeningCommand } from '../../workflows/messages/appointment.ts';
import {
  auditData,
  recordPath,
  endExpiredHolds,
  settle,
  tellPatient,
  type ChangeContext,
  type Settled,
} from './appointment-effects.ts';
import { changedColumns, factsOfNothing, type AppointmentRow } from './appointment-view.ts';
import { withAlternatives } from '../schedule/availability.ts';
import type { Db, Trx } from '../connection.ts';
import { findSeat, takeSeat, type Seat } from '../groups/group-seats.ts';
import { findPlace, type Place } from '../schedule/place.ts';
import { appointmentRules } from '../policies.ts';
import { followCharges } from './proposed-charges.ts';
import { insertReservations } from '../schedule/reservations.ts';
import {
  loadConfiguration,
  loadSchedulingFacts,
  placeProblem,
  type PatientFacts,
  type SchedulingConfiguration,
} from '../schedule/scheduling-facts.ts';
import { violatedConstraint, withOrganization, withTransaction } from '../transaction.ts';

export interface SchedulingPorts {
  readonly db: Db;
  readonly clock: Clock;
}

/** A pool is chosen from by the load of its members on the local day: the reservations of that day are read. */
export const dayMarginMs = 36 * 3_600_000;

type PlacedCommand = Exclude<OpeningCommand, { event: 'request' }>;

/**
 * Books, holds or requests, once for its operation key, all or nothing.
 * @throws DomainError `slot-taken` (with up to five alternatives, read after the rollback), `patient-overlap`,
 * `outside-availability`, `overbook-not-permitted`, `patient-not-eligible`, `hold-limit`, `not-found`, `forbidden`, `duplicate`,
 * `idempotency-key-reused`
 */
export async function openAppointment(ports: SchedulingPorts, start: AppointmentStart): Promise<Settled> {
  const at = await ports.clock.now();
  const { organizationId, operation, command } = start;
  try {
    return await withTransaction(ports.db, { organizationId, operation }, (trx) =>
      command.event === 'request' ? request(trx, start, command, at) : reserve(trx, start, command, at),
    );
  } catch (error) {
    if (violatedConstraint(error) === 'appointment_pkey') throw new DomainError('duplicate');
    if (!(error instanceof DomainError) || error.code !== 'slot-taken' || command.event === 'request') throw error;
    if (command.groupSessionId !== undefined) throw error;
    const wanted = { ...wantedOf(command), at, forPatientSelfService: start.actor.kind === 'patient' };
    const problem = await withOrganization(ports.db, organizationId, (trx) =>
      withAlternatives(trx, error.problem, wanted),
    );
    throw new DomainError('slot-taken', problem);
  }
}

/**
 * A look before a workflow is started: the problem of an obvious loser, or null when only the transaction can tell. Two
 * reads for who may win.
 */
export async function lookBefore(
  trx: Trx,
  command: OpeningCommand,
  at: Date,
  actor: Actor,
): Promise<ProblemDetail | null> {
  if (command.event === 'request') return null;
  const problem = await startProblemOf(trx, command, at, actor);
  if (problem?.code !== 'slot-taken' || command.groupSessionId !== undefined) return problem;
  return withAlternatives(trx, problem, { ...wantedOf(command), at, forPatientSelfService: actor.kind === 'patient' });
}

/** Why this start would be refused now, or null. No other times are looked for. */
export async function startProblemOf(
  trx: Trx,
  command: PlacedCommand,
  at: Date,
  actor: Actor,
): Promise<ProblemDetail | null> {
  try {
    await prepare(trx, { command, actor, at, lock: false });
    return null;
  } catch (error) {
    if (error instanceof DomainError) return error.problem;
    throw error;
  }
}

const wantedOf = (command: PlacedCommand) => ({
  visitTypeId: command.visitTypeId,
  patientId: command.patientId,
  practitionerId: command.practitionerId,
  locationId: command.locationId,
  start: startOf(command),
});

function startOf(command: PlacedCommand): number {
  const start = parseInstant(command.start);
  if (start === null) {
    throw new DomainError('validation-failed', {
      errors: [{ path: '/start', code: 'not-a-time', message: 'Send an RFC 3339 instant.' }],
    });
  }
  return start;
}

interface Prepared {
  readonly facts: SchedulingConfiguration & { readonly patient: PatientFacts };
  readonly place: Place;
  readonly accepted: Accepted;
  /** Holds that are over may stand in the way, on paper only. */
  readonly expired: boolean;
  /** Of a group session. */
  readonly seat?: Seat | undefined;
}

/** Everything that is decided before anything is written. Two statements, one more with locks and one for a visit that replaces another. */
async function prepare(
  trx: Trx,
  { command, actor, at, lock }: { command: PlacedCommand; actor: Actor; at: Date; lock: boolean },
): Promise<Prepared> {
  if (command.groupSessionId !== undefined)
    return prepareSeat(trx, { command, actor, at, lock }, command.groupSessionId);
  const start = startOf(command);
  const now = at.getTime();
  const facts = await loadSchedulingFacts(
    trx,
    { ...command, window: { start, end: start + 1 }, at: now, margin: dayMarginMs },
    { lock },
  );
  if (facts === null)
    throw new DomainError('not-found', {
      errors: [{ path: '/visitTypeId', code: 'unknown', message: 'There is no such visit type.' }],
    });
  const { patient } = facts;
  if (patient === null)
    throw new DomainError('not-found', {
      errors: [{ path: '/patientId', code: 'unknown', message: 'There is no such patient.' }],
    });
  refuseOutsideGroup(facts.visitType);
  const end = start + facts.visitType.durationMinutes * 60_000;
  const decideAt = (locationId: string | null, timeZone: string | null): Accepted => {
    const rules = appointmentRules(facts.visitType, facts.policies, now, locationId);
    const decision = decide(
      factsOfNothing(patient.id, rules, { start, end, timeZone, liveHolds: patient.liveHolds }),
      command.event,
      {
        at: now,
        actor,
        input: { slot: { start: command.start } },
      },
    );
    if (!decision.ok) throw new DomainError(decision.problem.code, decision.problem);
    return decision;
  };
  decideAt(command.locationId ?? null, null);
  const ineligible = placeProblem(facts, patient, { ...command, start, actor });
  if (ineligible !== null) throw new DomainError(ineligible.code, ineligible);
  const placement = findPlace(facts, {
    start,
    practitionerId: command.practitionerId,
    locationId: command.locationId,
    at: now,
    actor,
    overbookReason: command.overbookReason,
  });
  if (!placement.ok) throw new DomainError(placement.problem.code, placement.problem);
  const { place } = placement;
  let accepted = decideAt(place.locationId, place.timeZone);
  if (command.replacesId !== undefined) accepted = await forReplacement(trx, facts, command, accepted, place, now);
  return { facts: { ...facts, patient }, place, accepted, expired: facts.expired };
}

/** A seat of a session: nothing is looked for but the seat and the patient's own time. */
async function prepareSeat(
  trx: Trx,
  { command, actor, at, lock }: { command: PlacedCommand; actor: Actor; at: Date; lock: boolean },
  groupSessionId: string,
): Promise<Prepared> {
  const now = at.getTime();
  const { patientId, visitTypeId } = command;
  const bySelf = actor.kind === 'patient';
  const seat = await findSeat(trx, { groupSessionId, patientId, visitTypeId, at: now, bySelf }, lock);
  const { facts, place, session } = seat;
  const { patient } = facts;
  const ineligible = placeProblem(facts, patient, { ...place, mode: session.mode, actor });
  if (ineligible !== null) throw new DomainError(ineligible.code, ineligible);
  const rules = appointmentRules(facts.visitType, facts.policies, now, place.locationId);
  const nothing = factsOfNothing(patient.id, rules, { ...place, liveHolds: patient.liveHolds });
  const start = new Date(place.start).toISOString();
  const accepted = decide(nothing, command.event, { at: now, actor, input: { slot: { start } } });
  if (!accepted.ok) throw new DomainError(accepted.problem.code, accepted.problem);
  return { facts, place, accepted, expired: facts.expired, seat };
}

/** A visit given in groups has no time of its own: it is a seat of a session. */
export function refuseOutsideGroup({ groupCapacity }: Pick<VisitType, 'groupCapacity'>): void {
  if (groupCapacity != null)
    throw new DomainError('guard-failed', {
      detail: 'This kind of visit is given in groups. Choose a session.',
      data: { guard: 'group-visit' },
    });
}

/** A visit in place of one that the clinic cancelled is held for the patient, longer, whoever asks for it (D1). */
async function forReplacement(
  trx: Trx,
  facts: SchedulingConfiguration,
  command: PlacedCommand,
  accepted: Accepted,
  place: Place,
  at: number,
): Promise<Accepted> {
  const replaced = await trx('appointment')
    .where({ id: command.replacesId, patient_id: command.patientId })
    .first<{ status: string; cancelled_by: string | null } | undefined>('status', 'cancelled_by');
  if (replaced === undefined || !['cancelled', 'noshow', 'entered-in-error'].includes(replaced.status)) {
    throw new DomainError('validation-failed', {
      errors: [
        {
          path: '/replacesId',
          code: 'not-replaceable',
          message: 'Only a visit of the same patient that did not take place can be replaced.',
        },
      ],
    });
  }
  if (command.event !== 'hold' || replaced.cancelled_by !== 'clinic') return accepted;
  const held = isoDurationToMs(policyAt(facts.policies, 'clinic-cancel', at, place.locationId).holdDuration);
  return {
    ...accepted,
    changes: {
      ...accepted.changes,
      holdOwner: `patient:${command.patientId}`,
      holdExpiresAt: Math.min(at + held, place.start),
    },
  };
}

async function reserve(trx: Trx, start: AppointmentStart, command: PlacedCommand, at: Date): Promise<Settled> {
  const context: ChangeContext = {
    organizationId: start.organizationId,
    actor: start.actor,
    at,
    opKey: start.operation.key,
    // A series tells its patient once, when it is known what became of it.
    quiet: start.series !== undefined,
  };
  const { facts, place, accepted, expired, seat } = await prepare(trx, { command, actor: start.actor, at, lock: true });
  if (expired) await endExpiredHolds(trx, start.organizationId, place, at, start.operation.key);
  const row = await insertAppointment(trx, start, command, accepted, at, place);
  if (seat !== undefined) await takeSeat(trx, seat, { appointmentId: row.id, patientId: row.patient_id, at });
  const held = accepted.to === 'pending';
  await insertReservations(
    trx,
    {
      organizationId: start.organizationId,
      appointmentId: row.id,
      kind: held ? 'hold' : 'appointment',
      expiresAt: held ? row.hold_expires_at : null,
      opKey: start.operation.key,
    },
    place,
  );
  await recordPath(trx, context, {
    id: row.id,
    from: null,
    event: command.event,
    path: accepted.path,
    reason: place.overbookReason ?? undefined,
    data: auditData(row),
  });
  if (accepted.to === 'booked') await tellPatient(trx, context, row, facts.patient, 'booked');
  else if (row.awaiting_approval) await tellPatient(trx, context, row, facts.patient, 'awaiting-approval');
  await followCharges(trx, context, { ...facts, before: null, row, event: command.event });
  return settle(
    trx,
    context,
    row,
    appointmentRules(facts.visitType, facts.policies, at.getTime(), row.location_id, row.booked_at),
    facts,
  );
}

/** A wish without a place in time: nothing is reserved, staff find one. */
async function request(
  trx: Trx,
  start: AppointmentStart,
  command: Extract<OpeningCommand, { event: 'request' }>,
  at: Date,
): Promise<Settled> {
  const context: ChangeContext = {
    organizationId: start.organizationId,
    actor: start.actor,
    at,
    opKey: start.operation.key,
  };
  const now = at.getTime();
  const facts = await loadConfiguration(trx, { ...command, window: { start: now, end: now + 1 }, at: now });
  if (facts === null || facts.patient === null) throw new DomainError('not-found');
  refuseOutsideGroup(facts.visitType);
  const { patient } = facts;
  const rules = appointmentRules(facts.visitType, facts.policies, now, command.locationId ?? null);
  const nothing = factsOfNothing(patient.id, rules, {
    start: null,
    end: null,
    timeZone: null,
    liveHolds: patient.liveHolds,
  });
  const decision = decide(nothing, 'request', { at: now, actor: start.actor });
  if (!decision.ok) throw new DomainError(decision.problem.code, decision.problem);
  const ineligible = placeProblem(facts, patient, { ...command, start: now, actor: start.actor });
  if (ineligible !== null) throw new DomainError(ineligible.code, ineligible);
  const row = await insertAppointment(trx, start, command, decision, at, null);
  await recordPath(trx, context, {
    id: row.id,
    from: null,
    event: 'request',
    path: decision.path,
    data: auditData(row),
  });
  return settle(trx, context, row, rules, { patient, policies: facts.policies });
}

async function insertAppointment(
  trx: Trx,
  start: AppointmentStart,
  command: OpeningCommand,
  accepted: Accepted,
  at: Date,
  place: Place | null,
): Promise<AppointmentRow> {
  const [row] = await trx('appointment')
    .insert({
      id: start.appointmentId,
      organization_id: start.organizationId,
      patient_id: command.patientId,
      visit_type_id: command.visitTypeId,
      practitioner_id: command.practitionerId ?? null,
      location_id: command.locationId ?? null,
      mode: command.mode,
      replaces_id: command.event === 'request' ? null : (command.replacesId ?? null),
      group_session_id: command.event === 'request' ? null : (command.groupSessionId ?? null),
      ...(start.series !== undefined && { series_id: start.series.id, occurrence: start.series.occurrence }),
      ...changedColumns(accepted.changes),
      ...(place !== null && placeColumns(place)),
      ...(accepted.to === 'booked' && { booked_at: at, booked_by: start.actor.ref }),
      status: accepted.to,
    })
    .returning<AppointmentRow[]>('*');
  if (row === undefined) throw new Error('the appointment was not written');
  return row;
}

/** Where and when, with the wall-clock time that was meant (B6). */
export function placeColumns(place: Place): Record<string, unknown> {
  return {
    practitioner_id: place.practitionerId,
    location_id: place.locationId,
    start_at: new Date(place.start),
    end_at: new Date(place.end),
    local_start: localOf(place.start, place.timeZone),
    tz: place.timeZone,
    overbook_reason: place.overbookReason,
    interpreter_language: place.interpreterLanguage,
  };
}
