/** Group visits (scheduling-intake.md C2): a session with a practitioner, a room and so many seats; each seat is a visit. */
import { z } from 'zod';
import { lookBefore } from '../../db/appointments/appointments.ts';
import { databaseTime } from '../../db/clock.ts';
import type { Trx } from '../../db/connection.ts';
import { placeOfSession } from '../../db/groups/group-sessions.ts';
import { listSessions, readSession, seatsOf, type GroupSessionView } from '../../db/groups/group-view.ts';
import { findOperation } from '../../db/transaction.ts';
import { DomainError } from '../../domain/errors.ts';
import { groupSessionStates, maxGroupCapacity } from '../../domain/schedule/group-session.ts';
import { appointmentOperationKey } from '../../workflows/messages/appointment.ts';
import type { AppointmentView } from '../../workflows/messages/appointment.ts';
import { groupOperationKey } from '../../workflows/messages/group-session.ts';
import type { GroupSessionCommand, GroupSessionRequest } from '../../workflows/messages/group-session.ts';
import { asError, isAnswer, onceAtATime } from '../appointments/appointment-actions.ts';
import {
  appointment,
  localStartOf,
  representAppointment,
  representAppointments,
} from '../appointments/appointment-representation.ts';
import { resolveStart } from '../appointments/appointment-start.ts';
import type { RequestContext } from '../context.ts';
import { languagesOf, localized } from '../localized.ts';
import { onlyChart, requireChart } from '../patients/own-chart.ts';
import { etag } from '../precondition.ts';
import { route, RouteAnswer } from '../route.ts';
import { fold, id, idParams, instant, listOf, text, visitMode } from '../schemas.ts';
import { closed } from '../temporal/temporal.ts';
import { bookOnce, type Looked } from './appointments.ts';

const named = z.object({ id, name: z.string() });

export const groupSession = z.object({
  id,
  state: z.enum(groupSessionStates),
  mode: visitMode,
  /** RFC 3339 UTC, the place's zone and its wall-clock time beside them. */
  start: z.string(),
  end: z.string(),
  timeZone: z.string(),
  localStart: z.string().nullable(),
  capacity: z.int(),
  taken: z.int(),
  cancelReason: z.string().nullable(),
  version: z.int(),
  visitType: named.extend({ code: z.string() }),
  practitioner: named,
  location: named,
  room: named.nullable(),
  /** Of the patient who asks: the visit of the seat they have. */
  ownAppointmentId: id.nullable(),
});

/** Each taking of a seat; numbers count from 1 here, as people do. */
const seat = z.object({ number: z.int(), takenAt: z.string(), releasedAt: z.string().nullable(), appointment });
const sessionWithSeats = groupSession.extend({ seats: z.array(seat) });

function represent(context: RequestContext, view: GroupSessionView): z.output<typeof groupSession> {
  const { row, names } = view;
  const ownChart = context.session?.kind === 'patient';
  const start = row.start_at.toISOString();
  return {
    id: row.id,
    state: row.state,
    mode: row.mode,
    start,
    end: row.end_at.toISOString(),
    timeZone: row.tz,
    localStart: localStartOf({ start, timeZone: row.tz }).localStart,
    capacity: row.capacity,
    taken: view.taken,
    cancelReason: ownChart ? null : row.cancel_reason,
    version: row.version,
    visitType: {
      id: row.visit_type_id,
      code: view.visitTypeCode,
      name: localized(names.visitType, languagesOf(context)),
    },
    practitioner: { id: row.practitioner_id, name: names.practitioner },
    location: { id: row.location_id, name: names.location },
    room: view.room,
    ownAppointmentId: view.ownAppointmentId,
  };
}

async function answerWith(context: RequestContext, sessionId: string, status = 200) {
  const shown = await context.read(async (trx) => {
    const view = await readSession(trx, sessionId);
    if (view === null) throw new DomainError('not-found');
    const seats = await seatsOf(trx, sessionId);
    const visits = await representAppointments(context, trx, seats.map((one) => one.appointment)); // prettier-ignore
    return {
      ...represent(context, view),
      seats: seats.flatMap((one, k) => {
        const visit = visits[k];
        return visit === undefined
          ? []
          : [
              {
                number: one.seatNo + 1,
                takenAt: one.takenAt.toISOString(),
                releasedAt: one.releasedAt?.toISOString() ?? null,
                appointment: visit,
              },
            ];
      }),
    };
  });
  return new RouteAnswer(shown, {
    status,
    headers: { ETag: etag(shown.version), Location: `/api/v1/group-sessions/${sessionId}` },
  });
}

