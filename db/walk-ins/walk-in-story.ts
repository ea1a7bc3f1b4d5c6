/** Everything that happened to a walk-in, and what was refused. */
import type { TimelineRow } from '../cases/cases.ts';
import type { Trx } from '../connection.ts';
import { stamp } from '../instants.ts';

/** Oldest first. */
export async function walkInStory(trx: Trx, walkInId: string): Promise<TimelineRow[]> {
  const { rows } = await trx.raw<{ rows: TimelineRow[] }>(
    `SELECT *, ${stamp('at')} AS position FROM (
       SELECT 'change' AS source, 'c' || lpad(c.id::text, 19, '0') AS row_id, c.at, c.event, c.actor, c.on_behalf_of, c.from_state, c.to_state, c.reason,
              NULL AS code, coalesce(c.data, '{}') AS data
       FROM state_change c WHERE c.aggregate = 'walk-in' AND c.aggregate_id = :walkInId
       UNION ALL
       SELECT 'refused', 'e' || lpad(e.id::text, 19, '0'), e.at, coalesce(e.detail->>'action', e.action), e.principal, NULL, NULL, NULL, NULL, e.code, e.detail
       FROM audit_event e WHERE e.entity_type = 'walk-in' AND e.entity_id = :walkInId AND e.outcome IN ('refused', 'denied', 'failed')) entry
     ORDER BY at, row_id LIMIT 1000`,
    { walkInId },
  );
  return rows;
}
