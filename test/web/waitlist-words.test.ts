/** Why a patient has a rank: the lines that staff read add up to the score that decided. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { urgencies, withScore } from '../../domain/waitlist.ts';
import { factorLines, tierWord } from '../../web/staff/waitlist/factor-lines.ts';
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