function requireStaff(context: RequestContext): void {
  if (context.user.kind !== 'staff') throw new DomainError('forbidden');
}

export const openGroupSession = route({
  method: 'POST',
  path: '/group-sessions',
  summary: 'Open a group session: the practitioner and the room are reserved once, its seats are booked one by one',
  status: 201,
  body: z.strictObject({
    visitTypeId: id,
    practitionerId: id,
    locationId: id,
    /** One of the rooms that the visit type may use; any when left out. */
    roomId: id.optional(),
    mode: visitMode.default('in-person'),
    /** RFC 3339 instant, or local time of the place (then with `fold` when it happens twice). */
    start: text(40),
    fold: fold.optional(),
    /** The visit type's when left out. */
    capacity: z.int().min(1).max(maxGroupCapacity).optional(),
    overbookReason: text(300).optional(),
  }),
  answer: sessionWithSeats,
  policy: { action: 'appointment:book' },
  audit: { change: 'group-session:open', entity: 'group-session' },
  handler: async (context, { body }) => {
    requireStaff(context);
    const { organizationId, operationId: sessionId, actor } = context;
    const { temporal } = context.ports;
    context.concerns({ entityId: sessionId });
    const operation = { key: groupOperationKey(sessionId, 'create'), inputHash: context.operation.inputHash };
    await onceAtATime(context, operation.key, async () => {
      const looked = await context.read(async (trx) => {
        if ((await findOperation(trx, organizationId, operation)) !== undefined) return null;
        const { fold: whichOfTwo, ...rest } = body;
        const command: GroupSessionCommand = { ...rest, start: await resolveStart(trx, { ...rest, fold: whichOfTwo }) };
        return { command, problem: await problemOf(trx, command, context) };
      });
      if (looked === null) return;
      const { command, problem } = looked;
      if (problem !== null && (await isAnswer(problem, () => temporal.hasGroupSession(sessionId))))
        throw asError(problem);
      const outcome = await temporal.openGroupSession({ organizationId, sessionId, operation, command, actor });
      if (!outcome.ok) throw asError(outcome.problem);
    });
    return answerWith(context, sessionId, 201);
  },
});

async function problemOf(trx: Trx, command: GroupSessionCommand, { actor }: RequestContext) {
  try {
    await placeOfSession(trx, { command, actor }, await databaseTime(trx), false);
    return null;
  } catch (error) {
    if (error instanceof DomainError) return error.problem;
    throw error;
  }
}

const month = 31 * 86_400_000;

export const listGroupSessions = route({
  method: 'GET',
  path: '/group-sessions',
  summary: 'Group sessions of a time in order of their starts; patients see those that they may take a seat in',
  query: z.strictObject({
    /** Starts in `[from, to)`: now and a month later when left out; at most a year. */
    from: instant.optional(),
    to: instant.optional(),
    visitTypeId: id.optional(),
    practitionerId: id.optional(),
    locationId: id.optional(),
  }),
  answer: listOf(groupSession),
  policy: { action: ['schedule:read', 'own-availability:read'] },
  audit: { none: 'the clinic’s calendar of groups, without who has a seat' },
  handler: async (context, { query }) => {
    const forPatientId = onlyChart(context, 'schedule:read');
    const items = await context.read(async (trx) => {
      const at = await databaseTime(trx);
      const from = query.from === undefined ? at : new Date(query.from);
      // What has begun is no patient's to book.
      const earliest = forPatientId === undefined || from > at ? from : at;
      const to = query.to === undefined ? new Date(earliest.getTime() + month) : new Date(query.to);
      const latest = new Date(Math.min(to.getTime(), earliest.getTime() + 12 * month));
      return listSessions(trx, { ...query, from: earliest, to: latest, forPatientId });
    });
    return { items: items.map((view) => represent(context, view)), nextCursor: null };
  },
});

export const showGroupSession = route({
  method: 'GET',
  path: '/group-sessions/:id',
  summary: 'A group session with its seats, those given back too',
  params: idParams,
  answer: sessionWithSeats,
  policy: { action: 'schedule:read' },
  audit: { read: 'group-session:read', entity: 'group-session' },
  handler: (context, { params }) => answerWith(context, params.id),
});

