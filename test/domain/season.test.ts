/** The synthetic season: the same for the same seed, answers that do not depend on who was asked before, and its sources. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerOf, defaultSeason, makeSeason, type SeasonParameters } from '../../scripts/simulate/season.ts';

const small = (seed: number, differs: Partial<SeasonParameters> = {}): SeasonParameters => ({
  ...defaultSeason,
  seed,
  days: 6,
  waitingAtStart: 10,
  joinsPerDay: 1,
  ...differs,
});

describe('a season', () => {
  it('is made again by its seed, and is another for another', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_294_967_295 }), (seed) => {
        const season = makeSeason(small(seed));
        expect(makeSeason(small(seed))).toEqual(season);
        expect(makeSeason(small((seed + 1) % 4_294_967_296)).entries).not.toEqual(season.entries);
      }),
      { numRuns: 25 },
    );
  });

  it('books no practitioner twice, in office hours of weekdays, and cancels before the visit and within the season', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000 }), (seed) => {
        const season = makeSeason(small(seed));
        const visits = [...season.cancellations.map(({ visit }) => visit), ...season.entries.flatMap(({ visit }) => visit ?? [])]; // prettier-ignore
        const places = visits.map(({ practitioner, start }) => `${practitioner} ${start}`);
        expect(new Set(places).size).toBe(places.length);
        for (const { start } of visits) {
          const local = new Intl.DateTimeFormat('en-GB', { timeZone: defaultSeason.timeZone, weekday: 'short', hour: '2-digit', hourCycle: 'h23' }).formatToParts(start); // prettier-ignore
          const part = (type: string): string => local.find((one) => one.type === type)!.value;
          expect(['Sat', 'Sun']).not.toContain(part('weekday'));
          expect(Number(part('hour'))).toBeGreaterThanOrEqual(8);
          expect(Number(part('hour'))).toBeLessThan(17);
        }
        for (const { at, visit } of season.cancellations) {
          expect(visit.start - at).toBeGreaterThanOrEqual(2 * 3_600_000);
          expect(at).toBeGreaterThanOrEqual(season.startsAt);
          expect(at).toBeLessThan(season.endsAt);
        }
        for (const { joinsAt, visit } of season.entries)
          if (visit !== null) expect(visit.start).toBeGreaterThan(joinsAt);
      }),
      { numRuns: 25 },
    );
  });

  it('changes nobody’s wish by cancelling more', () => {
    const few = makeSeason(small(7, { withVisit: 0 }));
    const many = makeSeason(small(7, { withVisit: 0, cancellationsPerDay: 6 }));
    expect(many.cancellations.length).toBeGreaterThan(few.cancellations.length);
    expect(many.entries).toEqual(few.entries);
  });

  it('has each patient say the same about a time, in whatever order they are asked', () => {
    const { entries } = makeSeason(small(7));
    const asked = entries.flatMap((entry) => [0, 1].map((practitioner) => ({ entry, time: { practitioner, start: 1_900_000_000_000 } }))); // prettier-ignore
    const forwards = new Map(asked.map(({ entry, time }) => [`${entry.key}${time.practitioner}`, answerOf(small(7), entry, time)])); // prettier-ignore
    for (const { entry, time } of asked.toReversed())
      expect(answerOf(small(7), entry, time)).toEqual(forwards.get(`${entry.key}${time.practitioner}`));
  });

  it('is answered as the studies found: 11 % want the time, 45 % say anything, half of them within the median', () => {
    const entry = { birthDate: '1990-01-01' };
    const answers = Array.from({ length: 20_000 }, (_, k) => answerOf(defaultSeason, { ...entry, key: `entry ${k % 200}` }, { practitioner: k % 3, start: 1_900_000_000_000 + Math.floor(k / 200) * 1_800_000 })); // prettier-ignore
    const share = (of: (says: string) => boolean): number => answers.filter(({ says }) => of(says)).length / answers.length; // prettier-ignore
    expect(share((says) => says === 'accept')).toBeCloseTo(0.11, 1);
    expect(Math.abs(share((says) => says === 'accept') - 0.11)).toBeLessThan(0.01);
    expect(Math.abs(share((says) => says !== 'nothing') - 0.454)).toBeLessThan(0.015);
    const within = answers.filter(({ afterMinutes }) => afterMinutes <= defaultSeason.answerMedianMinutes).length;
    expect(Math.abs(within / answers.length - 0.5)).toBeLessThan(0.015);
  });
});
