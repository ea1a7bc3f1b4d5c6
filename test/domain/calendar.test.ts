import * as fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import {
  addDuration,
  edgeInstant,
  endOfLocalDay,
  iso,
  isoDurationToMs,
  isTimeZone,
  localOf,
  localTimeProblem,
  minusCalendarDays,
  parseInstant,
  parseStart,
  plusCalendarDays,
  resolveLocalTime,
  startOfLocalDay,
  subtractDuration,
  zonedIso,
} from '../../domain/calendar/calendar.ts';
import { DomainError } from '../../domain/errors.ts';
import { possibleInstants } from '../../domain/calendar/zone.ts';

const NY = 'America/New_York';
// Half-hour clock change, a skipped day, winter time in Ramadan only, a gap at midnight, no changes, two-hour change.
const zones = [
  NY,
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Africa/Casablanca',
  'America/Sao_Paulo',
  'Asia/Beirut',
  'Asia/Kolkata',
  'Europe/London',
  'Antarctica/Troll',
  'UTC',
];
const zone = fc.constantFrom(...zones);
const minute = 60_000;
/** Instants of 2009 to 2040, half of them within four hours of a change of the clocks of the zone. */
const zoneAndInstant = fc
  .record({
    timeZone: zone,
    minutes: fc.integer({ min: Date.UTC(2009, 0) / minute, max: Date.UTC(2040, 0) / minute }),
    near: fc.boolean(),
    delta: fc.integer({ min: -240, max: 240 }),
  })
  .map(({ timeZone, minutes, near, delta }) => {
    const at = Temporal.Instant.fromEpochMilliseconds(minutes * minute).toZonedDateTimeISO(timeZone);
    const change = near ? at.getTimeZoneTransition('next') : null;
    return { timeZone, instant: (change?.epochMilliseconds ?? minutes * minute) + (change ? delta * minute : 0) };
  });
const zoned = (instant: number, timeZone: string) =>
  Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone);
const at = (text: string) => {
  const instant = parseInstant(text);
  if (instant === null) throw new Error(`not an instant: ${text}`);
  return instant;
};

