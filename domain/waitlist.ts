/**
 * Who is offered a freed time first (scheduling-intake.md D2). A pure function of stored factors: run again it gives the
 * same order (I14). Nothing that must not decide can be asked here, because it is not in the types: race, ethnicity,
 * sexual orientation, language, payer, predicted no-show and past fees are never read for it.
 */
import { DAY } from './zone.ts';

export const waitlistStates = ['active', 'offered', 'paused', 'promoted', 'withdrawn', 'expired'] as const;
export type WaitlistState = (typeof waitlistStates)[number];
/** Still waits: counts for the one live wish of a patient and visit type. */
export const waitingStates: ReadonlySet<WaitlistState> = new Set(['active', 'offered', 'paused']);

export const urgencies = ['urgent', 'soon', 'routine', 'displaced'] as const;
export type Urgency = (typeof urgencies)[number];

export const openingStates = ['open', 'offering', 'filled', 'released', 'closed'] as const;
export type OpeningState = (typeof openingStates)[number];
/** Its time is kept for whom it is offered to. */
export const liveOpeningStates: ReadonlySet<OpeningState> = new Set(['open', 'offering']);

export const offerStates = ['offered', 'accepted', 'declined', 'expired', 'withdrawn', 'superseded'] as const;
export type OfferState = (typeof offerStates)[number];

/** Everything the score looks at, as integers and truths: kept with the rank, and enough to compute it again. */
export interface RankingFactors {
  readonly urgency: Urgency;
  /** Whole days since joining, not capped. */
  readonly daysWaiting: number;
  /** The entry names practitioners, and this is one of them. */
  readonly namedProvider: boolean;
  readonly preferredDay: boolean;
  readonly preferredTime: boolean;
  /** Whole days by which the visit would come sooner than the one the patient has; 0 without one. */
  readonly daysGained: number;
  /** Whole kilometres to the place; null when either end is not known, which costs nothing. */
  readonly km: number | null;
  /** Successive offers without an answer. */
  readonly noResponses: number;
}

export interface RankedFactors extends RankingFactors {
  /** 4 is asked first. */
  readonly tier: number;
  readonly score: number;
}

/**
 * urgent 3, and 4 once waiting 14 days; displaced 3; soon 2; routine 1, and 2 once waiting 90 days. Nothing else ages into
 * tier 3, so that a fresh urgent case is never behind an old routine one.
 */
export function tierOf({ urgency, daysWaiting }: Pick<RankingFactors, 'urgency' | 'daysWaiting'>): number {
  switch (urgency) {
    case 'urgent':
      return daysWaiting >= 14 ? 4 : 3;
    case 'displaced':
      return 3;
    case 'soon':
      return 2;
    case 'routine':
      return daysWaiting >= 90 ? 2 : 1;
  }
}

export function scoreOf(factors: RankingFactors): number {
  return (
    10 * Math.min(factors.daysWaiting, 90) +
    (factors.namedProvider ? 150 : 0) +
    (factors.preferredDay ? 60 : 0) +
    (factors.preferredTime ? 60 : 0) +
    3 * Math.min(factors.daysGained, 60) -
    2 * Math.min(factors.km ?? 0, 50) -
    40 * Math.min(factors.noResponses, 3)
  );
}

export const withScore = (factors: RankingFactors): RankedFactors => ({
  ...factors,
  tier: tierOf(factors),
  score: scoreOf(factors),
});

export interface Rankable {
  readonly entryId: string;
  /** Epoch milliseconds. */
  readonly joinedAt: number;
  readonly factors: RankedFactors;
}

/** Tier, then score, then who joined first, then id: a total order, whatever the order of the input. */
export function compareRank(a: Rankable, b: Rankable): number {
  return (
    b.factors.tier - a.factors.tier ||
    b.factors.score - a.factors.score ||
    a.joinedAt - b.joinedAt ||
    (a.entryId < b.entryId ? -1 : a.entryId > b.entryId ? 1 : 0)
  );
}

/**
 * Sorted by compareRank. Tier and score are integers: packed into one number with the position they sort as numbers, ten
 * times faster than by comparing ten thousand objects; only what is equal there is compared.
 */
export function inRankOrder<T extends Rankable>(items: readonly T[]): T[] {
  const span = 2 ** Math.ceil(Math.log2(items.length + 1));
  const weight = ({ factors }: T): number => factors.tier * 100_000 + factors.score;
  const keys = Float64Array.from(items, (item, k) => -weight(item) * span + k).toSorted();
  const sorted = Array.from(keys, (key) => items[key - Math.floor(key / span) * span]!);
  for (let from = 0; from < sorted.length;) {
    let to = from + 1;
    while (to < sorted.length && weight(sorted[to]!) === weight(sorted[from]!)) to += 1;
    if (to - from > 1)
      for (const [k, item] of sorted.slice(from, to).toSorted(compareRank).entries()) sorted[from + k] = item;
    from = to;
  }
  return sorted;
}

export const wholeDays = (milliseconds: number): number => Math.max(0, Math.floor(milliseconds / DAY));

/** Great-circle distance in whole kilometres (mean earth radius 6,371 km). */
export function kilometres(from: Coordinates, to: Coordinates): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const [lat1, lat2] = [radians(from.latitude), radians(to.latitude)];
  const half =
    Math.sin((lat2 - lat1) / 2) ** 2 +
    Math.cos(lat1) * Math.cos(lat2) * Math.sin(radians(to.longitude - from.longitude) / 2) ** 2;
  return Math.round(2 * 6371 * Math.asin(Math.min(1, Math.sqrt(half))));
}

export interface Coordinates {
  readonly latitude: number;
  readonly longitude: number;
}