export const bookSeat = route({
  method: 'POST',
  path: '/group-sessions/:id/seats',
  summary: 'Take the lowest free seat for a patient: an ordinary visit; 409 slot-taken (seat) when the session is full',
  status: 201,
  params: idParams,
  body: z.strictObject({ patientId: id }),
  answer: appointment,
  policy: { action: 'appointment:book' },
  audit: { change: 'appointment:book', entity: 'appointment' },
  handler: async (context, { params, body }) => {
    const { organizationId, operationId: appointmentId, actor } = context;
    const { patientId } = body;
    context.concerns({ entityId: appointmentId, patientId });
    const operation = { key: appointmentOperationKey(appointmentId, 'create'), inputHash: context.operation.inputHash };
    const look = (): Promise<Looked> =>
      context.read(async (trx) => {
        // A winner's own retry must not be refused as a loser: the repeat comes first (B4).
        const repeated = await findOperation<{ appointment: AppointmentView }>(trx, organizationId, operation);
        if (repeated !== undefined) return { done: repeated.result.appointment };
        requireChart(context, 'appointment:book', patientId);
        const view = await readSession(trx, params.id);
        if (view === null) throw new DomainError('not-found');
        const { row } = view;
        const command = {
          event: 'book',
          patientId,
          visitTypeId: row.visit_type_id,
          mode: row.mode,
          start: row.start_at.toISOString(),
          practitionerId: row.practitioner_id,
          locationId: row.location_id,
          groupSessionId: row.id,
        } as const;
        return { command, problem: await lookBefore(trx, command, await databaseTime(trx), actor) };
      });
    const booked = await onceAtATime(context, operation.key, () => bookOnce(context, { appointmentId, operation, look })); // prettier-ignore
    const shown = await context.read((trx) => representAppointment(context, trx, booked));
    return new RouteAnswer(shown, {
      headers: { ETag: etag(booked.revision), Location: `/api/v1/appointments/${booked.id}` },
    });
  },
});

export const changeGroupCapacity = route({
  method: 'POST',
  path: '/group-sessions/:id/capacity',
  summary: 'More or fewer seats, never fewer than are taken',
  params: idParams,
  body: z.strictObject({ capacity: z.int().min(1).max(maxGroupCapacity) }),
  answer: sessionWithSeats,
  policy: { action: 'appointment:book' },
  audit: { change: 'group-session:set-capacity', entity: 'group-session' },
  handler: async (context, { params, body }) => {
    requireStaff(context);
    await change(context, params.id, 'set-capacity', body);
    return answerWith(context, params.id);
  },
});

export const cancelGroupSession = route({
  method: 'POST',
  path: '/group-sessions/:id/cancel',
  summary: 'Call a session off: nobody can take a seat from now on, and every seat’s visit is cancelled by the clinic, one by one', // prettier-ignore
  status: 202,
  params: idParams,
  body: z.strictObject({ reason: text(300) }),
  answer: sessionWithSeats,
  policy: { action: 'appointment:cancel-by-clinic' },
  audit: { change: 'group-session:cancel', entity: 'group-session' },
  handler: async (context, { params, body }) => {
    await change(context, params.id, 'cancel', body);
    return answerWith(context, params.id, 202);
  },
});

async function change(
  context: RequestContext,
  sessionId: string,
  action: GroupSessionRequest['action'],
  input: GroupSessionRequest['input'],
): Promise<void> {
  const { organizationId, operationId, actor } = context;
  const operation = { key: groupOperationKey(sessionId, operationId), inputHash: context.operation.inputHash };
  context.concerns({ entityId: sessionId });
  await onceAtATime(context, operation.key, async () => {
    const known = await context.read(async (trx) => {
      const view = await readSession(trx, sessionId);
      if (view === null) throw new DomainError('not-found');
      return { state: view.row.state, repeated: (await findOperation(trx, organizationId, operation)) !== undefined };
    });
    if (known.repeated) return;
    const answer = await context.ports.temporal.changeGroupSession(sessionId, { action, input, actor, operation });
    if (answer === closed)
      throw new DomainError('invalid-transition', { allowed: [], data: { from: known.state, event: action } });
  });
}
