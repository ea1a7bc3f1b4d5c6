/** Everything that happened to a wish: its own changes, its offers, what was refused, and what was written about it. */
import type { TimelineRow } from '../cases/cases.ts';
import type { Trx } from '../connection.ts';
import { stamp } from '../instants.ts';

/** Oldest first. */
export async function entryStory(trx: Trx, entryId: string): Promise<TimelineRow[]> {
  const { rows } = await trx.raw<{ rows: TimelineRow[] }>(
    `WITH offer AS (SELECT id, opening_id FROM waitlist_offer WHERE entry_id = :entryId)
     SELECT *, ${stamp('at')} AS position FROM (
       SELECT 'change' AS source, 'c' || lpad(c.id::text, 19, '0') AS row_id, c.at, CASE c.aggregate WHEN 'waitlist-entry' THEN c.event ELSE 'offer:' || c.event END AS event,
              c.actor, c.on_behalf_of, c.from_state, c.to_state, c.reason, NULL AS code, coalesce(c.data, '{}') AS data
       FROM state_change c
       WHERE (c.aggregate = 'waitlist-entry' AND c.aggregate_id = :entryId)
          OR (c.aggregate = 'waitlist-offer' AND c.aggregate_id IN (SELECT id FROM offer))
       UNION ALL
       SELECT 'refused', 'e' || lpad(e.id::text, 19, '0'), e.at, coalesce(e.detail->>'action', e.action), e.principal, NULL, NULL, NULL, NULL, e.code, e.detail
       FROM audit_event e WHERE e.entity_type = 'waitlist-entry' AND e.entity_id = :entryId AND e.outcome IN ('refused', 'denied', 'failed')
       UNION ALL
       SELECT 'message', 'm' || n.id, coalesce(n.sent_at, greatest(n.due_at, n.created_at)), n.kind, NULL, NULL, NULL, n.state, n.suppressed_reason, n.error,
              jsonb_build_object('notificationId', n.id, 'channel', n.channel, 'state', n.state, 'sentAt', n.sent_at, 'locale', n.locale,
                'localeAsked', n.locale_asked, 'suppressedReason', n.suppressed_reason)
       FROM notification n
       WHERE (n.aggregate = 'waitlist-entry' AND n.aggregate_id = :entryId)
          OR (n.aggregate = 'waitlist-offer' AND n.aggregate_id IN (SELECT id FROM offer))) entry
     ORDER BY at, row_id LIMIT 1000`,
    { entryId },
  );
  return rows;
}
