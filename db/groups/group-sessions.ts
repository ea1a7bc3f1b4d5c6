/**
 * The facts of a group session (scheduling-intake.md C2), one transaction each: it is opened with the practitioner's and
 * the room's time, its capacity changes, it is called off, it is over. Its seats are in group-seats.ts.
 */
import { systemActor, type Actor } from '../../domain/actor.ts';
import { localOf, parseInstant } from '../../domain/calendar/calendar.ts';
import { DomainError } from '../../domain/errors.ts';
import {
  seatCanBeCancelled,
  seatMoves,
  sessionChangeProblem,
  type GroupSessionState,
} from '../../domain/schedule/group-session.ts';
import type { Operation, VisitMode } from '../../workflows/messages/appointment.ts';
import type {
  GroupSessionProgress,
  GroupSessionRequest,
  GroupSessionStart,
} from '../../workflows/messages/group-session.ts';
import { endExpiredHolds } from '../appointments/appointment-effects.ts';
import { dayMarginMs, type SchedulingPorts } from '../appointments/appointments.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import type { Trx } from '../connection.ts';
import { findPlace } from '../schedule/place.ts';
import { insertReservations } from '../schedule/reservations.ts';
import { loadSchedulingFacts, type SchedulingFacts } from '../schedule/scheduling-facts.ts';
import { withOrganization, withTransaction } from '../transaction.ts';

/** A row of `group_session`. */
export interface GroupSessionRow {
  readonly id: string;
  readonly organization_id: string;
  readonly visit_type_id: string;
  readonly practitioner_id: string;
  readonly location_id: string;
  readonly mode: VisitMode;
  readonly start_at: Date;
  readonly end_at: Date;
  readonly tz: string;
  readonly capacity: number;
  readonly state: GroupSessionState;
  readonly cancel_reason: string | null;
  readonly version: number;
  readonly created_at: Date;
}

export interface WhichGroup {
  readonly organizationId: string;
  readonly sessionId: string;
}

/**
 * Opens a session, once for its operation key, with everything it needs or not at all.
 * @throws DomainError `not-found`, `forbidden`, `validation-failed` (no group visit), `slot-taken`, `outside-availability`,
 * `overbook-not-permitted`, `idempotency-key-reused`
 */
export async function openGroupSession(
  ports: SchedulingPorts,
  start: GroupSessionStart,
): Promise<GroupSessionProgress> {
  const at = await ports.clock.now();
  const { organizationId, operation } = start;
  return withTransaction(ports.db, { organizationId, operation }, (trx) => open(trx, start, at));
}

async function open(trx: Trx, start: GroupSessionStart, at: Date): Promise<GroupSessionProgress> {
  const { organizationId, sessionId, command, actor, operation } = start;
  requireStaff(actor, 'appointment:book');
  const prepared = await placeOfSession(trx, start, at, true);
  const { place, capacity, expired } = prepared;
  if (expired) await endExpiredHolds(trx, organizationId, place, at, operation.key);
  await trx('group_session').insert({
    id: sessionId,
    organization_id: organizationId,
    visit_type_id: command.visitTypeId,
    practitioner_id: place.practitionerId,
    location_id: place.locationId,
    mode: command.mode,
    start_at: new Date(place.start),
    end_at: new Date(place.end),
    local_start: localOf(place.start, place.timeZone),
    tz: place.timeZone,
    capacity,
    state: 'open',
    overbook_reason: place.overbookReason,
    created_by: actor.ref,
  });
  await insertReservations(
    trx,
    {
      organizationId,
      appointmentId: null,
      groupSessionId: sessionId,
      kind: 'block',
      expiresAt: null,
      opKey: operation.key,
    },
    place,
  );
  await record(trx, start, { event: 'open', from: null, to: 'open', actor, at, opKey: operation.key, data: { capacity, start: new Date(place.start).toISOString() } }); // prettier-ignore
  return progressOf(trx, sessionId);
}

