/**
 * The freed time becomes a visit (scheduling-intake.md D2, accept): its reservations change their kind in place, so that a
 * live offer is never refused for lack of the time (C5). A visit that the patient had is moved, and its old time is freed.
 */
import { randomUUID } from 'node:crypto';
import { unfitPerson } from '../../domain/coverage/eligibility.ts';
import { DomainError } from '../../domain/errors.ts';
import type { StartAppointment } from '../../workflows/messages/opening.ts';
import { appointmentOperationKey } from '../../workflows/messages/appointment.ts';
import { suppressReminders } from '../appointments/appointment-actions.ts';
import {
  auditData,
  endExpiredHolds,
  recordPath,
  settle,
  tellPatient,
  writeChange,
  type ChangeContext,
  type Settled,
} from '../appointments/appointment-effects.ts';
import type { AppointmentRow } from '../appointments/appointment-view.ts';
import { placeColumns } from '../appointments/appointments.ts';
import type { Trx } from '../connection.ts';
import { openingReservations, recordOpenings } from './openings.ts';
import { readPatient } from './opening-offers.ts';
import type { OpeningCase } from './opening-view.ts';
import type { Place } from '../schedule/place.ts';
import { appointmentRules } from '../policies.ts';
import { followCharges } from '../appointments/proposed-charges.ts';
import { insertReservations, releaseReservations } from '../schedule/reservations.ts';
import type { PatientFacts } from '../schedule/scheduling-facts.ts';
import { cancelStaffTasks } from '../cases/staff-tasks.ts';
import type { EntryRow } from './waitlist-entry-view.ts';

export interface Given {
  readonly settled: Settled;
  /** A new visit needs a run of its own; a moved one has one. */
  readonly start?: StartAppointment | undefined;
  readonly movedId?: string | undefined;
  /** The acceptor's old time, when somebody may be asked about it. */
  readonly openings: readonly string[];
}

/**
 * Gives the time of a locked opening to a patient. Their entry, if any, is locked too.
 * @throws DomainError `patient-overlap`, `patient-not-eligible`, `not-found`; nothing is kept then
 */
export async function giveTime(
  trx: Trx,
  context: ChangeContext,
  opening: OpeningCase,
  to: { readonly patientId: string; readonly entry: EntryRow | null },
): Promise<Given> {
  const { at } = context;
  const patient = await readPatient(trx, to.patientId, at);
  if (patient === null) throw new DomainError('not-found');
  const unfit = unfitPerson(patient);
  if (unfit !== null) throw new DomainError(unfit.code, unfit);
  const current = await lockCurrent(trx, to.entry);
  // None of ours is reserved with the offer: a task asks for one, and nobody is passed over for their language.
  const place = {
    ...placeFor(opening, patient.id),
    interpreterLanguage: patient.interpreterNeeded === true ? patient.language : null,
  };
  await endExpiredHolds(trx, context.organizationId, place, at, context.opKey);
  await refuseOverlap(trx, place, current);
  return current === null
    ? bookNew(trx, context, opening, place, patient)
    : move(trx, context, opening, place, patient, current);
}

/** The visit that the patient has, if it still lies ahead and stands. */
async function lockCurrent(trx: Trx, entry: EntryRow | null): Promise<AppointmentRow | null> {
  if (entry?.current_appointment_id == null) return null;
  const row = await trx('appointment')
    .where({ id: entry.current_appointment_id })
    .forUpdate()
    .first<AppointmentRow | undefined>();
  return row?.status === 'booked' ? row : null;
}

/** The opening's time with the one lane that is not reserved yet: the patient's own (B9). */
function placeFor({ row }: OpeningCase, patientId: string): Place {
  const { practitioner_id: practitionerId, location_id: locationId } = row;
  if (practitionerId === null || locationId === null) throw new Error('an opening without practitioner or place');
  const busy = { start: row.start_at.getTime(), end: row.end_at.getTime() };
  return {
    ...busy,
    practitionerId,
    locationId,
    timeZone: row.tz,
    lanes: [{ resourceId: patientId, kind: 'patient', lane: 0, role: 'patient', busy, overbookReason: null }],
    overbookReason: null,
  };
}

/** S14. The visit that would move is not in its own way. */
async function refuseOverlap(trx: Trx, place: Place, current: AppointmentRow | null): Promise<void> {
  const [lane] = place.lanes;
  const other = await trx('reservation')
    .where({ resource_id: lane!.resourceId })
    .whereNull('released_at')
    .where('starts_at', '<', new Date(place.end))
    .where('ends_at', '>', new Date(place.start))
    .whereRaw('appointment_id IS DISTINCT FROM ?', [current?.id ?? null])
    .first<{ id: string } | undefined>('id');
  if (other !== undefined) throw new DomainError('patient-overlap', { data: { resourceKind: 'patient' } });
}

