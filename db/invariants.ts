/**
 * The invariants of scheduling-intake.md G, read by SQL from what was committed. Tests, `npm run chaos` and `npm run
 * doctor` ask the same questions. An empty answer means that everything holds.
 */
import { edges } from '../domain/appointment/appointment-events.ts';
import { localOf } from '../domain/calendar/calendar.ts';
import type { Trx } from './connection.ts';
import type { Check } from './audit/history-checks.ts';
import { groupChecks } from './groups/group-invariants.ts';
import { intakeChecks } from './intakes/intake-invariants.ts';
import { waitlistChecks } from './waitlist/waitlist-invariants.ts';
import { entryChecks } from './waitlist/waitlist-entry-invariants.ts';
import { escalationChecks } from './escalations/escalation-invariants.ts';
import { walkInChecks } from './walk-ins/walk-in-invariants.ts';

export interface Violation {
  /** 'I1' ... */
  readonly invariant: string;
  /** What is wrong, in a few words. */
  readonly problem: string;
  /** Ids of the rows; nothing readable. */
  readonly rows: readonly string[];
}

export interface InvariantOptions {
  /** False where an administrator may have changed requirements or limits after visits were booked. */
  readonly requirementsUnchanged?: boolean | undefined;
}

const reserved = `('booked', 'arrived', 'checked-in')`;

