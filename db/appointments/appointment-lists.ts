/** Lists of appointments for the API: a day, and a patient's. Positions reach SQL as bound values only. */
import type { AppointmentView } from '../../workflows/messages/appointment.ts';
import { toView, type AppointmentRow } from './appointment-view.ts';
import type { Trx } from '../connection.ts';

export interface DayQuery {
  readonly organizationId: string;
  /** `YYYY-MM-DD`, the local date of each visit's own place. */
  readonly date: string;
  readonly locationId?: string | undefined;
  readonly practitionerId?: string | undefined;
  readonly status?: string | undefined;
  readonly patientId?: string | undefined;
}

/**
 * Visits whose local start is on the date. Without `status`, what took no place is left out: held and let go, refused,
 * entered in error.
 */
export async function appointmentsOfDay(trx: Trx, query: DayQuery): Promise<AppointmentView[]> {
  const { rows } = await trx.raw<{ rows: AppointmentRow[] }>(
    `SELECT a.* FROM appointment a
     WHERE a.organization_id = :organizationId
       -- A local date lies within 14 hours before and 12 after the UTC one: the index narrows, local_start decides.
       AND a.start_at >= CAST(:date AS timestamp) AT TIME ZONE 'UTC' - interval '15 hours'
       AND a.start_at < CAST(:date AS timestamp) AT TIME ZONE 'UTC' + interval '39 hours'
       AND a.local_start >= CAST(:date AS timestamp) AND a.local_start < CAST(:date AS timestamp) + interval '1 day'
       AND (CAST(:locationId AS uuid) IS NULL OR a.location_id = CAST(:locationId AS uuid))
       AND (CAST(:practitionerId AS uuid) IS NULL OR a.practitioner_id = CAST(:practitionerId AS uuid))
       AND (CAST(:patientId AS uuid) IS NULL OR a.patient_id = CAST(:patientId AS uuid))
       AND CASE WHEN CAST(:status AS text) IS NULL
                THEN a.status <> 'entered-in-error' AND NOT (a.status = 'cancelled' AND a.cancel_reason IN ('hold-expired', 'hold-released', 'approval-expired', 'refused'))
                ELSE a.status = CAST(:status AS text) END
     ORDER BY a.start_at, a.id LIMIT 2000`,
    {
      organizationId: query.organizationId,
      date: query.date,
      locationId: query.locationId ?? null,
      practitionerId: query.practitionerId ?? null,
      patientId: query.patientId ?? null,
      status: query.status ?? null,
    },
  );
  return rows.map(toView);
}

export interface PatientQuery {
  readonly organizationId: string;
  readonly patientId: string;
  readonly when: 'upcoming' | 'past' | 'all';
  readonly at: Date;
  readonly limit: number;
  readonly after?: { readonly start: string; readonly id: string } | undefined;
}

export type PositionedView = AppointmentView & { readonly position: string };

/** A patient's visits: what is to come soonest first, what is past (and everything) latest first. One row more than `limit`. */
export async function appointmentsOfPatient(trx: Trx, query: PatientQuery): Promise<PositionedView[]> {
  const upcoming = query.when === 'upcoming';
  const conditions = {
    upcoming: `AND a.status IN ('proposed', 'pending', 'waitlist', 'booked', 'arrived', 'checked-in') AND (a.end_at IS NULL OR a.end_at > :at)`,
    past: `AND NOT (a.status IN ('proposed', 'pending', 'waitlist', 'booked', 'arrived', 'checked-in') AND (a.end_at IS NULL OR a.end_at > :at))`,
    all: '',
  };
  // Requests have no time yet: the soonest of what is to come, the latest of what was.
  const key = `coalesce(a.start_at, a.created_at)`;
  const { rows } = await trx.raw<{ rows: (AppointmentRow & { position: string })[] }>(
    `SELECT a.*, to_char(${key} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS position
     FROM appointment a
     WHERE a.organization_id = :organizationId AND a.patient_id = :patientId ${conditions[query.when]}
       ${query.after === undefined ? '' : `AND (${key}, a.id) ${upcoming ? '>' : '<'} (CAST(:start AS timestamptz), CAST(:afterId AS uuid))`}
     ORDER BY ${key} ${upcoming ? '' : 'DESC'}, a.id ${upcoming ? '' : 'DESC'} LIMIT :rows`,
    {
      organizationId: query.organizationId,
      patientId: query.patientId,
      rows: query.limit + 1,
      ...(query.when !== 'all' && { at: query.at }),
      ...(query.after !== undefined && { start: query.after.start, afterId: query.after.id }),
    },
  );
  return rows.map((row) => ({ ...toView(row), position: row.position }));
}
