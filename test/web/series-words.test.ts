/** The editor of a series: every word it can say exists, and what it sends is a rule that the domain takes. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DomainError } from '../../domain/errors.ts';
import {
  expandSeries,
  maxOccurrences,
  occurrenceFindings,
  seriesFrequencies,
  seriesStates,
} from '../../domain/schedule/series.ts';
import { draftOf, draftProblems, frequencies, mostOccurrences, problemsOf, ruleOf, weekdayRule } from '../../web/staff/series/draft.ts'; // prettier-ignore
import { weekdays } from '../../web/staff/waitlist/wish-draft.ts';

const timeZone = 'America/New_York';

describe('the words of series', () => {
  const file = new URL('../../web/locales/staff/en.json', import.meta.url);
  const words = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  const has = (key: string): boolean => key in words || `${key}_other` in words;

  test('each closed list has its words', () => {
    const wanted = [
      ...seriesStates.map((state) => `seriesState.${state}`),
      ...occurrenceFindings.map((finding) => `seriesFinding.${finding}`),
      ...seriesFrequencies.flatMap((one) => [
        `series.frequency.${one}`,
        `series.interval.${one}`,
        `series.every.${one}`,
      ]),
      ...['booking', 'undoing', 'changing'].map((state) => `series.progress.${state}`),
      ...draftProblems.map((problem) => `series.need.${problem}`),
      ...[1, 2, 3, 4, 5, -1].map((nth) => `series.nth.${nth}`),
      ...['book', 'settle', 'undo', 'refuse', 'change', 'move', 'cancel', 'end'].map(
        (event) => `event.series:${event}`,
      ),
      ...['too-many', 'too-far', 'none'].map((code) => `fieldError.${code}`),
    ];
    expect(wanted.filter((key) => !has(key))).toEqual([]);
    expect([...frequencies].toSorted()).toEqual([...seriesFrequencies].toSorted());
  });

  test('as many may be asked for as the rule allows', () => {
    expect(mostOccurrences).toBe(maxOccurrences);
  });
});

describe('a draft', () => {
  const day = fc.integer({ min: 1, max: 900 }).map((n) => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10)); // prettier-ignore
  const search = fc.record({
    type: fc.constant('type'),
    practitioner: fc.constant('who'),
    every: fc.constantFrom(...frequencies),
    interval: fc.integer({ min: 0, max: 120 }),
    days: fc.option(
      fc.subarray([...weekdays]).map((days) => days.join(',')),
      { nil: undefined },
    ),
    by: fc.constantFrom('weekday' as const, undefined),
    date: fc.oneof(day, fc.constant('')),
    time: fc.constantFrom('09:00', '02:30', ''),
    count: fc.integer({ min: 0, max: 60 }),
    until: fc.option(fc.oneof(day, fc.constant('')), { nil: undefined }),
  });

  test('that lacks nothing is a rule, or one that means too many times or none', () => {
    let rules = 0;
    fc.assert(
      fc.property(search, (given) => {
        const draft = draftOf(given, 'place', '2027-01-01');
        if (problemsOf(draft, 'patient', timeZone).length > 0) return;
        const { frequency, interval = 1, byDay = [], count = null, until = null, start } = ruleOf(draft);
        try {
          const times = expandSeries({ frequency, interval, byDay, count, until, startLocal: start, timeZone });
          expect(times.length).toBeLessThanOrEqual(maxOccurrences);
          // The rule by weekday means the day that was chosen.
          if (frequency === 'monthly' && draft.by === 'weekday') expect(times[0]).toBe(start);
          rules += 1;
        } catch (error) {
          expect(error).toBeInstanceOf(DomainError);
          const code = (error as DomainError).problem.errors?.[0]?.code ?? '';
          expect(['too-many', 'too-far', 'none']).toContain(code);
        }
      }),
      { numRuns: 300 },
    );
    expect(rules).toBeGreaterThan(10);
  });

  test('what is missing is named', () => {
    const empty = draftOf({ date: '', count: 0, interval: 0 }, 'place', '2027-01-01');
    expect(problemsOf(empty, undefined, timeZone)).toEqual(['patient', 'type', 'practitioner', 'start', 'interval', 'count']); // prettier-ignore
    const over = draftOf({ date: '2020-01-06', until: '2019-01-01' }, 'place', '2027-01-01');
    expect(problemsOf(over, 'patient', timeZone)).toEqual(['type', 'practitioner', 'past', 'until']);
  });

  test('knows the last of its weekday from the fourth', () => {
    expect(weekdayRule('2027-03-23').code).toBe('4TU');
    expect(weekdayRule('2027-03-30').code).toBe('-1TU');
    expect(weekdayRule('2027-03-02').code).toBe('1TU');
  });
});
