/** Absences and their cases as they are read: lists, one page with everybody's path, and who is away. */
import { actionProblem, caseActions, progressOf } from '../../domain/schedule/absence.ts';
import type { AbsenceKind, AbsenceState, CaseAction, CaseState } from '../../domain/schedule/absence.ts';
import type { AbsenceView } from '../../workflows/messages/absence.ts';
import type { Trx } from '../connection.ts';
import { isoOrNull } from '../instants.ts';

export interface AbsenceRow {
  readonly id: string;
  readonly organization_id: string;
  readonly resource_id: string | null;
  readonly location_id: string | null;
  readonly kind: AbsenceKind;
  readonly starts_at: Date;
  readonly ends_at: Date;
  readonly reason: string;
  readonly exception_id: string;
  readonly state: AbsenceState;
  readonly created_by: string;
  readonly declared_at: Date;
  readonly ended_at: Date | null;
  readonly version: number;
}

export interface CaseRow {
  readonly id: string;
  readonly organization_id: string;
  readonly absence_id: string;
  readonly appointment_id: string;
  readonly patient_id: string;
  readonly visit_start: Date;
  readonly state: CaseState;
  readonly paused: boolean;
  readonly override: string | null;
  readonly joined_case_id: string | null;
  readonly round: number;
  readonly ask_again: boolean;
  readonly asked_at: Date | null;
  readonly remind_at: Date | null;
  readonly reminded_at: Date | null;
  readonly answer_until: Date | null;
  readonly task_id: string | null;
  readonly replacement_id: string | null;
  readonly next_at: Date | null;
  readonly settled_at: Date | null;
  readonly waitlist_entry_id: string | null;
  readonly wish_was: string | null;
  readonly version: number;
}

const toView = (row: AbsenceRow, states: readonly CaseState[]): AbsenceView => ({
  id: row.id,
  resourceId: row.resource_id,
  locationId: row.location_id,
  kind: row.kind,
  start: row.starts_at.toISOString(),
  end: row.ends_at.toISOString(),
  reason: row.reason,
  state: row.state,
  declaredAt: row.declared_at.toISOString(),
  endedAt: isoOrNull(row.ended_at),
  version: row.version,
  progress: progressOf(states),
});

const withStates = `SELECT a.*, (SELECT coalesce(jsonb_agg(c.state), '[]') FROM absence_case c WHERE c.absence_id = a.id) AS states FROM absence a`;

type WithStates = AbsenceRow & { readonly states: CaseState[] };

export async function readAbsence(trx: Trx, id: string): Promise<AbsenceView | null> {
  const { rows } = await trx.raw<{ rows: WithStates[] }>(`${withStates} WHERE a.id = :id`, { id });
  const row = rows[0];
  return row === undefined ? null : toView(row, row.states);
}

export interface AbsenceQuery {
  readonly organizationId: string;
  /** `open`: running or paused; `ended`: resolved or stopped. */
  readonly state?: AbsenceState | 'open' | 'ended' | undefined;
  readonly resourceId?: string | undefined;
  readonly limit: number;
  readonly after?: { readonly at: string; readonly id: string } | undefined;
}

/** The latest beginning first; one row more than `limit`. */
export async function listAbsences(trx: Trx, query: AbsenceQuery): Promise<AbsenceView[]> {
  const { rows } = await trx.raw<{ rows: WithStates[] }>(
    `${withStates} WHERE a.organization_id = :organizationId
       AND (CAST(:state AS text) IS NULL OR a.state = :state OR (:state = 'open' AND a.ended_at IS NULL) OR (:state = 'ended' AND a.ended_at IS NOT NULL)) AND (CAST(:resourceId AS uuid) IS NULL OR a.resource_id = CAST(:resourceId AS uuid))
       AND (CAST(:after AS timestamptz) IS NULL OR (a.starts_at, a.id) < (CAST(:after AS timestamptz), CAST(:afterId AS uuid)))
     ORDER BY a.starts_at DESC, a.id DESC LIMIT :rows`,
    {
      organizationId: query.organizationId,
      state: query.state ?? null,
      resourceId: query.resourceId ?? null,
      after: query.after?.at ?? null,
      afterId: query.after?.id ?? null,
      rows: query.limit + 1,
    },
  );
  return rows.map((row) => toView(row, row.states));
}

