import { z } from 'zod';
import { stateToJudge } from '../../db/appointments/appointment-view.ts';
import { caseSources, listOther, otherCaseKinds } from '../../db/cases/case-sources.ts';
import type { OtherCaseKind, OtherCaseRow } from '../../db/cases/case-sources.ts';
import { actorNames, listCases as findCases, relatedTo, timelineOf } from '../../db/cases/cases.ts';
import type { CaseQuery } from '../../db/cases/cases.ts';
import { databaseTime } from '../../db/clock.ts';
import type { Trx } from '../../db/connection.ts';
import { isoOrNull } from '../../db/instants.ts';
import { appointmentStatuses } from '../../domain/appointment/appointment-facts.ts';
import { endOfLocalDay, isTimeZone } from '../../domain/calendar/calendar.ts';
import { lateChoices, lateOptions } from '../../domain/appointment/appointment-timers.ts';
import { DomainError } from '../../domain/errors.ts';
import { appointmentWorkflowId } from '../../workflows/messages/appointment.ts';
import {
  appointment,
  representAppointment,
  representAppointments,
} from '../appointments/appointment-representation.ts';
import { temporalWebUrl, timelineEntry, toTimelineEntry } from '../cases/case-parts.ts';
import {
  absenceWaitsFor,
  escalationWaitsFor,
  allowedAction,
  allowedActionsOf,
  eligibilityWaitsFor,
  intakeWaitsFor,
  matchWaitsFor,
  mergeWaitsFor,
  openingWaitsFor,
  seriesWaitsFor,
  waitingFor,
  waitingForOf,
  wishWaitsFor,
} from '../cases/case-state.ts';
import type { RequestContext } from '../context.ts';
import { decodeCursor, pageOf } from '../page.ts';
import { etag } from '../precondition.ts';
import { route, RouteAnswer } from '../route.ts';
import { cursor, flag, id, limit, listOf, timeZone } from '../schemas.ts';
import { namesOf } from '../waitlist/waitlist-representation.ts';

const caseKinds = ['appointment', ...otherCaseKinds] as const;
type CaseKind = (typeof caseKinds)[number];

const timer = z.object({ name: z.string(), dueAt: z.string(), detail: z.record(z.string(), z.unknown()).optional() });

const caseItem = z.object({
  id,
  kind: z.enum(caseKinds),
  state: z.string(),
  waitingFor: waitingFor.nullable(),
  nextTimer: timer.nullable(),
  /** Whom it is about; null for what concerns many (an opening, an absence). */
  patient: z.object({ id, name: z.string(), mrn: z.string() }).nullable(),
  /** The time that it is about (the visit's, the freed one, the next of a series, the beginning of an absence). */
  start: z.string().nullable(),
  timeZone: z.string().nullable(),
  /** The visit, of a case of kind `appointment`. */
  appointment: appointment.nullable(),
});
type CaseItem = z.output<typeof caseItem>;

const stamp = z.iso.datetime({ precision: 6 });
const listPosition = z.strictObject({ at: stamp, id });

const statesOf = (kind: CaseKind): readonly string[] =>
  kind === 'appointment' ? appointmentStatuses : caseSources[kind].states;

