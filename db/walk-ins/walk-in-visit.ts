/**
 * A called walk-in is a visit like any other: booked, arrived and checked in at once, with the reservations of its visit
 * type from now on, so that encounter, day-list, utilization and audit know it. The transaction of the call writes it; its
 * own run adopts it (as an accepted offer does, db/waitlist/opening-accept.ts). From then on the visit leads: what happens to it
 * moves the walk-in in the same transaction.
 */
import { randomUUID } from 'node:crypto';
import type { Actor } from '../../domain/actor.ts';
import type { AppointmentEvent } from '../../domain/appointment/appointment-events.ts';
import { DomainError } from '../../domain/errors.ts';
import type { ActionInput, AppointmentStart } from '../../workflows/messages/appointment.ts';
import { appointmentOperationKey } from '../../workflows/messages/appointment.ts';
import { carryOut } from '../appointments/appointment-actions.ts';
import {
  auditData,
  endExpiredHolds,
  recordPath,
  type ChangeContext,
  type Settled,
} from '../appointments/appointment-effects.ts';
import type { AppointmentRow } from '../appointments/appointment-view.ts';
import { dayMarginMs, placeColumns, refuseOutsideGroup } from '../appointments/appointments.ts';
import type { Trx } from '../connection.ts';
import { findRemainingPlace } from '../schedule/place.ts';
import { insertReservations } from '../schedule/reservations.ts';
import { loadSchedulingFacts, placeProblem } from '../schedule/scheduling-facts.ts';
import type { WalkInRow } from './walk-in-view.ts';

export interface Called {
  readonly appointmentId: string;
  /** For the visit's run. */
  readonly start: AppointmentStart;
}

/**
 * @throws DomainError `slot-taken`, `patient-overlap`, `patient-not-eligible`, `outside-availability` (not a practitioner of
 * the visit type), `guard-failed`
 */
export async function openVisit(
  trx: Trx,
  context: ChangeContext,
  row: WalkInRow,
  asked: {
    readonly visitTypeId: string;
    readonly practitionerId: string;
    readonly identifiersVerified: readonly string[];
  },
): Promise<Called> {
  const { organizationId, actor, at } = context;
  const now = at.getTime();
  // The schedule counts in minutes; the one that has begun is the patient's.
  const start = now - (now % 60_000);
  const { visitTypeId, practitionerId } = asked;
  const facts = await loadSchedulingFacts(
    trx,
    {
      visitTypeId,
      patientId: row.patient_id,
      practitionerId,
      locationId: row.location_id,
      window: { start, end: start + 1 },
      at: now,
      margin: dayMarginMs,
    },
    { lock: true },
  );
  if (facts === null || facts.patient === null) throw new DomainError('not-found');
  refuseOutsideGroup(facts.visitType);
  const mode = 'in-person';
  const where = { start, mode, practitionerId, locationId: row.location_id, actor } as const;
  const ineligible = placeProblem(facts, facts.patient, where);
  if (ineligible !== null) throw new DomainError(ineligible.code, ineligible);
  const placement = findRemainingPlace(facts, {
    start,
    end: start + facts.visitType.durationMinutes * 60_000,
    practitionerId,
    locationId: row.location_id,
    at: now,
    actor,
    overbookReason: 'walk-in',
  });
  if (!placement.ok) throw new DomainError(placement.problem.code, placement.problem);
  const overbooked = placement.place.lanes.some((lane) => lane.overbookReason !== null);
  const place = { ...placement.place, overbookReason: overbooked ? 'walk-in' : null };
  if (facts.expired) await endExpiredHolds(trx, organizationId, place, at, context.opKey);

  const appointmentId = randomUUID();
  const [visit] = await trx('appointment')
    .insert({
      id: appointmentId,
      organization_id: organizationId,
      patient_id: row.patient_id,
      visit_type_id: visitTypeId,
      mode,
      ...placeColumns(place),
      status: 'booked',
      // The wait began when the patient came.
      arrived_at: row.arrived_at,
      booked_at: at,
      booked_by: actor.ref,
    })
    .returning<AppointmentRow[]>('*');
  if (visit === undefined) throw new Error('the visit was not written');
  await insertReservations(
    trx,
    { organizationId, appointmentId, kind: 'appointment', expiresAt: null, opKey: context.opKey },
    place,
  );
  await recordPath(trx, context, {
    id: appointmentId,
    from: null,
    event: 'book',
    path: ['booked'],
    reason: place.overbookReason ?? undefined,
    data: auditData(visit, { walkInId: row.id }),
  });
  const { identifiersVerified } = asked;
  const settled = await visitStep(trx, context, appointmentId, 'check-in', {
    identifiersVerified,
    intakeWaivedReason: 'walk-in',
  });
  // The run that is started later asks for this operation, finds it done, and goes on from its result.
  const operation = { key: appointmentOperationKey(appointmentId, 'start'), inputHash: context.opKey };
  await trx('operation').insert({
    organization_id: organizationId,
    op_key: operation.key,
    input_hash: operation.inputHash,
    result: JSON.stringify(settled),
  });
  return {
    appointmentId,
    start: {
      organizationId,
      appointmentId,
      operation,
      actor,
      command: {
        event: 'book',
        patientId: row.patient_id,
        visitTypeId,
        mode,
        start: new Date(place.start).toISOString(),
        practitionerId,
        locationId: row.location_id,
      },
    },
  };
}

/** One event of the visit, in the transaction and under the operation of the walk-in's own step. */
export function visitStep(
  trx: Trx,
  { organizationId, actor, at, opKey }: ChangeContext,
  appointmentId: string,
  event: AppointmentEvent,
  input: ActionInput = {},
  permissions: readonly string[] = [],
): Promise<Settled> {
  const by: Actor = { ...actor, permissions: [...actor.permissions, ...permissions] };
  const operation = { key: opKey, inputHash: '' };
  return carryOut(
    trx,
    { organizationId, appointmentId, event, input: { quiet: true, ...input }, actor: by, operation },
    at,
  );
}
