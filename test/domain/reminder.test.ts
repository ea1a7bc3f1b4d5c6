import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { edgeInstant, iso, localOf, localTimeOfDay, parseInstant } from '../../domain/calendar/calendar.ts';
import { defaultPolicies, policyAt } from '../../domain/policies.ts';
import type { PolicyRow } from '../../domain/policies.ts';
import { conditionMet, dedupeKey, dueAfterOutage, planReminders } from '../../domain/appointment/reminder.ts';
import type { PlannedReminder, ReminderRequest } from '../../domain/appointment/reminder.ts';

const NY = 'America/New_York';
const minute = 60_000;
const hour = 60 * minute;
const at = (text: string) => parseInstant(text)!;
const request = (more: Partial<ReminderRequest> = {}): ReminderRequest => ({
  policy: defaultPolicies.reminder,
  start: edgeInstant('2027-03-17', '10:00', NY),
  timeZone: NY,
  patientTimeZone: NY,
  bookedAt: edgeInstant('2027-03-01', '12:00', NY),
  channelsAvailable: ['email', 'sms'],
  ...more,
});
const line = (r: PlannedReminder) => [r.policyItem, r.channel, iso(r.dueAt), ...(r.skip ? [r.skip] : [])].join(' ');
const plan = (more: Partial<ReminderRequest> = {}) => planReminders(request(more)).map(line);
const starting = (date: string, time: string) => edgeInstant(date, time, NY);

describe('S1 Reminders over DST', () => {
  test('exactly', () => {
    expect(iso(request().start)).toBe('2027-03-17T14:00:00Z');
    expect(plan()).toEqual([
      'P7D email 2027-03-10T15:00:00Z',
      'P3D sms 2027-03-14T14:00:00Z',
      'P3D email 2027-03-14T14:00:00Z',
      'P1D sms 2027-03-16T14:00:00Z',
      'PT3H sms 2027-03-17T11:00:00Z',
    ]);
    const items = planReminders(request());
    expect(items.map((i) => i.onlyIf)).toEqual([null, null, null, 'unconfirmed-or-high-risk', null]);
    expect(items.filter((i) => i.askConfirm).map((i) => i.policyItem)).toEqual(['P3D', 'P3D']);
    expect(planReminders(request({ video: true })).at(-1)!.kind).toBe('telehealth-link');
    expect(new Set(items.map((i) => dedupeKey('a', 2, i, 'patient:p'))).size).toBe(5);
    expect(dedupeKey('a', 2, items[1]!, 'patient:p')).toBe('appt:a:v2:P3D:sms:patient:p');
  });
  test('P1D only if unconfirmed, or at high risk', () => {
    const p1d = planReminders(request()).find((i) => i.policyItem === 'P1D')!;
    const met = (confirmed: boolean, highRisk: boolean) => conditionMet(p1d, { confirmed, highRisk });
    expect([met(false, false), met(true, false), met(true, true)]).toEqual([true, false, true]);
    expect(conditionMet({ onlyIf: null }, { confirmed: true, highRisk: false })).toBe(true);
  });
});

