/**
 * A practitioner is away, or a room or machine is down (features B20, B21): who is affected, a process that brings each
 * patient to a resolution, everybody's path on one page, and a person's word about all of it or about one patient.
 */
import { z } from 'zod';
import { affectedVisits } from '../../db/absences/absence-list.ts';
import { casesOf, listAbsences as findAbsences, readAbsence } from '../../db/absences/absence-view.ts';
import { awayOf } from '../../db/absences/absences.ts';
import { databaseTime } from '../../db/clock.ts';
import type { Trx } from '../../db/connection.ts';
import { findOperation } from '../../db/transaction.ts';
import { absenceActions, absenceStates, caseActions, hasBegun } from '../../domain/schedule/absence.ts';
import { iso, localTimeProblem, parseStart } from '../../domain/calendar/calendar.ts';
import type { Fold } from '../../domain/calendar/calendar.ts';
import { DomainError } from '../../domain/errors.ts';
import { absenceOperationKey } from '../../workflows/messages/absence.ts';
import type { AbsenceView } from '../../workflows/messages/absence.ts';
import { sayToAbsence } from '../appointments/absence-actions.ts';
import {
  absence,
  absenceCase,
  affected,
  representAbsences,
  representCases,
  visitsOf,
} from '../appointments/absence-representation.ts';
import { asError, onceAtATime } from '../appointments/appointment-actions.ts';
import { decodeCursor, pageOf } from '../page.ts';
import { route, RouteAnswer } from '../route.ts';
import { cursor, fold, id, idParams, limit, listOf, text, timeZone } from '../schemas.ts';

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
  summary: 'A practitioner, room, machine or whole place is away for a time: close it and find every affected patient another; dryRun only shows who they are', // prettier-ignore
  status: 201,
  body: z.strictObject({
    /** A practitioner, room or machine; or else a whole place. */
    resourceId: id.optional(),
    locationId: id.optional(),
    /** RFC 3339 instants, or local times (then with `fold` where they happen twice). */
    start: text(40),
    end: text(40),
    fold: fold.optional(),
    /** Of local times; the place's own when left out. */
    timeZone: timeZone.optional(),
    reason: text(300),
    dryRun: z.boolean().default(false),
  }),
  answer: declared,
  policy: { action: 'appointment:cancel-by-clinic' },
  audit: { change: 'absence:declare', entity: 'absence' },
  handler: async (context, { body }) => {
    const { organizationId, operationId: absenceId, actor } = context;
    const { dryRun, fold: whichOfTwo, timeZone: zone, ...wanted } = body;
    const asked = await context.read(async (trx) => ({
      ...wanted,
      ...(await instantsOf(trx, { ...wanted, zone }, whichOfTwo)),
    }));
    const operation = { key: absenceOperationKey(absenceId, 'declare'), inputHash: context.operation.inputHash };
    context.concerns({
      entityId: dryRun ? (body.resourceId ?? body.locationId) : absenceId,
      detail: { resourceId: body.resourceId, locationId: body.locationId, dryRun },
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
        const [view] = await representAbsences(trx, [outcome.absence]);
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

/**
 * UTC, RFC 3339. The clock is that of the place; of a practitioner who works in several, of the one they are at home in.
 * @throws DomainError `ambiguous-local-time`, `local-time-does-not-exist`, `validation-failed`
 */
async function instantsOf(
  trx: Trx,
  wanted: {
    readonly resourceId?: string | undefined;
    readonly locationId?: string | undefined;
    readonly start: string;
    readonly end: string;
    readonly zone: string | undefined;
  },
  whichOfTwo: Fold | undefined,
): Promise<{ start: string; end: string }> {
  const { rows } = await trx.raw<{ rows: { zone: string | null }[] }>(
    `SELECT coalesce(:zone, (SELECT l.time_zone FROM location l WHERE l.id = coalesce(CAST(:locationId AS uuid), (SELECT q.location_id FROM resource q WHERE q.id = CAST(:resourceId AS uuid)))),
       (SELECT q.time_zone FROM resource q WHERE q.id = CAST(:resourceId AS uuid)),
       (SELECT u.time_zone FROM availability_rule u WHERE u.resource_id = CAST(:resourceId AS uuid) ORDER BY u.id LIMIT 1),
       (SELECT l.time_zone FROM location l ORDER BY l.active DESC, l.id LIMIT 1)) AS zone`,
    { zone: wanted.zone ?? null, resourceId: wanted.resourceId ?? null, locationId: wanted.locationId ?? null },
  );
  const zone = rows[0]?.zone ?? 'UTC';
  const at = (name: 'start' | 'end'): string => {
    const resolved = parseStart(wanted[name], zone, whichOfTwo);
    if (resolved.ok) return iso(resolved.instant);
    const { code, ...problem } = localTimeProblem(resolved, zone, `/body/${name}`);
    throw new DomainError(code, problem);
  };
  return { start: at('start'), end: at('end') };
}

const position = z.strictObject({ at: z.iso.datetime({ precision: 3 }), id });

export const listAbsences = route({
  method: 'GET',
  path: '/absences',
  summary: 'Absences and outages with how far they are, the latest beginning first',
  query: z.strictObject({
    /** `open`: running or paused; `ended`: resolved or stopped. */
    state: z.enum([...absenceStates, 'open', 'ended']).optional(),
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
      return { items: await representAbsences(trx, page.items), nextCursor: page.nextCursor };
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
      const [view] = await representAbsences(trx, [found]);
      return { absence: view!, cases: await representCases(context, trx, cases) };
    }),
});

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
    const [view] = await context.read((trx) => representAbsences(trx, [changed]));
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
    const [view] = await context.read((trx) => representAbsences(trx, [changed]));
    return view!;
  },
});
