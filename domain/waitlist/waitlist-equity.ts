/**
 * Whether the waitlist treats groups of patients alike (scheduling-intake.md D2, F): what was offered to each for every day
 * it waited, what it took, and how many days sooner it was seen. None of this is ever an input of the ranking.
 */
import { smallest, suppress } from '../suppression.ts';

export const equityDimensions = ['age', 'language', 'channel'] as const;
export type EquityDimension = (typeof equityDimensions)[number];
/** The specification names them too; nothing on record says them until intake asks. */
export const equityNotOnRecord = ['race-ethnicity', 'payer'] as const;

/** What was counted for one group in a period. */
export interface EquityCounts {
  readonly dimension: EquityDimension;
  readonly group: string;
  readonly entries: number;
  /** Days on which its entries could be asked (active or offered), with fractions. */
  readonly entryDays: number;
  readonly offers: number;
  readonly accepted: number;
  /** Accepted offers that replaced a later visit. */
  readonly sooner: number;
  /** Of those; null without one. */
  readonly medianDaysGained: number | null;
}

/** A group as the report shows it. Null: small, or hidden so that a small one cannot be told by subtraction. */
export interface EquityGroup {
  readonly dimension: EquityDimension;
  readonly group: string;
  readonly entries: number | null;
  readonly offers: number | null;
  readonly accepted: number | null;
  readonly offersPerEntryDay: number | null;
  readonly acceptance: number | null;
  readonly medianDaysGained: number | null;
  /** Asked less than four fifths as often as the group that is asked most. Null where the group is too small to say. */
  readonly askedTooLittle: boolean | null;
}

export interface EquityReport {
  readonly groups: readonly EquityGroup[];
  /** The same for every dimension. Null under `smallest`. */
  readonly totals: {
    readonly entries: number | null;
    readonly offers: number | null;
    readonly accepted: number | null;
  };
}

const least = 0.8;

/** Offers for every day that somebody of the group could be asked. */
export const offerRate = ({ offers, entryDays }: Pick<EquityCounts, 'offers' | 'entryDays'>): number =>
  entryDays > 0 ? offers / entryDays : 0;

/** Under four fifths of the best; exactly four fifths is enough. */
export const isTooLittle = (rate: number, best: number): boolean => rate < least * best - 1e-9;

/**
 * Masks what is small, and flags who is asked too little against the best of the dimension's groups that are large enough.
 * A row of a small group is masked whole, offers before what became of them: no rate brings a masked count back.
 */
export function equityReport(counts: readonly EquityCounts[]): EquityReport {
  const groups = equityDimensions.flatMap((dimension) => {
    const rows = counts.filter((row) => row.dimension === dimension).toSorted((a, b) => (a.group < b.group ? -1 : 1));
    const entries = suppress(rows.map((row) => row.entries));
    const offers = suppress(rows.map((row) => row.offers), entries.hidden); // prettier-ignore
    const accepted = suppress(rows.map((row) => row.accepted), offers.hidden); // prettier-ignore
    const large = rows.filter((row) => row.entries >= smallest && row.entryDays > 0);
    const best = Math.max(0, ...large.map(offerRate));
    return rows.map((row, k): EquityGroup => {
      const [hideEntries, hideOffers, hideAccepted] = [entries.hidden[k]!, offers.hidden[k]!, accepted.hidden[k]!];
      const maySay = large.includes(row) && (!hideEntries || entries.maySayWhichAreSmall);
      return {
        dimension,
        group: row.group,
        entries: hideEntries ? null : row.entries,
        offers: hideOffers ? null : row.offers,
        accepted: hideAccepted ? null : row.accepted,
        offersPerEntryDay: hideOffers || row.entryDays === 0 ? null : round(offerRate(row), 4),
        acceptance: hideAccepted || row.offers === 0 ? null : round(row.accepted / row.offers, 3),
        medianDaysGained: hideAccepted || row.sooner < smallest ? null : row.medianDaysGained,
        askedTooLittle: maySay ? isTooLittle(offerRate(row), best) : null,
      };
    });
  });
  const [some] = equityDimensions;
  const total = (column: 'entries' | 'offers' | 'accepted'): number | null => {
    const all = counts.filter((row) => row.dimension === some).reduce((sum, row) => sum + row[column], 0);
    return all < smallest ? null : all;
  };
  const entries = total('entries');
  const offers = entries === null ? null : total('offers');
  return { groups, totals: { entries, offers, accepted: offers === null ? null : total('accepted') } };
}

const round = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits;
