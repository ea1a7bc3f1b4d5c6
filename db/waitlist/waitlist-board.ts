/** Freed times as staff read them: the board, and the story of one. */
import type { OpeningState, RankedFactors } from '../../domain/waitlist/waitlist.ts';
import type { OpeningView } from '../../workflows/messages/opening.ts';
import type { TimelineRow } from '../cases/cases.ts';
import type { Trx } from '../connection.ts';
import { stamp } from '../instants.ts';
import { rankedColumns } from './opening-rank.ts';
import { isLive, toOpeningView, type OpeningRow } from './opening-view.ts';
import { toOfferRecord, type OfferRecord, type OfferRecordRow } from './waitlist-lists.ts';

export interface BoardQuery {
  readonly organizationId: string;
  readonly state: 'live' | 'ended' | 'all';
  readonly locationId?: string | undefined;
  readonly limit: number;
  readonly after?: { readonly at: string; readonly id: string } | undefined;
}

export interface BoardItem {
  readonly opening: OpeningView;
  /** Those that stand now. */
  readonly offers: readonly OfferRecord[];
  /** How many were asked so far. */
  readonly asked: number;
  /** The sort key with all its digits. */
  readonly position: string;
}

/** Live ones by their start, the nearest first; what is over, and everything, latest first. One more than `limit`. */
export async function openingBoard(trx: Trx, query: BoardQuery): Promise<BoardItem[]> {
  const { state, locationId, after } = query;
  const key = { live: 'o.start_at', ended: 'coalesce(o.ended_at, o.created_at)', all: 'o.start_at' }[state];
  const states = {
    live: `AND o.state IN ('open', 'offering')`,
    ended: `AND o.state IN ('filled', 'released', 'closed')`,
    all: '',
  }[state];
  const down = state !== 'live';
  const { rows } = await trx.raw<{ rows: (OpeningRow & { position: string; asked: number })[] }>(
    `SELECT o.*, ${stamp(key)} AS position, (SELECT count(*) FROM waitlist_offer f WHERE f.opening_id = o.id) AS asked
     FROM opening o WHERE o.organization_id = :organizationId ${states}
       ${locationId === undefined ? '' : 'AND o.location_id = :locationId'}
       ${after === undefined ? '' : `AND (${key}, o.id) ${down ? '<' : '>'} (CAST(:after AS timestamptz), CAST(:afterId AS uuid))`}
     ORDER BY ${key} ${down ? 'DESC' : ''}, o.id ${down ? 'DESC' : ''} LIMIT :rows`,
    {
      organizationId: query.organizationId,
      rows: query.limit + 1,
      ...(locationId !== undefined && { locationId }),
      ...(after !== undefined && { after: after.at, afterId: after.id }),
    },
  );
  const offers = await trx('waitlist_offer')
    .whereIn(
      'opening_id',
      rows.filter(isLive).map((row) => row.id),
    ) // prettier-ignore
    .where({ state: 'offered' })
    .orderBy('batch_no')
    .select<OfferRecordRow[]>('*');
  return rows.map((row) => ({
    opening: toOpeningView(row),
    offers: offers.filter((offer) => offer.opening_id === row.id).map(toOfferRecord),
    asked: row.asked,
    position: row.position,
  }));
}

export interface RankedRecord {
  readonly entryId: string;
  readonly patientId: string;
  readonly rank: number | null;
  readonly eligible: boolean;
  readonly reasons: readonly string[];
  readonly factors: RankedFactors;
  readonly rankedAt: string;
}

export interface OpeningLink {
  readonly id: string;
  /** `parent`: an acceptance there led to this one, at whatever remove; `child`: the other way. `resumes`, `resumed-by`: C10. */
  readonly relation: 'parent' | 'child' | 'resumes' | 'resumed-by';
  readonly start: string;
  readonly timeZone: string;
  readonly state: OpeningState;
  readonly cascadeDepth: number;
}

export interface OpeningStory {
  readonly opening: OpeningView;
  readonly offers: readonly OfferRecord[];
  readonly asked: number;
  /** Everyone who was asked, in order. */
  readonly history: readonly OfferRecord[];
  /** Who may be asked by rank, then who may not with every reason; at most `rankingLimit`. */
  readonly ranking: readonly RankedRecord[];
  /** How many were looked at, shown or not. */
  readonly considered: number;
  readonly chain: readonly OpeningLink[];
  /** Oldest first. */
  readonly timeline: readonly TimelineRow[];
}

/** Null when there is no such opening. */
export async function openingStory(
  trx: Trx,
  openingId: string,
  { rankingLimit = 200 }: { readonly rankingLimit?: number } = {},
): Promise<OpeningStory | null> {
  const row = await trx('opening').where({ id: openingId }).first<OpeningRow | undefined>();
  if (row === undefined) return null;
  // Two at the same instant (one answered at once) are told apart by the order of their records.
  const { rows: offers } = await trx.raw<{ rows: OfferRecordRow[] }>(
    `SELECT f.* FROM waitlist_offer f WHERE f.opening_id = :openingId
     ORDER BY f.offered_at, (SELECT min(c.id) FROM state_change c WHERE c.aggregate = 'waitlist-offer' AND c.aggregate_id = f.id)`,
    { openingId },
  );
  const history = offers.map(toOfferRecord);
  const { ranking, considered } = await rankingOf(trx, openingId, rankingLimit);
  return {
    opening: toOpeningView(row),
    offers: history.filter((offer) => offer.state === 'offered'),
    asked: history.length,
    history,
    ranking,
    considered,
    chain: await chainOf(trx, openingId),
    timeline: await storyOf(trx, openingId),
  };
}

