/** Work lists and timelines of appointment cases. Written from state_change, audit_event, notification and case_timer. */
import type { Trx } from '../connection.ts';
import { stamp } from '../instants.ts';
import { toView, type AppointmentRow } from '../appointments/appointment-view.ts';
import type { AppointmentView } from '../../workflows/messages/appointment.ts';

export interface CaseQuery {
  readonly organizationId: string;
  readonly stage?: string | undefined;
  readonly locationId?: string | undefined;
  readonly practitionerId?: string | undefined;
  /** Only cases whose next timer is due before this. */
  readonly dueBefore?: Date | undefined;
  readonly limit: number;
  readonly after?: { readonly at: string; readonly id: string } | undefined;
}

export interface CaseRow {
  readonly view: AppointmentView;
  readonly nextTimer: { readonly name: string; readonly dueAt: string } | null;
  /** The sort key with all its digits. */
  readonly position: string;
}

type Row = AppointmentRow & { timer_name: string | null; timer_due_at: Date | null; position: string };

/** Stages without timers, or with too many cases to sort by them: latest visit first. */
const overStages: ReadonlySet<string> = new Set(['fulfilled', 'cancelled', 'noshow', 'entered-in-error']);
/** Stages that hold few cases at a time: found by stage, then ordered by what is due. */
const briefStages: ReadonlySet<string> = new Set(['proposed', 'pending', 'waitlist', 'arrived', 'checked-in']);

/** What will be due first on top; cases that are over by their time, latest first. One row more than `limit`. */
export async function listCases(trx: Trx, query: CaseQuery): Promise<CaseRow[]> {
  const { stage } = query;
  const sql =
    stage !== undefined && overStages.has(stage)
      ? overSql(query)
      : stage !== undefined && briefStages.has(stage)
        ? briefSql(query)
        : openSql(query);
  const { rows } = await trx.raw<{ rows: Row[] }>(sql, {
    organizationId: query.organizationId,
    rows: query.limit + 1,
    ...(stage !== undefined && { stage }),
    ...(query.locationId !== undefined && { locationId: query.locationId }),
    ...(query.practitionerId !== undefined && { practitionerId: query.practitionerId }),
    ...(query.dueBefore !== undefined && !overStages.has(stage ?? '') && { dueBefore: query.dueBefore }),
    ...(query.after !== undefined && { after: query.after.at, afterId: query.after.id }),
  });
  return rows.map((row) => ({
    view: toView(row),
    nextTimer:
      row.timer_name === null || row.timer_due_at === null
        ? null
        : { name: row.timer_name, dueAt: row.timer_due_at.toISOString() },
    position: row.position,
  }));
}

const place = ({ locationId, practitionerId }: CaseQuery): string =>
  `${locationId === undefined ? '' : 'AND a.location_id = :locationId'} ${practitionerId === undefined ? '' : 'AND a.practitioner_id = :practitionerId'}`;

/**
 * Open cases in order of their next timer: the index case_timer_pending is walked, and a timer counts when it is the
 * first of its case.
 */
const openSql = (query: CaseQuery): string => `
  SELECT a.*, t.name AS timer_name, t.due_at AS timer_due_at, ${stamp('t.due_at')} AS position
  FROM case_timer t JOIN appointment a ON a.id = t.aggregate_id
  WHERE t.organization_id = :organizationId AND t.state = 'pending' AND t.aggregate = 'appointment'
    AND NOT EXISTS (SELECT 1 FROM case_timer e WHERE e.aggregate = t.aggregate AND e.aggregate_id = t.aggregate_id AND e.state = 'pending'
                    AND (e.due_at, e.version, e.name) < (t.due_at, t.version, t.name))
    ${query.stage === undefined ? '' : 'AND a.status = :stage'} ${place(query)}
    ${query.dueBefore === undefined ? '' : 'AND t.due_at < :dueBefore'}
    ${query.after === undefined ? '' : 'AND (t.due_at, a.id) > (CAST(:after AS timestamptz), CAST(:afterId AS uuid))'}
  ORDER BY t.due_at, a.id LIMIT :rows`;

