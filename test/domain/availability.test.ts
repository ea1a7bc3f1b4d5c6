import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bookableStarts, chooseLanes, explainStart, startProblem } from '../../domain/schedule/availability.ts';
import type { AvailabilityQuery } from '../../domain/schedule/availability.ts';
import { iso, localOf, localTimeOfDay, parseInstant } from '../../domain/calendar/calendar.ts';
import { overlaps } from '../../domain/calendar/interval.ts';
import type { Interval } from '../../domain/calendar/interval.ts';
import { busyRangeFor, expandRules, openIntervals, patientRequirement } from '../../domain/schedule/schedule.ts';
import type {
  AvailabilityRule,
  Requirement,
  ResourceFacts,
  VisitType,
  Weekday,
} from '../../domain/schedule/schedule.ts';

const NY = 'America/New_York';
const minute = 60_000;
const at = (text: string) => parseInstant(text)!;
const week: Weekday[] = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

const needs = (role: string, kind: Requirement['kind'], more: Partial<Requirement> = {}): Requirement => ({
  role,
  kind,
  poolId: null,
  resourceId: null,
  count: 1,
  ownBufferBeforeMinutes: null,
  ownBufferAfterMinutes: null,
  ...more,
});
const room = needs('room', 'room', { poolId: 'exam-rooms' });

/** FU30 of section H. */
const fu30: VisitType = {
  id: 'fu30',
  code: 'FU30',
  durationMinutes: 30,
  bufferBeforeMinutes: 5,
  bufferAfterMinutes: 10,
  alignMinutes: 15,
  modes: ['in-person'],
  minNoticeMinutes: 0,
  maxAdvanceDays: 365,
  lateAfterSeconds: 600,
  noShowAfterSeconds: 1200,
  autoNoShow: false,
  cancelNoticeMinutes: 1440,
  selfSchedulable: true,
  needsApproval: false,
  needsIntake: false,
  newPatient: null,
  ageMin: null,
  ageMax: null,
  requirements: [needs('provider', 'provider'), room],
};
const rule = (more: Partial<AvailabilityRule> = {}): AvailabilityRule => ({
  resourceId: 'dr',
  visitTypeId: null,
  locationId: 'main',
  byDay: week,
  startLocal: '08:00',
  endLocal: '17:00',
  timeZone: NY,
  validFrom: '2027-01-01',
  validTo: null,
  ...more,
});
const resource = (
  resourceId: string,
  kind: ResourceFacts['kind'],
  more: Partial<ResourceFacts> = {},
): ResourceFacts => ({
  resourceId,
  kind,
  lanes: 1,
  busyByLane: [],
  rules: kind === 'provider' ? [rule({ resourceId })] : [],
  exceptions: [],
  locationId: 'main',
  timeZone: NY,
  ...more,
});
const query = (more: Partial<AvailabilityQuery> = {}): AvailabilityQuery => ({
  visitType: fu30,
  providers: [resource('dr', 'provider')],
  pools: new Map([['exam-rooms', [resource('room-1', 'room'), resource('room-2', 'room')]]]),
  window: { start: at('2027-06-01T09:00-04:00'), end: at('2027-06-01T10:30-04:00') },
  at: at('2027-05-01T00:00Z'),
  ...more,
});
const clock = (q: AvailabilityQuery) => bookableStarts(q).map((s) => localOf(s.start, s.timeZone).slice(11, 16));

