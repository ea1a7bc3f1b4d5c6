import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide } from '../../domain/appointment/appointment.ts';
import { defaultRules } from '../../domain/appointment/appointment-facts.ts';
import type { AppointmentFacts } from '../../domain/appointment/appointment-facts.ts';
import { timersOf } from '../../domain/appointment/appointment-timers.ts';
import { confirmationChoices, confirmationDueAt } from '../../domain/appointment/confirmation.ts';
import { defaultPolicies } from '../../domain/policies.ts';
import type { ConfirmationPolicy } from '../../domain/policies.ts';
import { planReminders } from '../../domain/appointment/reminder.ts';
import { facts, hour, minute, patient, staff, start, system, zone } from './appointment-setup.ts';

const due = start - 6 * hour;
const visit = (confirmation: Partial<ConfirmationPolicy>, more: Partial<AppointmentFacts> = {}): AppointmentFacts =>
  facts({
    bookedAt: start - 240 * hour,
    askedToConfirm: true,
    rules: { ...defaultRules, confirmation: { ...defaultRules.confirmation, ...confirmation } },
    ...more,
  });
const giveAway = (f: AppointmentFacts, at: number) => decide(f, 'unconfirmed', { at, actor: system });
const guardOf = (f: AppointmentFacts, at: number) => {
  const decision = giveAway(f, at);
  return decision.ok ? null : (decision.problem.data?.['guard'] ?? decision.problem.code);
};

