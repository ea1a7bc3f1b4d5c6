/**
 * Who is offered a freed time first (scheduling-intake.md D2). A pure function of stored factors: run again it gives the
 * same order (I14). Nothing that must not decide can be asked here, because it is not in the types: race, ethnicity,
 * sexual orientation, language, payer, predicted no-show and past fees are never read for it.
 */
import { DAY } from '../calendar/zone.ts';

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

export function withScore(factors: RankingFactors): RankedFactors {
  const { urgency, daysWaiting, namedProvider, preferredDay, preferredTime, daysGained, km, noResponses } = factors;
  const tier = tierOf(factors);
  const score = scoreOf(factors);
  return { urgency, daysWaiting, namedProvider, preferredDay, preferredTime, daysGained, km, noResponses, tier, score };
}

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
 * Sorted by compareRank. Numbers sort ten times as fast as objects that are compared: first who joined first, then, by
 * tier and score packed with that order into one number, who ranks higher; ids are compared only where all else is equal.
 */
export function inRankOrder<T extends Rankable>(items: readonly T[]): T[] {
  const byJoining = sortedBy(items, ({ joinedAt }) => joinedAt);
  for (let from = 0; from < byJoining.length;) {
    let to = from + 1;
    while (to < byJoining.length && byJoining[to]!.joinedAt === byJoining[from]!.joinedAt) to += 1;
    if (to - from > 1)
      for (const [k, item] of byJoining.slice(from, to).toSorted(byId).entries()) byJoining[from + k] = item;
    from = to;
  }
  return sortedBy(byJoining, ({ factors }) => -(factors.tier * 100_000 + factors.score));
}

const byId = (a: Rankable, b: Rankable): number => (a.entryId < b.entryId ? -1 : a.entryId > b.entryId ? 1 : 0);

/**
 * By a whole number, ascending; what is equal keeps its order. Number and position are packed into one: instants span less
 * than 2^38 ms from the first (eight years), positions less than 2^14, and 2^53 is exact; more is sorted by comparison.
 */
function sortedBy<T>(items: readonly T[], key: (item: T) => number): T[] {
  const keys = Float64Array.from(items, key);
  let least = Infinity;
  let most = -Infinity;
  for (const value of keys) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const span = 2 ** Math.ceil(Math.log2(items.length + 1));
  if (!((most - least + 1) * span < Number.MAX_SAFE_INTEGER)) return items.toSorted((a, b) => key(a) - key(b));
  for (let k = 0; k < keys.length; k += 1) keys[k] = (keys[k]! - least) * span + k;
  keys.sort();
  return Array.from(keys, (packed) => items[packed % span]!);
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