describe('S6 Buffers', () => {
  const nine = at('2027-06-01T09:00-04:00');
  const range = (r: Requirement) => {
    const { start, end } = busyRangeFor(r, fu30, nine);
    return [start, end].map((i) => localOf(i, NY).slice(11, 16));
  };
  test('FU30 at 09:00 reserves provider and room [08:55, 09:40), the patient [09:00, 09:30)', () => {
    expect(range(needs('provider', 'provider'))).toEqual(['08:55', '09:40']);
    expect(range(room)).toEqual(['08:55', '09:40']);
    expect(range({ ...room, ownBufferBeforeMinutes: 0, ownBufferAfterMinutes: 20 })).toEqual(['09:00', '09:50']);
    expect(range(patientRequirement)).toEqual(['09:00', '09:30']);
    expect(range({ ...patientRequirement, ownBufferAfterMinutes: 30 })).toEqual(['09:00', '09:30']);
  });

  const busy = [[busyRangeFor(needs('provider', 'provider'), fu30, nine)]];
  const taken = { providers: [resource('dr', 'provider', { busyByLane: busy })] };
  const bare = { ...fu30, bufferBeforeMinutes: 0, bufferAfterMinutes: 0 };
  test('the provider’s next start is 09:45, not 09:30', () => {
    expect(clock(query(taken))).toEqual(['09:45', '10:00', '10:15']);
  });
  test('a visit type without buffers is free from 09:40: with align 15 from 09:45, with align 10 from 09:40', () => {
    expect(clock(query({ ...taken, visitType: bare }))).toEqual(['09:45', '10:00', '10:15']);
    expect(clock(query({ ...taken, visitType: { ...bare, alignMinutes: 10 } }))[0]).toBe('09:40');
  });
  test('the buffer before must be open too: an 08:00 opening starts at 08:15', () => {
    const window = { start: at('2027-06-01T07:00-04:00'), end: at('2027-06-01T08:31-04:00') };
    expect(clock(query({ window }))).toEqual(['08:15', '08:30']);
    const end = { start: at('2027-06-01T16:00-04:00'), end: at('2027-06-01T18:00-04:00') };
    expect(clock(query({ window: end }))).toEqual(['16:00', '16:15']);
  });
});

