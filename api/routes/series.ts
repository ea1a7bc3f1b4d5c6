/** Recurring series (feature B13): what would become of each occurrence, booking them, and changes of one or all that follow. */
import { z } from 'zod';
import { previewSeries } from '../../db/series/series-preview.ts';
import { readSeriesRow } from '../../db/series/series-view.ts';
import { databaseTime } from '../../db/clock.ts';
import type { Trx } from '../../db/connection.ts';
import { findOperation } from '../../db/transaction.ts';
import { DomainError } from '../../domain/errors.ts';
import { maxOccurrences, seriesDayPattern, seriesFrequencies, seriesModes } from '../../domain/schedule/series.ts';
import { seriesOperationKey } from '../../workflows/messages/series.ts';
import type { SeriesChange, SeriesCommand } from '../../workflows/messages/series.ts';
import { actOnAppointment, asError, isAnswer, onceAtATime } from '../appointments/appointment-actions.ts';
import { resolveStart } from '../appointments/appointment-start.ts';
import type { RequestContext } from '../context.ts';
import { etag } from '../precondition.ts';
import { route, RouteAnswer } from '../route.ts';
import { occurrenceReport, representReport, representSeries, series } from '../appointments/series-representation.ts';
import type { OccurrenceReportShown } from '../appointments/series-representation.ts';
import { closed } from '../temporal/temporal.ts';
import { date, fold, id, idParams, text, visitMode } from '../schemas.ts';

const localStart = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/, 'Send a local time YYYY-MM-DDTHH:MM');
const number = z.int().min(1).max(maxOccurrences);

const ruleBody = z.strictObject({
  frequency: z.enum(seriesFrequencies),
  interval: z.int().min(1).max(99).default(1),
  /** MO to SU; in a monthly rule also 2TU (the second) or -1FR (the last). Empty: the start's own day. */
  byDay: z.array(z.string().max(4).regex(seriesDayPattern, 'Send MO to SU, or 2TU')).max(7).default([]),
  /** Exactly one of the two; `until` is a local date, inclusive. */
  count: number.optional(),
  until: date.optional(),
  /** Local time of the place; every occurrence has its time of day. */
  start: localStart,
});

const seriesBody = z.strictObject({
  patientId: id,
  visitTypeId: id,
  practitionerId: id,
  locationId: id,
  mode: visitMode.default('in-person'),
  rule: ruleBody,
  /** `all`: everything or nothing. `skip-conflicts`: what can be had. */
  onConflict: z.enum(seriesModes).default('all'),
  /** After the report: leave one out, take another time (RFC 3339 instant or local), somebody else, or which of two is meant. */
  choices: z
    .array(
      z
        .strictObject({
          occurrence: number,
          skip: z.boolean().optional(),
          start: text(40).optional(),
          fold: fold.optional(),
          /** Somebody else for this one. */
          practitionerId: id.optional(),
        })
        .refine(
          ({ skip, start, fold: which, practitionerId }) =>
            skip === true || start !== undefined || which !== undefined || practitionerId !== undefined,
          { message: 'Say skip, start, fold or practitionerId', path: ['start'] },
        ),
    )
    .max(maxOccurrences)
    .default([]),
});

async function commandOf(trx: Trx, body: z.output<typeof seriesBody>): Promise<SeriesCommand> {
  const location = await trx('location').where({ id: body.locationId }).first<{ time_zone: string } | undefined>('time_zone'); // prettier-ignore
  if (location === undefined)
    throw new DomainError('not-found', {
      errors: [{ path: '/body/locationId', code: 'unknown', message: 'There is no such place.' }],
    });
  const { frequency, interval, byDay, count, until, start } = body.rule;
  return {
    patientId: body.patientId,
    visitTypeId: body.visitTypeId,
    practitionerId: body.practitionerId,
    locationId: body.locationId,
    visitMode: body.mode,
    mode: body.onConflict,
    choices: body.choices.map(({ occurrence, ...choice }) => ({ number: occurrence, ...choice })),
    rule: {
      frequency,
      interval,
      byDay,
      count: count ?? null,
      until: until ?? null,
      startLocal: start,
      timeZone: location.time_zone,
    },
  };
}