describe('B17: the deadline to confirm', () => {
  test('keep: nothing is asked. call and release: a timer six hours before, until somebody confirms', () => {
    const named = (f: AppointmentFacts) => timersOf(f).find(({ name }) => name === 'confirmation');
    expect(named(visit({ otherwise: 'keep' }))).toBeUndefined();
    expect(named(visit({ otherwise: 'call' }))).toEqual({ name: 'confirmation', dueAt: due, event: null });
    expect(named(visit({ otherwise: 'release' }))).toEqual({ name: 'confirmation', dueAt: due, event: 'unconfirmed' });
    expect(named(visit({ otherwise: 'release' }, { confirmedAt: due - 1 }))).toBeUndefined();
    expect(named(visit({ otherwise: 'release' }, { status: 'arrived' }))).toBeUndefined();
  });

  test('the time is given away from the very instant on, by the system only, never late and never with a fee', () => {
    const f = visit({ otherwise: 'release' });
    expect(guardOf(f, due - 1)).toBe('not-yet');
    expect(giveAway(f, due)).toMatchObject({
      ok: true,
      to: 'cancelled',
      changes: { cancelReason: 'unconfirmed', cancelledBy: 'system', lateCancel: false },
    });
    for (const actor of [staff, patient]) {
      expect(decide(f, 'unconfirmed', { at: due, actor })).toMatchObject({ ok: false, problem: { code: 'forbidden' } });
    }
    // Until it is given away the visit stands, and is confirmed at the last instant as at any other.
    expect(decide(f, 'confirm', { at: due, actor: patient })).toMatchObject({ ok: true, to: 'booked' });
  });

  test('who was not told, and what is found too late after an outage, is called', () => {
    expect(guardOf(visit({ otherwise: 'release' }, { askedToConfirm: false }), due)).toBe('deadline-not-told');
    expect(guardOf(visit({ otherwise: 'release' }), start - 3 * hour - 1)).toBeNull();
    expect(guardOf(visit({ otherwise: 'release' }), start - 3 * hour)).toBe('release-too-late');
    expect(guardOf(visit({ otherwise: 'call' }), due)).toBe('confirmation-not-asked');
  });

  test('a late booking says by itself that the patient comes: the margin counts to the instant', () => {
    const bookedAt = (ms: number) =>
      confirmationDueAt(visit({ otherwise: 'release', margin: 'PT12H' }, { bookedAt: ms }));
    expect(bookedAt(due - 12 * hour)).toBeNull();
    expect(bookedAt(due - 12 * hour - 1)).toBe(due);
    // A run of an earlier release does not know when it was booked.
    expect(confirmationDueAt(visit({ otherwise: 'release' }, { bookedAt: undefined }))).toBeNull();
  });

  test('days are counted at the wall clock, across the change of clocks', () => {
    // Sunday 2027-03-14 10:00 in New York is EDT; the evening before at ten is EST.
    const sunday = Date.UTC(2027, 2, 14, 14);
    const f = visit({ otherwise: 'release', deadline: 'P1D' }, { start: sunday, bookedAt: sunday - 240 * hour });
    expect(confirmationDueAt(f)).toBe(Date.UTC(2027, 2, 13, 15));
    expect(confirmationDueAt(visit({ otherwise: 'release', deadline: 'PT24H' }, { start: sunday, bookedAt: 0 }))).toBe(
      Date.UTC(2027, 2, 13, 14),
    );
  });

  test('at any instant, for any policy: given away exactly when told, unconfirmed, due, and time is left', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...confirmationChoices),
        fc.integer({ min: 1, max: 72 }),
        fc.integer({ min: 0, max: 48 }),
        fc.integer({ min: 1, max: 200 }),
        fc.boolean(),
        fc.option(fc.integer({ min: -100 * hour, max: 0 }), { nil: null }),
        fc.oneof(
          fc.constantFrom(-1, 0, 1, 'middle' as const, 'before-middle' as const),
          fc.integer({ min: -80 * hour, max: hour }),
        ),
        (otherwise, before, margin, booked, askedToConfirm, confirmed, moment) => {
          const policy = { otherwise, deadline: `PT${before}H`, margin: `PT${margin}H` };
          const deadline = start - before * hour;
          const middle = start - (before * hour) / 2;
          const at = moment === 'middle' ? middle : moment === 'before-middle' ? middle - 1 : deadline + moment;
          const f = visit(policy, {
            bookedAt: start - booked * hour,
            askedToConfirm,
            confirmedAt: confirmed === null ? null : start + confirmed,
          });
          const asked = otherwise === 'release' && booked > before + margin;
          const wanted = asked && askedToConfirm && confirmed === null && at >= deadline && at < middle;
          expect(giveAway(f, at).ok).toBe(wanted);
          const timer = timersOf(f).find(({ name }) => name === 'confirmation');
          expect(timer?.dueAt).toBe(
            otherwise !== 'keep' && booked > before + margin && confirmed === null ? deadline : undefined,
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('B17: the message says so', () => {
  const plan = (more: Partial<Parameters<typeof planReminders>[0]> = {}) =>
    planReminders({
      policy: defaultPolicies.reminder,
      start,
      timeZone: zone,
      patientTimeZone: zone,
      bookedAt: start - 240 * hour,
      channelsAvailable: ['email', 'sms'],
      releaseAt: due,
      ...more,
    });
  const told = (items: ReturnType<typeof plan>) =>
    items
      .filter(({ confirmBy }) => confirmBy !== undefined)
      .map(({ policyItem, channel }) => `${policyItem} ${channel}`);

  test('the question names the deadline, and so does what goes to the unconfirmed before it', () => {
    expect(told(plan())).toEqual(['P3D sms', 'P3D email', 'P1D sms']);
    expect(told(plan({ releaseAt: null }))).toEqual([]);
    expect(told(plan({ releaseAt: start - 25 * hour + minute }))).toEqual(['P3D sms', 'P3D email']);
  });

  test('where no message can ask in time none names it: booked too late, or no channel', () => {
    expect(told(plan({ bookedAt: start - 72 * hour }))).toEqual([]);
    expect(told(plan({ channelsAvailable: [] }))).toEqual([]);
    expect(told(plan({ releaseAt: start - 73 * hour }))).toEqual([]);
  });
});