/**
 * Practitioners whose own absence is not dealt with yet. Their times are nobody else's way out, not even after their return:
 * their own patients need them, and sickness is longer than one thinks.
 */
export async function practitionersAway(trx: Trx): Promise<ReadonlySet<string>> {
  const rows = await trx('absence')
    .where({ kind: 'absence' })
    .whereNull('ended_at')
    .distinct<{ resource_id: string }[]>('resource_id');
  return new Set(rows.map((row) => row.resource_id));
}

/** Absences that ask the patient of this visit about other times: they want to know what becomes of those. */
export async function absencesAsking(trx: Trx, appointmentId: string): Promise<string[]> {
  const rows = await trx('absence_case')
    .where({ appointment_id: appointmentId })
    .whereIn('state', ['affected', 'offered', 'to-call'])
    .select<{ absence_id: string }[]>('absence_id');
  return rows.map((row) => row.absence_id);
}

/** Absences that wait for what becomes of this call. */
export async function absencesOfTask(trx: Trx, taskId: string): Promise<string[]> {
  const rows = await trx('absence_case')
    .where({ task_id: taskId })
    .whereNull('settled_at')
    .distinct<{ absence_id: string }[]>('absence_id');
  return rows.map((row) => row.absence_id);
}

/** One patient's case with its path. */
export interface CaseView {
  readonly appointmentId: string;
  readonly patientId: string;
  readonly visitStart: string;
  readonly state: CaseState;
  readonly paused: boolean;
  readonly override: string | null;
  readonly round: number;
  readonly askedAt: string | null;
  readonly remindAt: string | null;
  readonly remindedAt: string | null;
  readonly answerUntil: string | null;
  readonly nextAt: string | null;
  readonly settledAt: string | null;
  readonly replacementId: string | null;
  readonly task: { readonly id: string; readonly state: string; readonly outcome: string | null } | null;
  /** The absence that asks, where it is not this one. */
  readonly joined: { readonly absenceId: string; readonly appointmentId: string; readonly state: CaseState } | null;
  /** Times held for the patient now. */
  readonly held: readonly {
    readonly appointmentId: string;
    readonly start: string;
    readonly timeZone: string;
    readonly practitionerId: string | null;
    readonly holdExpiresAt: string;
  }[];
  /** Every time that was ever held for the patient. */
  readonly times: readonly {
    readonly appointmentId: string;
    readonly start: string;
    readonly timeZone: string;
    readonly status: string;
    readonly reason: string | null;
  }[];
  readonly notices: readonly {
    readonly at: string;
    readonly channel: string;
    readonly state: string;
    readonly reason: string | null;
    readonly reminder: boolean;
  }[];
  readonly wish: { readonly id: string; readonly state: string } | null;
  readonly allowedActions: readonly CaseAction[];
  readonly path: readonly PathEntry[];
}

