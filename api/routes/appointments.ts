import { z } from 'zod';
import { appointmentsOfDay, appointmentsOfPatient } from '../../db/appointments/appointment-lists.ts';
import { lookBefore } from '../../db/appointments/appointments.ts';
import { stateToJudge } from '../../db/appointments/appointment-view.ts';
import { databaseTime } from '../../db/clock.ts';
import type { Trx } from '../../db/connection.ts';
import { findOperation } from '../../db/transaction.ts';
import { appointmentStatuses } from '../../domain/appointment/appointment-facts.ts';
import { DomainError } from '../../domain/errors.ts';
import type { ProblemDetail } from '../../domain/errors.ts';
import { appointmentActions, appointmentOperationKey } from '../../workflows/messages/appointment.ts';
import type { ActionInput, AppointmentView, OpeningCommand } from '../../workflows/messages/appointment.ts';
import { actOnAppointment, asError, isAnswer, isForeign, onceAtATime } from '../appointments/appointment-actions.ts';
import {
  appointment,
  representAppointment,
  representAppointments,
} from '../appointments/appointment-representation.ts';
import { resolveStart } from '../appointments/appointment-start.ts';
import { allowedActionsOf, allowedAction, waitingFor, waitingForOf } from '../cases/case-state.ts';
import type { RequestContext } from '../context.ts';
import { onlyChart, requireChart } from '../patients/own-chart.ts';
import { decodeCursor, pageOf } from '../page.ts';
import { etag } from '../precondition.ts';
import { route, RouteAnswer } from '../route.ts';
import { cursor, date, fold, id, idParams, limit, listOf, text, visitMode } from '../schemas.ts';

const start = text(40);

const bookingBody = z
  .strictObject({
    patientId: id,
    visitTypeId: id,
    practitionerId: id.optional(),
    /** RFC 3339 instant, or local time of the location (then with `fold` when it happens twice). */
    start: start.optional(),
    locationId: id.optional(),
    mode: visitMode.default('in-person'),
    fold: fold.optional(),
    hold: z.boolean().default(false),
    request: z.boolean().default(false),
    overbookReason: text(300).optional(),
    replacesId: id.optional(),
  })
  .refine(({ hold, request }) => !(hold && request), { message: 'Either hold or request', path: ['request'] })
  .refine(({ start: at, request }) => request || at !== undefined, { message: 'Say when', path: ['start'] })
  .refine(({ practitionerId, request }) => request || practitionerId !== undefined, {
    message: 'Say with whom',
    path: ['practitionerId'],
  });

type Booking = z.output<typeof bookingBody>;

async function commandOf(trx: Trx, body: Booking): Promise<OpeningCommand> {
  const { patientId, visitTypeId, mode, locationId, practitionerId } = body;
  if (body.request || practitionerId === undefined || body.start === undefined) {
    return { event: 'request', patientId, visitTypeId, mode, practitionerId, locationId };
  }
  return {
    event: body.hold ? 'hold' : 'book',
    patientId,
    visitTypeId,
    mode,
    start: await resolveStart(trx, { start: body.start, fold: body.fold, locationId, practitionerId }),
    practitionerId,
    locationId,
    overbookReason: body.overbookReason,
    replacesId: body.replacesId,
  };
}

export const bookAppointment = route({
  method: 'POST',
  path: '/appointments',
  summary: 'Book, hold or request a visit; 409 slot-taken names up to five other times',
  status: 201,
  body: bookingBody,
  answer: appointment,
  policy: { action: 'appointment:book' },
  audit: { change: 'appointment:book', entity: 'appointment' },
  handler: async (context, { body }) => {
    const { organizationId, operationId: appointmentId, actor } = context;
    context.concerns({ entityId: appointmentId, patientId: body.patientId });
    const operation = { key: appointmentOperationKey(appointmentId, 'create'), inputHash: context.operation.inputHash };
    const look = (): Promise<Looked> =>
      context.read(async (trx) => {
        // A winner's own retry must not be refused as a loser: the repeat comes first (B4).
        const repeated = await findOperation<{ appointment: AppointmentView }>(trx, organizationId, operation);
        if (repeated !== undefined) return { done: repeated.result.appointment };
        requireChart(context, 'appointment:book', body.patientId);
        const command = await commandOf(trx, body);
        return { command, problem: await lookBefore(trx, command, await databaseTime(trx), actor) };
      });
    const booked = await onceAtATime(context, operation.key, () => bookOnce(context, { appointmentId, operation, look })); // prettier-ignore
    const shown = await context.read((trx) => representAppointment(context, trx, booked));
    return new RouteAnswer(shown, {
      headers: { ETag: etag(booked.revision), Location: `/api/v1/appointments/${booked.id}` },
    });
  },
});