interface RankingRow extends RankedFactors {
  readonly entryId: string;
  readonly patientId: string;
  readonly rank: number | null;
  readonly eligible: boolean;
  readonly reasons: string[];
  readonly rankedAt: Date;
}

async function rankingOf(
  trx: Trx,
  openingId: string,
  limit: number,
): Promise<{ ranking: RankedRecord[]; considered: number }> {
  const { rows } = await trx.raw<{ rows: RankingRow[] }>(
    `SELECT r.entry_id AS "entryId", r.ranked_at AS "rankedAt", ${rankedColumns}, e.patient_id AS "patientId" FROM waitlist_ranking r JOIN waitlist_entry e ON e.id = r.entry_id
     WHERE r.opening_id = :openingId ORDER BY r.rank NULLS LAST, cardinality(r.reasons), e.joined_at, r.entry_id LIMIT :limit`,
    { openingId, limit },
  );
  const counted = await trx('waitlist_ranking')
    .where({ opening_id: openingId })
    .count<{ count: number }[]>('* as count');
  const ranking = rows.map(({ entryId, patientId, rankedAt, rank, eligible, reasons, ...factors }): RankedRecord => ({
    entryId,
    patientId,
    rank,
    eligible,
    reasons,
    factors,
    rankedAt: rankedAt.toISOString(),
  }));
  return { ranking, considered: Number(counted[0]?.count ?? 0) };
}

/** The whole chain above and below (depth 5 at most), the top first, and the lists that went on (C7, C10). */
async function chainOf(trx: Trx, openingId: string): Promise<OpeningLink[]> {
  const { rows } = await trx.raw<{ rows: (OpeningRow & { relation: OpeningLink['relation'] })[] }>(
    `WITH RECURSIVE up AS (
       SELECT chain_of AS id FROM opening WHERE id = :openingId AND chain_of IS NOT NULL
       UNION SELECT o.chain_of FROM up JOIN opening o ON o.id = up.id WHERE o.chain_of IS NOT NULL),
     down AS (
       SELECT id FROM opening WHERE chain_of = :openingId
       UNION SELECT o.id FROM down JOIN opening o ON o.chain_of = down.id),
     link AS (
       SELECT id, 'parent' AS relation FROM up
       UNION ALL SELECT id, 'child' FROM down
       UNION ALL SELECT resumes_id, 'resumes' FROM opening WHERE id = :openingId AND resumes_id IS NOT NULL
       UNION ALL SELECT id, 'resumed-by' FROM opening WHERE resumes_id = :openingId)
     SELECT o.*, link.relation FROM link JOIN opening o ON o.id = link.id ORDER BY o.cascade_depth, o.created_at, o.id`,
    { openingId },
  );
  return rows.map((row) => ({
    id: row.id,
    relation: row.relation,
    start: row.start_at.toISOString(),
    timeZone: row.tz,
    state: row.state,
    cascadeDepth: row.cascade_depth,
  }));
}

/** What happened to the time, its offers and their messages, and what was refused. */
async function storyOf(trx: Trx, openingId: string): Promise<TimelineRow[]> {
  const { rows } = await trx.raw<{ rows: TimelineRow[] }>(
    `WITH offer AS (SELECT id, entry_id, patient_id FROM waitlist_offer WHERE opening_id = :openingId)
     SELECT *, ${stamp('at')} AS position FROM (
       SELECT 'change' AS source, 'c' || lpad(c.id::text, 19, '0') AS row_id, c.at, CASE c.aggregate WHEN 'opening' THEN c.event ELSE 'offer:' || c.event END AS event,
              c.actor, c.on_behalf_of, c.from_state, c.to_state, c.reason, NULL AS code,
              coalesce(c.data, '{}') || CASE c.aggregate WHEN 'opening' THEN '{}' ELSE jsonb_build_object('offerId', c.aggregate_id) END AS data
       FROM state_change c
       WHERE (c.aggregate = 'opening' AND c.aggregate_id = :openingId)
          OR (c.aggregate = 'waitlist-offer' AND c.aggregate_id IN (SELECT id FROM offer))
       UNION ALL
       SELECT 'refused', 'e' || lpad(e.id::text, 19, '0'), e.at, coalesce(e.detail->>'action', e.action), e.principal, NULL, NULL, NULL, NULL, e.code, e.detail
       FROM audit_event e WHERE e.entity_type = 'opening' AND e.entity_id = :openingId AND e.outcome IN ('refused', 'denied', 'failed')
       UNION ALL
       SELECT 'message', 'm' || n.id, coalesce(n.sent_at, greatest(n.due_at, n.created_at)), n.kind, NULL, NULL, NULL, n.state, n.suppressed_reason, n.error,
              jsonb_build_object('notificationId', n.id, 'offerId', n.aggregate_id, 'channel', n.channel, 'state', n.state, 'sentAt', n.sent_at,
                'locale', n.locale, 'localeAsked', n.locale_asked, 'suppressedReason', n.suppressed_reason)
       FROM notification n WHERE n.aggregate = 'waitlist-offer' AND n.aggregate_id IN (SELECT id FROM offer)) entry
     ORDER BY at, row_id LIMIT 1000`,
    { openingId },
  );
  return rows;
}
