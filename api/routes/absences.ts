/**
 * A practitioner is away, or a room or machine is down (features B20, B21): who is affected, a process that brings each
 * patient to a resolution, everybody's path on one page, and a person's word about all of it or about one patient.
 */
import { z } from 'zod';
import { affectedVisits } from '../../db/absence-list.ts';
import { casesOf, listAbsences as findAbsences, readAbsence, type CaseView } from '../../db/absence-view.ts';
import { awayOf } from '../../db/absences.ts';
import { toView, type AppointmentRow } from '../../db/appointment-view.ts';
import { actorNames } from '../../db/cases.ts';
import { databaseTime } from '../../db/clock.ts';
import type { Trx } from '../../db/connection.ts';
import { findOperation } from '../../db/transaction.ts';
import {
  absenceActions,
  absenceActionsOf,
  absenceKinds,
  absenceStates,
  caseActions,
  caseStates,
  hasBegun,
} from '../../domain/absence.ts';
import { DomainError } from '../../domain/errors.ts';
import { absenceOperationKey } from '../../workflows/messages/absence.ts';
import type { AbsenceView } from '../../workflows/messages/absence.ts';
import { sayToAbsence } from '../absence-actions.ts';
import { asError, onceAtATime } from '../appointment-actions.ts';
import { appointment, representAppointments } from '../appointment-representation.ts';
import type { Appointment } from '../appointment-representation.ts';
import type { RequestContext } from '../context.ts';
import { decodeCursor, pageOf } from '../page.ts';
import { route, RouteAnswer } from '../route.ts';
import { cursor, id, idParams, instant, limit, listOf, text } from '../schemas.ts';

const caseState = z.enum(caseStates);

const absence = z.object({
  id,
  resource: z.object({ id, name: z.string(), kind: z.string() }),
  kind: z.enum(absenceKinds),
  start: z.string(),
  end: z.string(),
  reason: z.string(),
  state: z.enum(absenceStates),
  declaredAt: z.string(),
  endedAt: z.string().nullable(),
  version: z.int(),
  /** `settled` of `total` patients; 100 percent means all of them. */
  progress: z.object({
    total: z.int(),
    settled: z.int(),
    open: z.int(),
    percent: z.int(),
    byState: z.partialRecord(caseState, z.int()),
  }),
  allowedActions: z.array(z.enum(absenceActions)),
});

const pathEntry = z.object({
  at: z.string(),
  event: z.string(),
  from: caseState.nullable(),
  to: caseState,
  actor: z.object({ ref: z.string(), name: z.string().nullable() }),
  reason: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
});

const absenceCase = z.object({
  appointmentId: id,
  patientId: id,
  visitStart: z.string(),
  state: caseState,
  paused: z.boolean(),
  /** The last word of a person. */
  override: z.string().nullable(),
  round: z.int(),
  askedAt: z.string().nullable(),
  remindAt: z.string().nullable(),
  remindedAt: z.string().nullable(),
  answerUntil: z.string().nullable(),
  nextAt: z.string().nullable(),
  settledAt: z.string().nullable(),
  task: z.object({ id, state: z.string(), outcome: z.string().nullable() }).nullable(),
  /** The absence that asks this patient, where it is another one. */
  joined: z.object({ absenceId: id, appointmentId: id, state: caseState }).nullable(),
  held: z.array(
    z.object({
      appointmentId: id,
      start: z.string(),
      timeZone: z.string(),
      practitionerId: id.nullable(),
      holdExpiresAt: z.string(),
    }),
  ),
  allowedActions: z.array(z.enum(caseActions)),
  appointment,
  /** What the patient has in place of it. */
  replacement: appointment.nullable(),
  path: z.array(pathEntry),
});

const affected = z.object({ appointment, state: caseState });