const checks: readonly Check[] = [
  {
    invariant: 'I1',
    problem: 'live reservations of one lane overlap',
    sql: `SELECT id::text AS row FROM (
            SELECT id, starts_at, max(ends_at) OVER (PARTITION BY resource_id, lane ORDER BY starts_at, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_until
            FROM reservation WHERE released_at IS NULL) r WHERE busy_until > starts_at`,
  },
  {
    invariant: 'I2',
    problem: 'a lane beyond capacity without a reason',
    sql: `SELECT v.id::text AS row FROM reservation v JOIN resource r ON r.id = v.resource_id
          WHERE v.released_at IS NULL AND v.lane >= r.capacity AND coalesce(v.overbook_reason, '') = ''`,
  },
  {
    invariant: 'I3',
    problem: 'a status that has no reservations has one',
    sql: `SELECT DISTINCT a.id::text AS row FROM appointment a JOIN reservation v ON v.appointment_id = a.id AND v.released_at IS NULL
          WHERE a.status NOT IN ('booked', 'arrived', 'checked-in', 'pending') OR (a.status = 'pending') <> (v.kind = 'hold')`,
  },
  {
    invariant: 'I3',
    problem: 'patient or practitioner is not reserved exactly once',
    sql: `SELECT a.id::text AS row FROM appointment a WHERE a.status IN ('booked', 'arrived', 'checked-in', 'pending') AND (
            (SELECT count(*) FROM reservation v JOIN resource r ON r.id = v.resource_id
             WHERE v.appointment_id = a.id AND v.released_at IS NULL AND r.patient_id = a.patient_id) <> 1
            OR a.group_session_id IS NULL AND (SELECT count(*) FROM reservation v WHERE v.appointment_id = a.id AND v.released_at IS NULL AND v.resource_id = a.practitioner_id) < 1)`,
  },
  {
    invariant: 'I3',
    problem: 'only some of the reservations made together are live',
    sql: `SELECT DISTINCT v.appointment_id::text AS row FROM reservation v JOIN reservation w ON w.op_key = v.op_key AND w.appointment_id = v.appointment_id
          WHERE v.released_at IS NULL AND w.released_at IS NOT NULL`,
  },
  {
    invariant: 'I3',
    problem: 'a reservation does not cover the visit',
    sql: `SELECT v.id::text AS row FROM appointment a JOIN reservation v ON v.appointment_id = a.id AND v.released_at IS NULL
          WHERE a.status IN ${reserved} AND (v.starts_at > greatest(a.start_at, a.arrived_at) OR v.ends_at < a.end_at)`,
  },
  {
    invariant: 'I4',
    problem: 'an appointment without its history',
    sql: `SELECT a.id::text AS row FROM appointment a
          WHERE NOT EXISTS (SELECT 1 FROM state_change s WHERE s.aggregate = 'appointment' AND s.aggregate_id = a.id AND s.seq = 1 AND s.from_state IS NULL)`,
  },
  {
    invariant: 'I4',
    problem: 'a message or history of an appointment that does not exist',
    sql: `SELECT n.aggregate_id::text AS row FROM notification n WHERE n.aggregate = 'appointment' AND NOT EXISTS (SELECT 1 FROM appointment a WHERE a.id = n.aggregate_id)
          UNION SELECT s.aggregate_id::text FROM state_change s WHERE s.aggregate = 'appointment' AND NOT EXISTS (SELECT 1 FROM appointment a WHERE a.id = s.aggregate_id)`,
  },
  {
    invariant: 'I5',
    problem: 'one operation brought two appointments into being',
    sql: `SELECT op_key AS row FROM state_change WHERE aggregate = 'appointment' AND from_state IS NULL AND op_key IS NOT NULL GROUP BY op_key HAVING count(*) > 1`,
  },
  {
    invariant: 'I6',
    problem: 'a hold that ended by itself was not released at its expiry',
    sql: `SELECT v.id::text AS row FROM appointment a JOIN reservation v ON v.appointment_id = a.id
          WHERE a.cancel_reason IN ('hold-expired', 'approval-expired') AND v.kind = 'hold' AND v.released_at IS DISTINCT FROM v.expires_at`,
  },
  {
    invariant: 'I6',
    problem: 'a hold was used at or after its expiry',
    sql: `SELECT s.aggregate_id::text AS row FROM state_change s JOIN state_change h ON h.aggregate = s.aggregate AND h.aggregate_id = s.aggregate_id AND h.seq < s.seq
          WHERE s.aggregate = 'appointment' AND s.event IN ('confirm-hold', 'extend-hold', 'approve') AND s.from_state = 'pending'
            AND h.seq = (SELECT max(x.seq) FROM state_change x WHERE x.aggregate = s.aggregate AND x.aggregate_id = s.aggregate_id AND x.seq < s.seq)
            AND s.at >= (h.data->>'holdExpiresAt')::timestamptz`,
  },
  {
    // The clocks are read inside transactions that may wait for each other's row lock: half a minute is no violation.
    invariant: 'I9',
    problem: 'a reminder was filed, or sent, after its version had ended',
    sql: `SELECT n.id::text AS row FROM notification n JOIN LATERAL (
            SELECT min(s.at) AS ended FROM state_change s WHERE s.aggregate = 'appointment' AND s.aggregate_id = n.aggregate_id
              AND ((s.data->>'version')::int > n.aggregate_version OR (s.from_state = 'booked' AND s.to_state <> 'booked'))) v ON true
          WHERE n.aggregate = 'appointment' AND n.kind = 'reminder'
            AND (n.created_at > v.ended + interval '30 seconds' OR (n.state = 'sent' AND n.sent_at > v.ended + interval '2 minutes'))`,
  },
  {
    invariant: 'I10',
    problem: 'a reminder was filed twice',
    sql: `SELECT min(id::text) AS row FROM notification WHERE aggregate = 'appointment' AND kind = 'reminder'
          GROUP BY aggregate_id, aggregate_version, params->>'policyItem', channel, to_ref HAVING count(*) > 1`,
  },
  {
    invariant: 'I12',
    problem: 'history has a gap or does not lead from state to state',
    sql: `SELECT aggregate_id || '#' || seq AS row FROM (
            SELECT aggregate_id, seq, from_state, lag(to_state) OVER w AS before, row_number() OVER w AS n
            FROM state_change WHERE aggregate = 'appointment' WINDOW w AS (PARTITION BY aggregate_id ORDER BY seq)) s
          WHERE n <> seq OR from_state IS DISTINCT FROM before`,
  },
  {
    invariant: 'I12',
    problem: 'history does not end in the present state',
    sql: `SELECT a.id::text AS row FROM appointment a JOIN LATERAL (
            SELECT to_state FROM state_change s WHERE s.aggregate = 'appointment' AND s.aggregate_id = a.id ORDER BY seq DESC LIMIT 1) last ON true
          WHERE last.to_state <> a.status`,
  },
  {
    invariant: 'I12',
    problem: 'a change without its audit row',
    sql: `SELECT s.id::text AS row FROM state_change s WHERE s.aggregate = 'appointment' AND (s.actor = '' OR 1 <> (
            SELECT count(*) FROM audit_event e WHERE e.entity_type = 'appointment' AND e.entity_id = s.aggregate_id AND e.outcome = 'success' AND e.detail->>'seq' = s.seq::text))`,
  },
  {
    invariant: 'I15',
    problem: 'a patient has two visits at once',
    sql: `SELECT v.id::text AS row FROM reservation v JOIN resource r ON r.id = v.resource_id AND r.kind = 'patient'
          JOIN reservation w ON w.resource_id = v.resource_id AND w.id > v.id AND w.released_at IS NULL AND w.starts_at < v.ends_at AND w.ends_at > v.starts_at
          WHERE v.released_at IS NULL AND coalesce(v.overbook_reason, w.overbook_reason, '') = ''`,
  },
  {
    invariant: 'I16',
    problem: 'a final state changed',
    sql: `SELECT aggregate_id::text AS row FROM state_change WHERE aggregate = 'appointment' AND from_state IN ('fulfilled', 'cancelled', 'entered-in-error')
            AND NOT (from_state = 'cancelled' AND to_state = 'entered-in-error')`,
  },
  {
    invariant: 'B17',
    problem: 'a time was given away that was confirmed, or before its deadline',
    sql: `SELECT a.id::text AS row FROM state_change s JOIN appointment a ON a.id = s.aggregate_id
          LEFT JOIN case_timer t ON t.aggregate = 'appointment' AND t.aggregate_id = a.id AND t.version = a.version AND t.name = 'confirmation'
          WHERE s.aggregate = 'appointment' AND s.event = 'unconfirmed' AND (a.confirmed_at IS NOT NULL OR a.late_cancel OR t.due_at IS NULL OR s.at < t.due_at)`,
  },
  {
    invariant: 'B24',
    problem: 'a deposit is asked for a visit that the clinic refused or cancelled',
    sql: `SELECT c.id::text AS row FROM proposed_charge c JOIN appointment a ON a.id = c.appointment_id
          WHERE c.kind = 'deposit' AND c.state <> 'void' AND a.status = 'cancelled'
            AND (a.cancelled_by = 'clinic' OR a.cancel_reason IN ('refused', 'approval-expired', 'unconfirmed'))`,
  },

  ...waitlistChecks,
  ...groupChecks,
];

