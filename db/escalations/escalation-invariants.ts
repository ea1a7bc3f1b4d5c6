/** What must hold of escalations, whatever was done to them (I12, I13, I16, I17 engine half, I22): a part of db/invariants.ts. */
import { escalationEdges } from '../../domain/escalation.ts';

const edges = escalationEdges.flatMap(([event, froms, to]) => froms.map((from) => `${event}: ${from} -> ${to}`));

export const escalationChecks: readonly {
  readonly invariant: string;
  readonly problem: string;
  readonly sql: string;
}[] = [
  {
    invariant: 'I12',
    problem: 'the history of an escalation has a gap, or does not end in its present state and version',
    sql: `SELECT aggregate_id || '#' || seq AS row FROM (
            SELECT aggregate_id, seq, from_state, lag(to_state) OVER w AS before, row_number() OVER w AS n
            FROM state_change WHERE aggregate = 'escalation' WINDOW w AS (PARTITION BY aggregate_id ORDER BY seq)) s
          WHERE n <> seq OR from_state IS DISTINCT FROM before
          UNION ALL
          SELECT e.id::text FROM escalation e LEFT JOIN LATERAL (
            SELECT to_state, seq FROM state_change s WHERE s.aggregate = 'escalation' AND s.aggregate_id = e.id ORDER BY seq DESC LIMIT 1) last ON true
          WHERE last.to_state IS DISTINCT FROM e.state OR last.seq <> e.version + 1`,
  },
  {
    // Final states are in it too (I16): no edge leaves them.
    invariant: 'I13',
    problem: 'an edge of an escalation outside the table',
    sql: `SELECT DISTINCT edge AS row FROM (SELECT event || ': ' || coalesce(from_state, 'none') || ' -> ' || to_state AS edge
            FROM state_change WHERE aggregate = 'escalation') x WHERE edge NOT IN (${edges.map((edge) => `'${edge}'`).join(', ')})`,
  },
  {
    invariant: 'I17',
    problem: 'an open escalation that nothing moves on, or one that is over and still has timers',
    sql: `SELECT e.id::text AS row FROM escalation e
          WHERE (e.state IN ('raised', 'notifying', 'exhausted', 'acknowledged')) <> EXISTS (
            SELECT 1 FROM case_timer t WHERE t.aggregate = 'escalation' AND t.aggregate_id = e.id AND t.state = 'pending' AND t.version = e.round)`,
  },
  {
    invariant: 'I22',
    problem: 'somebody was told of an escalation after it was acknowledged',
    sql: `SELECT n.id::text AS row FROM escalation_notice n JOIN escalation_responder r
            ON r.escalation_id = n.escalation_id AND r.round = n.round AND r.is_first AND n.at > r.at`,
  },
  {
    invariant: 'I22',
    problem: 'an acknowledged escalation still waits for a step',
    sql: `SELECT e.id::text AS row FROM escalation e JOIN case_timer t ON t.aggregate = 'escalation' AND t.aggregate_id = e.id
          WHERE t.state = 'pending' AND e.state = 'acknowledged' AND t.name <> 'unresolved'`,
  },
  {
    invariant: 'D5',
    problem: 'an escalation was acknowledged by somebody who was not told of it',
    sql: `SELECT r.escalation_id || ' ' || r.user_id AS row FROM escalation_responder r WHERE NOT EXISTS (
            SELECT 1 FROM escalation_notice n WHERE n.escalation_id = r.escalation_id AND n.user_id = r.user_id AND n.at <= r.at)`,
  },
];
