/**
 * The guided intake (scheduling-intake.md D3): its steps, its states, and the table of edges. Who may do what, and from
 * where, is decided here once: by the transaction, by lists of allowed actions, and by the check of what is recorded (I13).
 */
import type { Action } from '../access.ts';

/** In order of dependency; each is a questionnaire of its own, and the server says which comes next. */
export const intakeSteps = [
  'language',
  'identity',
  'contact',
  'demographics',
  'insurance',
  'reason',
  'allergies',
  'medications',
  'history',
  'screens',
  'consents',
  'review',
] as const;
export type IntakeStep = (typeof intakeSteps)[number];

export const intakeStates = [
  'created',
  'invited',
  'in-progress',
  'submitted',
  'in-review',
  'returned',
  'completed',
  'expired',
  'cancelled',
] as const;
export type IntakeState = (typeof intakeStates)[number];

/** Somebody still has something to do; one at most for an appointment. */
export const openIntakeStates: ReadonlySet<IntakeState> = new Set([
  'created',
  'invited',
  'in-progress',
  'submitted',
  'in-review',
  'returned',
]);
/** The patient may answer: the clinic has not got it, or gave it back. */
export const answeringStates: ReadonlySet<IntakeState> = new Set(['created', 'invited', 'in-progress', 'returned']);

export const stepStates = ['open', 'started', 'answered', 'returned', 'waived', 'not-needed'] as const;
export type StepState = (typeof stepStates)[number];

/** Flags that run beside the state. */
export const identityFlags = ['unverified', 'verified', 'possible-duplicate', 'conflict'] as const;
export type IdentityFlag = (typeof identityFlags)[number];
export const escalationFlags = ['none', 'open', 'acknowledged', 'closed'] as const;
export type EscalationFlag = (typeof escalationFlags)[number];
export const insuranceFlags = ['missing', 'captured', 'eligible', 'inactive', 'error'] as const;
export type InsuranceFlag = (typeof insuranceFlags)[number];

/** What people say to it, apart from answers. */
export const intakeActions = [
  'submit',
  'withdraw',
  'assign-review',
  'return',
  'approve',
  'waive',
  'resolve-match',
  'ack-escalation',
  'resend-link',
  'cancel',
  'reopen',
  'verify-identity',
] as const;
export type IntakeAction = (typeof intakeActions)[number];

/** What happens to it: what people say, answers, and what time and other processes bring. */
export type IntakeEvent =
  | IntakeAction
  | 'save-step'
  | 'create'
  | 'flag-raised'
  | 'invite'
  | 'remind'
  | 'review-overdue'
  | 'expire'
  | 'majority'
  | 'identity-changed'
  | 'escalation-changed'
  | 'insurance-changed'
  | 'retained';

interface Edge {
  readonly from: readonly (IntakeState | null)[];
  /** null: the state stays. */
  readonly to: IntakeState | null;
}

const open = [...openIntakeStates];
const answering = [...answeringStates];
const reviewing: readonly IntakeState[] = ['submitted', 'in-review'];

/** Every edge there is. */
export const intakeEdges: Readonly<Record<IntakeEvent, Edge>> = {
  create: { from: [null], to: 'created' },
  invite: { from: ['created'], to: 'invited' },
  'save-step': { from: answering, to: 'in-progress' },
  // Whoever got it back answers again first: that leads to in-progress.
  submit: { from: ['in-progress'], to: 'submitted' },
  'assign-review': { from: reviewing, to: 'in-review' },
  return: { from: ['in-review'], to: 'returned' },
  approve: { from: ['in-review'], to: 'completed' },
  waive: { from: open, to: null },
  'resolve-match': { from: open, to: null },
  'verify-identity': { from: open, to: null },
  'ack-escalation': { from: intakeStates, to: null },
  'resend-link': { from: answering, to: null },
  withdraw: { from: open, to: 'cancelled' },
  cancel: { from: open, to: 'cancelled' },
  reopen: { from: ['expired'], to: 'in-progress' },
  /** A save was refused, and the danger in it was not. */
  'flag-raised': { from: open, to: null },
  remind: { from: answering, to: null },
  'review-overdue': { from: reviewing, to: null },
  expire: { from: answering, to: 'expired' },
  majority: { from: open, to: null },
  'identity-changed': { from: intakeStates, to: null },
  'escalation-changed': { from: intakeStates, to: null },
  'insurance-changed': { from: intakeStates, to: null },
  retained: { from: ['cancelled', 'expired'], to: null },
};