/** What a visit was booked under may have been changed by an administrator since; then these say nothing. */
const configurationChecks: readonly Check[] = [
  {
    invariant: 'I2',
    problem: 'more reservations at one instant than capacity and overbooking allow',
    sql: `SELECT resource_id || ' at ' || t AS row FROM (
            SELECT e.resource_id, e.t, sum(e.step) OVER (PARTITION BY e.resource_id ORDER BY e.t, e.step ROWS UNBOUNDED PRECEDING) AS level, r.capacity + r.overbook_limit AS most
            FROM (SELECT resource_id, starts_at AS t, 1 AS step FROM reservation WHERE released_at IS NULL
                  UNION ALL SELECT resource_id, ends_at, -1 FROM reservation WHERE released_at IS NULL) e
            JOIN resource r ON r.id = e.resource_id) x WHERE level > most`,
  },
  {
    invariant: 'I3',
    problem: 'a requirement of the visit type is not reserved as often as it asks',
    sql: `SELECT a.id || ' ' || q.role AS row FROM appointment a JOIN visit_type_requirement q ON q.visit_type_id = a.visit_type_id
        WHERE a.status IN ('booked', 'arrived', 'checked-in', 'pending') AND a.group_session_id IS NULL
          AND q.count <> (SELECT count(*) FROM reservation v WHERE v.appointment_id = a.id AND v.released_at IS NULL AND v.role = q.role)`,
  },
];

/** In the context of one organization. Reads whole tables: not for the hot path. */
export async function checkInvariants(
  trx: Trx,
  { requirementsUnchanged = true }: InvariantOptions = {},
): Promise<Violation[]> {
  const violations: Violation[] = [];
  for (const { invariant, problem, sql } of [
    ...checks,
    ...entryChecks,
    ...walkInChecks,
    ...escalationChecks,
    ...intakeChecks,
    ...(requirementsUnchanged ? configurationChecks : []),
  ]) {
    const { rows } = await trx.raw<{ rows: { row: string }[] }>(`SELECT row FROM (${sql}) violation LIMIT 20`);
    if (rows.length > 0) violations.push({ invariant, problem, rows: rows.map((r) => r.row) });
  }
  violations.push(...(await checkEdges(trx)), ...(await checkLocalTimes(trx)));
  return violations;
}

/** I13: no edge outside the table of D1. */
async function checkEdges(trx: Trx): Promise<Violation[]> {
  const known = new Set(edges.flatMap(([event, from, to]) => from.map((f) => `${event}: ${f} -> ${to}`)));
  const { rows } = await trx.raw<{ rows: { edge: string }[] }>(
    `SELECT DISTINCT event || ': ' || coalesce(from_state, 'none') || ' -> ' || to_state AS edge FROM state_change WHERE aggregate = 'appointment'`,
  );
  const unknown = rows.map((r) => r.edge).filter((edge) => !known.has(edge));
  return unknown.length === 0 ? [] : [{ invariant: 'I13', problem: 'an edge outside the table', rows: unknown }];
}

/** I11: the wall clock that was meant is still the instant that is stored. Converted in TypeScript, never in SQL (A2). */
async function checkLocalTimes(trx: Trx): Promise<Violation[]> {
  const { rows } = await trx.raw<{ rows: { id: string; start_at: Date; local_start: string; tz: string }[] }>(
    `SELECT id, start_at, local_start, tz FROM appointment WHERE status IN ('booked', 'pending')`,
  );
  const wrong = rows.filter((r) => localOf(r.start_at.getTime(), r.tz) !== r.local_start.replace(' ', 'T'));
  return wrong.length === 0
    ? []
    : [
        {
          invariant: 'I11',
          problem: 'local_start is not start_at in its zone',
          rows: wrong.slice(0, 20).map((r) => r.id),
        },
      ];
}