describe('what C1 asks', () => {
  test('s >= at + min_notice and s < at + max_advance, to the millisecond', () => {
    const visitType = { ...fu30, minNoticeMinutes: 60, maxAdvanceDays: 1 };
    const now = at('2027-06-01T08:30-04:00');
    const window = { start: at('2027-06-01T08:00-04:00'), end: at('2027-06-03T00:00-04:00') };
    const starts = (moment: number) =>
      bookableStarts(query({ visitType, at: moment, window })).map((s) => iso(s.start));
    expect(starts(now)[0]).toBe('2027-06-01T13:30:00Z');
    expect(starts(now).at(-1)).toBe('2027-06-02T12:15:00Z');
    expect(starts(now + 1)[0]).toBe('2027-06-01T13:45:00Z');
    expect(starts(now + 1).at(-1)).toBe('2027-06-02T12:30:00Z');
    // With the notice waived (staff), a visit may have begun, but not be over.
    expect(clock(query({ visitType, at: now, noticeWaived: true, window }))[0]).toBe('08:15');
    expect(clock(query({ visitType, at: now + 15 * minute, noticeWaived: true, window }))[0]).toBe('08:30');
  });

  test('closed wins over open; a room’s closure counts; a provider without rules is never open', () => {
    const hour = { start: at('2027-06-01T09:00-04:00'), end: at('2027-06-01T10:00-04:00') };
    const closed = { resourceId: 'dr', kind: 'closed' as const, ...hour };
    const open = {
      resourceId: 'dr',
      kind: 'open' as const,
      start: hour.start - 86_400_000,
      end: hour.end + 86_400_000,
    };
    const window = { start: hour.start, end: hour.end + 60 * minute };
    const dr = resource('dr', 'provider', { exceptions: [open, closed] });
    expect(clock(query({ providers: [dr], window }))).toEqual(['10:15', '10:30', '10:45']);
    const shut = resource('room-1', 'room', { exceptions: [{ ...closed, resourceId: 'room-1' }] });
    expect(clock(query({ pools: new Map([['exam-rooms', [shut]]]), window }))).toEqual(['10:15', '10:30', '10:45']);
    expect(clock(query({ providers: [resource('dr', 'provider', { rules: [] })] }))).toEqual([]);
    const guest = resource('dr', 'provider', { rules: [], exceptions: [open] });
    expect(clock(query({ providers: [guest] }))).toHaveLength(6);
  });

  test('rules by visit type, weekday, dates and place', () => {
    const on = (more: Partial<AvailabilityRule>) =>
      clock(query({ providers: [resource('dr', 'provider', { rules: [rule(more)] })] })).length;
    expect(on({})).toBe(6);
    expect(on({ visitTypeId: 'other' })).toBe(0);
    expect(on({ visitTypeId: 'fu30' })).toBe(6);
    expect(on({ byDay: ['MO'] })).toBe(0);
    expect(on({ byDay: ['TU'] })).toBe(6);
    expect(on({ validFrom: '2027-06-02' })).toBe(0);
    expect(on({ validTo: '2027-06-01' })).toBe(6);
    expect(on({ validTo: '2027-05-31' })).toBe(0);
    // Rooms must be where the practitioner is that day.
    expect(on({ locationId: 'elsewhere' })).toBe(0);
    expect(bookableStarts(query({ locationId: 'elsewhere' }))).toEqual([]);
  });

  test('a lane, never a count: two half-free lanes are no place', () => {
    const nine = at('2027-06-01T09:00-04:00');
    const window = { start: nine, end: nine + minute };
    const halves = [
      [{ start: nine - 10 * minute, end: nine + 10 * minute }],
      [{ start: nine + 10 * minute, end: nine + 60 * minute }],
    ];
    const ward = (busyByLane: Interval[][]) =>
      clock(query({ window, pools: new Map([['exam-rooms', [resource('ward', 'room', { lanes: 2, busyByLane })]]]) }));
    expect(ward(halves)).toEqual([]);
    expect(ward([halves[0]!, []])).toEqual(['09:00']);
    // An overbooking lane is nobody's to find.
    expect(ward([halves[0]!, halves[1]!, []])).toEqual([]);
  });

  test('two requirements on one pool take two resources', () => {
    const visitType = { ...fu30, requirements: [...fu30.requirements, { ...room, role: 'recovery' }] };
    const pools = (...ids: string[]) => new Map([['exam-rooms', ids.map((id) => resource(id, 'room'))]]);
    expect(clock(query({ visitType, pools: pools('room-1') }))).toEqual([]);
    expect(clock(query({ visitType, pools: pools('room-1', 'room-2') }))).toHaveLength(6);
    const q = query({ visitType, pools: pools('room-1', 'room-2') });
    const chosen = chooseLanes(q, q.providers[0]!, at('2027-06-01T09:00-04:00'))!;
    expect(new Set(chosen.map((c) => c.resourceId)).size).toBe(3);
    const double = { ...fu30, requirements: [needs('provider', 'provider'), { ...room, count: 2 }] };
    expect(clock(query({ visitType: double, pools: pools('room-1') }))).toEqual([]);
    expect(clock(query({ visitType: double, pools: pools('room-1', 'room-2') }))).toHaveLength(6);
  });

  test('S3 no room: the refusal names the kind of resource, and nothing about who has it', () => {
    const busyByLane = [[{ start: at('2027-06-01T08:00-04:00'), end: at('2027-06-01T12:00-04:00') }]];
    const full = ['room-1', 'room-2'].map((id) => resource(id, 'room', { busyByLane }));
    const q = query({ pools: new Map([['exam-rooms', full]]) });
    const refusal = explainStart(q, q.providers[0]!, at('2027-06-01T09:00-04:00'))!;
    expect(startProblem(refusal)).toEqual({ code: 'slot-taken', data: { guard: 'taken', resourceKind: 'room' } });
    const patient = resource('p', 'patient', { busyByLane });
    const other = query({ patient });
    const overlap = explainStart(other, other.providers[0]!, at('2027-06-01T09:00-04:00'))!;
    expect(startProblem(overlap).code).toBe('patient-overlap');
    expect(startProblem(explainStart(q, q.providers[0]!, at('2027-06-01T03:00-04:00'))!)).toMatchObject({
      code: 'outside-availability',
      data: { guard: 'closed', resourceKind: 'provider' },
    });
    expect(explainStart(q, q.providers[0]!, at('2027-06-01T09:07-04:00'))).toMatchObject({ guard: 'not-aligned' });
  });

  test('the limit takes the earliest of all practitioners', () => {
    const late = resource('late', 'provider', { rules: [rule({ startLocal: '09:30' })] });
    const found = bookableStarts(query({ providers: [late, resource('dr', 'provider')], limit: 4 }));
    expect(found.map((s) => `${s.practitionerId} ${localOf(s.start, NY).slice(11, 16)}`)).toEqual([
      'dr 09:00',
      'dr 09:15',
      'dr 09:30',
      'late 09:45',
    ]);
  });
});