export type Looked =
  | { readonly done: AppointmentView }
  | { readonly done?: undefined; readonly command: OpeningCommand; readonly problem: ProblemDetail | null };

interface Asked {
  readonly appointmentId: string;
  readonly operation: { key: string; inputHash: string };
  readonly look: () => Promise<Looked>;
}

/** One try for one key; who wants the same start waits for the one ahead. */
export async function bookOnce(context: RequestContext, asked: Asked): Promise<AppointmentView> {
  const looked = await asked.look();
  if (looked.done !== undefined) return looked.done;
  return (await answerTo(context, asked, looked)) ?? startOnce(context, asked, looked.command);
}

/** What a look settles: an earlier answer, or a refusal (thrown); undefined when there is nothing against a try. */
async function answerTo(context: RequestContext, asked: Asked, looked: Looked): Promise<AppointmentView | undefined> {
  if (looked.done !== undefined) return looked.done;
  if (looked.problem === null) return undefined;
  if (await isAnswer(looked.problem, () => context.ports.temporal.hasRun(asked.appointmentId)))
    throw asError(looked.problem);
  // An earlier try under this key is still open: only asking it again tells.
  return startRun(context, asked, looked.command);
}

/** Those who want the same start wait for the one ahead, then look again: losers cost a read, not a workflow. */
async function startOnce(context: RequestContext, asked: Asked, command: OpeningCommand): Promise<AppointmentView> {
  if (command.event === 'request') return startRun(context, asked, command);
  return context.ports.slots.pass(
    `${context.organizationId}/${command.practitionerId}/${command.start}`,
    async () => answerTo(context, asked, await asked.look()),
    () => startRun(context, asked, command),
    () => new DomainError('unavailable', { data: { retryAfterSeconds: 1 } }),
  );
}

async function startRun(
  context: RequestContext,
  { appointmentId, operation }: Asked,
  command: OpeningCommand,
): Promise<AppointmentView> {
  const outcome = await context.ports.temporal.bookAppointment({
    organizationId: context.organizationId,
    actor: context.actor,
    appointmentId,
    operation,
    command,
  });
  if (!outcome.ok) throw asError(outcome.problem);
  return outcome.appointment;
}

export const listAppointments = route({
  method: 'GET',
  path: '/appointments',
  summary: 'The visits of a local day, in order of time',
  query: z.strictObject({
    date,
    locationId: id.optional(),
    practitionerId: id.optional(),
    status: z.enum(appointmentStatuses).optional(),
  }),
  answer: listOf(appointment),
  policy: { action: 'appointment:read' },
  audit: { read: 'appointment:list', entity: 'appointment' },
  handler: async (context, { query }) => {
    const patientId = onlyChart(context, 'appointment:read');
    const items = await context.read(async (trx) =>
      representAppointments(
        context,
        trx,
        await appointmentsOfDay(trx, { organizationId: context.organizationId, ...query, patientId }),
      ),
    );
    context.concerns({ patientId, detail: { shown: items.length } });
    return { items, nextCursor: null };
  },
});

const appointmentDetail = appointment.extend({
  waitingFor: waitingFor.nullable(),
  allowedActions: z.array(allowedAction),
  /** RFC 3339 UTC; null when no reminder is left to be sent. */
  nextReminderAt: z.string().nullable(),
});

export const showAppointment = route({
  method: 'GET',
  path: '/appointments/:id',
  summary: 'A visit, and what this person may do with it now',
  params: idParams,
  answer: appointmentDetail,
  policy: { action: 'appointment:read' },
  audit: { read: 'appointment:read', entity: 'appointment' },
  handler: async (context, { params }) => {
    const shown = await context.read(async (trx) => {
      const at = (await databaseTime(trx)).getTime();
      const settled = await stateToJudge(trx, params.id, at);
      if (settled === null || isForeign(context.actor, settled)) throw new DomainError('not-found');
      context.concerns({ patientId: settled.appointment.patientId });
      return {
        ...(await representAppointment(context, trx, settled.appointment)),
        waitingFor: waitingForOf(settled.appointment, at),
        allowedActions: allowedActionsOf(settled.facts, { at, actor: context.actor }),
        nextReminderAt: settled.timers.find(({ name }) => name.startsWith('reminder:'))?.dueAt ?? null,
      };
    });
    return new RouteAnswer(shown, { headers: { ETag: etag(shown.revision) } });
  },
});