const briefSql = (query: CaseQuery): string => `
  SELECT * FROM (
    SELECT a.*, t.name AS timer_name, t.due_at AS timer_due_at, coalesce(t.due_at, a.start_at, a.created_at) AS sort_at,
           ${stamp('coalesce(t.due_at, a.start_at, a.created_at)')} AS position
    FROM appointment a LEFT JOIN LATERAL (
      SELECT e.name, e.due_at FROM case_timer e WHERE e.aggregate = 'appointment' AND e.aggregate_id = a.id AND e.state = 'pending'
      ORDER BY e.due_at, e.name LIMIT 1) t ON true
    WHERE a.organization_id = :organizationId AND a.status = :stage ${place(query)}) a
  WHERE true ${query.dueBefore === undefined ? '' : 'AND timer_due_at < :dueBefore'}
    ${query.after === undefined ? '' : 'AND (sort_at, id) > (CAST(:after AS timestamptz), CAST(:afterId AS uuid))'}
  ORDER BY sort_at, id LIMIT :rows`;

const overSql = (query: CaseQuery): string => `
  SELECT a.*, NULL::text AS timer_name, NULL::timestamptz AS timer_due_at, ${stamp("coalesce(a.start_at, '-infinity')")} AS position
  FROM appointment a
  WHERE a.organization_id = :organizationId AND a.status = :stage AND a.start_at IS NOT NULL ${place(query)}
    ${query.after === undefined ? '' : 'AND (a.start_at, a.id) < (CAST(:after AS timestamptz), CAST(:afterId AS uuid))'}
  ORDER BY a.start_at DESC, a.id DESC LIMIT :rows`;

export interface TimelineRow {
  readonly source: 'change' | 'refused' | 'message' | 'timer' | 'read';
  readonly row_id: string;
  readonly at: Date;
  readonly position: string;
  readonly event: string;
  readonly actor: string | null;
  readonly on_behalf_of: string | null;
  readonly from_state: string | null;
  readonly to_state: string | null;
  readonly reason: string | null;
  readonly code: string | null;
  readonly data: Record<string, unknown> | null;
}

export interface TimelineQuery {
  readonly organizationId: string;
  readonly appointmentId: string;
  readonly limit: number;
  readonly withReads: boolean;
  readonly after?: { readonly at: string; readonly id: string } | undefined;
}

/**
 * When a timer was done with: at its time if it rang; else with the change that planned it (skipped) or that ended its
 * version or its case (cancelled). What will never happen has no place in the future of a story.
 */
const settledAt = `CASE t.state WHEN 'fired' THEN t.due_at ELSE least(t.due_at, (
  SELECT CASE WHEN t.state = 'skipped' THEN min(s.at) FILTER (WHERE (s.data->>'version')::int = t.version)
              ELSE coalesce(min(s.at) FILTER (WHERE (s.data->>'version')::int > t.version), max(s.at)) END
  FROM state_change s WHERE s.aggregate = 'appointment' AND s.aggregate_id = t.aggregate_id)) END`;

/** Everything that happened, latest first: changes, refused attempts, messages, timers that rang or were dropped. */
export async function timelineOf(trx: Trx, query: TimelineQuery): Promise<TimelineRow[]> {
  const { rows } = await trx.raw<{ rows: TimelineRow[] }>(
    `SELECT *, ${stamp('at')} AS position FROM (
       SELECT 'change' AS source, 'c' || lpad(c.seq::text, 9, '0') AS row_id, c.at, c.event, c.actor, c.on_behalf_of, c.from_state, c.to_state, c.reason, NULL AS code, c.data
       FROM state_change c WHERE c.aggregate = 'appointment' AND c.aggregate_id = :id
       UNION ALL
       SELECT CASE WHEN e.outcome = 'success' THEN 'read' ELSE 'refused' END, 'e' || lpad(e.id::text, 19, '0'), e.at,
              coalesce(e.detail->>'action', e.action), e.principal, NULL, NULL, NULL, NULL, e.code, e.detail
       FROM audit_event e WHERE e.organization_id = :organizationId AND e.entity_type = 'appointment' AND e.entity_id = :id
         AND (e.outcome IN ('refused', 'denied', 'failed') ${query.withReads ? `OR e.action IN ('appointment:read', 'case:read')` : ''})
       UNION ALL
       SELECT 'message', 'm' || n.id, coalesce(n.sent_at, CASE WHEN n.state = 'queued' THEN n.due_at ELSE greatest(n.due_at, n.created_at) END), n.kind, NULL, NULL, NULL, n.state,
              n.suppressed_reason, n.error,
              jsonb_build_object('notificationId', n.id, 'channel', n.channel, 'state', n.state, 'dueAt', n.due_at, 'sentAt', n.sent_at, 'version', n.aggregate_version,
                'localeAsked', n.locale_asked, 'locale', n.locale, 'localeFallback', n.locale IS NOT NULL AND n.locale_asked IS NOT NULL AND n.locale <> n.locale_asked,
                'suppressedReason', n.suppressed_reason, 'attempts', n.attempts, 'templateVersion', n.template_version, 'params', n.params)
       FROM notification n WHERE n.organization_id = :organizationId AND n.aggregate = 'appointment' AND n.aggregate_id = :id
       UNION ALL
       SELECT 'timer', 't' || lpad(t.version::text, 6, '0') || t.name, ${settledAt}, t.name, 'system:timer', NULL, NULL, t.state,
              t.detail->>'skip', NULL, t.detail || jsonb_build_object('version', t.version, 'state', t.state, 'dueAt', t.due_at)
       FROM case_timer t WHERE t.aggregate = 'appointment' AND t.aggregate_id = :id AND t.state <> 'pending') entry
     ${query.after === undefined ? '' : 'WHERE (at, row_id) < (CAST(:after AS timestamptz), :afterId)'}
     ORDER BY at DESC, row_id DESC LIMIT :rows`,
    {
      id: query.appointmentId,
      organizationId: query.organizationId,
      rows: query.limit + 1,
      ...(query.after !== undefined && { after: query.after.at, afterId: query.after.id }),
    },
  );
  return rows;
}

