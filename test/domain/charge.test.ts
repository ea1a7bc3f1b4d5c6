import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  afterChargeAction,
  amountFor,
  automaticWaiver,
  chargeActions,
  chargeActionsFrom,
  chargeKinds,
  chargeStates,
  payerClasses,
} from '../../domain/appointment/charge.ts';
import type { FeePolicy, Occasion } from '../../domain/appointment/charge.ts';
import { defaultPolicies } from '../../domain/policies.ts';

const policy: FeePolicy = {
  ...defaultPolicies.fee,
  lateCancelCents: 2500,
  noShowCents: 4000,
  byVisitType: { NEW60: { noShowCents: 9000, depositCents: 2000 }, FREE: { lateCancelCents: 0 } },
};
const occasion = (more: Partial<Occasion> = {}): Occasion => ({
  amountCents: 2500,
  payerClass: null,
  waivedByStaff: false,
  before: true,
  telehealthFailed: false,
  ...more,
});

describe('D1, Fees: what is proposed', () => {
  test('amounts by visit type, else the clinic’s; a clinic that set nothing asks for nothing', () => {
    expect(chargeKinds.map((kind) => amountFor(policy, kind, 'FU30'))).toEqual([2500, 4000, 0]);
    expect(chargeKinds.map((kind) => amountFor(policy, kind, 'NEW60'))).toEqual([2500, 9000, 2000]);
    expect(amountFor(policy, 'late-cancel', 'FREE')).toBe(0);
    expect(amountFor(policy, 'no-show', 'constructor')).toBe(4000);
    for (const kind of chargeKinds) expect(amountFor(defaultPolicies.fee, kind, 'FU30')).toBe(0);
  });

  test('waived: nothing set, our telehealth failed, the payer forbids it, staff said so, the first time', () => {
    const waiver = (more: Partial<Occasion>, kind: (typeof chargeKinds)[number] = 'no-show') =>
      automaticWaiver(policy, kind, occasion(more));
    expect(waiver({})).toBeNull();
    expect(waiver({ amountCents: 0 })).toBe('no-fee-set');
    expect(waiver({ telehealthFailed: true })).toBe('telehealth-failure');
    expect(waiver({ payerClass: 'medicaid' })).toBe('payer-class');
    expect(waiver({ payerClass: 'commercial' })).toBeNull();
    expect(waiver({ waivedByStaff: true })).toBe('staff-decision');
    expect(waiver({ before: false })).toBe('first-occurrence');
    expect(automaticWaiver({ ...policy, waiveFirst: false }, 'no-show', occasion({ before: false }))).toBeNull();
    // A deposit is for a service: what forgives a missed visit does not forgive it.
    expect(waiver({ before: false, payerClass: 'medicaid', waivedByStaff: true }, 'deposit')).toBeNull();
  });

  test('nobody whose payer forbids it is ever asked for a fee, whatever else holds', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('late-cancel' as const, 'no-show' as const),
        fc.subarray([...payerClasses]),
        fc.constantFrom(...payerClasses),
        fc.record({
          amountCents: fc.integer({ min: 0, max: 10_000 }),
          waivedByStaff: fc.boolean(),
          before: fc.boolean(),
          telehealthFailed: fc.boolean(),
        }),
        (kind, forbidding, payerClass, rest) => {
          const waiver = automaticWaiver({ ...policy, waivedPayerClasses: forbidding }, kind, { ...rest, payerClass });
          const asked =
            rest.amountCents > 0 &&
            !forbidding.includes(payerClass) &&
            !rest.telehealthFailed &&
            !rest.waivedByStaff &&
            rest.before;
          expect(waiver === null).toBe(asked);
        },
      ),
    );
  });
});

describe('what a person decides', () => {
  test('each step from its own state only, and each has its way back', () => {
    const allowed = Object.fromEntries(
      chargeStates.map((state) => [state, chargeActionsFrom({ state, amountCents: 1 })]),
    );
    expect(allowed).toEqual({ proposed: ['waive', 'post'], waived: ['undo-waive'], posted: ['undo-post'], void: [] });
    for (const state of chargeStates) {
      for (const action of chargeActions) {
        const after = afterChargeAction({ state, amountCents: 1 }, action);
        if (allowed[state]!.includes(action)) expect(after).toHaveProperty('to');
        else expect(after).toMatchObject({ code: 'invalid-transition', allowed: allowed[state] });
      }
    }
    expect(afterChargeAction({ state: 'waived', amountCents: 0 }, 'undo-waive')).toMatchObject({
      code: 'invalid-transition',
    });
  });
});
