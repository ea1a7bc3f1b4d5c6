/** What a recurring rule means (feature B13), and I11: on the wall clock, over both changes of the clocks. */
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { DomainError } from '../../domain/errors.ts';
import {
  expandSeries,
  findingOf,
  moveOrder,
  movedWith,
  planSeries,
  type SeriesRule,
} from '../../domain/schedule/series.ts';

const newYork = 'America/New_York';
const rule = (given: Partial<SeriesRule>): SeriesRule => ({
  frequency: 'weekly',
  interval: 1,
  byDay: [],
  count: given.until === undefined ? 4 : null,
  until: null,
  startLocal: '2027-03-01T09:00',
  timeZone: newYork,
  ...given,
});
const dates = (given: Partial<SeriesRule>) => expandSeries(rule(given)).map((local) => local.slice(0, 10));
const refusal = (given: Partial<SeriesRule>) => {
  try {
    expandSeries(rule(given));
  } catch (error) {
    return (error as DomainError).problem.errors?.[0]?.code;
  }
  return undefined;
};

describe('a rule', () => {
  test('every day, every third day, on workdays', () => {
    expect(dates({ frequency: 'daily' })).toEqual(['2027-03-01', '2027-03-02', '2027-03-03', '2027-03-04']);
    expect(dates({ frequency: 'daily', interval: 3, count: 3 })).toEqual(['2027-03-01', '2027-03-04', '2027-03-07']);
    expect(dates({ frequency: 'daily', byDay: ['MO', 'FR'], count: 3 })).toEqual(['2027-03-01', '2027-03-05', '2027-03-08']); // prettier-ignore
  });

  test('every week on its own day, on several days, every other week from Monday on', () => {
    expect(dates({ count: 3 })).toEqual(['2027-03-01', '2027-03-08', '2027-03-15']);
    expect(dates({ byDay: ['TH', 'TU'] })).toEqual(['2027-03-02', '2027-03-04', '2027-03-09', '2027-03-11']);
    expect(dates({ startLocal: '2027-03-03T09:00', byDay: ['MO', 'WE'], interval: 2, count: 3 })).toEqual(['2027-03-03', '2027-03-15', '2027-03-17']); // prettier-ignore
  });

  test('every month on its date, leaving out months without it', () => {
    expect(dates({ frequency: 'monthly', startLocal: '2027-01-31T09:00', count: 3 })).toEqual(['2027-01-31', '2027-03-31', '2027-05-31']); // prettier-ignore
    expect(dates({ frequency: 'monthly', interval: 12, startLocal: '2028-02-29T09:00', until: '2030-01-01' })).toEqual(['2028-02-29']); // prettier-ignore
  });

  test('every month on its second Tuesday, its last Friday, its fifth Monday', () => {
    expect(dates({ frequency: 'monthly', byDay: ['2TU'], count: 3 })).toEqual(['2027-03-09', '2027-04-13', '2027-05-11']); // prettier-ignore
    expect(dates({ frequency: 'monthly', byDay: ['-1FR'], count: 2 })).toEqual(['2027-03-26', '2027-04-30']);
    expect(dates({ frequency: 'monthly', byDay: ['5MO'], count: 2 })).toEqual(['2027-03-29', '2027-05-31']);
  });

  test('ends on its last date, that one included', () => {
    expect(dates({ until: '2027-03-15' })).toEqual(['2027-03-01', '2027-03-08', '2027-03-15']);
    expect(dates({ until: '2027-03-14' })).toEqual(['2027-03-01', '2027-03-08']);
  });

  test('has at most 52 occurrences, and no further than visits are booked', () => {
    expect(dates({ count: 52 })).toHaveLength(52);
    expect(refusal({ count: 53 })).toBe('too-many');
    expect(refusal({ until: '2028-03-31' })).toBe('too-many');
    expect(refusal({ frequency: 'monthly', interval: 12, count: 5 })).toBe('too-far');
    expect(refusal({ frequency: 'monthly', interval: 12, until: '2037-03-01' })).toBe('too-far');
  });

  test('is refused when it means nothing', () => {
    expect(refusal({ until: '2027-02-28' })).toBe('none');
    expect(refusal({ count: null })).toBe('one-end');
    expect(refusal({ count: 2, until: '2027-04-01' })).toBe('one-end');
    expect(refusal({ interval: 0 })).toBe('out-of-range');
    expect(refusal({ byDay: ['2TU'] })).toBe('not-a-day');
    expect(refusal({ byDay: ['XX'] })).toBe('not-a-day');
    expect(refusal({ startLocal: '2027-02-30T09:00' })).toBe('not-a-time');
    expect(refusal({ startLocal: '2027-03-01T09:00Z' })).toBe('not-a-time');
    expect(() => expandSeries(rule({ timeZone: 'Mars/Olympus' }))).toThrow(DomainError);
  });
});

