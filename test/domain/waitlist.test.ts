/** Who is asked first (scheduling-intake.md D2): S12 by its figures, I14 as properties. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeCandidate } from '../../domain/waitlist/waitlist-eligibility.ts';
import type { Candidate, OpeningTime, WaitlistReason } from '../../domain/waitlist/waitlist-eligibility.ts';
import { compareRank, inRankOrder, kilometres, urgencies, withScore } from '../../domain/waitlist/waitlist.ts';
import type { Rankable, RankingFactors } from '../../domain/waitlist/waitlist.ts';
import { DAY, HOUR } from '../../domain/calendar/zone.ts';

const at = Date.parse('2027-03-03T15:00:00Z');
const opening: OpeningTime = {
  start: at + 24 * HOUR,
  end: at + 24 * HOUR + 30 * 60_000,
  timeZone: 'America/New_York',
  practitionerId: 'dr-one',
  locationId: 'main',
  place: { latitude: 40.7, longitude: -74 },
  mode: 'in-person',
  visitTypeIds: ['fu30'],
  limits: { newPatient: null, ageMin: 18, ageMax: null, modes: ['in-person'], active: true },
  prepLeadMinutes: 60,
};
const fits: Candidate = {
  entryId: 'e1',
  state: 'active',
  visitTypeIds: ['fu30'],
  providerIds: null,
  locationIds: [],
  modes: ['in-person'],
  days: [],
  timeFrom: null,
  timeTo: null,
  earliest: null,
  latest: null,
  urgency: 'routine',
  currentStart: null,
  minGainDays: 2,
  maxTravelKm: null,
  noticeMinutes: 240,
  joinedAt: at - 60 * DAY,
  expiresAt: at + 100 * DAY,
  noResponses: 0,
  home: null,
  fit: { birthDate: '1980-02-29', deceased: false, active: true, established: true },
  overlaps: false,
  offeredElsewhere: false,
  offersToday: 0,
  askedAlready: false,
};
const rules = { maxOffersPerDay: 3 };
const reasonsOf = (changed: Partial<Candidate>, time: Partial<OpeningTime> = {}): readonly string[] =>
  judgeCandidate({ ...opening, ...time }, { ...fits, ...changed }, rules, at).reasons;

const ranked = (entryId: string, factors: RankingFactors): Rankable => ({
  entryId,
  joinedAt: at - factors.daysWaiting * DAY,
  factors: withScore(factors),
});
const nothing: Omit<RankingFactors, 'urgency' | 'daysWaiting'> = {
  namedProvider: false,
  preferredDay: false,
  preferredTime: false,
  daysGained: 0,
  km: null,
  noResponses: 0,
};

describe('ranking', () => {
  it('S12 Ranking: tier before score, and every factor counts as it is written', () => {
    const a = ranked('a', {
      urgency: 'routine',
      daysWaiting: 60,
      namedProvider: true,
      preferredDay: true,
      preferredTime: true,
      daysGained: 20,
      km: 5,
      noResponses: 0,
    });
    const b = ranked('b', { ...nothing, urgency: 'soon', daysWaiting: 5, daysGained: 10, km: 2 });
    const c = ranked('c', { ...nothing, urgency: 'routine', daysWaiting: 95, daysGained: 30, km: 40, noResponses: 1 });
    expect([a, b, c].map(({ factors }) => [factors.tier, factors.score])).toEqual([
      [1, 920],
      [2, 76],
      [2, 870],
    ]);
    expect([a, b, c].toSorted(compareRank).map((one) => one.entryId)).toEqual(['c', 'b', 'a']);
  });

  it('an urgent wish that is fresh comes before a routine one however old, and an old urgent one before both', () => {
    const order = [
      ranked('routine', { ...nothing, urgency: 'routine', daysWaiting: 900 }),
      ranked('urgent', { ...nothing, urgency: 'urgent', daysWaiting: 0 }),
      ranked('displaced', { ...nothing, urgency: 'displaced', daysWaiting: 1 }),
      ranked('old-urgent', { ...nothing, urgency: 'urgent', daysWaiting: 14 }),
    ].toSorted(compareRank);
    expect(order.map((one) => one.entryId)).toEqual(['old-urgent', 'displaced', 'urgent', 'routine']);
  });

  const factors = fc.record<RankingFactors>({
    urgency: fc.constantFrom(...urgencies),
    daysWaiting: fc.nat({ max: 400 }),
    namedProvider: fc.boolean(),
    preferredDay: fc.boolean(),
    preferredTime: fc.boolean(),
    daysGained: fc.nat({ max: 200 }),
    km: fc.option(fc.nat({ max: 300 }), { nil: null }),
    noResponses: fc.nat({ max: 6 }),
  });

  const plain: RankingFactors = {
    urgency: 'routine',
    daysWaiting: 0,
    namedProvider: false,
    preferredDay: false,
    preferredTime: false,
    daysGained: 0,
    km: null,
    noResponses: 0,
  };

  it('I14: the order depends on the stored factors alone, never on the order of the input', () => {
    const entries = fc.uniqueArray(fc.record({ id: fc.uuid(), factors, joined: fc.nat({ max: 3 }) }), {
      selector: (one) => one.id,
      maxLength: 30,
    });
    fc.assert(
      fc.property(
        entries.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
        ),
        ([all, shuffled]) => {
          const order = (list: typeof all): string[] =>
            list
              .map((one) => ({ entryId: one.id, joinedAt: one.joined, factors: withScore(one.factors) }))
              // What is stored is JSON: ranking it again gives the same.
              .map((one) => JSON.parse(JSON.stringify(one)) as Rankable)
              .toSorted(compareRank)
              .map((one) => one.entryId);
          expect(order(shuffled)).toEqual(order(all));
        },
      ),
    );
  });

  it('sorts thousands as it compares two', () => {
    // Few values, so that much is equal in score and some in everything but the id.
    const few = fc.record({
      entryId: fc.uuid(),
      joinedAt: fc.nat({ max: 1 }),
      factors: fc
        .tuple(fc.constantFrom(...urgencies), fc.nat({ max: 2 }), fc.nat({ max: 6 }))
        .map(([urgency, daysWaiting, noResponses]) => withScore({ ...plain, urgency, daysWaiting, noResponses })),
    });
    fc.assert(
      fc.property(fc.array(few, { maxLength: 70 }), (list) => {
        expect(inRankOrder(list)).toEqual(list.toSorted(compareRank));
      }),
    );
  });

  it('waiting longer never makes a place worse, silence never better', () => {
    fc.assert(
      fc.property(factors, fc.nat({ max: 60 }), (one, more) => {
        const now = withScore(one);
        const later = withScore({ ...one, daysWaiting: one.daysWaiting + more });
        expect(later.tier).toBeGreaterThanOrEqual(now.tier);
        expect(later.score).toBeGreaterThanOrEqual(now.score);
        expect(withScore({ ...one, noResponses: one.noResponses + 1 }).score).toBeLessThanOrEqual(now.score);
      }),
    );
  });
});

describe('eligibility', () => {
  it('what an entry leaves open fits everything', () => {
    expect(reasonsOf({})).toEqual([]);
  });

  const cases: readonly {
    readonly reason: WaitlistReason;
    readonly entry: Partial<Candidate>;
    readonly time?: Partial<OpeningTime>;
  }[] = [
    { reason: 'not-active', entry: { state: 'paused' } },
    { reason: 'entry-expired', entry: { expiresAt: at } },
    { reason: 'visit-type-mismatch', entry: { visitTypeIds: ['other'] } },
    { reason: 'mode-mismatch', entry: { modes: ['video'] } },
    { reason: 'not-eligible', entry: { fit: { ...fits.fit, birthDate: '2015-01-01' } } },
    { reason: 'provider-mismatch', entry: { providerIds: ['dr-two'] } },
    { reason: 'location-mismatch', entry: { locationIds: ['elsewhere'] } },
    { reason: 'day-mismatch', entry: { days: ['MO'] } },
    { reason: 'time-mismatch', entry: { timeFrom: '10:15', timeTo: '12:00' } },
    { reason: 'too-early', entry: { earliest: '2027-03-05' } },
    { reason: 'too-late', entry: { latest: '2027-03-03' } },
    { reason: 'gains-too-little', entry: { currentStart: opening.start + 2 * DAY - 1 } },
    { reason: 'notice-too-short', entry: { noticeMinutes: 24 * 60 + 1 } },
    { reason: 'preparation-too-short', entry: {}, time: { prepLeadMinutes: 24 * 60 + 1 } },
    { reason: 'too-far', entry: { maxTravelKm: 9, home: { latitude: 40.8, longitude: -74 } } },
    { reason: 'patient-overlap', entry: { overlaps: true } },
    { reason: 'offer-live-elsewhere', entry: { offeredElsewhere: true } },
    { reason: 'offers-today', entry: { offersToday: 3 } },
    { reason: 'asked-already', entry: { askedAlready: true } },
  ];
  it.each(cases)('says $reason, and only that', ({ reason, entry, time = {} }) => {
    expect(reasonsOf(entry, time)).toEqual([reason]);
  });

  it('edges belong inside: the last minute of a window, the exact notice, the exact gain, the exact distance', () => {
    expect(reasonsOf({ timeFrom: '09:00', timeTo: '10:00' })).toEqual([]);
    expect(reasonsOf({ timeFrom: '10:00', timeTo: '11:00' })).toEqual([]);
    expect(reasonsOf({ noticeMinutes: 24 * 60 })).toEqual([]);
    expect(reasonsOf({ currentStart: opening.start + 2 * DAY })).toEqual([]);
    expect(reasonsOf({ earliest: '2027-03-04', latest: '2027-03-04', days: ['TH'] })).toEqual([]);
    expect(reasonsOf({ maxTravelKm: 11, home: { latitude: 40.8, longitude: -74 } })).toEqual([]);
  });

  it('a distance that is not known refuses nobody and costs nothing', () => {
    const verdict = judgeCandidate(opening, { ...fits, maxTravelKm: 1 }, rules, at);
    expect(verdict.reasons).toEqual([]);
    expect(verdict.factors.km).toBeNull();
  });

  it('a preference counts when it was named', () => {
    const named = { providerIds: ['dr-one'], days: ['TH' as const], timeFrom: '09:00', timeTo: '11:00' };
    const { factors } = judgeCandidate(opening, { ...fits, ...named }, rules, at);
    expect([factors.namedProvider, factors.preferredDay, factors.preferredTime]).toEqual([true, true, true]);
    const open = judgeCandidate(opening, fits, rules, at).factors;
    expect([open.namedProvider, open.preferredDay, open.preferredTime]).toEqual([false, false, false]);
  });

  it('measures distances on the globe', () => {
    expect(kilometres({ latitude: 40.7128, longitude: -74.006 }, { latitude: 51.5074, longitude: -0.1278 })).toBe(5570);
    expect(kilometres({ latitude: 0, longitude: 179.5 }, { latitude: 0, longitude: -179.5 })).toBe(111);
  });
});
