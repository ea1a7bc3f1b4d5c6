/** An absence and its cases as they go out over HTTP: names and places added. */
import { z } from 'zod';
import type { CaseView } from '../../db/absences/absence-view.ts';
import { toView, type AppointmentRow } from '../../db/appointments/appointment-view.ts';
import { actorNames } from '../../db/cases/cases.ts';
import type { Trx } from '../../db/connection.ts';
import {
  absenceActions,
  absenceActionsOf,
  absenceKinds,
  absenceStates,
  caseActions,
  caseStates,
} from '../../domain/schedule/absence.ts';
import type { AbsenceView } from '../../workflows/messages/absence.ts';
import { appointment, representAppointments } from './appointment-representation.ts';
import type { Appointment } from './appointment-representation.ts';
import type { RequestContext } from '../context.ts';
import { id } from '../schemas.ts';

export const caseState = z.enum(caseStates);

export const absence = z.object({
  id,
  /** Null when the whole place is down. */
  resource: z.object({ id, name: z.string(), kind: z.string() }).nullable(),
  location: z.object({ id, name: z.string() }).nullable(),
  /** Whose wall clock the times are read on. */
  timeZone: z.string(),
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
  /** The room or machine that the visit was moved to. */
  resourceName: z.string().nullable(),
});

export const absenceCase = z.object({
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
  /** Every time that was ever held for the patient, and what became of it: pending (held), booked (taken), cancelled. */
  times: z.array(
    z.object({
      appointmentId: id,
      start: z.string(),
      timeZone: z.string(),
      status: z.string(),
      reason: z.string().nullable(),
    }),
  ),
  /** What was written to the patient about it. */
  notices: z.array(
    z.object({
      at: z.string(),
      channel: z.string(),
      state: z.string(),
      reason: z.string().nullable(),
      reminder: z.boolean(),
    }),
  ),
  /** The wish on the waitlist with the priority of who is displaced. */
  wish: z.object({ id, state: z.string() }).nullable(),
  allowedActions: z.array(z.enum(caseActions)),
  appointment,
  /** What the patient has in place of it. */
  replacement: appointment.nullable(),
  path: z.array(pathEntry),
});

export const affected = z.object({ appointment, state: caseState });

export async function representAbsences(trx: Trx, views: readonly AbsenceView[]): Promise<z.output<typeof absence>[]> {
  const places = await placesOf(trx, views.map((view) => view.id)); // prettier-ignore
  return views.map(({ resourceId: _resource, locationId: _location, ...view }) => ({
    ...view,
    ...(places.get(view.id) ?? { resource: null, location: null, timeZone: 'UTC' }),
    progress: { ...view.progress, byState: { ...view.progress.byState } },
    allowedActions: absenceActionsOf(view.state),
  }));
}

interface Places {
  readonly resource: { id: string; name: string; kind: string } | null;
  readonly location: { id: string; name: string } | null;
  readonly timeZone: string;
}

/** Who works in several places has the zone of the first where they have hours. */
async function placesOf(trx: Trx, ids: readonly string[]): Promise<Map<string, Places>> {
  const { rows } = await trx.raw<{ rows: ({ id: string } & Places)[] }>(
    `SELECT b.id, CASE WHEN q.id IS NOT NULL THEN jsonb_build_object('id', q.id, 'name', q.name, 'kind', q.kind) END AS resource,
       CASE WHEN l.id IS NOT NULL THEN jsonb_build_object('id', l.id, 'name', l.name) END AS location,
       coalesce(l.time_zone, q.time_zone, (SELECT u.time_zone FROM availability_rule u WHERE u.resource_id = q.id ORDER BY u.id LIMIT 1),
         (SELECT o.time_zone FROM location o WHERE o.organization_id = b.organization_id ORDER BY o.active DESC, o.id LIMIT 1), 'UTC') AS "timeZone"
     FROM absence b LEFT JOIN resource q ON q.id = b.resource_id LEFT JOIN location l ON l.id = coalesce(b.location_id, q.location_id)
     WHERE b.id = ANY(CAST(:ids AS uuid[]))`,
    { ids: [...ids] },
  );
  return new Map(rows.map(({ id: absenceId, ...places }) => [absenceId, places]));
}

export async function visitsOf(
  context: RequestContext,
  trx: Trx,
  ids: readonly string[],
): Promise<Map<string, Appointment>> {
  const rows = await trx('appointment')
    .whereIn('id', [...ids])
    .select<AppointmentRow[]>();
  const shown = await representAppointments(context, trx, rows.map(toView));
  return new Map(shown.map((visit) => [visit.id, visit]));
}

export async function representCases(
  context: RequestContext,
  trx: Trx,
  cases: readonly CaseView[],
): Promise<z.output<typeof absenceCase>[]> {
  const rooms = await resourceNames(trx, cases.flatMap((one) => one.path.map((entry) => entry.data['resourceId']))); // prettier-ignore
  const names = await actorNames(trx, cases.flatMap((one) => one.path.map((entry) => entry.actor))); // prettier-ignore
  const visits = await visitsOf(context, trx, cases.flatMap((one) => [one.appointmentId, ...(one.replacementId === null ? [] : [one.replacementId])])); // prettier-ignore
  return cases.flatMap(({ replacementId, ...one }) => {
    const visit = visits.get(one.appointmentId);
    if (visit === undefined) return [];
    return [
      {
        ...one,
        held: one.held.map((time) => ({ ...time })),
        times: one.times.map((time) => ({ ...time })),
        notices: one.notices.map((notice) => ({ ...notice })),
        allowedActions: [...one.allowedActions],
        appointment: visit,
        replacement: replacementId === null ? null : (visits.get(replacementId) ?? null),
        path: one.path.map((entry) => ({
          ...entry,
          actor: { ref: entry.actor, name: names.get(entry.actor) ?? null },
          data: { ...entry.data },
          resourceName: rooms.get(entry.data['resourceId']) ?? null,
        })),
      },
    ];
  });
}

async function resourceNames(trx: Trx, ids: readonly unknown[]): Promise<Map<unknown, string>> {
  const wanted = [...new Set(ids.filter((one) => typeof one === 'string'))];
  if (wanted.length === 0) return new Map();
  const rows = await trx('resource').whereIn('id', wanted).select<{ id: string; name: string }[]>('id', 'name');
  return new Map(rows.map((row) => [row.id, row.name]));
}
