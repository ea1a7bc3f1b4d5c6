import type { Trx } from '../connection.ts';
import { stamp } from '../instants.ts';
import type { TimelineRow } from './cases.ts';

/** Everything that happened to one row of an aggregate, oldest first: its changes, and what was refused. */
export async function aggregateStory(trx: Trx, aggregate: string, id: string): Promise<TimelineRow[]> {
  const { rows } = await trx.raw<{ rows: TimelineRow[] }>(
    `SELECT *, ${stamp('at')} AS position FROM (
       SELECT 'change' AS source, 'c' || lpad(c.id::text, 19, '0') AS row_id, c.at, c.event, c.actor, c.on_behalf_of, c.from_state, c.to_state, c.reason,
              NULL AS code, coalesce(c.data, '{}') AS data
       FROM state_change c WHERE c.aggregate = :aggregate AND c.aggregate_id = :id
       UNION ALL
       SELECT 'refused', 'e' || lpad(e.id::text, 19, '0'), e.at, coalesce(e.detail->>'action', e.action), e.principal, NULL, NULL, NULL, NULL, e.code, e.detail
       FROM audit_event e WHERE e.entity_type = :aggregate AND e.entity_id = :id AND e.outcome IN ('refused', 'denied', 'failed')) entry
     ORDER BY at, row_id LIMIT 1000`,
    { aggregate, id },
  );
  return rows;
}