/** Fifty visits at once are for the clinic to give: patients book theirs one by one. */
function requireStaff(context: RequestContext, ...actions: readonly Parameters<RequestContext['can']>[0][]): void {
  if (context.user.kind !== 'staff' || !actions.some((action) => context.can(action)))
    throw new DomainError('forbidden');
}

export const previewSeriesRoute = route({
  method: 'POST',
  path: '/series/preview',
  summary: 'What would become of each occurrence if the series were booked now; nothing is kept',
  body: seriesBody,
  answer: z.object({ timeZone: z.string(), items: z.array(occurrenceReport) }),
  policy: { action: 'appointment:book' },
  audit: { read: 'series:preview', entity: 'patient' },
  withoutIdempotencyKey: 'nothing is kept: the same question may be asked again at any time',
  handler: async (context, { body }) => {
    requireStaff(context, 'appointment:book');
    context.concerns({ entityId: body.patientId, patientId: body.patientId });
    return context.read(async (trx) => {
      const command = await commandOf(trx, body);
      const items = await previewSeries(trx, command, { at: await databaseTime(trx), actor: context.actor });
      return { timeZone: command.rule.timeZone, items: items.map(representReport) };
    });
  },
});

async function answerWith(context: RequestContext, seriesId: string, status = 200) {
  const shown = await context.read((trx) => representSeries(context, trx, seriesId));
  return new RouteAnswer(shown, {
    status,
    headers: { ETag: etag(shown.version), Location: `/api/v1/series/${seriesId}` },
  });
}

export const bookSeries = route({
  method: 'POST',
  path: '/series',
  summary: 'Book a recurring series; 409 conflict says which occurrences cannot be had. Its visits come one by one',
  status: 201,
  body: seriesBody,
  answer: series,
  policy: { action: 'appointment:book' },
  audit: { change: 'series:book', entity: 'series' },
  handler: async (context, { body }) => {
    requireStaff(context, 'appointment:book');
    const { organizationId, operationId: seriesId, actor } = context;
    const { temporal } = context.ports;
    context.concerns({ entityId: seriesId, patientId: body.patientId });
    const operation = { key: seriesOperationKey(seriesId, 'create'), inputHash: context.operation.inputHash };
    await onceAtATime(context, operation.key, async () => {
      const looked = await context.read(async (trx) => {
        // The repeat comes first: its own visits stand in its way now (B4).
        if ((await findOperation(trx, organizationId, operation)) !== undefined) return null;
        const command = await commandOf(trx, body);
        const items = await previewSeries(trx, command, { at: await databaseTime(trx), actor });
        return { command, items: items.map(representReport) };
      });
      if (looked === null) return;
      const { command, items } = looked;
      const problem = conflictOf(command, items);
      if (problem !== null && (await isAnswer(problem, () => temporal.hasSeries(seriesId)))) throw asError(problem);
      const outcome = await temporal.bookSeries({ organizationId, seriesId, operation, command, actor });
      if (!outcome.ok) throw asError(outcome.problem);
    });
    return answerWith(context, seriesId, 201);
  },
});

/** All of it, or at least something, as far as can be seen now. */
function conflictOf({ mode }: SeriesCommand, items: readonly OccurrenceReportShown[]) {
  const wrong = items.filter(({ finding }) => finding !== 'free' && finding !== 'skipped');
  const none = items.every(({ finding }) => finding !== 'free');
  if (!none && (mode === 'skip-conflicts' || wrong.length === 0)) return null;
  return { code: 'conflict', data: { reason: 'series', occurrences: none ? items : wrong } } as const;
}

export const showSeries = route({
  method: 'GET',
  path: '/series/:id',
  summary: 'A series: its rule, each occurrence with its visit, and what became of every step',
  params: idParams,
  answer: series,
  policy: { action: 'appointment:read' },
  audit: { read: 'series:read', entity: 'series' },
  handler: (context, { params }) => answerWith(context, params.id),
});

const scope = z.enum(['one', 'this-and-following']);