export const listCases = route({
  method: 'GET',
  path: '/cases',
  summary: 'Cases of a kind, what is due first on top; stages that are over, latest first',
  query: z.strictObject({
    kind: z.enum(caseKinds).default('appointment'),
    /** A state of the kind; without it, cases that are not over. */
    stage: z.enum([...new Set(caseKinds.flatMap(statesOf))]).optional(),
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
  audit: { read: 'case:list', entity: 'case' },
  handler: async (context, { query }) => {
    const { kind, stage } = query;
    if (stage !== undefined && !statesOf(kind).includes(stage))
      throw new DomainError('validation-failed', {
        errors: [{ path: '/query/stage', code: 'not-of-this-kind', message: `One of: ${statesOf(kind).join(', ')}` }],
      });
    const after = decodeCursor(query.cursor, listPosition);
    return context.read(async (trx) => {
      const at = (await databaseTime(trx)).getTime();
      const asked = {
        organizationId: context.organizationId,
        stage,
        locationId: query.locationId,
        practitionerId: query.practitionerId,
        dueBefore: dueBefore(query.due, at, query.timeZone),
        limit: query.limit,
        after,
      };
      const page =
        kind === 'appointment' ? await visits(context, trx, asked, at) : await others(context, trx, kind, asked);
      context.concerns({ detail: { kind, shown: page.items.length } });
      return page;
    });
  },
});

interface Page {
  readonly items: CaseItem[];
  readonly nextCursor: string | null;
}

async function visits(context: RequestContext, trx: Trx, asked: CaseQuery, at: number): Promise<Page> {
  const rows = await findCases(trx, asked);
  const page = pageOf(rows, asked.limit, (row) => row, (row) => ({ at: row.position, id: row.view.id })); // prettier-ignore
  const shown = await representAppointments(context, trx, page.items.map((row) => row.view)); // prettier-ignore
  const byId = new Map(shown.map((item) => [item.id, item]));
  const items = page.items.flatMap(({ view, nextTimer }): CaseItem[] => {
    const found = byId.get(view.id);
    if (found === undefined) return [];
    const { patient, start } = found;
    return [
      {
        id: view.id,
        kind: 'appointment',
        state: view.status,
        waitingFor: waitingForOf(view, at),
        nextTimer,
        patient: { id: patient.id, name: patient.name, mrn: patient.mrn },
        start,
        timeZone: found.timeZone,
        appointment: found,
      },
    ];
  });
  return { items, nextCursor: page.nextCursor };
}

async function others(context: RequestContext, trx: Trx, kind: OtherCaseKind, asked: CaseQuery): Promise<Page> {
  const rows = await listOther(trx, kind, asked);
  const page = pageOf(rows, asked.limit, (row) => row, (row) => ({ at: row.position, id: row.id })); // prettier-ignore
  const names = await namesOf(context, trx, { patients: page.items.flatMap((row) => row.patient_id ?? []) });
  const items = page.items.map((row): CaseItem => ({
    id: row.id,
    kind,
    state: row.state,
    waitingFor: waitsOf[kind](row),
    nextTimer: row.timer === null || row.due_at === null ? null : { name: row.timer, dueAt: row.due_at.toISOString() },
    patient: row.patient_id === null ? null : names.patient(row.patient_id),
    start: isoOrNull(row.start_at),
    timeZone: row.tz,
    appointment: null,
  }));
  return { items, nextCursor: page.nextCursor };
}

const waitsOf: Readonly<Record<OtherCaseKind, (row: OtherCaseRow) => CaseItem['waitingFor']>> = {
  opening: (row) =>
    openingWaitsFor({
      state: row.state,
      paused: row.held_up,
      answerUntil: isoOrNull(row.answer_until),
      release: isoOrNull(row.due_at),
    }),
  'waitlist-entry': (row) =>
    wishWaitsFor({ state: row.state, answerUntil: isoOrNull(row.answer_until), until: isoOrNull(row.due_at) }),
  series: (row) => seriesWaitsFor({ state: row.state, nextVisit: isoOrNull(row.due_at) }),
  absence: (row) =>
    absenceWaitsFor({
      state: row.state,
      calls: row.calls,
      answerUntil: isoOrNull(row.answer_until),
      next: isoOrNull(row.due_at),
    }),
  'identity-match': matchWaitsFor,
  'patient-merge': mergeWaitsFor,
  eligibility: (row) => eligibilityWaitsFor({ state: row.state, next: isoOrNull(row.due_at) }),
  intake: (row) => intakeWaitsFor({ state: row.state, until: isoOrNull(row.due_at) }),
  escalation: (row) => escalationWaitsFor({ state: row.state, next: isoOrNull(row.due_at) }),
};

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
