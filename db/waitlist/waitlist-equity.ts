/** The numbers of the equity report, counted in one statement (domain/waitlist/waitlist-equity.ts says what becomes of them). */
import { equityReport, type EquityCounts, type EquityReport } from '../../domain/waitlist/waitlist-equity.ts';
import type { Trx } from '../connection.ts';

export const waitlistEquity = async (trx: Trx, query: EquityQuery): Promise<EquityReport> =>
  equityReport(await countEquity(trx, query));

export interface EquityQuery {
  readonly organizationId: string;
  readonly from: Date;
  readonly to: Date;
}

/**
 * A period, half-open. An entry is of it for the time it could be asked in it (active or offered, from its history), an
 * offer when it was made in it. The age is that at joining; a group `unknown` has no birth date on record.
 * Not for anybody's eyes: a small group is somebody.
 */
export async function countEquity(trx: Trx, query: EquityQuery): Promise<EquityCounts[]> {
  const { rows } = await trx.raw<{ rows: EquityCounts[] }>(
    `WITH step AS (
       SELECT c.aggregate_id AS entry_id, c.to_state, c.at, lead(c.at) OVER (PARTITION BY c.aggregate_id ORDER BY c.seq) AS until
       FROM state_change c WHERE c.organization_id = :organizationId AND c.aggregate = 'waitlist-entry' AND c.at < :to),
     waited AS (
       SELECT entry_id, sum(date_part('epoch', least(coalesce(until, :to), :to) - greatest(at, :from))) / 86400 AS days
       FROM step WHERE to_state IN ('active', 'offered') AND at < :to AND coalesce(until, :to) > :from GROUP BY entry_id),
     asked AS (
       SELECT f.entry_id, count(*) AS offers, count(*) FILTER (WHERE f.state = 'accepted') AS accepted,
              array_agg((f.factors->>'daysGained')::int) FILTER (WHERE f.state = 'accepted' AND e.current_appointment_id IS NOT NULL) AS gained
       FROM waitlist_offer f JOIN waitlist_entry e ON e.id = f.entry_id
       WHERE f.organization_id = :organizationId AND f.offered_at >= :from AND f.offered_at < :to GROUP BY f.entry_id),
     person AS (
       SELECT e.id AS entry_id, lower(split_part(p.language, '-', 1)) AS language,
              CASE WHEN p.email IS NOT NULL AND NOT EXISTS (
                     SELECT 1 FROM (SELECT DISTINCT ON (c.channel) c.permitted FROM contact_consent c
                       WHERE c.patient_id = p.id AND c.category = 'appointment' AND c.channel = 'email' ORDER BY c.channel, c.id DESC) last WHERE NOT last.permitted)
                   THEN 'email' ELSE 'call' END AS channel,
              -- Completed years; a date that is known in part counts from its beginning.
              date_part('year', age(e.joined_at AT TIME ZONE 'UTC', CAST(rpad(p.birth_date, 10, '-01-01') AS date))) AS years
       FROM waitlist_entry e JOIN patient p ON p.id = e.patient_id
       WHERE e.id IN (SELECT entry_id FROM waited UNION SELECT entry_id FROM asked)),
     grouped AS (
       SELECT person.entry_id, g.dimension, g.value FROM person, LATERAL (VALUES
         ('age', CASE WHEN years IS NULL THEN 'unknown' WHEN years < 18 THEN '00-17' WHEN years < 40 THEN '18-39' WHEN years < 65 THEN '40-64' ELSE '65+' END),
         ('language', language), ('channel', channel)) g(dimension, value))
     SELECT g.dimension, g.value AS "group", count(*) AS entries, coalesce(sum(waited.days), 0) AS "entryDays",
            coalesce(sum(asked.offers), 0)::int AS offers, coalesce(sum(asked.accepted), 0)::int AS accepted,
            coalesce(sum(cardinality(asked.gained)), 0)::int AS sooner,
            (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY days) FROM (
               SELECT unnest(a.gained) AS days FROM asked a JOIN grouped o ON o.entry_id = a.entry_id
               WHERE o.dimension = g.dimension AND o.value = g.value) gained) AS "medianDaysGained"
     FROM grouped g LEFT JOIN waited ON waited.entry_id = g.entry_id LEFT JOIN asked ON asked.entry_id = g.entry_id
     GROUP BY g.dimension, g.value`,
    { ...query },
  );
  return rows;
}
