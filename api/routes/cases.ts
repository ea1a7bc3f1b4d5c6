import { z } from 'zod';
import { stateToJudge } from '../../db/appointment-view.ts';
import { actorNames, listCases as findCases, relatedTo, timelineOf } from '../../db/cases.ts';
import { databaseTime } from '../../db/clock.ts';
import { appointmentStatuses } from '../../domain/appointment-facts.ts';
import { endOfLocalDay, isTimeZone } from '../../domain/calendar.ts';
import { lateChoices, lateOptions } from '../../domain/appointment-timers.ts';
import { DomainError } from '../../domain/errors.ts';
import { appointmentWorkflowId } from '../../workflows/messages/appointment.ts';
import { appointment, representAppointment, representAppointments } from '../appointment-representation.ts';
import { temporalWebUrl, timelineEntry, toTimelineEntry } from '../case-parts.ts';
import { allowedAction, allowedActionsOf, waitingFor, waitingForOf } from '../case-state.ts';
import { decodeCursor, pageOf } from '../page.ts';
import { etag } from '../precondition.ts';
import { route, RouteAnswer } from '../route.ts';
import { cursor, flag, id, limit, listOf, timeZone } from '../schemas.ts';

const timer = z.object({ name: z.string(), dueAt: z.string(), detail: z.record(z.string(), z.unknown()).optional() });

const caseItem = z.object({
  id,
  kind: z.literal('appointment'),
  state: z.string(),
  waitingFor: waitingFor.nullable(),
  nextTimer: timer.nullable(),
  appointment,
});

const stamp = z.iso.datetime({ precision: 6 });
const listPosition = z.strictObject({ at: stamp, id });

export const listCases = route({
  method: 'GET',
  path: '/cases',
  summary: 'Cases, what is due first on top; stages that are over by their time, latest first',
  query: z.strictObject({
    kind: z.enum(['appointment']).default('appointment'),
    stage: z.enum(appointmentStatuses).optional(),
    /** Whose next timer is overdue, or falls due today (in `timeZone`) or within seven days. */
    due: z.enum(['overdue', 'today', 'week', 'any']).default('any'),
    timeZone: timeZone.default('UTC'),
    locationId: id.optional(),
    practitionerId: id.optional(),
    limit: limit(50, 200),
    cursor,
  }),
  answer: listOf(caseItem),
  policy: { action: 'case:read' },
  audit: { read: 'case:list', entity: 'appointment' },
  handler: async (context, { query }) => {
    const after = decodeCursor(query.cursor, listPosition);
    return context.read(async (trx) => {
      const at = (await databaseTime(trx)).getTime();
      const rows = await findCases(trx, {
        organizationId: context.organizationId,
        stage: query.stage,
        locationId: query.locationId,
        practitionerId: query.practitionerId,
        dueBefore: dueBefore(query.due, at, query.timeZone),
        limit: query.limit,
        after,
      });
      const page = pageOf(rows, query.limit, (row) => row, (row) => ({ at: row.position, id: row.view.id })); // prettier-ignore
      const shown = await representAppointments(context, trx, page.items.map((row) => row.view)); // prettier-ignore
      const byId = new Map(shown.map((item) => [item.id, item]));
      const items = page.items.flatMap(({ view, nextTimer }) => {
        const found = byId.get(view.id);
        return found === undefined
          ? []
          : [
              {
                id: view.id,
                kind: 'appointment' as const,
                state: view.status,
                waitingFor: waitingForOf(view, at),
                nextTimer,
                appointment: found,
              },
            ];
      });
      context.concerns({ detail: { shown: items.length } });
      return { items, nextCursor: page.nextCursor };
    });
  },
});

function dueBefore(due: 'overdue' | 'today' | 'week' | 'any', at: number, zone: string): Date | undefined {
  if (due === 'any') return undefined;
  if (due === 'overdue') return new Date(at);
  if (due === 'week') return new Date(at + 7 * 86_400_000);
  return new Date(endOfLocalDay(at, isTimeZone(zone) ? zone : 'UTC'));
}

const caseAnswer = z.object({
  id,
  kind: z.literal('appointment'),
  state: z.string(),
  /** A code for which the pages have the word: the state, `awaiting-approval` while approval is waited for. */
  stateLabel: z.string(),
  waitingFor: waitingFor.nullable(),
  nextTimers: z.array(timer),
  allowedActions: z.array(allowedAction),
  /** D1, Late: what can be done about a patient who is late now; empty before and afterwards. */
  lateOptions: z.array(
    z.object({ choice: z.enum(lateChoices), possible: z.boolean(), minutesLeft: z.int().optional() }),
  ),
  timeline: z.array(timelineEntry),
  timelineCursor: z.string().nullable(),
  related: z.array(
    z.object({ kind: z.string(), relation: z.string(), id, state: z.string(), at: z.string().nullable() }),
  ),
  appointment,
  temporalWebUrl: z.string().nullable(),
});

const timelinePosition = z.strictObject({ at: stamp, id: z.string().max(200) });

export const showCase = route({
  method: 'GET',
  path: '/cases/appointment/:id',
  summary: 'A case: state, why it waits, next timers, what this person may do, and everything that happened',
  params: z.strictObject({ id }),
  query: z.strictObject({ timelineCursor: cursor, timelineLimit: limit(50, 200), reads: flag.optional() }),
  answer: caseAnswer,
  policy: { action: 'case:read' },
  audit: { read: 'case:read', entity: 'appointment' },
  handler: async (context, { params, query }) => {
    const after = decodeCursor(query.timelineCursor, timelinePosition);
    const shown = await context.read(async (trx) => {
      const at = (await databaseTime(trx)).getTime();
      const settled = await stateToJudge(trx, params.id, at);
      if (settled === null) throw new DomainError('not-found');
      const view = settled.appointment;
      context.concerns({ patientId: view.patientId });
      const rows = await timelineOf(trx, {
        organizationId: context.organizationId,
        appointmentId: view.id,
        limit: query.timelineLimit,
        withReads: query.reads === true && context.can('audit:read'),
        after,
      });
      const names = await actorNames(trx, rows.map((row) => row.actor)); // prettier-ignore
      const page = pageOf(rows, query.timelineLimit, (row) => toTimelineEntry(row, names), (row) => ({ at: row.position, id: row.row_id })); // prettier-ignore
      const related = await relatedTo(trx, context.organizationId, view.id);
      return {
        id: view.id,
        kind: 'appointment' as const,
        state: view.status,
        stateLabel: view.awaitingApproval ? 'awaiting-approval' : view.status,
        waitingFor: waitingForOf(view, at),
        nextTimers: settled.timers.map((next) => ({
          name: next.name,
          dueAt: next.dueAt,
          ...(next.detail !== undefined && { detail: { ...next.detail } }),
        })),
        allowedActions: allowedActionsOf(settled.facts, { at, actor: context.actor }),
        lateOptions: lateOptions(settled.facts, at),
        timeline: page.items,
        timelineCursor: page.nextCursor,
        related: related.map((row) => ({
          kind: row.kind,
          relation: row.relation,
          id: row.id,
          state: row.state,
          at: row.start_at?.toISOString() ?? null,
        })),
        appointment: await representAppointment(context, trx, view),
        temporalWebUrl: temporalWebUrl(context, appointmentWorkflowId(view.id)),
      };
    });
    return new RouteAnswer(shown, { headers: { ETag: etag(shown.appointment.revision) } });
  },
});
