/** The waitlist in words: why a patient has a rank adds up, a wish survives its form, and time left is said in time. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { urgencies, withScore } from '../../domain/waitlist/waitlist.ts';
import { factorLines, tierWord } from '../../web/staff/waitlist/factor-lines.ts';
import { leftWords, spokenLeft } from '../../web/portal/time-left.ts';
import { answersOf, wishOf } from '../../web/portal/pages/wait-answers.ts';
import { draftOf, emptyDraft, fieldsOf, problemsOf } from '../../web/staff/waitlist/wish-draft.ts';

const factors = fc
  .record({
    urgency: fc.constantFrom(...urgencies),
    daysWaiting: fc.nat(400),
    namedProvider: fc.boolean(),
    preferredDay: fc.boolean(),
    preferredTime: fc.boolean(),
    daysGained: fc.nat(200),
    km: fc.option(fc.nat(300), { nil: null }),
    noResponses: fc.nat(6),
  })
  .map(withScore);

describe('why this rank', () => {
  test('the points of the lines add up to the score', () => {
    fc.assert(
      fc.property(factors, (given) => {
        expect(factorLines(given).reduce((sum, line) => sum + line.points, 0)).toBe(given.score);
      }),
    );
  });

  test('says a longer wait where it raised the tier, and only there', () => {
    fc.assert(
      fc.property(factors, (given) => {
        const long = tierWord(given).endsWith('-long');
        expect(long).toBe(
          (given.urgency === 'urgent' && given.daysWaiting >= 14) ||
            (given.urgency === 'routine' && given.daysWaiting >= 90),
        );
      }),
    );
  });
});

describe('a wish in a form', () => {
  test('an empty field is no limit', () => {
    expect(fieldsOf({ ...emptyDraft, visitTypeIds: ['a'] })).toMatchObject({
      providerIds: null,
      locationIds: [],
      days: [],
      timeFrom: null,
      latest: null,
      currentAppointmentId: null,
      maxTravelKm: null,
    });
  });

  test('names that were chosen and given up again are no limit', () => {
    expect(fieldsOf({ ...emptyDraft, named: false, providerIds: ['p'] }).providerIds).toBeNull();
  });

  test('days go out in the order of the week', () => {
    expect(fieldsOf({ ...emptyDraft, days: ['SU', 'MO', 'WE'] }).days).toEqual(['MO', 'WE', 'SU']);
  });

  test('what stands in the way is named', () => {
    expect(problemsOf(emptyDraft)).toEqual(['needTypes']);
    const draft = { ...emptyDraft, visitTypeIds: ['a'] };
    expect(problemsOf(draft)).toEqual([]);
    expect(problemsOf({ ...draft, timeFrom: '09:00' })).toEqual(['bothTimes']);
    expect(problemsOf({ ...draft, timeFrom: '12:00', timeTo: '09:00' })).toEqual(['timesOrder']);
    expect(problemsOf({ ...draft, earliest: '2027-03-02', latest: '2027-03-01' })).toEqual(['datesOrder']);
    expect(problemsOf({ ...draft, named: true, modes: [] })).toEqual(['needNames', 'needModes']);
  });

  test('what was read comes back as it was', () => {
    const wish = {
      visitTypeIds: ['a'],
      urgency: 'soon' as const,
      currentAppointmentId: 'v',
      minGainDays: 5,
      providerIds: ['p'],
      locationIds: ['l'],
      modes: ['video' as const],
      days: ['TU' as const],
      timeFrom: '08:00',
      timeTo: '12:00',
      earliest: '2027-03-01',
      latest: '2027-04-01',
      noticeMinutes: 90,
      maxTravelKm: 30,
    };
    expect(fieldsOf(draftOf(wish as Parameters<typeof draftOf>[0]))).toEqual(wish);
  });
});

describe('a wish as a patient answers for it', () => {
  test('comes back as it was, with times of one’s own too', () => {
    const someDays = fc.subarray(['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const);
    const spans = fc.constantFrom<readonly [string | null, string | null]>(
      [null, null],
      ['00:00', '11:59'],
      ['12:00', '16:59'],
      ['17:00', '23:59'],
      ['08:30', '12:00'],
    );
    const ids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'));
    fc.assert(
      fc.property(someDays, spans, ids, ids, fc.integer({ min: 0, max: 20_000 }), (days, span, who, where, minutes) => {
        const [timeFrom, timeTo] = span;
        const asked = {
          providerIds: who.length === 0 ? null : who,
          locationIds: where,
          days,
          timeFrom,
          timeTo,
          noticeMinutes: minutes,
        };
        const wish = { ...asked, id: 'w', visitTypeIds: ['t'], currentAppointmentId: null };
        expect(wishOf(answersOf(wish as unknown as Parameters<typeof answersOf>[0]))).toEqual(asked);
      }),
    );
  });
});

describe('time left', () => {
  test('is written in the two largest units', () => {
    expect(leftWords(200 * 60_000, 'en')).toBe('3 hours 20 minutes');
    expect(leftWords(60 * 60_000, 'es')).toBe('1 hora');
    expect(leftWords(59_100, 'en')).toBe('60 seconds');
    expect(leftWords(-1, 'en')).toBe('0 seconds');
  });

  test('is said at steps: an announcement is exact when it is made, and there are few of them', () => {
    const steps = new Set<number>();
    for (let left = 12 * 3_600_000; left >= 0; left -= 1_000) {
      const step = spokenLeft(left);
      expect(step).toBeGreaterThanOrEqual(left);
      steps.add(step);
    }
    // 12 hours down to 2, 60 minutes down to 15 by fives, 10 down to 2, and the last minute by tens of seconds.
    expect(steps.size).toBe(11 + 10 + 9 + 7);
  });
});