/** Where and when, without the patients. Read only when not locked: the look before a process is started. */
export async function placeOfSession(
  trx: Trx,
  { command, actor }: Pick<GroupSessionStart, 'command' | 'actor'>,
  at: Date,
  lock: boolean,
) {
  const start = parseInstant(command.start);
  if (start === null) throw fault('/body/start', 'not-a-time', 'Send an RFC 3339 instant.');
  if (start <= at.getTime()) throw fault('/body/start', 'past', 'A session begins later than now.');
  const facts = await loadSchedulingFacts(
    trx,
    {
      visitTypeId: command.visitTypeId,
      practitionerId: command.practitionerId,
      locationId: command.locationId,
      window: { start, end: start + 1 },
      at: at.getTime(),
      margin: dayMarginMs,
    },
    { lock },
  );
  if (facts === null || !facts.limits.active) throw new DomainError('not-found');
  const capacity = command.capacity ?? facts.visitType.groupCapacity ?? null;
  if (facts.visitType.groupCapacity == null || capacity === null)
    throw fault('/body/visitTypeId', 'no-group-visit', 'This kind of visit is not given in groups.');
  if (!facts.visitType.modes.includes(command.mode))
    throw fault('/body/mode', 'not-offered', 'This kind of visit is not given that way.');
  const placement = findPlace(inRoom(facts, command.roomId), {
    start,
    practitionerId: command.practitionerId,
    locationId: command.locationId,
    at: at.getTime(),
    actor,
    overbookReason: command.overbookReason,
  });
  if (!placement.ok) throw new DomainError(placement.problem.code, placement.problem);
  return { place: placement.place, capacity, expired: facts.expired };
}

/** Only that room of its pool. */
function inRoom<F extends SchedulingFacts>(facts: F, roomId: string | undefined): F {
  if (roomId === undefined) return facts;
  const pools = new Map([...facts.pools].map(([pool, ids]) => [pool, ids.includes(roomId) ? [roomId] : ids]));
  if (![...facts.pools.values()].some((ids) => ids.includes(roomId)))
    throw fault('/body/roomId', 'not-in-pool', 'This room is not one that the kind of visit may use there.');
  return { ...facts, pools };
}

const fault = (path: string, code: string, message: string): DomainError =>
  new DomainError('validation-failed', { errors: [{ path, code, message }] });

export function requireStaff(actor: Actor, permission: string): void {
  if (actor.kind !== 'staff' || !actor.permissions.includes(permission)) throw new DomainError('forbidden');
}

/**
 * More or fewer seats, or the beginning of a cancellation: nobody can take a seat from then on, and the process calls off
 * the visits one by one. Once for its operation key.
 * @throws DomainError `not-found`, `forbidden`, `invalid-transition`, `guard-failed` (`seats-taken`, `visit-over`)
 */
export async function changeGroupSession(
  ports: SchedulingPorts,
  { organizationId, sessionId, action, input, actor, operation }: WhichGroup & GroupSessionRequest,
): Promise<GroupSessionProgress> {
  const at = await ports.clock.now();
  return withTransaction(ports.db, { organizationId, operation }, async (trx) => {
    requireStaff(actor, action === 'cancel' ? 'appointment:cancel-by-clinic' : 'appointment:book');
    const row = await lockSession(trx, sessionId);
    const taken = await takenSeats(trx, sessionId);
    const change = action === 'cancel' ? { action } : { action, capacity: input.capacity ?? row.capacity };
    const problem = sessionChangeProblem(
      { state: row.state, end: row.end_at.getTime(), taken: taken.map(({ seat_no }) => seat_no) },
      change,
      at.getTime(),
    );
    if (problem !== null) throw new DomainError(problem.code, problem);
    if (change.action === 'cancel') {
      const reason = input.reason?.trim() ?? '';
      if (reason === '') throw fault('/body/reason', 'required', 'Say why.');
      await trx('group_session')
        .where({ id: sessionId })
        .update({ state: 'cancelling', cancel_reason: reason, version: trx.raw('version + 1') });
      await record(trx, { organizationId, sessionId }, { event: 'cancel', from: 'open', to: 'cancelling', actor, at, reason, opKey: operation.key, data: { seats: taken.length } }); // prettier-ignore
    } else {
      const moves = seatMoves(taken.map(({ seat_no }) => seat_no), change.capacity) ?? []; // prettier-ignore
      for (const { from, to } of moves)
        await trx('group_seat').where({ session_id: sessionId, seat_no: from, released_at: null }).update({ seat_no: to }); // prettier-ignore
      await trx('group_session')
        .where({ id: sessionId })
        .update({ capacity: change.capacity, version: trx.raw('version + 1') });
      await record(trx, { organizationId, sessionId }, { event: 'set-capacity', from: 'open', to: 'open', actor, at, opKey: operation.key, data: { from: row.capacity, capacity: change.capacity } }); // prettier-ignore
    }
    return progressOf(trx, sessionId);
  });
}