/** In place: nobody else could have come between, because nothing was free for a moment. */
async function takeReservations(
  trx: Trx,
  context: ChangeContext,
  opening: OpeningCase,
  place: Place,
  appointmentId: string,
): Promise<void> {
  const taken = await trx('reservation')
    .where({ opening_id: opening.row.id, kind: 'offer' })
    .whereNull('released_at')
    .update({ kind: 'appointment', appointment_id: appointmentId, expires_at: null });
  if (taken === 0) throw new Error('a live opening without its reservations');
  await insertReservations(
    trx,
    {
      organizationId: context.organizationId,
      appointmentId,
      kind: 'appointment',
      expiresAt: null,
      opKey: openingReservations(opening.row.id),
    },
    place,
  );
}

async function bookNew(
  trx: Trx,
  context: ChangeContext,
  opening: OpeningCase,
  place: Place,
  patient: PatientFacts,
): Promise<Given> {
  const { organizationId, actor, at, opKey } = context;
  const { row: freed, visitType, policies } = opening;
  const id = randomUUID();
  const [row] = await trx('appointment')
    .insert({
      id,
      organization_id: organizationId,
      patient_id: patient.id,
      visit_type_id: visitType.id,
      mode: freed.mode,
      ...placeColumns(place),
      status: 'booked',
      booked_at: at,
      booked_by: actor.ref,
    })
    .returning<AppointmentRow[]>('*');
  if (row === undefined) throw new Error('the appointment was not written');
  await takeReservations(trx, context, opening, place, id);
  await recordPath(trx, context, {
    id,
    from: null,
    event: 'book',
    path: ['booked'],
    data: auditData(row, { openingId: freed.id }),
  });
  await tellPatient(trx, context, row, patient, 'booked');
  await followCharges(trx, context, { before: null, row, event: 'book', visitType, policies });
  const rules = appointmentRules(visitType, policies, at.getTime(), row.location_id, row.booked_at);
  const settled = await settle(trx, context, row, rules, { patient, policies });
  // The run that is started later asks for this operation, finds it done, and goes on from its result.
  const operation = { key: appointmentOperationKey(id, 'start'), inputHash: opKey };
  await trx('operation').insert({
    organization_id: organizationId,
    op_key: operation.key,
    input_hash: operation.inputHash,
    result: JSON.stringify(settled),
  });
  return {
    settled,
    openings: [],
    start: {
      appointmentId: id,
      patientId: patient.id,
      visitTypeId: visitType.id,
      mode: freed.mode,
      start: freed.start_at.toISOString(),
      practitionerId: place.practitionerId,
      locationId: place.locationId,
      operation,
      actor,
    },
  };
}

/** Not counted against the patient's own changes: the clinic offered it. */
async function move(
  trx: Trx,
  context: ChangeContext,
  opening: OpeningCase,
  place: Place,
  patient: PatientFacts,
  before: AppointmentRow,
): Promise<Given> {
  const { organizationId, actor, at } = context;
  const { row: freed, visitType, policies } = opening;
  const released = await releaseReservations(trx, [before.id], at);
  await takeReservations(trx, context, opening, place, before.id);
  const after = await writeChange(
    trx,
    context,
    before,
    { ok: true, to: 'booked', path: ['booked'], changes: { version: before.version + 1, confirmedAt: null } },
    'reschedule',
    {
      columns: {
        ...placeColumns(place),
        // Of several visit types that the patient waits for, the one whose time this is.
        visit_type_id: visitType.id,
        mode: freed.mode,
        booked_at: at,
        booked_by: actor.ref,
      },
      data: {
        openingId: freed.id,
        movedFrom: {
          start: before.start_at?.toISOString() ?? null,
          practitionerId: before.practitioner_id,
          locationId: before.location_id,
        },
      },
    },
  );
  await suppressReminders(trx, before);
  await cancelStaffTasks(trx, {
    organizationId,
    subjectType: 'appointment',
    subjectId: before.id,
    kinds: ['late', 'no-show', 'zone-changed'],
    actor,
    at,
  });
  await tellPatient(trx, context, after, patient, 'rescheduled', { previousStart: before.start_at?.toISOString() });
  const rules = appointmentRules(visitType, policies, at.getTime(), after.location_id, after.booked_at);
  const settled = await settle(trx, context, after, rules, { patient, policies });
  const openings = await recordOpenings(trx, context, {
    row: before,
    released,
    usedAgain: place.practitionerId === before.practitioner_id ? place : undefined,
    chain: { openingId: freed.id, depth: freed.cascade_depth },
  });
  return { settled, movedId: before.id, openings };
}