describe('the two nights of 2027', () => {
  const night = { ...fu30, bufferBeforeMinutes: 0, bufferAfterMinutes: 0 };
  const owl = [resource('dr', 'provider', { rules: [rule({ startLocal: '00:00', endLocal: '04:00' })] })];
  const day = (date: string) => ({ start: at(`${date}T00:00-05:00`) - 60 * minute, end: at(`${date}T05:00-05:00`) });
  const starts = (date: string) =>
    bookableStarts(query({ visitType: night, providers: owl, window: day(date), at: at('2027-01-01T00:00Z') })).map(
      (s) => iso(s.start).slice(11, 16),
    );

  test('spring: nothing between 02:00 and 03:00, three elapsed hours', () => {
    const found = starts('2027-03-14');
    expect(found).toEqual([
      '05:00',
      '05:15',
      '05:30',
      '05:45',
      '06:00',
      '06:15',
      '06:30',
      '06:45',
      '07:00',
      '07:15',
      '07:30',
    ]);
  });
  test('autumn: both 01:30s, as two instants, five elapsed hours', () => {
    const found = starts('2027-11-07');
    expect(found).toHaveLength(19);
    expect(found).toContain('05:30');
    expect(found).toContain('06:30');
  });
  test('alignment follows the wall clock through a change of half an hour', () => {
    const timeZone = 'Australia/Lord_Howe';
    const rules = [rule({ startLocal: '00:00', endLocal: '05:00', timeZone })];
    const providers = [resource('dr', 'provider', { rules, timeZone })];
    const hours = (date: string, alignMinutes: number) => {
      const window = { start: at(`${date}T00:00+11:00`) - 60 * minute, end: at(`${date}T05:00+10:30`) };
      return clock(query({ visitType: { ...night, alignMinutes }, providers, window, at: at('2027-01-01T00:00Z') }));
    };
    expect(hours('2027-04-04', 60)).toEqual(['00:00', '01:00', '02:00', '03:00', '04:00']);
    expect(hours('2027-04-04', 30).filter((t) => t === '01:30')).toHaveLength(2);
    expect(hours('2027-10-03', 60)).toEqual(['00:00', '01:00', '03:00', '04:00']);
    expect(hours('2027-10-03', 50)).toEqual(['00:00', '00:50', '01:40', '02:30', '03:20', '04:10']);
  });
  test('a rule inside the gap opens nothing that night; one across it is shorter', () => {
    const window = { start: at('2027-03-13T12:00Z'), end: at('2027-03-15T12:00Z') };
    const hours = (startLocal: string, endLocal: string) =>
      expandRules([rule({ startLocal, endLocal, byDay: ['SU'] })], window).map((i) => (i.end - i.start) / minute);
    expect(hours('02:00', '03:00')).toEqual([]);
    expect(hours('02:30', '03:00')).toEqual([]);
    expect(hours('01:00', '05:00')).toEqual([180]);
    expect(hours('22:00', '06:00')).toEqual([480]);
  });
  test('a night shift belongs to the day on which it begins', () => {
    const window = { start: at('2027-03-14T04:00Z'), end: at('2027-03-14T20:00Z') };
    const shift = rule({ startLocal: '22:00', endLocal: '06:00', byDay: ['SA'] });
    expect(expandRules([shift], window).map((i) => [iso(i.start), iso(i.end)])).toEqual([
      ['2027-03-14T03:00:00Z', '2027-03-14T10:00:00Z'],
    ]);
    expect(expandRules([{ ...shift, byDay: ['SU'] }], window)).toEqual([]);
  });
});

