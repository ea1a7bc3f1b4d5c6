/** What must hold of walk-ins, whatever was done to them (I12, I13, I16 and feature B26): a part of db/invariants.ts. */
import { walkInEdges } from '../../domain/walk-in.ts';

const edges = walkInEdges.flatMap(([event, froms, to]) => froms.map((from) => `${event}: ${from} -> ${to}`));

export const walkInChecks: readonly { readonly invariant: string; readonly problem: string; readonly sql: string }[] = [
  {
    invariant: 'I12',
    problem: 'the history of a walk-in has a gap or does not lead from state to state',
    sql: `SELECT aggregate_id || '#' || seq AS row FROM (
            SELECT aggregate_id, seq, from_state, lag(to_state) OVER w AS before, row_number() OVER w AS n
            FROM state_change WHERE aggregate = 'walk-in' WINDOW w AS (PARTITION BY aggregate_id ORDER BY seq)) s
          WHERE n <> seq OR from_state IS DISTINCT FROM before`,
  },
  {
    invariant: 'I12',
    problem: 'the history of a walk-in does not end in its present state and version',
    sql: `SELECT w.id::text AS row FROM walk_in w LEFT JOIN LATERAL (
            SELECT to_state, seq FROM state_change s WHERE s.aggregate = 'walk-in' AND s.aggregate_id = w.id ORDER BY seq DESC LIMIT 1) last ON true
          WHERE last.to_state IS DISTINCT FROM w.state OR last.seq <> w.version + 1`,
  },
  {
    invariant: 'I12',
    problem: 'a change of a walk-in without its audit row',
    sql: `SELECT s.id::text AS row FROM state_change s WHERE s.aggregate = 'walk-in' AND (s.actor = '' OR 1 <> (
            SELECT count(*) FROM audit_event e WHERE e.entity_type = 'walk-in' AND e.entity_id = s.aggregate_id AND e.outcome = 'success' AND e.detail->>'seq' = s.seq::text))`,
  },
  {
    // Final states are in it too (I16): no edge leaves them.
    invariant: 'I13',
    problem: 'an edge of a walk-in outside the table',
    sql: `SELECT DISTINCT edge AS row FROM (SELECT event || ': ' || coalesce(from_state, 'none') || ' -> ' || to_state AS edge
            FROM state_change WHERE aggregate = 'walk-in') x WHERE edge NOT IN (${edges.map((edge) => `'${edge}'`).join(', ')})`,
  },
  {
    invariant: 'walk-in and visit',
    problem: 'a called walk-in and its visit do not say the same',
    sql: `SELECT w.id::text AS row FROM walk_in w LEFT JOIN appointment a ON a.id = w.appointment_id AND a.patient_id = w.patient_id
          WHERE (w.state IN ('called', 'in-room') AND a.status IS DISTINCT FROM 'checked-in')
             OR (w.state = 'in-room' AND a.seen_at IS NULL) OR (w.state = 'done' AND a.status IS DISTINCT FROM 'fulfilled')`,
  },
  {
    invariant: 'walk-in and timers',
    problem: 'somebody waits whom nobody will look at again, or a walk-in that is over has timers',
    sql: `SELECT w.id::text AS row FROM walk_in w
          WHERE (w.state = 'waiting' AND 2 <> (SELECT count(*) FROM case_timer t WHERE t.aggregate = 'walk-in' AND t.aggregate_id = w.id AND t.state = 'pending'))
             OR (w.state NOT IN ('waiting', 'left') AND EXISTS (SELECT 1 FROM case_timer t WHERE t.aggregate = 'walk-in' AND t.aggregate_id = w.id AND t.state = 'pending'))`,
  },
];
