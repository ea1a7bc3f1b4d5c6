/** What must hold of walk-ins, whatever was done to them (I12, I13, I16 and feature B26): a part of db/invariants.ts. */
import { walkInEdges } from '../../domain/walk-in.ts';
import { historyChecks, type Check } from '../audit/history-checks.ts';

const edges = walkInEdges.flatMap(([event, froms, to]) => froms.map((from) => `${event}: ${from} -> ${to}`));

export const walkInChecks: readonly Check[] = [
  ...historyChecks({ aggregate: 'walk-in', table: 'walk_in', called: 'a walk-in', edges }),
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
