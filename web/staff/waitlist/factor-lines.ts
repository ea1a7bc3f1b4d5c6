/**
 * Why a patient has a rank, as lines that can be read and added up: what each stored factor gave or took. The sum is the
 * score (test/web/waitlist-words.test.ts holds this against scoreOf).
 */
import type { RankedFactors } from '../../../domain/waitlist/waitlist.ts';

export const factorWords = ['waited', 'named', 'day', 'time', 'sooner', 'away', 'silent'] as const;
export type FactorWord = (typeof factorWords)[number];

export interface FactorLine {
  readonly word: FactorWord;
  /** Days, kilometres or offers; 1 for what is only true or not. */
  readonly count: number;
  readonly points: number;
}

export function factorLines(factors: RankedFactors): FactorLine[] {
  const lines: FactorLine[] = [
    { word: 'waited', count: factors.daysWaiting, points: 10 * Math.min(factors.daysWaiting, 90) },
    { word: 'named', count: 1, points: factors.namedProvider ? 150 : 0 },
    { word: 'day', count: 1, points: factors.preferredDay ? 60 : 0 },
    { word: 'time', count: 1, points: factors.preferredTime ? 60 : 0 },
    { word: 'sooner', count: factors.daysGained, points: 3 * Math.min(factors.daysGained, 60) },
    { word: 'away', count: factors.km ?? 0, points: 0 - 2 * Math.min(factors.km ?? 0, 50) },
    { word: 'silent', count: factors.noResponses, points: 0 - 40 * Math.min(factors.noResponses, 3) },
  ];
  return lines.filter(({ points }) => points !== 0);
}

/** The tier comes before every point: whoever is in a higher one is asked first. */
export const tierWords = ['urgent', 'urgent-long', 'displaced', 'soon', 'routine', 'routine-long'] as const;
export type TierWord = (typeof tierWords)[number];

export function tierWord({ urgency, tier }: Pick<RankedFactors, 'urgency' | 'tier'>): TierWord {
  if (urgency === 'urgent') return tier >= 4 ? 'urgent-long' : 'urgent';
  if (urgency === 'routine') return tier >= 2 ? 'routine-long' : 'routine';
  return urgency;
}