describe('a plan', () => {
  const instants = (given: Partial<SeriesRule>, choices = {}) =>
    planSeries(rule(given), Object.values(choices)).map(({ start }) => start && new Date(start).toISOString());

  test('09:00 stays 09:00 over both nights', () => {
    expect(instants({ startLocal: '2027-03-13T09:00', frequency: 'daily', count: 2 })).toEqual(['2027-03-13T14:00:00.000Z', '2027-03-14T13:00:00.000Z']); // prettier-ignore
    expect(instants({ startLocal: '2027-11-06T09:00', frequency: 'daily', count: 2 })).toEqual(['2027-11-06T13:00:00.000Z', '2027-11-07T14:00:00.000Z']); // prettier-ignore
  });

  test('reports a time that does not exist, and only that one', () => {
    const plan = planSeries(rule({ startLocal: '2027-03-13T02:30', frequency: 'daily', count: 3 }));
    expect(plan.map(({ problem }) => problem?.code ?? null)).toEqual([null, 'local-time-does-not-exist', null]);
    expect(plan[1]).toMatchObject({ start: null, problem: { data: { nextValidLocal: '2027-03-14T03:00:00' } } });
  });

  test('asks which of two is meant, and takes the answer', () => {
    const twice = { startLocal: '2027-11-06T01:30', frequency: 'daily', count: 3 } as const;
    expect(planSeries(rule(twice)).map(({ problem }) => problem?.code ?? null)).toEqual([null, 'ambiguous-local-time', null]); // prettier-ignore
    expect(planSeries(rule(twice), [{ number: 2, fold: 'later' }])[1]).toMatchObject({
      start: Date.parse('2027-11-07T06:30:00Z'),
      problem: null,
    });
  });

  test('takes another time for one, leaves one out, and knows no others', () => {
    const plan = planSeries(rule({}), [
      { number: 2, start: '2027-03-09T10:00' },
      { number: 3, skip: true },
      { number: 4, start: '2027-03-22T15:00:00Z' },
    ]);
    expect(plan.map(({ start, skipped }) => (skipped ? 'skipped' : new Date(start!).toISOString()))).toEqual([
      '2027-03-01T14:00:00.000Z',
      '2027-03-09T15:00:00.000Z',
      'skipped',
      '2027-03-22T15:00:00.000Z',
    ]);
    expect(plan[1]!.local).toBe('2027-03-08T09:00');
    expect(() => planSeries(rule({}), [{ number: 5, skip: true }])).toThrow(DomainError);
    expect(() =>
      planSeries(rule({}), [
        { number: 1, skip: true },
        { number: 1, fold: 'later' },
      ]),
    ).toThrow(DomainError);
    expect(() => planSeries(rule({}), [{ number: 1, start: 'noon' }])).toThrow(DomainError);
  });
});

describe('moving what follows', () => {
  test('by days and to another time of day', () => {
    expect(movedWith('2027-03-15T09:00', '2027-03-08T09:00', '2027-03-09T10:30')).toBe('2027-03-16T10:30');
    expect(movedWith('2027-03-15T09:00', '2027-03-08T09:00', '2027-03-05T08:00')).toBe('2027-03-12T08:00');
  });

  test('starts at the end that nothing stands in the way of', () => {
    const visits = [{ number: 3 }, { number: 4 }, { number: 5 }];
    expect(moveOrder(visits, '2027-03-08T09:00', '2027-03-09T09:00').map(({ number }) => number)).toEqual([5, 4, 3]);
    expect(moveOrder(visits, '2027-03-08T09:00', '2027-03-08T08:30').map(({ number }) => number)).toEqual([3, 4, 5]);
  });
});

