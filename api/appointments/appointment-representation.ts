/** An appointment as the API shows it: the row (AppointmentView) with the names of who and what it is about. */
import { z } from 'zod';
import type { Trx } from '../../db/connection.ts';
import { localOf, parseInstant } from '../../domain/calendar/calendar.ts';
import { possibleInstants } from '../../domain/calendar/zone.ts';
import { formatName } from '../../domain/patient/patient.ts';
import type { AppointmentView } from '../../workflows/messages/appointment.ts';
import type { RequestContext } from '../context.ts';
import { languagesOf, localized } from '../localized.ts';
import { id, visitMode } from '../schemas.ts';

export const appointment = z.object({
  id,
  patientId: id,
  visitTypeId: id,
  practitionerId: id.nullable(),
  locationId: id.nullable(),
  mode: visitMode,
  status: z.string(),
  start: z.string().nullable(),
  end: z.string().nullable(),
  timeZone: z.string().nullable(),
  /** Moves with the place in time: links in messages are bound to it. */
  version: z.int(),
  /** Moves with every change: the ETag. */
  revision: z.int(),
  holdExpiresAt: z.string().nullable(),
  holdExtended: z.boolean(),
  awaitingApproval: z.boolean(),
  confirmedAt: z.string().nullable(),
  /** Not confirmed by then, the time is given to somebody else (B17); null where nothing is asked. */
  confirmBy: z.string().nullable(),
  arrivedAt: z.string().nullable(),
  checkedInAt: z.string().nullable(),
  seenAt: z.string().nullable(),
  completedAt: z.string().nullable(),
  cancelReason: z.string().nullable(),
  lateCancel: z.boolean().nullable(),
  rescheduleCount: z.int(),
  overbookReason: z.string().nullable(),
  replacesId: id.nullable(),
  /** The group session that it is a seat of. */
  groupSessionId: id.nullable().optional(),
  /** Who comes needs an interpreter of this language; `resources` says whether one of ours is reserved. */
  interpreterLanguage: z.string().nullable().optional(),
  /** By video, and the picture failed: by telephone since then. */
  phoneFallbackAt: z.string().nullable().optional(),
  patient: z.object({ id, name: z.string(), mrn: z.string(), birthDate: z.string().nullable() }),
  practitioner: z.object({ id, name: z.string() }).nullable(),
  visitType: z.object({ id, code: z.string(), name: z.string(), durationMinutes: z.int() }),
  location: z.object({ id, name: z.string(), timeZone: z.string() }).nullable(),
  /** What is reserved now, the patient apart. */
  resources: z.array(z.object({ role: z.string(), kind: z.string(), id, name: z.string(), lane: z.int() })),
  /** The recurring series that it is one occurrence of. */
  series: z.object({ id, occurrence: z.int() }).nullable(),
  /** Wall-clock time at the place, `YYYY-MM-DDTHH:MM:SS`. */
  localStart: z.string().nullable(),
  /** Only when that wall-clock time happens twice. */
  fold: z.enum(['earlier', 'later']).optional(),
});
export type Appointment = z.output<typeof appointment>;

interface Details {
  id: string;
  patient: {
    id: string;
    mrn: string;
    family: string | null;
    given: string[];
    chosenName: string | null;
    birthDate: string | null;
  };
  practitioner: { id: string; name: string } | null;
  visit_type: { id: string; code: string; name: Record<string, string>; durationMinutes: number };
  location: { id: string; name: string; timeZone: string } | null;
  resources: { role: string; kind: string; id: string; name: string; lane: number }[];
  series: { id: string; occurrence: number } | null;
  confirm_by: string | null;
}

