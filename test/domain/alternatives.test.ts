import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseAlternatives } from '../../domain/appointment/alternatives.ts';

const zone = 'America/New_York';
const quarter = 15 * 60_000;
/** Every quarter of an hour from 08:00 to 16:45 local, Monday 2027-06-07 to Friday. */
const week = Array.from({ length: 5 }, (_, day) =>
  Array.from({ length: 36 }, (__, n) => {
    const start = Date.UTC(2027, 5, 7 + day, 12) + n * quarter;
    return { start: new Date(start).toISOString(), end: new Date(start + 2 * quarter).toISOString(), timeZone: zone };
  }),
).flat();

describe('alternatives of a cancelled visit', () => {
  it('are at the same time of day on the first days', () => {
    const chosen = chooseAlternatives(week, 3, Date.UTC(2027, 5, 4, 18, 30), zone);
    expect(chosen.map(({ start }) => start)).toEqual([
      '2027-06-07T18:30:00.000Z',
      '2027-06-08T18:30:00.000Z',
      '2027-06-09T18:30:00.000Z',
    ]);
  });

  it('differ for visits at different times of one day, so that nobody’s are taken by a neighbour’s', () => {
    const visits = [12, 13, 14, 15].map((hour) => Date.UTC(2027, 5, 4, hour));
    const starts = visits.flatMap((visit) => chooseAlternatives(week, 3, visit, zone).map(({ start }) => start));
    expect(new Set(starts).size).toBe(12);
  });

  it('fill up from the same day when there are few days, always an hour apart and earliest first', () => {
    expect(chooseAlternatives(week.slice(0, 36), 3, Date.UTC(2027, 5, 4, 14), zone)).toHaveLength(3);
    expect(chooseAlternatives([], 3, 0, zone)).toEqual([]);
    fc.assert(
      fc.property(fc.subarray(week), fc.nat(6), fc.integer({ min: 0, max: 95 }), (times, wanted, at) => {
        const chosen = chooseAlternatives(times, wanted, Date.UTC(2027, 5, 4) + at * quarter, zone);
        expect(chosen.length).toBeLessThanOrEqual(wanted);
        if (times.length > 0 && wanted > 0) expect(chosen.length).toBeGreaterThan(0);
        for (let k = 1; k < chosen.length; k += 1) {
          expect(Date.parse(chosen[k]!.start) - Date.parse(chosen[k - 1]!.end)).toBeGreaterThanOrEqual(3_600_000);
        }
      }),
    );
  });
});