export const changeSeries = route({
  method: 'POST',
  path: '/series/:id/change',
  summary:
    'Move one occurrence, or it and all that follow; those move by as many days to the same time of day, one by one',
  status: 202,
  params: idParams,
  body: z.strictObject({
    /** An occurrence's number. */
    from: number,
    scope,
    /** The new local time of that occurrence; for one alone also an RFC 3339 instant. */
    start: text(40),
    fold: fold.optional(),
    practitionerId: id.optional(),
    locationId: id.optional(),
  }),
  answer: series,
  policy: { action: 'appointment:reschedule' },
  audit: { change: 'series:change', entity: 'series' },
  handler: async (context, { params, body }) => {
    requireStaff(context, 'appointment:reschedule');
    const { from, practitionerId, locationId } = body;
    if (body.scope === 'one') {
      await actOnAppointment(context, {
        appointmentId: await visitOf(context, params.id, from),
        action: 'reschedule',
        input: async (trx, now) => {
          const place = {
            practitionerId: practitionerId ?? now.practitionerId ?? '',
            locationId: locationId ?? now.locationId ?? undefined,
          };
          return {
            slot: { ...place, start: await resolveStart(trx, { ...place, start: body.start, fold: body.fold }) },
          };
        },
      });
    } else {
      if (!localStart.safeParse(body.start).success)
        throw new DomainError('validation-failed', {
          errors: [{ path: '/body/start', code: 'not-a-local-time', message: 'Send a local time YYYY-MM-DDTHH:MM.' }],
        });
      await changeFollowing(context, params.id, {
        kind: 'move',
        from,
        toLocal: body.start,
        practitionerId,
        locationId,
      });
    }
    return answerWith(context, params.id, 202);
  },
});

export const cancelSeries = route({
  method: 'POST',
  path: '/series/:id/cancel',
  summary: 'Cancel one occurrence, or it and all that follow, one by one',
  status: 202,
  params: idParams,
  body: z.strictObject({
    from: number,
    scope,
    reason: text(300),
    /** Never late, never a fee. */
    byClinic: z.boolean().default(false),
    feeWaived: z.boolean().optional(),
  }),
  answer: series,
  policy: { action: ['appointment:cancel', 'appointment:cancel-by-clinic'] },
  audit: { change: 'series:cancel', entity: 'series' },
  handler: async (context, { params, body }) => {
    const { from, reason, byClinic, feeWaived } = body;
    requireStaff(context, byClinic ? 'appointment:cancel-by-clinic' : 'appointment:cancel');
    if (body.scope === 'one') {
      await actOnAppointment(context, {
        appointmentId: await visitOf(context, params.id, from),
        action: byClinic ? 'cancel-by-clinic' : 'cancel',
        input: () => Promise.resolve({ reason, feeWaived }),
      });
    } else {
      await changeFollowing(context, params.id, { kind: 'cancel', from, reason, byClinic, feeWaived });
    }
    return answerWith(context, params.id, 202);
  },
});

/** The visit of an occurrence. @throws DomainError `not-found` */
async function visitOf(context: RequestContext, seriesId: string, occurrence: number): Promise<string> {
  return context.read(async (trx) => {
    const visit = await trx('appointment').where({ series_id: seriesId, occurrence }).first<{ id: string } | undefined>('id'); // prettier-ignore
    if (visit === undefined) throw new DomainError('not-found');
    return visit.id;
  });
}

async function changeFollowing(
  context: RequestContext,
  seriesId: string,
  change: Omit<SeriesChange, 'actor'>,
): Promise<void> {
  const { organizationId, operationId, actor } = context;
  const operation = { key: seriesOperationKey(seriesId, operationId), inputHash: context.operation.inputHash };
  await onceAtATime(context, operation.key, async () => {
    const known = await context.read(async (trx) => {
      const row = await readSeriesRow(trx, seriesId);
      if (row === null) throw new DomainError('not-found');
      context.concerns({ entityId: seriesId, patientId: row.patient_id });
      return { row, repeated: (await findOperation(trx, organizationId, operation)) !== undefined };
    });
    if (known.repeated) return;
    const answer = await context.ports.temporal.changeSeries(seriesId, {
      action: 'change',
      change: { ...change, actor },
      operation,
    });
    if (answer === closed)
      throw new DomainError('invalid-transition', { allowed: [], data: { from: known.row.state, event: change.kind } });
  });
}