const detailsSql = `
SELECT x.id,
  jsonb_build_object('id', p.id, 'mrn', p.mrn, 'family', p.family, 'given', p.given, 'chosenName', p.chosen_name, 'birthDate', p.birth_date) AS patient,
  CASE WHEN r.id IS NOT NULL THEN jsonb_build_object('id', r.id, 'name', r.name) END AS practitioner,
  jsonb_build_object('id', v.id, 'code', v.code, 'name', v.name, 'durationMinutes', v.duration_minutes) AS visit_type,
  CASE WHEN l.id IS NOT NULL THEN jsonb_build_object('id', l.id, 'name', l.name, 'timeZone', l.time_zone) END AS location,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('role', b.role, 'kind', q.kind, 'id', q.id, 'name', q.name, 'lane', b.lane) ORDER BY b.role, q.name), '[]')
   FROM reservation b JOIN resource q ON q.id = b.resource_id WHERE b.appointment_id = x.id AND b.released_at IS NULL AND q.kind <> 'patient') AS resources,
  (SELECT to_char(m.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') FROM case_timer m
   WHERE m.aggregate = 'appointment' AND m.aggregate_id = x.id AND m.name = 'confirmation' AND m.state = 'pending' AND m.detail->>'event' = 'unconfirmed') AS confirm_by,
  (SELECT jsonb_build_object('id', a.series_id, 'occurrence', a.occurrence) FROM appointment a WHERE a.id = x.id AND a.series_id IS NOT NULL) AS series
FROM unnest(CAST(:ids AS uuid[]), CAST(:patients AS uuid[]), CAST(:practitioners AS uuid[]), CAST(:visitTypes AS uuid[]), CAST(:locations AS uuid[]))
     AS x(id, patient_id, practitioner_id, visit_type_id, location_id)
JOIN patient p ON p.id = x.patient_id JOIN visit_type v ON v.id = x.visit_type_id
LEFT JOIN resource r ON r.id = x.practitioner_id LEFT JOIN location l ON l.id = x.location_id`;

/** One statement for any number of appointments; their order is kept. */
export async function representAppointments(
  context: RequestContext,
  trx: Trx,
  views: readonly AppointmentView[],
): Promise<Appointment[]> {
  if (views.length === 0) return [];
  const { rows } = await trx.raw<{ rows: Details[] }>(detailsSql, {
    ids: views.map((view) => view.id),
    patients: views.map((view) => view.patientId),
    practitioners: views.map((view) => view.practitionerId),
    visitTypes: views.map((view) => view.visitTypeId),
    locations: views.map((view) => view.locationId),
  });
  const details = new Map(rows.map((row) => [row.id, row]));
  const languages = languagesOf(context);
  const ownChart = context.session?.kind === 'patient';
  return views.flatMap((view) => {
    const found = details.get(view.id);
    return found === undefined ? [] : [toAppointment(view, found, languages, ownChart)];
  });
}

export async function representAppointment(
  context: RequestContext,
  trx: Trx,
  view: AppointmentView,
): Promise<Appointment> {
  const [found] = await representAppointments(context, trx, [view]);
  if (found === undefined) throw new Error(`appointment ${view.id} has lost its patient or visit type`);
  return found;
}

function toAppointment(
  view: AppointmentView,
  details: Details,
  languages: readonly string[],
  ownChart: boolean,
): Appointment {
  const { patient, visit_type: visitType } = details;
  return {
    ...view,
    // Why a time was given beyond capacity is the clinic's business.
    overbookReason: ownChart ? null : view.overbookReason,
    patient: {
      id: patient.id,
      name: formatName(patient, patient.chosenName),
      mrn: patient.mrn,
      birthDate: patient.birthDate,
    },
    practitioner: details.practitioner,
    visitType: {
      id: visitType.id,
      code: visitType.code,
      name: localized(visitType.name, languages),
      durationMinutes: visitType.durationMinutes,
    },
    location: details.location,
    series: details.series,
    confirmBy: details.confirm_by,
    resources: ownChart ? details.resources.filter(({ kind }) => kind === 'room') : details.resources,
    ...localStartOf(view),
  };
}

/** The instant in the zone it was booked in; says which of two when the clocks go back over it. */
export function localStartOf({
  start,
  timeZone,
}: Pick<AppointmentView, 'start' | 'timeZone'>): Pick<Appointment, 'localStart' | 'fold'> {
  const instant = start === null ? null : parseInstant(start);
  if (instant === null || timeZone === null) return { localStart: null };
  const local = localOf(instant, timeZone);
  const [earlier, later] = possibleInstants(timeZone, Date.parse(`${local}Z`));
  if (earlier === undefined || later === undefined) return { localStart: local };
  return { localStart: local, fold: instant === later ? 'later' : 'earlier' };
}
