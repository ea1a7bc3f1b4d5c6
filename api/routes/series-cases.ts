/** The series of a patient, and one of them as a case with all of its occurrences. */
import { z } from 'zod';
import { actorNames } from '../../db/cases/cases.ts';
import { databaseTime } from '../../db/clock.ts';
import {
  listSeries,
  namesOfSeries,
  seriesStory,
  type SeriesListItem,
  type SeriesNames,
} from '../../db/series/series-cases.ts';
import { formatName } from '../../domain/patient/patient.ts';
import {
  allowedSeriesActions,
  seriesActions,
  seriesModes,
  seriesStates,
  type SeriesState,
} from '../../domain/schedule/series.ts';
import { seriesWorkflowId } from '../../workflows/messages/series.ts';
import { temporalWebUrl, timelineEntry, toTimelineEntry } from '../cases/case-parts.ts';
import type { RequestContext } from '../context.ts';
import { languagesOf, localized } from '../localized.ts';
import { decodeCursor, pageOf } from '../page.ts';
import { etag } from '../precondition.ts';
import { route, RouteAnswer } from '../route.ts';
import { cursor, id, idParams, limit, listOf } from '../schemas.ts';
import { representSeries, series, seriesRule } from '../appointments/series-representation.ts';

/** Codes; the pages have the words. `steps`: visits are being booked, moved or cancelled one by one. */
const waitingFor = z.object({
  what: z.enum(['steps', 'approval', 'visit']),
  who: z.enum(['staff', 'time']),
  until: z.string().nullable(),
});

const names = {
  patient: z.object({ id, name: z.string(), mrn: z.string(), birthDate: z.string().nullable() }),
  practitioner: z.object({ id, name: z.string() }),
  visitType: z.object({ id, name: z.string() }),
  location: z.object({ id, name: z.string(), timeZone: z.string() }),
};

const seriesItem = z.object({
  id,
  state: z.enum(seriesStates),
  rule: seriesRule,
  timeZone: z.string(),
  onConflict: z.enum(seriesModes),
  /** Times that the rule means, and how many of them are visits now. */
  occurrences: z.int(),
  visits: z.int(),
  /** Steps of the newest booking or change that are still to be taken, and that could not be. */
  planned: z.int(),
  refused: z.int(),
  nextStart: z.string().nullable(),
  lastEnd: z.string().nullable(),
  ...names,
});

const seriesPosition = z.strictObject({ at: z.iso.datetime({ precision: 6 }), id });

export const listPatientSeries = route({
  method: 'GET',
  path: '/series',
  summary: "A patient's series, the newest first",
  query: z.strictObject({ patientId: id, limit: limit(50, 200), cursor }),
  answer: listOf(seriesItem),
  policy: { action: 'case:read' },
  audit: { read: 'series:list', entity: 'patient' },
  handler: (context, { query: { patientId, limit: most, cursor: position } }) =>
    context.read(async (trx) => {
      context.concerns({ entityId: patientId, patientId });
      const after = decodeCursor(position, seriesPosition);
      const rows = await listSeries(trx, { patientId, limit: most, after });
      const named = await namesOfSeries(trx, rows.map((row) => row.id)); // prettier-ignore
      return pageOf(rows, most, (row) => toItem(context, row, named.get(row.id)!), (row) => ({ at: row.position, id: row.id })); // prettier-ignore
    }),
});

function toItem(context: RequestContext, row: SeriesListItem, named: SeriesNames): z.output<typeof seriesItem> {
  const { startLocal: start, timeZone, ...rule } = row.rule;
  const { id: seriesId, state, occurrences, visits, planned, refused, nextStart, lastEnd } = row;
  return {
    id: seriesId,
    state,
    rule: { ...rule, byDay: [...rule.byDay], start },
    timeZone,
    onConflict: row.mode,
    occurrences,
    visits,
    planned,
    refused,
    nextStart,
    lastEnd,
    ...represent(context, named),
  };
}