/** Names for `user:<id>` and `patient:<id>`; what is neither has none. */
export async function actorNames(trx: Trx, refs: readonly (string | null)[]): Promise<Map<string, string>> {
  const of = (kind: string): string[] => [
    ...new Set(refs.flatMap((ref) => (ref !== null && ref.startsWith(`${kind}:`) ? [ref.slice(kind.length + 1)] : []))),
  ];
  const { rows } = await trx.raw<{ rows: { ref: string; name: string }[] }>(
    `SELECT 'user:' || u.id AS ref, u.display_name AS name FROM app_user u WHERE u.id::text = ANY(:users)
     UNION ALL SELECT 'patient:' || p.id, trim(array_to_string(p.given, ' ') || ' ' || coalesce(p.family, '')) FROM patient p WHERE p.id::text = ANY(:patients)`,
    { users: of('user'), patients: of('patient') },
  );
  return new Map(rows.map((row) => [row.ref, row.name]));
}

export interface RelatedRow {
  readonly kind: 'appointment' | 'opening' | 'staff-task' | 'proposed-charge' | 'absence';
  readonly relation: string;
  readonly id: string;
  readonly state: string;
  readonly start_at: Date | null;
}

/** What this visit led to, and what it came from. */
export async function relatedTo(trx: Trx, organizationId: string, appointmentId: string): Promise<RelatedRow[]> {
  const { rows } = await trx.raw<{ rows: RelatedRow[] }>(
    `SELECT 'appointment' AS kind, 'replaces' AS relation, o.id, o.status AS state, o.start_at
       FROM appointment a JOIN appointment o ON o.id = a.replaces_id WHERE a.id = :id
     UNION ALL SELECT 'appointment', 'replaced-by', o.id, o.status, o.start_at FROM appointment o WHERE o.organization_id = :organizationId AND o.replaces_id = :id
       AND o.patient_id = (SELECT patient_id FROM appointment WHERE id = :id)
     UNION ALL SELECT 'opening', 'opened', n.id, n.state, n.start_at FROM opening n WHERE n.organization_id = :organizationId AND n.source_appointment_id = :id
     UNION ALL SELECT 'staff-task', t.kind, t.id, t.state, t.due_at FROM staff_task t WHERE t.organization_id = :organizationId AND t.subject_type = 'appointment' AND t.subject_id = :id
     UNION ALL SELECT 'proposed-charge', c.kind, c.id, c.state, NULL FROM proposed_charge c WHERE c.appointment_id = :id
     UNION ALL SELECT 'absence', 'affected-by', b.id, b.state, b.starts_at FROM absence_case k JOIN absence b ON b.id = k.absence_id WHERE k.appointment_id = :id
     ORDER BY 1, 5 NULLS LAST LIMIT 100`,
    { id: appointmentId, organizationId },
  );
  return rows;
}
