/** What must hold of escalations, whatever was done to them (I12, I13, I16, I17 engine half, I22): a part of db/invariants.ts. */
import { escalationEdges } from '../../domain/escalation.ts';
import { historyChecks, type Check } from '../audit/history-checks.ts';

const edges = escalationEdges.flatMap(([event, froms, to]) => froms.map((from) => `${event}: ${from} -> ${to}`));

export const escalationChecks: readonly Check[] = [
  ...historyChecks({ aggregate: 'escalation', table: 'escalation', called: 'an escalation', edges }),
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
