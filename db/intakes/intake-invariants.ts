/** What must hold of intakes, whatever was done to them (I12, I13, I17, and what D3 promises): a part of db/invariants.ts. */
import { intakeEdges, intakeStates, openIntakeStates } from '../../domain/intake/intake.ts';
import { historyChecks, type Check } from '../audit/history-checks.ts';

/** Every edge of the table, as `event: from -> to`. */
const edges = Object.entries(intakeEdges).flatMap(([event, { from, to }]) =>
  from.map((state) => `${event}: ${state ?? 'none'} -> ${to ?? state ?? 'none'}`),
);
const list = (values: readonly string[]): string => values.map((value) => `'${value}'`).join(', ');
const open = list([...openIntakeStates]);
const over = list(intakeStates.filter((state) => !openIntakeStates.has(state)));
const unanswered = `e.state IN ('raised', 'notifying', 'exhausted')`;

export const intakeChecks: readonly Check[] = [
  ...historyChecks({ aggregate: 'intake', table: 'intake', called: 'an intake', edges }),
  {
    invariant: 'I17',
    problem: 'a red flag without its escalation, or with one that nobody answers and nothing pursues',
    sql: `SELECT f.id::text AS row FROM intake_flag f LEFT JOIN escalation e ON e.id = f.escalation_id AND e.subject_id = f.intake_id
          WHERE e.id IS NULL OR (${unanswered} AND NOT EXISTS (
            SELECT 1 FROM case_timer t WHERE t.aggregate = 'escalation' AND t.aggregate_id = e.id AND t.state = 'pending'))`,
  },
  {
    // An alarm that begins anew after the approval is its own process's to pursue.
    invariant: 'I17',
    problem: 'an intake was completed over an alarm that nobody had acknowledged',
    sql: `SELECT i.id::text AS row FROM intake i JOIN escalation e ON e.subject_kind = 'intake' AND e.subject_id = i.id
          WHERE i.state = 'completed' AND (i.escalation = 'open' OR e.first_ack_at IS NULL AND e.state <> 'cancelled' OR e.first_ack_at > i.completed_at)`,
  },
  {
    invariant: 'D3',
    problem: 'the versions of a step have a gap, or its answers are not its last version',
    sql: `SELECT s.intake_id || '/' || s.step AS row FROM intake_step s JOIN intake i ON i.id = s.intake_id
          WHERE i.state <> 'cancelled' AND (
            s.version <> (SELECT count(*) FROM intake_answer a WHERE a.intake_id = s.intake_id AND a.step = s.step)
            OR s.version > 0 AND s.answers IS DISTINCT FROM (SELECT a.answers FROM intake_answer a WHERE a.intake_id = s.intake_id AND a.step = s.step AND a.version = s.version))`,
  },
  {
    invariant: 'D3',
    problem: 'an open intake waits without an end, or one that is over is reminded of',
    sql: `SELECT i.id::text AS row FROM intake i
          WHERE (i.state IN ('invited', 'in-progress', 'returned')
                 AND NOT EXISTS (SELECT 1 FROM case_timer t WHERE t.aggregate = 'intake' AND t.aggregate_id = i.id AND t.state = 'pending' AND t.name = 'expiry'))
             OR (i.state NOT IN ('created', 'invited', 'in-progress', 'returned')
                 AND EXISTS (SELECT 1 FROM case_timer t WHERE t.aggregate = 'intake' AND t.aggregate_id = i.id AND t.state = 'pending' AND (t.name = 'expiry' OR t.name LIKE 'reminder:%')))`,
  },
  {
    invariant: 'D3',
    problem: 'an intake is over and its end has no date, or it is open with one',
    sql: `SELECT i.id::text AS row FROM intake i
          WHERE (i.state IN (${over}) AND i.ended_at IS NULL) OR (i.state IN (${open}) AND i.ended_at IS NOT NULL)`,
  },
  {
    invariant: 'D3',
    problem: 'the chart of somebody new is incomplete although an intake of theirs stands',
    sql: `SELECT p.id::text AS row FROM patient p WHERE p.incomplete_since IS NOT NULL AND EXISTS (SELECT 1 FROM intake i WHERE i.patient_id = p.id)`,
  },
];
