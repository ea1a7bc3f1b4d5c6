/** A recurring series as everybody sees it: the rule, each occurrence with its visit, and what was tried. */
import type { OccurrenceFinding, SeriesMode, SeriesRule, SeriesState } from '../../domain/schedule/series.ts';
import type { VisitMode } from '../../workflows/messages/appointment.ts';
import type { SeriesProgress, SeriesStep, SeriesStepKind, SeriesStepOutcome } from '../../workflows/messages/series.ts';
import type { Trx } from '../connection.ts';
import { isoOrNull } from '../instants.ts';

/** A `series` row; local times as text, because a driver would read them in the zone of its process. */
export interface SeriesRow {
  readonly id: string;
  readonly organization_id: string;
  readonly patient_id: string;
  readonly visit_type_id: string;
  readonly practitioner_id: string;
  readonly location_id: string;
  readonly visit_mode: VisitMode;
  readonly mode: SeriesMode;
  readonly freq: SeriesRule['frequency'];
  readonly interval: number;
  readonly by_day: readonly string[];
  readonly count: number | null;
  readonly until: string | null;
  readonly start_local: string;
  readonly tz: string;
  readonly state: SeriesState;
  readonly change_no: number;
  readonly version: number;
}

const local = (column: string): string => `to_char(${column}, 'YYYY-MM-DD"T"HH24:MI')`;

const seriesSql = `SELECT s.*, s.until::text AS until, ${local('s.start_local')} AS start_local FROM series s WHERE s.id = :id`;

export async function readSeriesRow(trx: Trx, id: string, lock = false): Promise<SeriesRow | null> {
  const { rows } = await trx.raw<{ rows: SeriesRow[] }>(lock ? `${seriesSql} FOR UPDATE OF s` : seriesSql, { id });
  return rows[0] ?? null;
}

export interface SeriesStepView {
  readonly changeNo: number;
  readonly kind: SeriesStepKind;
  readonly outcome: SeriesStepOutcome;
  /** Where it was to go; null for what ends a visit. RFC 3339 UTC. */
  readonly start: string | null;
  /** Why not: a problem code, or 'skipped', 'not-tried'. */
  readonly code: string | null;
  /** What the refusal says besides: other times. */
  readonly detail: Readonly<Record<string, unknown>>;
  /** RFC 3339 UTC; null while it is planned. */
  readonly at: string | null;
}

export interface SeriesOccurrenceView {
  readonly number: number;
  /** What the rule says, `YYYY-MM-DDTHH:MM` in the series' zone. */
  readonly local: string;
  /** The visit, once there is one. */
  readonly appointmentId: string | null;
  readonly status: string | null;
  /** Where the visit is now, RFC 3339 UTC. */
  readonly start: string | null;
  readonly end: string | null;
  /** With whom the visit is. */
  readonly practitioner: { readonly id: string; readonly name: string } | null;
  /** Oldest first. */
  readonly steps: readonly SeriesStepView[];
}

export interface SeriesView {
  readonly id: string;
  readonly patientId: string;
  readonly visitTypeId: string;
  readonly practitionerId: string;
  readonly locationId: string;
  readonly visitMode: VisitMode;
  readonly mode: SeriesMode;
  readonly rule: SeriesRule;
  readonly state: SeriesState;
  readonly version: number;
  readonly occurrences: readonly SeriesOccurrenceView[];
}

interface OccurrenceRow {
  readonly number: number;
  readonly local: string;
  readonly appointment_id: string | null;
  readonly status: string | null;
  readonly start_at: Date | null;
  readonly end_at: Date | null;
  readonly practitioner_id: string | null;
  readonly practitioner_name: string | null;
}

interface StepRow {
  readonly occurrence: number;
  readonly change_no: number;
  readonly kind: SeriesStepKind;
  readonly outcome: SeriesStepOutcome;
  readonly start_at: Date | null;
  readonly code: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly at: Date | null;
}

