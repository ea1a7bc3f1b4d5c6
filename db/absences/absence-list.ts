/** The list of an absence: which visits it falls upon, what is known of each, and the edges that are written. */
import { randomUUID } from 'node:crypto';
import { hasBegun, mayMove, openCaseStates } from '../../domain/schedule/absence.ts';
import type { CaseEvent, CaseFacts, CaseState } from '../../domain/schedule/absence.ts';
import type { Actor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/errors.ts';
import type { AbsenceRow, CaseRow } from './absence-view.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import type { Trx } from '../connection.ts';
import { msOrNull } from '../instants.ts';
import { raiseStaffTask } from '../cases/staff-tasks.ts';

export interface AwayFor {
  /** One of the two. */
  readonly resourceId: string | null;
  readonly locationId: string | null;
  readonly start: Date;
  readonly end: Date;
}

/** A visit that an absence falls upon, and who asks its patient already. */
export interface AffectedVisit {
  readonly id: string;
  readonly patient_id: string;
  readonly status: string;
  readonly start_at: Date;
  readonly awaiting_approval: boolean;
  readonly overbook_reason: string | null;
  /** The open case of another absence: of this visit, or of the one in whose place this time is held. */
  readonly joined_case_id: string | null;
}

/**
 * Visits to come, under way or held on the resource in the time, soonest first; and those that another absence is finding
 * another time for, which had the resource in the time too.
 */
export async function affectedVisits(trx: Trx, away: AwayFor): Promise<AffectedVisit[]> {
  const { rows } = await trx.raw<{ rows: AffectedVisit[] }>(
    `WITH touched AS (
       SELECT r.appointment_id AS id, bool_or(r.released_at IS NULL) AS stands FROM reservation r
       WHERE r.resource_id = CAST(:resourceId AS uuid) AND r.appointment_id IS NOT NULL AND r.starts_at < :end AND r.ends_at > :start
         AND r.starts_at > CAST(:start AS timestamptz) - interval '2 days'
       GROUP BY r.appointment_id
       UNION ALL
       SELECT p.id, EXISTS (SELECT 1 FROM reservation r WHERE r.appointment_id = p.id AND r.released_at IS NULL) FROM appointment p
       WHERE p.location_id = CAST(:locationId AS uuid) AND p.start_at < :end AND p.end_at > :start
         AND p.start_at > CAST(:start AS timestamptz) - interval '2 days')
     SELECT a.id, a.patient_id, a.status, a.start_at, a.awaiting_approval, a.overbook_reason, j.id AS joined_case_id
     FROM touched t JOIN appointment a ON a.id = t.id
     LEFT JOIN LATERAL (
       SELECT c.id FROM absence_case c WHERE c.state IN ('affected', 'offered', 'to-call')
         AND (c.appointment_id = a.id OR (a.status = 'pending' AND c.appointment_id = a.replaces_id)) LIMIT 1) j ON true
     WHERE a.start_at < :end AND a.end_at > :start
       AND (t.stands AND a.status IN ('pending', 'booked', 'arrived', 'checked-in') OR NOT t.stands AND j.id IS NOT NULL)
     ORDER BY a.start_at, a.id`,
    { resourceId: away.resourceId, locationId: away.locationId, start: away.start, end: away.end },
  );
  return rows;
}

export interface AbsenceChange {
  readonly actor: Actor;
  readonly at: Date;
  readonly opKey: string;
}

export async function list(
  trx: Trx,
  absence: AbsenceRow,
  visits: readonly AffectedVisit[],
  change: AbsenceChange,
): Promise<void> {
  for (const visit of visits) {
    const start = visit.start_at.getTime();
    const state: CaseState = hasBegun({ status: visit.status, start }, change.at.getTime())
      ? 'begun'
      : visit.joined_case_id === null
        ? 'affected'
        : 'joined';
    const id = randomUUID();
    await trx('absence_case').insert({
      id,
      organization_id: absence.organization_id,
      absence_id: absence.id,
      appointment_id: visit.id,
      patient_id: visit.patient_id,
      visit_start: visit.start_at,
      state,
      joined_case_id: state === 'joined' ? visit.joined_case_id : null,
      settled_at: openCaseStates.has(state) ? null : change.at,
    });
    await recordStateChange(trx, {
      organizationId: absence.organization_id,
      aggregate: 'absence-case',
      aggregateId: id,
      event: 'list',
      from: null,
      to: state,
      actor: change.actor,
      at: change.at,
      data: { absenceId: absence.id, appointmentId: visit.id, patientId: visit.patient_id, status: visit.status },
      opKey: change.opKey,
    });
    // Its time has come and nobody was told: somebody may stand at the desk, or sit with a colleague.
    if (state === 'begun' && visit.status === 'booked') await raiseDisplaced(trx, absence, visit, change);
  }
}

/** A visit stands on closed time and its patient is not asked: a person decides (C1). Once for the closure. */
export async function raiseDisplaced(
  trx: Trx,
  absence: AbsenceRow,
  visit: { readonly id: string; readonly patient_id: string; readonly start_at: Date },
  { actor, at }: AbsenceChange,
): Promise<void> {
  const [now, start] = [at.getTime(), visit.start_at.getTime()];
  await raiseStaffTask(trx, {
    organizationId: absence.organization_id,
    kind: 'displaced',
    dedupeKey: `displaced:${absence.exception_id}:${visit.id}`,
    subjectType: 'appointment',
    subjectId: visit.id,
    patientId: visit.patient_id,
    params: { exceptionId: absence.exception_id, absenceId: absence.id, start: visit.start_at.toISOString() },
    priority: 'urgent',
    dueAt: new Date(Math.min(now + 86_400_000, Math.max(now, (now + start) / 2))),
    actor,
    at,
  });
}

/** Writes one edge of the table on a locked row. A row that is over is moved by nobody. */
export async function moveCase(
  trx: Trx,
  row: CaseRow,
  move: {
    readonly event: CaseEvent;
    readonly to: CaseState;
    readonly columns?: Readonly<Record<string, unknown>> | undefined;
    readonly data?: Readonly<Record<string, unknown>> | undefined;
    readonly reason?: string | undefined;
  } & AbsenceChange,
): Promise<CaseRow> {
  if (!mayMove(move.event, row.state, move.to)) throw new Error(`no edge ${row.state} -${move.event}-> ${move.to}`);
  const [changed] = await trx('absence_case')
    .where({ id: row.id })
    .update({
      state: move.to,
      settled_at: openCaseStates.has(move.to) ? null : move.at,
      ...(!openCaseStates.has(move.to) && { next_at: null }),
      ...move.columns,
      version: trx.raw('version + 1'),
    })
    .returning<CaseRow[]>('*');
  await recordStateChange(trx, {
    organizationId: row.organization_id,
    aggregate: 'absence-case',
    aggregateId: row.id,
    event: move.event,
    from: row.state,
    to: move.to,
    actor: move.actor,
    reason: move.reason,
    at: move.at,
    data: { absenceId: row.absence_id, appointmentId: row.appointment_id, patientId: row.patient_id, ...move.data },
    opKey: move.opKey,
  });
  return changed!;
}

/** What the process needs to know of one patient, as it is now. */
export interface CaseWithFacts extends CaseRow {
  readonly status: string;
  readonly start_at: Date;
  readonly awaiting_approval: boolean;
  readonly hold_expires_at: Date | null;
  readonly stands: boolean;
  readonly live_holds: number;
  readonly found_id: string | null;
  readonly task_state: 'open' | 'done' | 'cancelled' | null;
  readonly task_outcome: string | null;
  readonly joined_state: CaseState | null;
  readonly joined_appointment_id: string | null;
  readonly joined_round: number | null;
  /** Null when the whole place is down. */
  readonly resource_kind: string | null;
}

/**
 * Open cases with their facts. A visit counts as being in place of the cancelled one when it says so, or is of the same
 * type and was booked after the patient was asked.
 */
const factsSql = `
SELECT c.*, a.status, a.start_at, a.awaiting_approval, a.hold_expires_at, q.kind AS resource_kind,
  EXISTS (SELECT 1 FROM reservation r WHERE r.appointment_id = a.id AND r.released_at IS NULL AND (r.resource_id = b.resource_id OR a.location_id = b.location_id)
          AND r.starts_at < b.ends_at AND r.ends_at > b.starts_at) AND a.start_at < b.ends_at AND a.end_at > b.starts_at AS stands,
  (SELECT count(*) FROM appointment h WHERE h.organization_id = c.organization_id AND h.patient_id = c.patient_id AND h.replaces_id = a.id
   AND h.status = 'pending' AND h.hold_expires_at > :at) AS live_holds,
  (SELECT n.id FROM appointment n WHERE n.organization_id = c.organization_id AND n.patient_id = c.patient_id AND n.id <> a.id
     AND n.status IN ('booked', 'arrived', 'checked-in', 'fulfilled')
     AND (n.replaces_id = a.id OR (c.asked_at IS NOT NULL AND n.visit_type_id = a.visit_type_id AND n.booked_at >= c.asked_at))
   ORDER BY (n.replaces_id = a.id) IS TRUE DESC, n.start_at LIMIT 1) AS found_id,
  t.state AS task_state, t.outcome AS task_outcome, j.state AS joined_state, j.appointment_id AS joined_appointment_id, j.round AS joined_round
FROM absence_case c JOIN absence b ON b.id = c.absence_id LEFT JOIN resource q ON q.id = b.resource_id JOIN appointment a ON a.id = c.appointment_id
LEFT JOIN staff_task t ON t.id = c.task_id LEFT JOIN absence_case j ON j.id = c.joined_case_id
WHERE c.absence_id = :absenceId AND c.settled_at IS NULL AND (CAST(:appointmentId AS uuid) IS NULL OR c.appointment_id = CAST(:appointmentId AS uuid))
ORDER BY c.visit_start, c.appointment_id FOR UPDATE OF c`;

export async function openCases(
  trx: Trx,
  absenceId: string,
  at: Date,
  appointmentId: string | null = null,
): Promise<CaseWithFacts[]> {
  const { rows } = await trx.raw<{ rows: CaseWithFacts[] }>(factsSql, { absenceId, appointmentId, at });
  return rows;
}

export function factsOf(row: CaseWithFacts): CaseFacts {
  return {
    state: row.state,
    paused: row.paused,
    round: row.round,
    remindAt: msOrNull(row.remind_at),
    reminded: row.reminded_at !== null,
    answerUntil: msOrNull(row.answer_until),
    askAgain: row.ask_again,
    visit: {
      status: row.status,
      start: row.start_at.getTime(),
      awaitingApproval: row.awaiting_approval,
      holdExpiresAt: msOrNull(row.hold_expires_at),
      stands: row.stands,
    },
    replaced: row.found_id !== null,
    liveHolds: row.live_holds,
    task: row.task_state === null ? null : { state: row.task_state, outcome: row.task_outcome },
    joined:
      row.joined_state === null
        ? null
        : { state: row.joined_state, sameVisit: row.joined_appointment_id === row.appointment_id },
    mayMoveResource: row.resource_kind !== null && row.resource_kind !== 'provider',
  };
}

/** Absences whose cases have joined one of these. */
export async function joinedTo(trx: Trx, caseIds: readonly string[]): Promise<string[]> {
  if (caseIds.length === 0) return [];
  const rows = await trx('absence_case')
    .whereIn('joined_case_id', [...caseIds])
    .whereNull('settled_at')
    .distinct<{ absence_id: string }[]>('absence_id');
  return rows.map((row) => row.absence_id);
}

/** @throws DomainError `not-found` */
export async function lockAbsence(trx: Trx, id: string): Promise<AbsenceRow> {
  const row = await trx('absence').where({ id }).forUpdate().first<AbsenceRow | undefined>();
  if (row === undefined) throw new DomainError('not-found');
  return row;
}

export async function changeAbsence(
  trx: Trx,
  absence: AbsenceRow,
  to: AbsenceRow['state'],
  event: string,
  change: AbsenceChange & { readonly reason?: string | undefined },
): Promise<AbsenceRow> {
  const [changed] = await trx('absence')
    .where({ id: absence.id })
    .update({
      state: to,
      ended_at: to === 'resolved' || to === 'stopped' ? change.at : null,
      version: trx.raw('version + 1'),
    })
    .returning<AbsenceRow[]>('*');
  await recordStateChange(trx, {
    organizationId: absence.organization_id,
    aggregate: 'absence',
    aggregateId: absence.id,
    event,
    from: absence.state,
    to,
    actor: change.actor,
    reason: change.reason,
    at: change.at,
    opKey: change.opKey,
  });
  return changed!;
}