/**
 * Where a session stands after its visits were called off, or after its time: `cancelled` when no seat is left to call
 * off, `over` at its end. Gives back the practitioner and the room. Safe to repeat.
 */
export async function settleGroupSession(
  ports: SchedulingPorts,
  { organizationId, sessionId, operation }: WhichGroup & { readonly operation: Operation },
): Promise<GroupSessionProgress> {
  const at = await ports.clock.now();
  return withTransaction(ports.db, { organizationId, operation }, async (trx) => {
    const row = await lockSession(trx, sessionId);
    const to = await settledState(trx, row, at);
    if (to !== row.state) {
      await trx('reservation')
        .where({ group_session_id: sessionId })
        .whereNull('released_at')
        .update({ released_at: to === 'over' ? row.end_at : at });
      await trx('group_session')
        .where({ id: sessionId })
        .update({ state: to, ended_at: at, version: trx.raw('version + 1') });
      await record(trx, { organizationId, sessionId }, { event: to === 'over' ? 'end' : 'settle', from: row.state, to, actor: systemActor('group-session'), at, opKey: operation.key, data: {} }); // prettier-ignore
    }
    return progressOf(trx, sessionId);
  });
}

async function settledState(trx: Trx, row: GroupSessionRow, at: Date): Promise<GroupSessionState> {
  if (row.state === 'open') return at >= row.end_at ? 'over' : 'open';
  if (row.state !== 'cancelling') return row.state;
  const left = (await takenSeats(trx, row.id)).filter(({ status }) => seatCanBeCancelled.has(status));
  return left.length === 0 ? 'cancelled' : 'cancelling';
}

/** What Postgres knows, for a run that asks again. @throws DomainError `not-found` */
export async function readGroupProgress(
  ports: SchedulingPorts,
  { organizationId, sessionId }: WhichGroup,
): Promise<GroupSessionProgress> {
  return withOrganization(ports.db, organizationId, (trx) => progressOf(trx, sessionId));
}

/** Everybody who takes a seat, or changes the session, waits here: seats are given out one after the other. */
export async function lockSession(trx: Trx, id: string): Promise<GroupSessionRow> {
  const row = await trx('group_session').where({ id }).forUpdate().first<GroupSessionRow | undefined>();
  if (row === undefined) throw new DomainError('not-found');
  return row;
}

export interface TakenSeat {
  readonly seat_no: number;
  readonly appointment_id: string;
  readonly patient_id: string;
  readonly status: string;
}

/** In the order of their numbers. */
export async function takenSeats(trx: Trx, sessionId: string): Promise<TakenSeat[]> {
  return trx('group_seat as s')
    .join('appointment as a', 'a.id', 's.appointment_id')
    .where({ 's.session_id': sessionId })
    .whereNull('s.released_at')
    .orderBy('s.seat_no')
    .select<TakenSeat[]>('s.seat_no', 's.appointment_id', 's.patient_id', 'a.status');
}

async function progressOf(trx: Trx, sessionId: string): Promise<GroupSessionProgress> {
  const row = await trx('group_session').where({ id: sessionId }).first<GroupSessionRow | undefined>();
  if (row === undefined) throw new DomainError('not-found');
  const cancelling = row.state === 'cancelling';
  const left = cancelling ? (await takenSeats(trx, sessionId)).filter(({ status }) => seatCanBeCancelled.has(status)) : []; // prettier-ignore
  return {
    state: row.state,
    start: row.start_at.toISOString(),
    end: row.end_at.toISOString(),
    capacity: row.capacity,
    version: row.version,
    locationId: row.location_id,
    practitionerId: row.practitioner_id,
    seats: left.map(({ appointment_id: appointmentId, status }) => ({
      appointmentId,
      action: status === 'pending' ? 'refuse' : 'cancel-by-clinic',
    })),
  };
}

async function record(
  trx: Trx,
  { organizationId, sessionId }: WhichGroup,
  change: {
    readonly event: string;
    readonly from: string | null;
    readonly to: string;
    readonly actor: Actor;
    readonly at: Date;
    readonly reason?: string | undefined;
    readonly opKey: string;
    readonly data: Readonly<Record<string, unknown>>;
  },
): Promise<void> {
  await recordStateChange(trx, { organizationId, aggregate: 'group-session', aggregateId: sessionId, ...change });
}