async function represent(trx: Trx, views: readonly AbsenceView[]): Promise<z.output<typeof absence>[]> {
  const resources = await trx('resource')
    .whereIn(
      'id',
      views.map((view) => view.resourceId),
    )
    .select<{ id: string; name: string; kind: string }[]>('id', 'name', 'kind');
  const byId = new Map(resources.map((resource) => [resource.id, resource]));
  return views.map(({ resourceId, ...view }) => ({
    ...view,
    resource: byId.get(resourceId) ?? { id: resourceId, name: '', kind: '' },
    progress: { ...view.progress, byState: { ...view.progress.byState } },
    allowedActions: absenceActionsOf(view.state),
  }));
}

async function visitsOf(context: RequestContext, trx: Trx, ids: readonly string[]): Promise<Map<string, Appointment>> {
  const rows = await trx('appointment')
    .whereIn('id', [...ids])
    .select<AppointmentRow[]>();
  const shown = await representAppointments(context, trx, rows.map(toView));
  return new Map(shown.map((visit) => [visit.id, visit]));
}

const declared = z.object({
  dryRun: z.boolean(),
  /** Null when nothing was done. */
  absence: absence.nullable(),
  /** Soonest visit first. */
  affected: z.array(affected),
});

export const declareAbsence = route({
  method: 'POST',
  path: '/absences',
  summary: 'A practitioner, room or machine is away for a time: close it and find every affected patient another; dryRun only shows who they are', // prettier-ignore
  status: 201,
  body: z.strictObject({
    resourceId: id,
    start: instant,
    end: instant,
    reason: text(300),
    dryRun: z.boolean().default(false),
  }),
  answer: declared,
  policy: { action: 'appointment:cancel-by-clinic' },
  audit: { change: 'absence:declare', entity: 'absence' },
  handler: async (context, { body }) => {
    const { organizationId, operationId: absenceId, actor } = context;
    const { dryRun, ...asked } = body;
    const operation = { key: absenceOperationKey(absenceId, 'declare'), inputHash: context.operation.inputHash };
    context.concerns({
      entityId: dryRun ? body.resourceId : absenceId,
      detail: { resourceId: body.resourceId, dryRun },
    });
    return onceAtATime(context, operation.key, async () => {
      const preview = await context.read(async (trx) => {
        const repeated = await findOperation<AbsenceView>(trx, organizationId, operation);
        if (repeated !== undefined) return undefined;
        const at = await databaseTime(trx);
        const away = await awayOf(trx, asked, at);
        const visits = await affectedVisits(trx, away);
        if (!dryRun) return undefined;
        const shown = await visitsOf(context, trx, visits.map((visit) => visit.id)); // prettier-ignore
        return visits.flatMap((visit) => {
          const found = shown.get(visit.id);
          const begun = hasBegun({ status: visit.status, start: visit.start_at.getTime() }, at.getTime());
          const state = begun ? 'begun' : visit.joined_case_id === null ? 'affected' : 'joined';
          return found === undefined ? [] : [{ appointment: found, state } as const];
        });
      });
      if (preview !== undefined)
        return new RouteAnswer({ dryRun: true, absence: null, affected: preview }, { status: 200 });
      const outcome = await context.ports.temporal.declareAbsence({
        organizationId,
        absenceId,
        ...asked,
        actor,
        operation,
      });
      if (!outcome.ok) throw asError(outcome.problem);
      const answer = await context.read(async (trx) => {
        const cases = await casesOf(trx, outcome.absence, await databaseTime(trx));
        const shown = await visitsOf(context, trx, cases.map((one) => one.appointmentId)); // prettier-ignore
        const [view] = await represent(trx, [outcome.absence]);
        return {
          dryRun: false,
          absence: view!,
          // As they were listed: the process may be at work already.
          affected: cases.flatMap((one) => {
            const found = shown.get(one.appointmentId);
            return found === undefined ? [] : [{ appointment: found, state: one.path[0]?.to ?? one.state }];
          }),
        };
      });
      return new RouteAnswer(answer, { headers: { Location: `/api/v1/absences/${absenceId}` } });
    });
  },
});

const position = z.strictObject({ at: z.iso.datetime({ precision: 3 }), id });

