/**
 * Whether the waitlist treats groups of patients alike (scheduling-intake.md D2, F): what was offered to each for every day
 * it waited, what it took, and how many days sooner it was seen. None of this is ever an input of the ranking.
 */

export const equityDimensions = ['age', 'language', 'channel'] as const;
export type EquityDimension = (typeof equityDimensions)[number];

/** What was counted for one group in a period. */
export interface EquityCounts {
  readonly dimension: EquityDimension;
  readonly group: string;
  readonly entries: number;
  /** Days on which its entries could be asked (active or offered), with fractions. */
  readonly entryDays: number;
  readonly offers: number;
  readonly accepted: number;
  /** Of accepted offers that replaced a later visit; null without one. */
  readonly medianDaysGained: number | null;
}

/** A group as the report shows it. Null: fewer than `smallest`, which could be somebody. */
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

export const smallest = 11;
const least = 0.8;

/**
 * Masks what is small, and flags who is asked too little against the best of the dimension's groups that are large enough.
 * A masked count does not come back through a rate: a rate is shown only with every count it is made of.
 */
export function equityReport(counts: readonly EquityCounts[]): EquityGroup[] {
  const rate = (group: EquityCounts): number => (group.entryDays > 0 ? group.offers / group.entryDays : 0);
  const told = counts.filter((group) => group.entries >= smallest && group.entryDays > 0);
  return counts
    .map((group): EquityGroup => {
      const best = Math.max(0, ...told.filter((one) => one.dimension === group.dimension).map(rate));
      const large = told.includes(group);
      const offers = masked(group.offers);
      const accepted = masked(group.accepted);
      return {
        dimension: group.dimension,
        group: group.group,
        entries: masked(group.entries),
        offers,
        accepted,
        offersPerEntryDay: large && offers !== null ? round(rate(group), 4) : null,
        acceptance: offers !== null && accepted !== null && offers > 0 ? round(accepted / offers, 3) : null,
        medianDaysGained: accepted === null ? null : group.medianDaysGained,
        askedTooLittle: large ? rate(group) < least * best - 1e-9 : null,
      };
    })
    .toSorted(
      (a, b) =>
        equityDimensions.indexOf(a.dimension) - equityDimensions.indexOf(b.dimension) || (a.group < b.group ? -1 : 1),
    );
}

const masked = (count: number): number | null => (count < smallest ? null : count);
const round = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits;
