/** Series as a patient's page shows them, and the story of one; the work list of all cases is case-sources.ts. */
import type { SeriesMode, SeriesState } from '../../domain/schedule/series.ts';
import type { TimelineRow } from '../cases/cases.ts';
import type { Trx } from '../connection.ts';
import { isoOrNull, stamp } from '../instants.ts';
import { ruleOf, type SeriesRow } from './series-view.ts';

/** Of a visit that is still ahead, or under way. */
const liveVisit = `('proposed', 'pending', 'booked', 'arrived', 'checked-in')`;

export interface SeriesQuery {
  readonly patientId: string;
  readonly limit: number;
  readonly after?: { readonly at: string; readonly id: string } | undefined;
}

export interface SeriesListItem {
  readonly id: string;
  readonly patientId: string;
  readonly visitTypeId: string;
  readonly practitionerId: string;
  readonly locationId: string;
  readonly mode: SeriesMode;
  readonly state: SeriesState;
  readonly rule: ReturnType<typeof ruleOf>;
  readonly occurrences: number;
  /** Visits that exist and are not cancelled. */
  readonly visits: number;
  /** Steps of the newest booking or change: still to be taken, and refused. */
  readonly planned: number;
  readonly refused: number;
  /** RFC 3339 UTC: the next visit, and when the last is over. */
  readonly nextStart: string | null;
  readonly lastEnd: string | null;
  readonly position: string;
}

interface ListRow extends SeriesRow {
  readonly occurrences: number;
  readonly visits: number;
  readonly planned: number;
  readonly refused: number;
  readonly next_start: Date | null;
  readonly last_end: Date | null;
  readonly position: string;
}

/** The newest first. One row more than `limit`. */
export async function listSeries(trx: Trx, { patientId, limit, after }: SeriesQuery): Promise<SeriesListItem[]> {
  const { rows } = await trx.raw<{ rows: ListRow[] }>(
    `SELECT s.*, s.until::text AS until, to_char(s.start_local, 'YYYY-MM-DD"T"HH24:MI') AS start_local, v.*, p.*,
            (SELECT count(*)::int FROM series_occurrence o WHERE o.series_id = s.id) AS occurrences,
            ${stamp('s.created_at')} AS position
     FROM series s
     CROSS JOIN LATERAL (
       SELECT count(*) FILTER (WHERE a.status NOT IN ('cancelled', 'entered-in-error'))::int AS visits,
              min(a.start_at) FILTER (WHERE a.status IN ${liveVisit} AND a.start_at > clock_timestamp()) AS next_start,
              max(a.end_at) FILTER (WHERE a.status IN ${liveVisit}) AS last_end
       FROM appointment a WHERE a.series_id = s.id) v
     CROSS JOIN LATERAL (
       SELECT count(*) FILTER (WHERE t.outcome = 'planned')::int AS planned,
              count(*) FILTER (WHERE t.outcome = 'refused')::int AS refused
       FROM series_step t WHERE t.series_id = s.id AND t.change_no = s.change_no) p
     WHERE s.patient_id = :patientId
       ${after === undefined ? '' : 'AND (s.created_at, s.id) < (CAST(:after AS timestamptz), CAST(:afterId AS uuid))'}
     ORDER BY s.created_at DESC, s.id DESC LIMIT :rows`,
    { patientId, rows: limit + 1, ...(after !== undefined && { after: after.at, afterId: after.id }) },
  );
  return rows.map((row) => ({
    id: row.id,
    patientId: row.patient_id,
    visitTypeId: row.visit_type_id,
    practitionerId: row.practitioner_id,
    locationId: row.location_id,
    mode: row.mode,
    state: row.state,
    rule: ruleOf(row),
    occurrences: row.occurrences,
    visits: row.visits,
    planned: row.planned,
    refused: row.refused,
    nextStart: isoOrNull(row.next_start),
    lastEnd: isoOrNull(row.last_end),
    position: row.position,
  }));
}

export interface SeriesNames {
  readonly patient: {
    readonly id: string;
    readonly mrn: string;
    readonly family: string | null;
    readonly given: string[];
    readonly chosenName: string | null;
    readonly birthDate: string | null;
  };
  readonly practitioner: { readonly id: string; readonly name: string };
  readonly visitType: { readonly id: string; readonly name: Record<string, string> };
  readonly location: { readonly id: string; readonly name: string; readonly timeZone: string };
}

/** Who and what each series is about, by its id. */
export async function namesOfSeries(trx: Trx, ids: readonly string[]): Promise<Map<string, SeriesNames>> {
  const { rows } = await trx.raw<{ rows: (SeriesNames & { readonly series_id: string })[] }>(
    `SELECT s.id AS series_id,
       jsonb_build_object('id', p.id, 'mrn', p.mrn, 'family', p.family, 'given', p.given, 'chosenName', p.chosen_name, 'birthDate', p.birth_date) AS patient,
       jsonb_build_object('id', r.id, 'name', r.name) AS practitioner, jsonb_build_object('id', t.id, 'name', t.name) AS "visitType",
       jsonb_build_object('id', l.id, 'name', l.name, 'timeZone', l.time_zone) AS location
     FROM series s JOIN patient p ON p.id = s.patient_id JOIN resource r ON r.id = s.practitioner_id
     JOIN visit_type t ON t.id = s.visit_type_id JOIN location l ON l.id = s.location_id WHERE s.id = ANY(CAST(:ids AS uuid[]))`,
    { ids: [...ids] },
  );
  return new Map(rows.map(({ series_id: id, ...names }) => [id, names]));
}

/** What happened to the series itself, oldest first: its changes, what was refused; its visits have stories of their own. */
export async function seriesStory(trx: Trx, seriesId: string): Promise<TimelineRow[]> {
  const { rows } = await trx.raw<{ rows: TimelineRow[] }>(
    `SELECT *, ${stamp('at')} AS position FROM (
       SELECT 'change' AS source, 'c' || lpad(c.id::text, 19, '0') AS row_id, c.at, 'series:' || c.event AS event, c.actor, c.on_behalf_of,
              c.from_state, c.to_state, c.reason, NULL AS code, coalesce(c.data, '{}') AS data
       FROM state_change c WHERE c.aggregate = 'series' AND c.aggregate_id = :id
       UNION ALL
       SELECT 'refused', 'e' || lpad(e.id::text, 19, '0'), e.at, coalesce(e.detail->>'action', e.action), e.principal, NULL, NULL, NULL,
              NULL, e.code, e.detail
       FROM audit_event e WHERE e.entity_type = 'series' AND e.entity_id = :id AND e.outcome IN ('refused', 'denied', 'failed')) entry
     ORDER BY at, row_id LIMIT 1000`,
    { id: seriesId },
  );
  return rows;
}
