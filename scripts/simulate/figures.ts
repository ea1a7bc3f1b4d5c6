/** What became of a season, counted from the rows that its processes left in the database. */
import type { Db } from '../../db/connection.ts';
import { withOrganization } from '../../db/transaction.ts';
import { countEquity } from '../../db/waitlist/waitlist-equity.ts';
import type { SimulationFigures } from '../../domain/waitlist/simulation.ts';
import { smallest } from '../../domain/suppression.ts';
import { equityDimensions, isTooLittle, offerRate, type EquityCounts } from '../../domain/waitlist/waitlist-equity.ts';

export interface FiguresOf {
  readonly organizationId: string;
  readonly from: Date;
  readonly to: Date;
  readonly timeZone: string;
}

interface Counted {
  openings: number;
  chained: number;
  too_close: number;
  filled: number;
  offers: number;
  accepted: number;
  declined: number;
  lapsed: number;
  taken_back: number;
  median_days: number | null;
  mean_days: number | null;
  median_minutes: number | null;
  at_night: number;
}

/** @param db role worker */
export async function countFigures(db: Db, of: FiguresOf): Promise<SimulationFigures> {
  return withOrganization(db, of.organizationId, async (trx) => {
    const { rows } = await trx.raw<{ rows: Counted[] }>(
      `WITH freed AS (
         SELECT o.*, c.at AS freed_at FROM opening o
         JOIN state_change c ON c.aggregate = 'opening' AND c.aggregate_id = o.id AND c.event = 'open'
         WHERE o.organization_id = :organizationId),
       asked AS (
         SELECT f.*, (f.offered_at AT TIME ZONE coalesce(p.time_zone, :timeZone))::time AS clock, e.current_appointment_id IS NOT NULL AS replaces
         FROM waitlist_offer f JOIN patient p ON p.id = f.patient_id JOIN waitlist_entry e ON e.id = f.entry_id
         WHERE f.organization_id = :organizationId)
       SELECT
         (SELECT count(*) FROM freed WHERE closed_reason IS DISTINCT FROM 'too-close') AS openings,
         (SELECT count(*) FROM freed WHERE closed_reason IS DISTINCT FROM 'too-close' AND cascade_depth > 0) AS chained,
         (SELECT count(*) FROM freed WHERE closed_reason = 'too-close') AS too_close,
         (SELECT count(*) FROM freed WHERE state = 'filled') AS filled,
         count(*) AS offers,
         count(*) FILTER (WHERE state = 'accepted') AS accepted,
         count(*) FILTER (WHERE state = 'declined') AS declined,
         count(*) FILTER (WHERE state = 'expired') AS lapsed,
         count(*) FILTER (WHERE state IN ('withdrawn', 'superseded')) AS taken_back,
         percentile_cont(0.5) WITHIN GROUP (ORDER BY (factors->>'daysGained')::int) FILTER (WHERE state = 'accepted' AND replaces) AS median_days,
         (avg((factors->>'daysGained')::int) FILTER (WHERE state = 'accepted' AND replaces))::float8 AS mean_days,
         (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY date_part('epoch', ended_at - freed_at) / 60) FROM freed WHERE state = 'filled') AS median_minutes,
         -- Both edges of the day are allowed; a minute's beginning is that minute.
         count(*) FILTER (WHERE clock < time '08:00' OR clock >= time '20:01') AS at_night
       FROM asked`,
      { organizationId: of.organizationId, timeZone: of.timeZone },
    );
    const found = rows[0]!;
    return {
      openings: found.openings,
      chained: found.chained,
      tooClose: found.too_close,
      filled: found.filled,
      fillRate: ratio(found.filled, found.openings),
      offers: found.offers,
      accepted: found.accepted,
      declined: found.declined,
      lapsed: found.lapsed,
      takenBack: found.taken_back,
      acceptance: ratio(found.accepted, found.offers),
      lapseRate: ratio(found.lapsed, found.offers),
      offersPerFill: ratio(found.offers, found.filled),
      offersPerOpening: ratio(found.offers, found.openings),
      medianDaysGained: rounded(found.median_days, 1),
      meanDaysGained: rounded(found.mean_days, 1),
      medianMinutesToFill: rounded(found.median_minutes, 0),
      offersAtNight: found.at_night,
      equity: compareGroups(await countEquity(trx, of)),
    };
  });
}

/** Nobody real is counted here: nothing is masked, but a group too small to say is neither flagged nor the measure. */
export function compareGroups(counts: readonly EquityCounts[]): SimulationFigures['equity'] {
  return equityDimensions.flatMap((dimension) => {
    const rows = counts.filter((row) => row.dimension === dimension).toSorted((a, b) => (a.group < b.group ? -1 : 1));
    const large = rows.filter(({ entries, entryDays }) => entries >= smallest && entryDays > 0);
    const best = Math.max(0, ...large.map(offerRate));
    return rows.map((row) => ({
      dimension,
      group: row.group,
      entries: row.entries,
      offers: row.offers,
      accepted: row.accepted,
      offersPerEntryDay: rounded(offerRate(row), 4)!,
      ofBest: best > 0 ? rounded(offerRate(row) / best, 3) : null,
      askedTooLittle: large.includes(row) ? isTooLittle(offerRate(row), best) : null,
    }));
  });
}

const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : rounded(part / whole, 4));
const rounded = (value: number | null, digits: number): number | null =>
  value === null ? null : Math.round(value * 10 ** digits) / 10 ** digits;