describe('rules of the plan', () => {
  test('skipped when due <= booked_at + PT1H', () => {
    const p3d = at('2027-03-14T14:00:00Z');
    const skipped = (bookedAt: number) => plan({ bookedAt }).filter((l) => l.endsWith('within-margin')).length;
    expect(skipped(p3d - hour)).toBe(3);
    expect(skipped(p3d - hour - 1)).toBe(1);
  });
  test('quiet hours: days move to 20:00 the evening before, 20:00 and 08:00 themselves stay', () => {
    const due = (time: string, item = 'P3D') =>
      plan({ start: starting('2027-06-20', time) }).find((l) => l.startsWith(item))!;
    expect(due('20:00')).toContain('2027-06-18T00:00:00Z');
    expect(due('20:01')).toContain('2027-06-18T00:00:00Z');
    expect(due('23:30')).toContain('2027-06-18T00:00:00Z');
    expect(due('08:00')).toContain('2027-06-17T12:00:00Z');
    expect(due('07:59')).toContain('2027-06-17T00:00:00Z');
    expect(due('00:00')).toContain('2027-06-17T00:00:00Z');
    // PT3H: as it is from 07:00, else suppressed, and so in the evening.
    expect(due('10:00', 'PT3H')).toBe('PT3H sms 2027-06-20T11:00:00Z');
    expect(due('09:59', 'PT3H')).toContain('quiet-hours');
    expect(due('23:00', 'PT3H')).toBe('PT3H sms 2027-06-21T00:00:00Z');
    expect(due('23:01', 'PT3H')).toContain('quiet-hours');
  });
  test('quiet hours are the patient’s, days are the clinic’s', () => {
    const lines = plan({ start: starting('2027-06-20', '10:00'), patientTimeZone: 'America/Los_Angeles' });
    // 10:00 in New York is 07:00 in Los Angeles: the evening before, 20:00 there.
    expect(lines.find((l) => l.startsWith('P3D'))).toContain('2027-06-17T03:00:00Z');
    expect(lines.find((l) => l.startsWith('PT3H'))).toContain('quiet-hours');
  });
  test('a missing channel falls back to mail, then to a call', () => {
    const by = (...channelsAvailable: ('email' | 'sms')[]) =>
      planReminders(request({ channelsAvailable })).map(
        (i) => `${i.policyItem} ${i.channel}${i.insteadOf ? ` for ${i.insteadOf}` : ''}`,
      );
    expect(by('email')).toEqual(['P7D email', 'P3D email for sms', 'P1D email for sms', 'PT3H email for sms']);
    expect(by('sms')).toEqual(['P7D staff-call for email', 'P3D sms', 'P1D sms', 'PT3H sms']);
    expect(by()).toEqual([
      'P7D staff-call for email',
      'P3D staff-call for sms',
      'P1D staff-call for sms',
      'PT3H staff-call for sms',
    ]);
  });
  test('a clinic of seconds has no quiet hours', () => {
    const policy = { items: [{ before: 'PT5S', channels: ['email' as const] }], margin: 'PT1S', quietHours: null };
    const night = starting('2027-06-20', '03:00');
    expect(plan({ policy, start: night, bookedAt: night - 20_000 })).toEqual(['PT5S email 2027-06-20T06:59:55Z']);
  });

  test('property: never at night (but PT from 07:00), never after the start, never later than asked', () => {
    const zones = fc.constantFrom(
      NY,
      'America/Los_Angeles',
      'Asia/Kolkata',
      'Australia/Lord_Howe',
      'Africa/Casablanca',
    );
    const quarter = fc.integer({
      min: at('2027-01-10T00:00Z') / (15 * minute),
      max: at('2028-01-01T00:00Z') / (15 * minute),
    });
    fc.assert(
      fc.property(zones, zones, quarter, (timeZone, patientTimeZone, q) => {
        const start = q * 15 * minute;
        const items = planReminders(request({ start, timeZone, patientTimeZone, bookedAt: start - 30 * 24 * hour }));
        expect(items).toHaveLength(5);
        for (const item of items) {
          expect(item.dueAt).toBeLessThan(start);
          const days = /^P(\d)D$/.exec(item.policyItem)?.[1];
          const tod = localTimeOfDay(item.dueAt, patientTimeZone);
          if (days === undefined) {
            expect(item.dueAt).toBe(start - 3 * hour);
            expect(item.skip === undefined).toBe(tod >= 7 * hour && tod <= 20 * hour);
            continue;
          }
          expect(item.skip).toBeUndefined();
          expect(tod >= 8 * hour && tod <= 20 * hour).toBe(true);
          const elapsed = (start - item.dueAt) / hour;
          // At most a calendar day's change of clocks, and at most the twelve hours of a night earlier.
          expect(elapsed).toBeGreaterThanOrEqual(Number(days) * 24 - 1);
          expect(elapsed).toBeLessThan(Number(days) * 24 + 12 + 2);
          if (tod !== 20 * hour)
            expect(localOf(item.dueAt, timeZone).slice(11)).toBe(localOf(start, timeZone).slice(11));
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('B14: after an outage', () => {
  const items = planReminders(request());
  const after = (text: string) => {
    const { send, suppress, wait } = dueAfterOutage(items, at(text));
    const name = (i: PlannedReminder) => `${i.policyItem} ${i.channel}`;
    return { send: send.map(name), suppress: suppress.map((s) => `${name(s.item)} ${s.reason}`), wait: wait.map(name) };
  };
  test('one overdue item is sent, late', () => {
    expect(after('2027-03-10T21:00:00Z')).toEqual({
      send: ['P7D email'],
      suppress: [],
      wait: ['P3D sms', 'P3D email', 'P1D sms', 'PT3H sms'],
    });
  });
  test('of several the latest, the others recorded', () => {
    expect(after('2027-03-17T13:59:59Z')).toEqual({
      send: ['PT3H sms'],
      suppress: ['P7D email superseded', 'P3D sms superseded', 'P3D email superseded', 'P1D sms superseded'],
      wait: [],
    });
  });
  test('two items moved to the same evening are still one message', () => {
    const policy = {
      ...defaultPolicies.reminder,
      items: [
        { before: 'P1D', channels: ['sms' as const] },
        { before: 'P1DT2H', channels: ['sms' as const] },
      ],
    };
    const moved = planReminders(request({ policy, start: starting('2027-06-20', '07:30') }));
    expect(new Set(moved.map((i) => i.dueAt)).size).toBe(1);
    const { send, suppress } = dueAfterOutage(moved, moved[0]!.dueAt);
    expect([send.length, suppress.map((s) => s.reason)]).toEqual([1, ['superseded']]);
  });
  test('from the start on nothing is useful', () => {
    const { send, suppress } = after('2027-03-17T14:00:00Z');
    expect(send).toEqual([]);
    expect(suppress).toHaveLength(5);
    expect(suppress.every((s) => s.endsWith('no-longer-useful'))).toBe(true);
  });
  test('property: every item has one fate, and at most one policy item is sent', () => {
    const some = fc.subarray(items);
    fc.assert(
      fc.property(some, fc.integer({ min: at('2027-03-09T00:00Z'), max: at('2027-03-18T00:00Z') }), (list, moment) => {
        const { send, suppress, wait } = dueAfterOutage(list, moment);
        const all = [...send, ...suppress.map((s) => s.item), ...wait];
        expect(new Set(all)).toEqual(new Set(list));
        expect(all).toHaveLength(list.length);
        expect(new Set(send.map((i) => i.policyItem)).size).toBeLessThanOrEqual(1);
        for (const i of send) expect(i.dueAt <= moment && moment < i.usefulUntil).toBe(true);
        const useful = list.some((i) => i.dueAt <= moment && moment < i.usefulUntil);
        expect(send.length > 0).toBe(useful);
      }),
    );
  });
});

describe('dated policies', () => {
  const row = (more: Partial<PolicyRow>): PolicyRow => ({
    kind: 'hold',
    locationId: null,
    validFrom: 100,
    validTo: null,
    value: { duration: 'PT15M' },
    ...more,
  });
  test('in force from its first instant, until its end; defaults where nothing is said', () => {
    const rows = [row({}), row({ validFrom: 200, value: { duration: 'PT5M' } }), row({ kind: 'other', validFrom: 0 })];
    const duration = (t: number, list = rows) => policyAt(list, 'hold', t).duration;
    expect([duration(99), duration(100), duration(199), duration(200)]).toEqual(['PT10M', 'PT15M', 'PT15M', 'PT5M']);
    expect(duration(150, [row({ validTo: 150 })])).toBe('PT10M');
    expect(policyAt(rows, 'hold', 100)).toEqual({ duration: 'PT15M', extension: 'PT5M', maxPerPatient: 3 });
  });
  test('the location’s own row wins, whatever its date', () => {
    const rows = [row({ locationId: 'a', validFrom: 50, value: { duration: 'PT6M' } }), row({})];
    expect(policyAt(rows, 'hold', 300, 'a').duration).toBe('PT6M');
    expect(policyAt(rows, 'hold', 300, 'b').duration).toBe('PT15M');
    expect(policyAt(rows, 'hold', 300).duration).toBe('PT15M');
  });
});