const position = z.strictObject({ start: z.iso.datetime({ precision: 6 }), id });

export const listPatientAppointments = route({
  method: 'GET',
  path: '/patients/:id/appointments',
  summary: 'A patient’s visits: to come (soonest first), past or all (latest first)',
  params: idParams,
  query: z.strictObject({ when: z.enum(['upcoming', 'past', 'all']).default('all'), limit: limit(20, 100), cursor }),
  answer: listOf(appointment),
  policy: { action: 'appointment:read' },
  audit: { read: 'appointment:list', entity: 'patient' },
  handler: async (context, { params, query }) => {
    requireChart(context, 'appointment:read', params.id);
    const after = decodeCursor(query.cursor, position);
    return context.read(async (trx) => {
      const rows = await appointmentsOfPatient(trx, {
        organizationId: context.organizationId,
        patientId: params.id,
        when: query.when,
        at: await databaseTime(trx),
        limit: query.limit,
        after,
      });
      const page = pageOf(rows, query.limit, (row) => row, (row) => ({ start: row.position, id: row.id })); // prettier-ignore
      return { items: await representAppointments(context, trx, page.items), nextCursor: page.nextCursor };
    });
  },
});

const actionBody = z.strictObject({
  start: start.optional(),
  practitionerId: id.optional(),
  locationId: id.optional(),
  fold: fold.optional(),
  overbookReason: text(300).optional(),
  reason: text(300).optional(),
  identifiersVerified: z.array(text(40)).max(10).optional(),
  intakeWaivedReason: text(300).optional(),
  noNoteReason: text(300).optional(),
  /** cancel-by-clinic: how many other times to hold for the patient. */
  alternatives: z.int().min(0).max(5).optional(),
  feeWaived: z.boolean().optional(),
});

/** Who it is with and where stay as they are unless said; with another practitioner the place is found anew. */
async function inputOf(trx: Trx, body: z.output<typeof actionBody>, now: AppointmentView): Promise<ActionInput> {
  const { start: at, practitionerId, locationId, fold: which, ...rest } = body;
  if (at === undefined) return rest;
  const practitioner = practitionerId ?? now.practitionerId ?? undefined;
  if (practitioner === undefined) {
    throw new DomainError('validation-failed', {
      errors: [{ path: '/body/practitionerId', code: 'required', message: 'Say with whom.' }],
    });
  }
  const location = locationId ?? (practitioner === now.practitionerId ? (now.locationId ?? undefined) : undefined);
  const wanted = await resolveStart(trx, {
    start: at,
    fold: which,
    locationId: location,
    practitionerId: practitioner,
  });
  return {
    ...rest,
    slot: { start: wanted, practitionerId: practitioner, locationId: location, overbookReason: body.overbookReason },
  };
}

export const actOn = route({
  method: 'POST',
  path: '/appointments/:id/:action',
  summary: 'Move a visit along its life; 409 invalid-transition names what is possible instead',
  params: z.strictObject({ id, action: z.enum(appointmentActions) }),
  body: actionBody,
  answer: appointment,
  // Each action needs its own permission; the table of domain/appointment/appointment-events.ts decides which.
  policy: { action: ['appointment:book', 'appointment:reschedule', 'appointment:cancel', 'appointment:confirm', 'appointment:approve', 'appointment:check-in', 'appointment:complete', 'appointment:cancel-by-clinic', 'appointment:correct'] }, // prettier-ignore
  audit: { change: 'appointment:act', entity: 'appointment' },
  handler: async (context, { params, body }) => {
    const changed = await actOnAppointment(context, {
      appointmentId: params.id,
      action: params.action,
      input: (trx, now) => inputOf(trx, body, now),
    });
    const shown = await context.read((trx) => representAppointment(context, trx, changed));
    return new RouteAnswer(shown, { headers: { ETag: etag(changed.revision) } });
  },
});