/** Null when there is none. Three statements, whatever its length. */
export async function readSeries(trx: Trx, id: string): Promise<SeriesView | null> {
  const row = await readSeriesRow(trx, id);
  if (row === null) return null;
  const { rows: occurrences } = await trx.raw<{ rows: OccurrenceRow[] }>(
    `SELECT o.number, ${local('o.local_start')} AS local, a.id AS appointment_id, a.status, a.start_at, a.end_at,
            a.practitioner_id, r.name AS practitioner_name
     FROM series_occurrence o LEFT JOIN appointment a ON a.series_id = o.series_id AND a.occurrence = o.number
     LEFT JOIN resource r ON r.id = a.practitioner_id
     WHERE o.series_id = :id ORDER BY o.number`,
    { id },
  );
  const steps = await trx('series_step')
    .where({ series_id: id })
    .orderBy(['change_no', 'position'])
    .select<StepRow[]>('occurrence', 'change_no', 'kind', 'outcome', 'start_at', 'code', 'detail', 'at');
  return {
    id: row.id,
    patientId: row.patient_id,
    visitTypeId: row.visit_type_id,
    practitionerId: row.practitioner_id,
    locationId: row.location_id,
    visitMode: row.visit_mode,
    mode: row.mode,
    rule: ruleOf(row),
    state: row.state,
    version: row.version,
    occurrences: occurrences.map((o) => ({
      number: o.number,
      local: o.local,
      appointmentId: o.appointment_id,
      status: o.status,
      start: isoOrNull(o.start_at),
      end: isoOrNull(o.end_at),
      practitioner: o.practitioner_id === null ? null : { id: o.practitioner_id, name: o.practitioner_name ?? '' },
      steps: steps.filter(({ occurrence }) => occurrence === o.number).map(toStepView),
    })),
  };
}

export function ruleOf(row: SeriesRow): SeriesRule {
  return {
    frequency: row.freq,
    interval: row.interval,
    byDay: row.by_day,
    count: row.count,
    until: row.until,
    startLocal: row.start_local,
    timeZone: row.tz,
  };
}

const toStepView = (row: StepRow): SeriesStepView => ({
  changeNo: row.change_no,
  kind: row.kind,
  outcome: row.outcome,
  start: isoOrNull(row.start_at),
  code: row.code,
  detail: row.detail,
  at: isoOrNull(row.at),
});

/** What is still to be tried, and how long the series lasts. */
export async function progressOf(trx: Trx, series: Pick<SeriesRow, 'id' | 'state'>): Promise<SeriesProgress> {
  const { rows } = await trx.raw<{
    rows: (StepRow & { appointment_id: string; practitioner_id: string; location_id: string })[];
  }>(
    `SELECT p.occurrence, p.change_no, p.kind, p.start_at, o.appointment_id,
            coalesce(p.practitioner_id, s.practitioner_id) AS practitioner_id, coalesce(p.location_id, s.location_id) AS location_id
     FROM series_step p JOIN series s ON s.id = p.series_id
     JOIN series_occurrence o ON o.series_id = p.series_id AND o.number = p.occurrence
     WHERE p.series_id = :id AND p.outcome = 'planned' ORDER BY p.change_no, p.position`,
    { id: series.id },
  );
  const last = await trx('appointment')
    .where({ series_id: series.id })
    .whereIn('status', ['proposed', 'pending', 'booked', 'arrived', 'checked-in'])
    .max<{ max: Date | null }[]>('end_at as max');
  return {
    state: series.state,
    steps: rows.map((row): SeriesStep => ({
      changeNo: row.change_no,
      kind: row.kind,
      occurrence: row.occurrence,
      appointmentId: row.appointment_id,
      start: isoOrNull(row.start_at),
      practitionerId: row.practitioner_id,
      locationId: row.location_id,
    })),
    endsAt: isoOrNull(last[0]?.max ?? null),
  };
}

/** One line of the report before anything is booked. */
export interface OccurrenceReport {
  readonly number: number;
  /** What the rule says, `YYYY-MM-DDTHH:MM` in the series' zone. */
  readonly local: string;
  /** RFC 3339 UTC; null when it cannot be said or is left out. */
  readonly start: string | null;
  readonly finding: OccurrenceFinding;
  /** More about why: whose time is taken, which guard says no, the two instants that an ambiguous time could mean. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Up to three other times, that day or the next, nearest first. */
  readonly alternatives: readonly { readonly start: string; readonly end: string; readonly practitionerId: string; readonly locationId: string | null }[]; // prettier-ignore
}
