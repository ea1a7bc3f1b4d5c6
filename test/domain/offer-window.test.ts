/** How long an offer stands and when one may be sent (scheduling-intake.md D2); the windows of S11. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maySend, nextSendAt, offerExpiry, releaseAt, windowRowOf } from '../../domain/waitlist/offer-window.ts';
import { defaultPolicies } from '../../domain/policies.ts';
import { DAY, HOUR, MINUTE } from '../../domain/calendar/zone.ts';

const policy = defaultPolicies.waitlist;
const zone = 'America/New_York';
const ms = (instant: string): number => Date.parse(instant);
const expiry = (start: number, sentAt: number, byCall = false, patientTimeZone = zone): number | null =>
  offerExpiry(policy, { start, sentAt, byCall, patientTimeZone, releaseAt: releaseAt(policy, 120, start, sentAt) });

describe('the window of an offer', () => {
  it('S11: an hour at a lead of exactly a day, twenty minutes below it', () => {
    const start = ms('2027-03-04T15:00:00Z');
    expect(expiry(start, ms('2027-03-03T15:00:00Z'))).toBe(ms('2027-03-03T16:00:00Z'));
    expect(expiry(start, ms('2027-03-03T15:07:00Z'))).toBe(ms('2027-03-03T15:27:00Z'));
    expect(releaseAt(policy, 120, start, ms('2027-03-03T15:00:00Z'))).toBe(ms('2027-03-04T13:00:00Z'));
  });

  it.each([
    ['a week', 7 * DAY, 12 * HOUR, 10],
    ['three days', 72 * HOUR, 4 * HOUR, 10],
    ['a day', 24 * HOUR, HOUR, 15],
    ['four hours', 4 * HOUR, 20 * MINUTE, 12],
    ['two hours', 2 * HOUR, 10 * MINUTE, 6],
  ])('%s belongs to its row, a millisecond less to the next', (_name, lead, window, maxOffers) => {
    expect(windowRowOf(policy, lead)).toMatchObject({ maxOffers });
    const row = windowRowOf(policy, lead - 1);
    expect(row?.leadAtLeast).not.toBe(windowRowOf(policy, lead)?.leadAtLeast);
    const noon = ms('2027-03-03T13:00:00Z');
    const end = offerExpiry(policy, { start: noon + lead, sentAt: noon, byCall: false, patientTimeZone: zone, releaseAt: noon + 2 * DAY }); // prettier-ignore
    expect(end).toBe(noon + window);
  });

  it('is nothing under two hours, and nothing once the time is public', () => {
    const now = ms('2027-03-03T15:00:00Z');
    expect(windowRowOf(policy, 2 * HOUR - 1)).toBeNull();
    expect(expiry(now + 2 * HOUR - 1, now)).toBeNull();
    expect(expiry(now + 2 * HOUR, now)).toBeNull();
    expect(expiry(now + 2 * HOUR + MINUTE, now)).toBe(now + MINUTE);
  });

  it('counts by day only for far visits, over the night and over the change of the clocks', () => {
    // 4 hours from 18:00: two before 20:00, two after 08:00; on 14 March the clocks go forward at 02:00.
    const sent = ms('2027-03-13T23:00:00Z');
    expect(expiry(sent + 5 * DAY, sent)).toBe(ms('2027-03-14T14:00:00Z'));
    expect(expiry(sent + 5 * DAY, sent, false, 'UTC')).toBe(ms('2027-03-14T12:00:00Z'));
  });

  it('is doubled for who must be called, from a day’s lead on', () => {
    const sent = ms('2027-03-03T15:00:00Z');
    expect(expiry(sent + 30 * HOUR, sent, true)).toBe(sent + 2 * HOUR);
    expect(expiry(sent + 10 * HOUR, sent, true)).toBe(sent + 20 * MINUTE);
  });

  it('never outlasts the release, and never ends before it began', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20 * DAY }), fc.integer({ min: 0, max: 2 * DAY }), (lead, shift) => {
        const sent = ms('2027-03-10T00:00:00Z') + shift;
        const end = expiry(sent + lead, sent);
        if (end === null) return;
        expect(end).toBeGreaterThan(sent);
        expect(end).toBeLessThanOrEqual(releaseAt(policy, 120, sent + lead, sent));
      }),
    );
  });
});

describe('the release', () => {
  it('comes two hours before the start, or the lead of the visit type, or a day after opening for far visits', () => {
    const opened = ms('2027-03-01T15:00:00Z');
    expect(releaseAt(policy, 60, opened + 3 * DAY, opened)).toBe(opened + 3 * DAY - 2 * HOUR);
    expect(releaseAt(policy, 240, opened + 3 * DAY, opened)).toBe(opened + 3 * DAY - 4 * HOUR);
    expect(releaseAt(policy, 120, opened + 7 * DAY, opened)).toBe(opened + 7 * DAY - 2 * HOUR);
    expect(releaseAt(policy, 120, opened + 7 * DAY + 1, opened)).toBe(opened + DAY);
  });
});

describe('hours of sending', () => {
  it('allows both edges of the day on the patient’s clock', () => {
    expect(maySend(policy, ms('2027-03-03T13:00:00Z'), zone)).toBe(true);
    expect(maySend(policy, ms('2027-03-03T12:59:59Z'), zone)).toBe(false);
    expect(maySend(policy, ms('2027-03-04T01:00:00Z'), zone)).toBe(true);
    expect(maySend(policy, ms('2027-03-04T01:00:01Z'), zone)).toBe(false);
    expect(maySend({ ...policy, sendHours: null }, ms('2027-03-04T07:00:00Z'), zone)).toBe(true);
  });

  it('the next instant of sending can be sent at, and none before it can', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 * DAY }), (shift) => {
        const at = ms('2027-11-03T00:00:00Z') + shift;
        const next = nextSendAt(policy, at, zone);
        expect(next).toBeGreaterThanOrEqual(at);
        expect(maySend(policy, next, zone)).toBe(true);
        if (next > at) expect(maySend(policy, next - 1, zone)).toBe(false);
      }),
    );
  });
});