test('only what concerns one time is reported for it', () => {
  expect(findingOf({ code: 'slot-taken' })).toBe('taken');
  expect(findingOf({ code: 'outside-availability' })).toBe('closed');
  expect(findingOf({ code: 'forbidden' })).toBeNull();
});

describe('I11', () => {
  const zones = ['America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'America/Phoenix', 'Pacific/Apia'];
  const anyRule = fc
    .record({
      frequency: fc.constantFrom('daily' as const, 'weekly' as const, 'monthly' as const),
      interval: fc.integer({ min: 1, max: 3 }),
      days: fc.uniqueArray(fc.constantFrom('MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'), { maxLength: 3 }),
      count: fc.integer({ min: 1, max: 12 }),
      day: fc.integer({ min: 0, max: 700 }),
      minute: fc.integer({ min: 0, max: 287 }).map((n) => n * 5),
      timeZone: fc.constantFrom(...zones),
    })
    .map(({ day, minute, days, ...given }): SeriesRule => {
      const start = new Date(Date.UTC(2027, 0, 1 + day, 0, minute)).toISOString().slice(0, 16);
      // The thirty-first comes seven times a year: further ahead than visits are booked otherwise.
      const few = given.frequency === 'monthly' && {
        interval: Math.min(given.interval, 2),
        count: Math.min(given.count, 8),
      };
      return rule({ ...given, ...few, byDay: days, startLocal: start });
    });

  test('every occurrence has the time of day of the first on its own local clock, or says why not', () => {
    fc.assert(
      fc.property(anyRule, (given) => {
        for (const { local, start, problem } of planSeries(given)) {
          expect(local.slice(11)).toBe(given.startLocal.slice(11));
          const plain = Temporal.PlainDateTime.from(local);
          const earlier = plain.toZonedDateTime(given.timeZone, { disambiguation: 'earlier' });
          const later = plain.toZonedDateTime(given.timeZone, { disambiguation: 'later' });
          const same = earlier.epochMilliseconds === later.epochMilliseconds;
          if (start === null) {
            expect(same).toBe(false);
            const exists = earlier.toPlainDateTime().equals(plain);
            expect(problem!.code).toBe(exists ? 'ambiguous-local-time' : 'local-time-does-not-exist');
          } else {
            expect(same).toBe(true);
            const back = Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(given.timeZone);
            expect(back.toPlainDateTime().equals(plain)).toBe(true);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test('occurrences go forward, as many as asked for, on the days that were named, a multiple of the interval apart', () => {
    fc.assert(
      fc.property(anyRule, (given) => {
        const found = expandSeries(given).map((local) => Temporal.PlainDate.from(local.slice(0, 10)));
        expect(found).toHaveLength(given.count!);
        const first = Temporal.PlainDate.from(given.startLocal.slice(0, 10));
        const monday = first.subtract({ days: first.dayOfWeek - 1 });
        for (const [k, date] of found.entries()) {
          expect(Temporal.PlainDate.compare(date, k === 0 ? first.subtract({ days: 1 }) : found[k - 1]!)).toBe(1);
          const names = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
          if (given.byDay.length > 0) expect(given.byDay).toContain(names[date.dayOfWeek - 1]);
          if (given.frequency === 'daily') expect(first.until(date).days % given.interval).toBe(0);
          if (given.frequency === 'weekly') expect(Math.floor(monday.until(date).days / 7) % given.interval).toBe(0);
          if (given.frequency === 'monthly')
            expect((date.year * 12 + date.month - first.year * 12 - first.month) % given.interval).toBe(0);
        }
      }),
      { numRuns: 200 },
    );
  });
});