export const listAbsences = route({
  method: 'GET',
  path: '/absences',
  summary: 'Absences and outages with how far they are, the latest beginning first',
  query: z.strictObject({
    state: z.enum(absenceStates).optional(),
    resourceId: id.optional(),
    limit: limit(50, 200),
    cursor,
  }),
  answer: listOf(absence),
  policy: { action: 'case:read' },
  audit: { read: 'absence:list', entity: 'absence' },
  handler: async (context, { query }) => {
    const after = decodeCursor(query.cursor, position);
    return context.read(async (trx) => {
      const rows = await findAbsences(trx, { organizationId: context.organizationId, ...query, after });
      const page = pageOf(rows, query.limit, (row) => row, (row) => ({ at: row.start, id: row.id })); // prettier-ignore
      return { items: await represent(trx, page.items), nextCursor: page.nextCursor };
    });
  },
});

export const showAbsence = route({
  method: 'GET',
  path: '/absences/:id',
  summary: 'An absence with each affected patient’s path, soonest visit first',
  params: idParams,
  answer: z.object({ absence, cases: z.array(absenceCase) }),
  policy: { action: 'case:read' },
  audit: { read: 'absence:read', entity: 'absence' },
  handler: (context, { params }) =>
    context.read(async (trx) => {
      const found = await readAbsence(trx, params.id);
      if (found === null) throw new DomainError('not-found');
      const cases = await casesOf(trx, found, await databaseTime(trx));
      context.concerns({ detail: { shown: cases.length } });
      const [view] = await represent(trx, [found]);
      return { absence: view!, cases: await representCases(context, trx, cases) };
    }),
});

async function representCases(
  context: RequestContext,
  trx: Trx,
  cases: readonly CaseView[],
): Promise<z.output<typeof absenceCase>[]> {
  const names = await actorNames(trx, cases.flatMap((one) => one.path.map((entry) => entry.actor))); // prettier-ignore
  const visits = await visitsOf(context, trx, cases.flatMap((one) => [one.appointmentId, ...(one.replacementId === null ? [] : [one.replacementId])])); // prettier-ignore
  return cases.flatMap(({ replacementId, ...one }) => {
    const visit = visits.get(one.appointmentId);
    if (visit === undefined) return [];
    return [
      {
        ...one,
        held: one.held.map((time) => ({ ...time })),
        allowedActions: [...one.allowedActions],
        appointment: visit,
        replacement: replacementId === null ? null : (visits.get(replacementId) ?? null),
        path: one.path.map((entry) => ({
          ...entry,
          actor: { ref: entry.actor, name: names.get(entry.actor) ?? null },
          data: { ...entry.data },
        })),
      },
    ];
  });
}

export const actOnAbsence = route({
  method: 'POST',
  path: '/absences/:id/:action',
  summary:
    'Pause, resume or stop; stopping leaves a task for everybody who is not settled, and may open the time again',
  params: z.strictObject({ id, action: z.enum(absenceActions) }),
  body: z.strictObject({ reason: text(300).optional(), reopen: z.boolean().optional() }),
  answer: absence,
  policy: { action: 'appointment:cancel-by-clinic' },
  audit: { change: 'absence:act', entity: 'absence' },
  handler: async (context, { params, body }) => {
    const { reason, reopen } = body;
    const changed = await sayToAbsence(context, params.id, { action: params.action, input: { reason, reopen } });
    const [view] = await context.read((trx) => represent(trx, [changed]));
    return view!;
  },
});

export const actOnAbsenceCase = route({
  method: 'POST',
  path: '/absences/:id/cases/:appointmentId/:action',
  summary: 'One patient: keep the visit, cancel it for good, have them called, ask again, leave them out or take them up again', // prettier-ignore
  params: z.strictObject({ id, appointmentId: id, action: z.enum(caseActions) }),
  body: z.strictObject({ reason: text(300).optional() }),
  answer: absence,
  policy: { action: 'appointment:cancel-by-clinic' },
  audit: { change: 'absence-case:act', entity: 'absence' },
  handler: async (context, { params, body }) => {
    const { id: absenceId, appointmentId, action } = params;
    const changed = await sayToAbsence(context, absenceId, { about: appointmentId, action, input: body });
    const [view] = await context.read((trx) => represent(trx, [changed]));
    return view!;
  },
});