/** @returns the state afterwards; null where the table has no such edge */
export function intakeAfter(from: IntakeState | null, event: IntakeEvent): IntakeState | null {
  const edge = intakeEdges[event];
  return edge.from.includes(from) ? (edge.to ?? from) : null;
}

/** Who may: staff by this permission; the patient, or whoever answers for them, where `own` is true. */
export const intakeRights: Readonly<
  Record<
    IntakeAction | 'save-step',
    { readonly staff: Action | 'identity:review' | 'emergency:ack' | null; readonly own: boolean }
  >
> = {
  'save-step': { staff: 'intake:manage', own: true },
  submit: { staff: 'intake:manage', own: true },
  withdraw: { staff: null, own: true },
  'assign-review': { staff: 'intake:review', own: false },
  return: { staff: 'intake:review', own: false },
  approve: { staff: 'intake:review', own: false },
  waive: { staff: 'intake:review', own: false },
  'resolve-match': { staff: 'identity:review', own: false },
  'ack-escalation': { staff: 'emergency:ack', own: false },
  'resend-link': { staff: 'intake:manage', own: false },
  cancel: { staff: 'intake:manage', own: false },
  reopen: { staff: 'intake:manage', own: false },
  'verify-identity': { staff: 'intake:manage', own: false },
};

/** What a transaction finds when it judges an action; the lists of what is possible are made of the same. */
export interface IntakeFacts {
  readonly state: IntakeState;
  readonly identity: IdentityFlag;
  /** Escalations of this intake that nobody has acknowledged. */
  readonly openEscalations: number;
  /** Possible duplicates of its patient that nobody has decided. */
  readonly openMatches: number;
  /** Codes of required consents that are not valid. */
  readonly consentsMissing: readonly string[];
  /** Steps that are needed and neither answered nor waived. */
  readonly missing: readonly IntakeStep[];
  /** Steps that could still be waived. */
  readonly waivable: number;
  /** An expired one may be taken up again until then, epoch ms; null when it may not. */
  readonly reopenUntil: number | null;
}

export type IntakeRefusal =
  'invalid-transition' | 'escalation-open' | 'possible-duplicate' | 'consents-missing' | 'intake-incomplete';

/** Why an action is not possible now; null when it is. Whoever asks is judged apart. @param at epoch ms */
export function intakeRefusal(facts: IntakeFacts, event: IntakeAction | 'save-step', at: number): IntakeRefusal | null {
  if (intakeAfter(facts.state, event) === null) return 'invalid-transition';
  switch (event) {
    case 'submit':
      return facts.missing.length > 0 ? 'intake-incomplete' : null;
    case 'approve':
      // The danger first: it is what somebody has to act on.
      if (facts.openEscalations > 0) return 'escalation-open';
      if (facts.openMatches > 0 || facts.identity === 'possible-duplicate' || facts.identity === 'conflict')
        return 'possible-duplicate';
      return facts.consentsMissing.length > 0 ? 'consents-missing' : null;
    case 'ack-escalation':
      return facts.openEscalations > 0 ? null : 'invalid-transition';
    case 'resolve-match':
      return facts.openMatches > 0 ? null : 'invalid-transition';
    case 'verify-identity':
      return facts.identity === 'unverified' ? null : 'invalid-transition';
    case 'waive':
      return facts.waivable > 0 ? null : 'invalid-transition';
    case 'reopen':
      return facts.reopenUntil !== null && at < facts.reopenUntil ? null : 'invalid-transition';
    default:
      return null;
  }
}