export interface PathEntry {
  readonly at: string;
  readonly event: string;
  readonly from: CaseState | null;
  readonly to: CaseState;
  readonly actor: string;
  readonly reason: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Everybody on the list, soonest visit first. One statement. */
export async function casesOf(trx: Trx, absence: AbsenceView, at: Date): Promise<CaseView[]> {
  const { rows } = await trx.raw<{ rows: (CaseRow & CaseExtras)[] }>(
    `SELECT c.*,
       (SELECT jsonb_build_object('id', t.id, 'state', t.state, 'outcome', t.outcome) FROM staff_task t WHERE t.id = c.task_id) AS task,
       (SELECT jsonb_build_object('absenceId', j.absence_id, 'appointmentId', j.appointment_id, 'state', j.state) FROM absence_case j WHERE j.id = c.joined_case_id) AS joined,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('appointmentId', h.id, 'start', h.start_at, 'timeZone', h.tz, 'practitionerId', h.practitioner_id, 'holdExpiresAt', h.hold_expires_at) ORDER BY h.start_at), '[]')
        FROM appointment h WHERE h.organization_id = c.organization_id AND h.patient_id = c.patient_id AND h.replaces_id = c.appointment_id AND h.status = 'pending' AND h.hold_expires_at > :at) AS held,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('appointmentId', h.id, 'start', h.start_at, 'timeZone', h.tz, 'status', h.status, 'reason', h.cancel_reason) ORDER BY h.start_at, h.id), '[]')
        FROM appointment h WHERE h.organization_id = c.organization_id AND h.patient_id = c.patient_id AND h.replaces_id = c.appointment_id) AS times,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('at', coalesce(n.sent_at, n.due_at), 'channel', n.channel, 'state', n.state, 'reason', coalesce(n.suppressed_reason, n.error), 'reminder', coalesce(n.params->>'reminder' = 'true', false)) ORDER BY n.due_at, n.id), '[]')
        FROM notification n WHERE n.organization_id = c.organization_id AND n.aggregate = 'appointment' AND n.aggregate_id = c.appointment_id AND n.kind = 'cancelled-by-clinic') AS notices,
       (SELECT jsonb_build_object('id', w.id, 'state', w.state) FROM waitlist_entry w WHERE w.id = c.waitlist_entry_id) AS wish,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('at', s.at, 'event', s.event, 'from', s.from_state, 'to', s.to_state, 'actor', s.actor, 'reason', s.reason, 'data', coalesce(s.data, '{}')) ORDER BY s.seq), '[]')
        FROM state_change s WHERE s.aggregate = 'absence-case' AND s.aggregate_id = c.id) AS path,
       EXISTS (SELECT 1 FROM reservation r WHERE r.appointment_id = c.appointment_id AND r.released_at IS NULL AND r.starts_at < :end AND r.ends_at > :start
               AND (r.resource_id = CAST(:resourceId AS uuid) OR EXISTS (SELECT 1 FROM appointment a WHERE a.id = c.appointment_id AND a.location_id = CAST(:locationId AS uuid)))) AS stands
     FROM absence_case c WHERE c.absence_id = :id ORDER BY c.visit_start, c.appointment_id`,
    {
      id: absence.id,
      resourceId: absence.resourceId,
      locationId: absence.locationId,
      start: absence.start,
      end: absence.end,
      at,
    },
  );
  const over = absence.endedAt !== null;
  return rows.map((row) => ({
    appointmentId: row.appointment_id,
    patientId: row.patient_id,
    visitStart: row.visit_start.toISOString(),
    state: row.state,
    paused: row.paused,
    override: row.override,
    round: row.round,
    askedAt: isoOrNull(row.asked_at),
    remindAt: isoOrNull(row.remind_at),
    remindedAt: isoOrNull(row.reminded_at),
    answerUntil: isoOrNull(row.answer_until),
    nextAt: isoOrNull(row.next_at),
    settledAt: isoOrNull(row.settled_at),
    replacementId: row.replacement_id,
    task: row.task,
    joined: row.joined,
    held: row.held.map((h) => ({ ...h, start: iso(h.start), holdExpiresAt: iso(h.holdExpiresAt) })),
    times: row.times.map((time) => ({ ...time, start: iso(time.start) })),
    notices: row.notices.map((notice) => ({ ...notice, at: iso(notice.at) })),
    wish: row.wish,
    allowedActions: over ? [] : caseActions.filter((action) => actionProblem(row, action) === null),
    path: row.path.map((entry) => ({ ...entry, at: iso(entry.at) })),
  }));
}

interface CaseExtras {
  readonly task: CaseView['task'];
  readonly joined: CaseView['joined'];
  readonly held: CaseView['held'];
  readonly times: CaseView['times'];
  readonly notices: CaseView['notices'];
  readonly wish: CaseView['wish'];
  readonly path: CaseView['path'];
  readonly stands: boolean;
}

/** Postgres writes an offset. */
const iso = (text: string): string => new Date(text).toISOString();
