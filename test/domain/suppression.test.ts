/** No small count can be told, by whoever knows the totals, the rule, and what the report says beside the counts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { smallest, suppress } from '../../domain/suppression.ts';
import { equityReport, type EquityCounts } from '../../domain/waitlist/waitlist-equity.ts';

/** Every value that a hidden count could have: all sums are tried, nothing is reasoned. */
function possible(total: number, ranges: readonly (readonly [number, number])[], k: number): number[] {
  const others = ranges.filter((_, n) => n !== k);
  let reachable = new Set([0]);
  for (const [from, to] of others) {
    const next = new Set<number>();
    for (const sum of reachable) for (let v = from; v <= Math.min(to, total - sum); v += 1) next.add(sum + v);
    reachable = next;
  }
  const [from, to] = ranges[k]!;
  const values: number[] = [];
  for (let v = from; v <= Math.min(to, total); v += 1) if (reachable.has(total - v)) values.push(v);
  return values;
}

const table = fc.array(fc.oneof(fc.integer({ min: 0, max: 14 }), fc.integer({ min: 0, max: 60 })), { minLength: 1, maxLength: 5 }); // prettier-ignore

/** What is known of the hidden ones: their sum, and, where it is told, which of them are small. */
function recovered(counts: readonly number[], { hidden, maySayWhichAreSmall }: ReturnType<typeof suppress>): boolean {
  const concealed = counts.filter((_, k) => hidden[k]);
  const total = concealed.reduce((sum, count) => sum + count, 0);
  const plain = concealed.map(() => [0, total] as const);
  const told = concealed.map((count) =>
    count < smallest ? ([0, smallest - 1] as const) : ([smallest, total] as const),
  );
  const anyOf = (ranges: readonly (readonly [number, number])[]) =>
    concealed.some((count, k) => count < smallest && possible(total, ranges, k).length < 2);
  return anyOf(plain) || (maySayWhichAreSmall && anyOf(told));
}

describe('suppression', () => {
  it('hides what is small, and enough beside it that nothing small comes back from the total', () => {
    fc.assert(
      fc.property(table, (counts) => {
        const result = suppress(counts);
        counts.forEach((count, k) => expect(count >= smallest || result.hidden[k] === true).toBe(true));
        // A column whose total is small is not shown a total.
        if (counts.reduce((sum, count) => sum + count, 0) >= smallest) expect(recovered(counts, result)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  it('would be noticed if it hid the small ones alone', () => {
    const alone = { hidden: [true, false, false], maySayWhichAreSmall: false };
    expect(recovered([3, 20, 30], alone)).toBe(true);
    // Two small ones that could only both be ten.
    expect(recovered([10, 10, 30], { hidden: [true, true, false], maySayWhichAreSmall: true })).toBe(true);
  });

  it('hides nothing without need', () => {
    expect(suppress([11, 40, 300])).toEqual({ hidden: [false, false, false], maySayWhichAreSmall: true });
    expect(suppress([3, 20, 30, 40]).hidden).toEqual([true, true, false, false]);
    expect(suppress([3, 9, 30]).hidden).toEqual([true, true, false]);
    // Twelve hides badly beside none: who knows which is small would know that it is at most one.
    expect(suppress([0, 12, 40]).hidden).toEqual([true, false, true]);
    expect(suppress([0, 12])).toEqual({ hidden: [true, true], maySayWhichAreSmall: false });
  });
});

describe('the equity report', () => {
  const row = fc.record({ entries: fc.integer({ min: 1, max: 40 }), offers: fc.integer({ min: 0, max: 60 }), take: fc.double({ min: 0, max: 1, noNaN: true }) }); // prettier-ignore

  it('shows no small count, none by subtraction, and no rate over a masked one', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), (rows) => {
        const counts = rows.map(({ entries, offers, take }, k): EquityCounts => {
          const accepted = Math.floor(offers * take);
          return { dimension: 'age', group: String(k), entries, entryDays: entries * 3, offers, accepted, sooner: accepted, medianDaysGained: accepted > 0 ? 9 : null }; // prettier-ignore
        });
        const { groups, totals } = equityReport(counts);
        for (const column of ['entries', 'offers', 'accepted'] as const) {
          const hidden = groups.map((group) => group[column] === null);
          const all = counts.reduce((sum, one) => sum + one[column], 0);
          expect(totals[column] === null || totals[column] === all).toBe(true);
          counts.forEach((one, k) => expect(one[column] >= smallest || hidden[k] === true).toBe(true));
          if (totals[column] === null) expect(hidden.every(Boolean)).toBe(true);
          else expect(recovered(counts.map((one) => one[column]), { hidden, maySayWhichAreSmall: false })).toBe(false); // prettier-ignore
        }
        // A flag says that a group is not small: those who have none might be.
        const told = groups.map((group) => group.askedTooLittle !== null);
        const hidden = groups.map((group) => group.entries === null);
        if (totals.entries !== null && groups.some((_, k) => hidden[k] && told[k]))
          expect(recovered(counts.map((one) => one.entries), { hidden, maySayWhichAreSmall: true })).toBe(false); // prettier-ignore
        for (const group of groups) {
          if (group.offersPerEntryDay !== null) expect([group.entries, group.offers]).not.toContain(null);
          if (group.acceptance !== null) expect([group.offers, group.accepted]).not.toContain(null);
          if (group.medianDaysGained !== null) expect(group.accepted).not.toBeNull();
        }
      }),
      { numRuns: 500 },
    );
  });

  it('says no median of a few, however many said yes', () => {
    const all = {
      dimension: 'age',
      entries: 40,
      entryDays: 100,
      offers: 60,
      accepted: 30,
      medianDaysGained: 9,
    } as const;
    const { groups } = equityReport([
      { ...all, group: 'a', sooner: 2 },
      { ...all, group: 'b', sooner: 11 },
    ]);
    expect(groups.map((group) => group.medianDaysGained)).toEqual([null, 9]);
  });
});