describe('I11: local time and instant', () => {
  test('what is stored as local_start reads back as the same instant, in every zone and on every night', () => {
    fc.assert(
      fc.property(zoneAndInstant, ({ timeZone, instant }) => {
        const local = localOf(instant, timeZone);
        expect(local).toBe(zoned(instant, timeZone).toPlainDateTime().toString({ smallestUnit: 'second' }));
        const plain = resolveLocalTime(local, timeZone);
        if (plain.ok) {
          expect(plain.instant).toBe(instant);
          return;
        }
        // The instant exists, so its local time can only be ambiguous, and one of the two is meant.
        if (plain.code !== 'ambiguous-local-time') expect.fail(plain.code);
        const both = (['earlier', 'later'] as const).map((fold) => resolveLocalTime(local, timeZone, fold));
        expect(both.map((b) => b.ok && b.instant)).toEqual([plain.earlier, plain.later]);
        expect([plain.earlier, plain.later]).toContain(instant);
        expect(plain.earlier).toBeLessThan(plain.later);
      }),
      { numRuns: 600 },
    );
  });

  test('the quick conversion is Temporal’s, gaps and overlaps included', () => {
    fc.assert(
      fc.property(zoneAndInstant, fc.integer({ min: -180, max: 180 }), ({ timeZone, instant }, shift) => {
        const local = localOf(instant, timeZone);
        const wall = Date.parse(`${local}Z`) + shift * minute;
        const text = new Date(wall).toISOString().slice(0, 19);
        const read = (disambiguation: 'compatible' | 'earlier' | 'later') =>
          Temporal.PlainDateTime.from(text).toZonedDateTime(timeZone, { disambiguation }).epochMilliseconds;
        const [date, time] = text.split('T') as [string, string];
        expect(edgeInstant(date, time, timeZone)).toBe(read('compatible'));
        const instants = possibleInstants(timeZone, wall);
        const exists = localOf(read('earlier'), timeZone) === text;
        expect(instants).toEqual(exists ? [...new Set([read('earlier'), read('later')])] : []);
        const resolved = resolveLocalTime(text, timeZone);
        expect(resolved.ok || resolved.code).toBe(
          ['local-time-does-not-exist', true, 'ambiguous-local-time'][instants.length],
        );
      }),
      { numRuns: 600 },
    );
  });

  test('day edges, calendar days and offsets are Temporal’s', () => {
    fc.assert(
      fc.property(zoneAndInstant, fc.integer({ min: -40, max: 40 }), ({ timeZone, instant }, days) => {
        const z = zoned(instant, timeZone);
        expect(startOfLocalDay(instant, timeZone)).toBe(z.startOfDay().epochMilliseconds);
        const next = z.toPlainDate().add({ days: 1 }).toZonedDateTime(timeZone).startOfDay().epochMilliseconds;
        expect(endOfLocalDay(instant, timeZone)).toBe(next);
        if (days !== 0) {
          const moved = z.toPlainDateTime().add({ days }).toZonedDateTime(timeZone).epochMilliseconds;
          expect(plusCalendarDays(instant, timeZone, days)).toBe(moved);
        }
        expect(at(zonedIso(instant, timeZone))).toBe(instant);
        expect(at(iso(instant))).toBe(instant);
      }),
      { numRuns: 400 },
    );
  });

  test('a recurring 09:00 stays 09:00 across the change, in every zone', () => {
    fc.assert(
      fc.property(zone, fc.integer({ min: 2009, max: 2040 }), (timeZone, year) => {
        const first = edgeInstant(`${year}-01-03`, '09:00', timeZone);
        for (let week = 1; week < 53; week++) {
          const start = plusCalendarDays(first, timeZone, 7 * week);
          expect(localOf(start, timeZone).slice(11)).toBe('09:00:00');
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('the two nights of 2027 in New York', () => {
  test('spring: 02:30 does not exist, 03:00 is the next valid time', () => {
    const refused = resolveLocalTime('2027-03-14T02:30', NY);
    expect(refused).toEqual({ ok: false, code: 'local-time-does-not-exist', nextValid: at('2027-03-14T07:00:00Z') });
    expect(resolveLocalTime('2027-03-14T02:30', NY, 'later')).toEqual(refused);
    if (refused.ok) return;
    expect(localTimeProblem(refused, NY)).toMatchObject({
      code: 'local-time-does-not-exist',
      data: { nextValid: '2027-03-14T03:00:00-04:00', nextValidLocal: '2027-03-14T03:00:00' },
    });
    // Availability edges do not refuse: 03:30 EDT, as measured in A2.
    expect(iso(edgeInstant('2027-03-14', '02:30', NY))).toBe('2027-03-14T07:30:00Z');
  });

  test('autumn: 01:30 happens twice and needs fold', () => {
    const refused = resolveLocalTime('2027-11-07T01:30', NY);
    const [earlier, later] = [at('2027-11-07T05:30:00Z'), at('2027-11-07T06:30:00Z')];
    expect(refused).toEqual({ ok: false, code: 'ambiguous-local-time', earlier, later });
    expect(parseStart('2027-11-07T01:30', NY, 'earlier')).toMatchObject({ ok: true, instant: earlier });
    expect(parseStart('2027-11-07T01:30', NY, 'later')).toMatchObject({ ok: true, instant: later });
    expect(iso(edgeInstant('2027-11-07', '01:30', NY))).toBe('2027-11-07T05:30:00Z');
    if (refused.ok) return;
    expect(localTimeProblem(refused, NY).data).toMatchObject({
      earlier: '2027-11-07T01:30:00-04:00',
      later: '2027-11-07T01:30:00-05:00',
    });
  });

  test('half an hour on Lord Howe, a day that never was in Apia', () => {
    expect(resolveLocalTime('2027-10-03T02:15', 'Australia/Lord_Howe')).toMatchObject({
      code: 'local-time-does-not-exist',
      nextValid: at('2027-10-03T02:30:00+11:00'),
    });
    expect(resolveLocalTime('2027-04-04T01:45', 'Australia/Lord_Howe')).toMatchObject({ code: 'ambiguous-local-time' });
    expect(resolveLocalTime('2011-12-30T12:00', 'Pacific/Apia')).toMatchObject({
      code: 'local-time-does-not-exist',
      nextValid: at('2011-12-31T00:00:00+14:00'),
    });
  });
});

describe('durations (B7)', () => {
  test('days are calendar days, hours are elapsed', () => {
    const start = at('2027-03-14T10:00:00-04:00');
    expect(iso(subtractDuration(start, 'P1D', NY))).toBe('2027-03-13T15:00:00Z');
    expect(iso(subtractDuration(start, 'PT24H', NY))).toBe('2027-03-13T14:00:00Z');
    expect(iso(addDuration(at('2027-03-13T15:00:00Z'), 'P1DT1H', NY))).toBe('2027-03-14T15:00:00Z');
    expect(iso(minusCalendarDays(start, NY, 1))).toBe('2027-03-13T15:00:00Z');
  });
  test('lengths', () => {
    expect(isoDurationToMs('PT1H30M')).toBe(90 * minute);
    expect(isoDurationToMs('PT0.5S')).toBe(500);
    expect(isoDurationToMs('P1W2D')).toBe(9 * 24 * 60 * minute);
    for (const bad of ['P', 'PT', 'P1M', 'P1Y', '1H', '-PT1H', 'PT1H2', 'P1DT', '']) {
      expect(() => isoDurationToMs(bad), bad).toThrow(DomainError);
    }
  });
});

describe('input', () => {
  test('an instant with an offset means itself, in any zone', () => {
    for (const text of [
      '2027-06-01T09:00:00-04:00',
      '2027-06-01T13:00:00Z',
      '2027-06-01T13:00Z',
      '2027-06-01T18:30:00.000+05:30',
    ]) {
      expect(parseStart(text, 'Asia/Kolkata')).toMatchObject({ ok: true, instant: Date.UTC(2027, 5, 1, 13) });
    }
  });
  test('what is not a time is refused', () => {
    const bad = [
      '',
      'tomorrow',
      '2027-02-30T09:00',
      '2027-13-01T09:00',
      '2027-06-01',
      '2027-06-01T24:00',
      '2027-06-01T09:60',
      '2027-06-01T09:00[America/New_York]',
      '2027-06-01T09:00+24:00',
      '0027-06-01T09:00',
      '2027-06-01 09:00',
      '2027-02-29T09:00:00Z',
    ];
    for (const text of bad) expect(parseStart(text, NY), text).toEqual({ ok: false, code: 'validation-failed' });
  });
  test('unknown zones are refused', () => {
    for (const name of ['Mars/Olympus', '+05:00', '', 'america/new_york', 'EST+5; DROP']) {
      expect(isTimeZone(name), name).toBe(false);
      expect(() => resolveLocalTime('2027-06-01T09:00', name), name).toThrow(DomainError);
    }
    for (const name of zones) expect(isTimeZone(name)).toBe(true);
  });
});