// --- Properties -------------------------------------------------------------------------------------------------------

const zones = [NY, 'Australia/Lord_Howe', 'Africa/Casablanca', 'Europe/London', 'Asia/Kolkata', 'UTC'];
// Days around both nights of each zone, on a 5-minute grid (section G, harness hints).
const changes = [
  '2027-03-14',
  '2027-11-07',
  '2027-04-04',
  '2027-10-03',
  '2027-02-07',
  '2027-03-14',
  '2027-03-28',
  '2027-10-31',
];
const fiveMinutes = (from: number, hours: number) =>
  fc.integer({ min: 0, max: hours * 12 }).map((k) => from + k * 5 * minute);
const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 15, 30, 50))
  .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`);
const situation = fc.constantFrom(...changes).chain((date) => {
  const from = at(`${date}T00:00Z`) - 18 * 60 * minute;
  const span = fc
    .tuple(fiveMinutes(from, 60), fc.integer({ min: 1, max: 30 }))
    .map(([start, n]) => ({ start, end: start + n * 5 * minute }));
  const lanes = fc.array(fc.array(span, { maxLength: 4 }), { maxLength: 3 });
  const exceptions = (resourceId: string) =>
    fc.array(
      fc
        .record({
          resourceId: fc.constant(resourceId),
          kind: fc.constantFrom('open' as const, 'closed' as const),
          span,
        })
        .map(({ span: s, ...e }) => ({ ...e, ...s })),
      { maxLength: 2 },
    );
  return fc.record({
    timeZone: fc.constantFrom(...zones),
    hours: fc.array(fc.tuple(time, time), { minLength: 1, maxLength: 2 }),
    window: fc
      .tuple(fiveMinutes(from, 48), fc.integer({ min: 12, max: 200 }))
      .map(([start, n]) => ({ start, end: start + n * 5 * minute })),
    now: fiveMinutes(from - 24 * 60 * minute, 72),
    visit: fc.record({
      durationMinutes: fc.constantFrom(15, 20, 30, 45),
      bufferBeforeMinutes: fc.constantFrom(0, 5),
      bufferAfterMinutes: fc.constantFrom(0, 10),
      alignMinutes: fc.constantFrom(5, 10, 15, 25, 60),
      minNoticeMinutes: fc.constantFrom(0, 60),
      maxAdvanceDays: fc.constantFrom(1, 365),
    }),
    providerBusy: lanes,
    providerExceptions: exceptions('dr'),
    rooms: fc.array(
      fc.record({ lanes: fc.integer({ min: 1, max: 2 }), busyByLane: lanes, exceptions: exceptions('r') }),
      { minLength: 1, maxLength: 3 },
    ),
    count: fc.integer({ min: 1, max: 2 }),
    second: fc.boolean(),
    patientBusy: lanes,
  });
});
type Situation = typeof situation extends fc.Arbitrary<infer S> ? S : never;

function build(s: Situation): AvailabilityQuery {
  const { timeZone } = s;
  const rules = s.hours.map(([startLocal, endLocal]) => rule({ startLocal, endLocal, timeZone }));
  const dr = resource('dr', 'provider', {
    rules,
    timeZone,
    exceptions: s.providerExceptions,
    busyByLane: s.providerBusy,
  });
  const rooms = s.rooms.map((r, k) => resource(`room-${k}`, 'room', r));
  const own = { ...room, count: s.count, ownBufferAfterMinutes: 0 };
  const requirements = [needs('provider', 'provider'), own, ...(s.second ? [{ ...room, role: 'second' }] : [])];
  return {
    visitType: { ...fu30, ...s.visit, requirements },
    providers: [dr],
    pools: new Map([['exam-rooms', rooms]]),
    patient: resource('p', 'patient', { busyByLane: s.patientBusy }),
    window: s.window,
    at: s.now,
  };
}

describe('properties', () => {
  test('a start is offered exactly when nothing refuses it', () => {
    let offered = 0;
    fc.assert(
      fc.property(situation, (s) => {
        const q = build(s);
        const found = new Set(bookableStarts(q).map((b) => b.start));
        offered += found.size;
        for (let start = q.window.start; start < q.window.end; start += 5 * minute) {
          const refusal = explainStart(q, q.providers[0]!, start);
          expect(`${iso(start)} ${found.has(start)}`).toBe(`${iso(start)} ${refusal === null}`);
          found.delete(start);
        }
        expect(found.size).toBe(0);
      }),
      { numRuns: 150 },
    );
    // The property would hold of a function that never offers anything.
    expect(offered).toBeGreaterThan(200);
  });

  test('I11, I1, I15: what is offered exists on the clock, lies inside opening hours, and its lanes are free', () => {
    fc.assert(
      fc.property(situation, (s) => {
        const q = build(s);
        const dr = q.providers[0]!;
        const open = openIntervals(dr.rules, dr.exceptions, { start: s.window.start - 1e8, end: s.window.end + 1e8 });
        const all = new Map([dr, q.patient!, ...q.pools.get('exam-rooms')!].map((r) => [r.resourceId, r]));
        const found = bookableStarts(q);
        expect(found.map((b) => b.start)).toEqual([...new Set(found.map((b) => b.start))].toSorted((a, b) => a - b));
        for (const { start, end } of found.slice(0, 20)) {
          expect(end - start).toBe(s.visit.durationMinutes * minute);
          expect(localTimeOfDay(start, s.timeZone) % (s.visit.alignMinutes * minute)).toBe(0);
          const range = busyRangeFor(q.visitType.requirements[0]!, q.visitType, start);
          expect(open.some((o) => o.start <= range.start && range.end <= o.end)).toBe(true);
          const lanes = chooseLanes(q, dr, start)!;
          expect(new Set(lanes.map((l) => `${l.resourceId}/${l.lane}`)).size).toBe(1 + s.count + Number(s.second) + 1);
          for (const { resourceId, lane, busy } of lanes) {
            const facts = all.get(resourceId)!;
            expect(lane).toBeLessThan(facts.lanes);
            expect((facts.busyByLane[lane] ?? []).some((b) => overlaps(b, busy))).toBe(false);
            expect(facts.exceptions.some((e) => e.kind === 'closed' && overlaps(e, busy))).toBe(false);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  test('a limit gives the first of all', () => {
    fc.assert(
      fc.property(situation, fc.integer({ min: 1, max: 30 }), (s, limit) => {
        const window = { start: s.window.start, end: s.window.end + 200 * 60 * minute };
        const all = bookableStarts({ ...build(s), window });
        expect(bookableStarts({ ...build(s), window, limit })).toEqual(all.slice(0, limit));
      }),
      { numRuns: 60 },
    );
  });

  test('one more reservation never adds a start', () => {
    fc.assert(
      fc.property(situation, fc.integer({ min: 0, max: 100 }), (s, k) => {
        const before = new Set(bookableStarts(build(s)).map((b) => b.start));
        const start = s.window.start + k * 5 * minute;
        const more = {
          ...s,
          providerBusy: [
            [...(s.providerBusy[0] ?? []), { start, end: start + 40 * minute }],
            ...s.providerBusy.slice(1),
          ],
        };
        for (const b of bookableStarts(build(more))) expect(before.has(b.start)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
