/**
 * What each action asks before it is sent. Whether an action is possible is the server's word alone; this file only knows
 * which questions belong to it.
 */
import type { Action } from '../../../domain/access.ts';
import type { AppointmentAction } from '../../../workflows/messages/appointment.ts';

export type Asks = 'nothing' | 'reason' | 'place' | 'check-in' | 'complete';

export const asks: Readonly<Record<AppointmentAction, Asks>> = {
  book: 'place',
  'extend-hold': 'nothing',
  'release-hold': 'nothing',
  'confirm-hold': 'nothing',
  withdraw: 'nothing',
  approve: 'nothing',
  refuse: 'reason',
  confirm: 'nothing',
  reschedule: 'place',
  arrive: 'nothing',
  'check-in': 'check-in',
  'start-encounter': 'nothing',
  complete: 'complete',
  'no-show': 'nothing',
  'undo-no-show': 'nothing',
  cancel: 'reason',
  'leave-without-being-seen': 'nothing',
  'cancel-by-clinic': 'reason',
  'fall-back-to-phone': 'nothing',
  'entered-in-error': 'reason',
};

/** Reasons that are offered; the word `other` asks for a sentence. */
export const reasonsOf: Readonly<Partial<Record<AppointmentAction, readonly string[]>>> = {
  cancel: ['patient-request', 'feels-better', 'transport', 'work-or-family', 'elsewhere', 'other'],
  'cancel-by-clinic': ['practitioner-away', 'equipment', 'weather', 'other'],
  refuse: ['not-indicated', 'wrong-visit-type', 'no-capacity', 'other'],
  'entered-in-error': ['wrong-patient', 'wrong-time', 'twice', 'other'],
};

/** D1 knows one way back; a hold is let go, which is the same for the person. */
export const undoOf: Readonly<Partial<Record<AppointmentAction, AppointmentAction>>> = { 'no-show': 'undo-no-show' };

/** Acts that end something stand apart and never come first. */
export const endings: ReadonlySet<AppointmentAction> = new Set([
  'release-hold',
  'withdraw',
  'refuse',
  'no-show',
  'cancel',
  'leave-without-being-seen',
  'cancel-by-clinic',
  'fall-back-to-phone',
  'entered-in-error',
]);

/** The usual next step leads; the rest follow in this order. */
export const order: readonly AppointmentAction[] = [
  'confirm-hold',
  'book',
  'approve',
  'check-in',
  'arrive',
  'start-encounter',
  'complete',
  'undo-no-show',
  'confirm',
  'reschedule',
  'extend-hold',
  'fall-back-to-phone',
  'cancel',
  'no-show',
  'leave-without-being-seen',
  'cancel-by-clinic',
  'refuse',
  'release-hold',
  'withdraw',
  'entered-in-error',
];

/** One letter each, on a visit of the day that has the focus or is open beside it. */
export const keyOf: Readonly<Record<string, AppointmentAction>> = {
  a: 'arrive',
  i: 'check-in',
  s: 'start-encounter',
  c: 'complete',
};

/** What the letters need, so that only those are taught which the person may use; the server decides all the same. */
export const keyNeeds: Readonly<Record<string, Action>> = {
  a: 'appointment:check-in',
  i: 'appointment:check-in',
  s: 'appointment:complete',
  c: 'appointment:complete',
};

export const identifiers = ['name', 'birth-date', 'mrn', 'phone', 'address', 'photo-id'] as const;
