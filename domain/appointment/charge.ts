/**
 * Fees and deposits (scheduling-intake.md D1, Fees; features.md B24). A process proposes, a person decides, and nothing
 * here moves money. Amounts are integers of the currency's smallest unit.
 */
import type { ProblemDetail } from '../errors.ts';

export const chargeKinds = ['late-cancel', 'no-show', 'deposit'] as const;
export type ChargeKind = (typeof chargeKinds)[number];

export const chargeStates = ['proposed', 'waived', 'posted', 'void'] as const;
export type ChargeState = (typeof chargeStates)[number];

/** By rule, in the order in which they are asked: the first that holds is the reason on record. */
export const automaticWaivers = [
  'no-fee-set',
  'telehealth-failure',
  'payer-class',
  'staff-decision',
  'first-occurrence',
] as const;
/** By a person, from the list of charges. */
export const waiverReasons = [
  'clinic-error',
  'emergency',
  'hardship',
  'goodwill',
  'first-occurrence',
  'other',
] as const;
export const voidReasons = [
  'undone',
  'clinic-cancelled',
  'visit-cancelled',
  'not-approved',
  'entered-in-error',
] as const;
export type VoidReason = (typeof voidReasons)[number];

export const payerClasses = ['commercial', 'medicare', 'medicaid', 'self-pay', 'other'] as const;
export type PayerClass = (typeof payerClasses)[number];

export interface FeeAmounts {
  readonly lateCancelCents: number;
  readonly noShowCents: number;
  /** Asked for at booking; 0: none. */
  readonly depositCents: number;
}

/** The policy kind `fee`. A clinic that has set nothing asks for nothing. */
export interface FeePolicy extends FeeAmounts {
  /** ISO 4217. */
  readonly currency: string;
  readonly waiveFirst: boolean;
  /** Payers that forbid fees for visits that did not take place. Deposits are for services and stay. */
  readonly waivedPayerClasses: readonly PayerClass[];
  /** By the code of the visit type; what it leaves out is as above. */
  readonly byVisitType: Readonly<Record<string, Partial<FeeAmounts>>>;
}

const amountOf = { 'late-cancel': 'lateCancelCents', 'no-show': 'noShowCents', deposit: 'depositCents' } as const;

export function amountFor(policy: FeePolicy, kind: ChargeKind, visitTypeCode: string): number {
  const own = Object.hasOwn(policy.byVisitType, visitTypeCode) ? policy.byVisitType[visitTypeCode] : undefined;
  return own?.[amountOf[kind]] ?? policy[amountOf[kind]];
}

export interface Occasion {
  readonly amountCents: number;
  readonly payerClass: PayerClass | null;
  /** Who acted (a member of staff) said that there is no fee. */
  readonly waivedByStaff: boolean;
  /** The patient has been late or missing before. */
  readonly before: boolean;
  /** The picture failed, as we logged ourselves. */
  readonly telehealthFailed: boolean;
}

/** Why a fee is waived at once, or null. A deposit is no penalty, and only its amount is looked at. */
export function automaticWaiver(
  policy: FeePolicy,
  kind: ChargeKind,
  occasion: Occasion,
): (typeof automaticWaivers)[number] | null {
  if (occasion.amountCents === 0) return 'no-fee-set';
  if (kind === 'deposit') return null;
  if (occasion.telehealthFailed) return 'telehealth-failure';
  if (occasion.payerClass !== null && policy.waivedPayerClasses.includes(occasion.payerClass)) return 'payer-class';
  if (occasion.waivedByStaff) return 'staff-decision';
  return policy.waiveFirst && !occasion.before ? 'first-occurrence' : null;
}

export const chargeActions = ['waive', 'undo-waive', 'post', 'undo-post'] as const;
export type ChargeAction = (typeof chargeActions)[number];

const edges: Readonly<Record<ChargeAction, readonly [ChargeState, ChargeState]>> = {
  waive: ['proposed', 'waived'],
  'undo-waive': ['waived', 'proposed'],
  post: ['proposed', 'posted'],
  'undo-post': ['posted', 'proposed'],
};

/** What a person may do with it now. Nothing can be asked for where no amount is set. */
export function chargeActionsFrom(charge: {
  readonly state: ChargeState;
  readonly amountCents: number;
}): ChargeAction[] {
  return chargeActions.filter(
    (action) => edges[action][0] === charge.state && (action !== 'undo-waive' || charge.amountCents > 0),
  );
}

export function afterChargeAction(
  charge: { readonly state: ChargeState; readonly amountCents: number },
  action: ChargeAction,
): { readonly to: ChargeState } | ProblemDetail {
  const allowed = chargeActionsFrom(charge);
  return allowed.includes(action)
    ? { to: edges[action][1] }
    : { code: 'invalid-transition', allowed, data: { from: charge.state, event: action } };
}