const represent = (context: RequestContext, { patient, practitioner, visitType, location }: SeriesNames) => ({
  patient: {
    id: patient.id,
    name: formatName(patient, patient.chosenName),
    mrn: patient.mrn,
    birthDate: patient.birthDate,
  },
  practitioner: { id: practitioner.id, name: practitioner.name },
  visitType: { id: visitType.id, name: localized(visitType.name, languagesOf(context)) },
  location: { id: location.id, name: location.name, timeZone: location.timeZone },
});

export const showSeriesCase = route({
  method: 'GET',
  path: '/cases/series/:id',
  summary: 'A series as a case: each occurrence, what it waits for, what this person may do, everything that happened',
  params: idParams,
  answer: z.object({
    id,
    kind: z.literal('series'),
    state: z.enum(seriesStates),
    waitingFor: waitingFor.nullable(),
    nextTimers: z.array(z.object({ name: z.string(), dueAt: z.string() })),
    /** Of the whole: this one and all that follow. One visit alone is its own case. */
    allowedActions: z.array(
      z.object({
        action: z.enum(seriesActions),
        possible: z.boolean(),
        reason: z.object({ code: z.string(), data: z.record(z.string(), z.unknown()).optional() }).optional(),
        permission: z.string(),
      }),
    ),
    /** Oldest first. */
    timeline: z.array(timelineEntry),
    related: z.array(
      z.object({ kind: z.literal('appointment'), relation: z.string(), id, state: z.string().nullable(), at: z.string().nullable() }),
    ), // prettier-ignore
    series,
    ...names,
    temporalWebUrl: z.string().nullable(),
  }),
  policy: { action: 'case:read' },
  audit: { read: 'case:read', entity: 'series' },
  handler: async (context, { params }) => {
    const shown = await context.read(async (trx) => {
      const now = (await databaseTime(trx)).getTime();
      const view = await representSeries(context, trx, params.id);
      const timeline = await seriesStory(trx, view.id);
      const actors = await actorNames(trx, timeline.map((row) => row.actor)); // prettier-ignore
      const named = (await namesOfSeries(trx, [view.id])).get(view.id)!;
      const ends = view.occurrences.flatMap(({ status, end }) => (end !== null && isLive(status) ? [end] : []));
      const lastEnd = ends.toSorted().at(-1);
      return {
        id: view.id,
        kind: 'series' as const,
        state: view.state,
        waitingFor: waitsFor(view, now),
        nextTimers: view.state === 'booked' && lastEnd !== undefined ? [{ name: 'series-end', dueAt: lastEnd }] : [],
        allowedActions: allowedSeriesActions(
          view.state,
          view.occurrences.flatMap(({ status }) => status ?? []),
          context.user.kind === 'staff' ? context.actor.permissions : [],
        ).map(({ reason, ...action }) => ({
          ...action,
          ...(reason !== undefined && { reason: { code: reason.code, data: { ...reason.data } } }),
        })),
        timeline: timeline.map((row) => toTimelineEntry(row, actors)),
        related: view.occurrences.flatMap(({ occurrence, appointmentId, status, start }) =>
          appointmentId === null || status === null
            ? []
            : [{ kind: 'appointment' as const, relation: `occurrence:${occurrence}`, id: appointmentId, state: status, at: start }],
        ), // prettier-ignore
        series: view,
        ...represent(context, named),
        temporalWebUrl: temporalWebUrl(context, seriesWorkflowId(view.id)),
      };
    });
    return new RouteAnswer(shown, { headers: { ETag: etag(shown.series.version) } });
  },
});

const isLive = (status: string | null): boolean =>
  status !== null && ['proposed', 'pending', 'booked', 'arrived', 'checked-in'].includes(status);

const underWay: ReadonlySet<SeriesState> = new Set(['booking', 'undoing', 'changing']);

function waitsFor(view: z.output<typeof series>, now: number): z.output<typeof waitingFor> | null {
  if (underWay.has(view.state)) return { what: 'steps', who: 'time', until: null };
  if (view.occurrences.some(({ status }) => status === 'pending'))
    return { what: 'approval', who: 'staff', until: null };
  const ahead = view.occurrences.filter(({ status, start }) => isLive(status) && start !== null && Date.parse(start) > now); // prettier-ignore
  const next = ahead.map(({ start }) => start!).toSorted()[0];
  return next === undefined ? null : { what: 'visit', who: 'time', until: next };
}
