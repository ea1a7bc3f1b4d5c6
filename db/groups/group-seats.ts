/** One seat of a group session (scheduling-intake.md C2): an ordinary visit that reserves its patient alone. */
import { DomainError } from '../../domain/errors.ts';
import { lowestFreeSeat, seatProblem, sessionFull } from '../../domain/schedule/group-session.ts';
import type { Trx } from '../connection.ts';
import { lockSession, takenSeats, type GroupSessionRow } from './group-sessions.ts';
import type { Place } from '../schedule/place.ts';
import { loadSchedulingFacts, type PatientFacts, type SchedulingFacts } from '../schedule/scheduling-facts.ts';

export interface SeatAsked {
  readonly groupSessionId: string;
  readonly patientId: string;
  readonly visitTypeId: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly bySelf: boolean;
  /** Who comes late takes what is left of the time. */
  readonly from?: number | undefined;
}

export interface Seat {
  readonly session: GroupSessionRow;
  readonly seatNo: number;
  /** The patient's own lane and nothing else. */
  readonly place: Place;
  readonly facts: SchedulingFacts & { readonly expired: boolean; readonly patient: PatientFacts };
}

/**
 * The lowest free seat, and whether the patient is free. With `lock` the session waits for whoever is ahead: of 200 who
 * want the last seats exactly as many win as there are. Lock order: session, then the patient's resource.
 * @throws DomainError `not-found`, `slot-taken` (full), `patient-overlap`, `duplicate` (has a seat), `invalid-transition`,
 * `guard-failed`, `outside-availability`
 */
export async function findSeat(trx: Trx, asked: SeatAsked, lock: boolean): Promise<Seat> {
  const { groupSessionId, patientId, at } = asked;
  const session = lock ? await lockSession(trx, groupSessionId) : await readSession(trx, groupSessionId);
  if (session.visit_type_id !== asked.visitTypeId) throw new DomainError('not-found');
  if (lock) await trx.raw('SELECT 1 FROM resource WHERE patient_id = ? FOR NO KEY UPDATE', [patientId]);
  const start = session.start_at.getTime();
  const end = session.end_at.getTime();
  const facts = await loadSchedulingFacts(
    trx,
    {
      visitTypeId: session.visit_type_id,
      practitionerId: session.practitioner_id,
      locationId: session.location_id,
      patientId,
      window: { start, end },
      at,
    },
    { lock: false },
  );
  if (facts === null) throw new DomainError('not-found');
  if (facts.patient === null)
    throw new DomainError('not-found', {
      errors: [{ path: '/patientId', code: 'unknown', message: 'There is no such patient.' }],
    });
  const seats = await takenSeats(trx, groupSessionId);
  if (seats.some((seat) => seat.patient_id === patientId))
    throw new DomainError('duplicate', { detail: 'This patient has a seat already.' });
  const taken = seats.map(({ seat_no }) => seat_no);
  const problem = seatProblem(
    { state: session.state, start, end, capacity: session.capacity, taken, minNoticeMinutes: facts.visitType.minNoticeMinutes },
    at,
    asked.bySelf,
  ); // prettier-ignore
  if (problem !== null) throw new DomainError(problem.code, problem);
  const seatNo = lowestFreeSeat(taken, session.capacity);
  if (seatNo === null) throw new DomainError(sessionFull.code, sessionFull);
  const patient = [...facts.resources.values()].find(({ kind }) => kind === 'patient');
  if (patient === undefined) throw new DomainError('not-found');
  const busy = { start: asked.from ?? start, end };
  const overlaps = (facts.busy.get(patient.id) ?? []).flat().some((b) => b.start < busy.end && b.end > busy.start);
  if (overlaps) throw new DomainError('patient-overlap');
  const place: Place = {
    start,
    end,
    locationId: session.location_id,
    timeZone: session.tz,
    practitionerId: session.practitioner_id,
    lanes: [{ resourceId: patient.id, lane: 0, role: 'patient', kind: 'patient', busy, overbookReason: null }],
    overbookReason: null,
  };
  return { session, seatNo, place, facts: { ...facts, patient: facts.patient } };
}

async function readSession(trx: Trx, id: string): Promise<GroupSessionRow> {
  const row = await trx('group_session').where({ id }).first<GroupSessionRow | undefined>();
  if (row === undefined) throw new DomainError('not-found');
  return row;
}

/** The row of a seat; the partial unique indexes stand behind the lock. */
export async function takeSeat(
  trx: Trx,
  { session, seatNo }: Seat,
  of: { readonly appointmentId: string; readonly patientId: string; readonly at: Date },
): Promise<void> {
  await trx('group_seat').insert({
    organization_id: session.organization_id,
    session_id: session.id,
    seat_no: seatNo,
    appointment_id: of.appointmentId,
    patient_id: of.patientId,
    taken_at: of.at,
  });
}
