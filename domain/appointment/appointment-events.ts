/**
 * The appointment's state machine as data (scheduling-intake.md D1): the table of allowed edges, not an ordering, and one
 * entry per event with its permissions, guards and changes. `domain/appointment/appointment.ts` decides with it.
 */
import type { Actor } from '../actor.ts';
import type {
  AppointmentChanges,
  AppointmentFacts,
  AppointmentInput,
  AppointmentStatus,
  DecisionContext,
  FromStatus,
} from './appointment-facts.ts';
import * as guard from './appointment-guards.ts';
import type { Guard, InputGuard } from './appointment-guards.ts';
import { isoDurationToMs } from '../calendar/calendar.ts';
import { releaseProblem } from './confirmation.ts';
import { MINUTE } from '../calendar/zone.ts';

/** Every edge of D1 and no other: event, from any of, to. Where an event has two targets, `targetOf` chooses. */
export const edges = [
  ['hold', ['none'], 'pending'],
  ['book', ['none', 'proposed'], 'booked'],
  // S7: a visit type that needs approval waits in `pending`, its place kept, when it is booked or its hold confirmed.
  ['book', ['none', 'proposed'], 'pending'],
  ['request', ['none'], 'proposed'],
  ['request', ['none'], 'waitlist'],
  ['extend-hold', ['pending'], 'pending'],
  ['release-hold', ['pending'], 'cancelled'],
  ['withdraw', ['proposed', 'waitlist'], 'cancelled'],
  ['confirm-hold', ['pending'], 'booked'],
  ['confirm-hold', ['pending'], 'pending'],
  ['hold-expired', ['pending'], 'cancelled'],
  ['approve', ['pending'], 'booked'],
  ['refuse', ['pending'], 'cancelled'],
  ['approval-expired', ['pending'], 'cancelled'],
  ['confirm', ['booked'], 'booked'],
  ['unconfirmed', ['booked'], 'cancelled'],
  ['reschedule', ['booked'], 'booked'],
  ['arrive', ['booked'], 'arrived'],
  ['check-in', ['booked', 'arrived'], 'checked-in'],
  ['start-encounter', ['checked-in'], 'checked-in'],
  ['complete', ['checked-in'], 'fulfilled'],
  ['no-show', ['booked'], 'noshow'],
  ['undo-no-show', ['noshow'], 'arrived'],
  ['cancel', ['booked', 'arrived'], 'cancelled'],
  ['leave-without-being-seen', ['checked-in'], 'cancelled'],
  ['cancel-by-clinic', ['booked', 'arrived'], 'cancelled'],
  ['fall-back-to-phone', ['booked'], 'arrived'],
  ['fall-back-to-phone', ['arrived'], 'arrived'],
  ['fall-back-to-phone', ['checked-in'], 'checked-in'],
  ['day-end', ['arrived'], 'arrived'],
  ['day-end', ['checked-in'], 'checked-in'],
  [
    'entered-in-error',
    ['proposed', 'pending', 'waitlist', 'booked', 'arrived', 'checked-in', 'noshow', 'cancelled'],
    'entered-in-error',
  ],
] as const satisfies readonly (readonly [string, readonly FromStatus[], AppointmentStatus])[];

export type AppointmentEvent = (typeof edges)[number][0];
export type ActorKind = Actor['kind'];

type Change = (facts: AppointmentFacts, context: DecisionContext, input: AppointmentInput) => AppointmentChanges;

export interface EventRule {
  /** The permission by kind of actor; a kind that is left out may never do it. `system` needs none. */
  readonly by: { readonly staff?: string; readonly patient?: string; readonly system?: true };
  readonly guards?: readonly Guard[];
  readonly inputGuards?: readonly InputGuard[];
  readonly change: Change;
}

const holdChange: Change = ({ rules }, { at, actor }) => ({
  version: 0,
  holdExpiresAt: at + isoDurationToMs(rules.holdDuration),
  holdOwner: actor.ref,
  holdExtended: false,
  awaitingApproval: false,
});

/** The place is certain, or kept while approval is awaited. */
const takePlace: Change = (facts, context, input) => {
  const start = guard.placeStart(facts, input);
  if (!guard.awaitsApproval(facts, context) || start === null) {
    return { holdExpiresAt: null, holdOwner: null, awaitingApproval: false };
  }
  return {
    holdExpiresAt: guard.approvalDueAt(facts, context.at, start),
    holdOwner: facts.holdOwner ?? context.actor.ref,
    awaitingApproval: true,
  };
};

const cancelled = (cancelReason: string, by?: 'clinic'): Change => {
  return (_facts, { at, actor }) => ({
    cancelledAt: at,
    cancelReason,
    cancelledBy: by ?? actor.kind,
    lateCancel: false,
  });
};

/** The time became free at the expiry, not when the timer got to say so. */
const expired = (cancelReason: string): Change => {
  return ({ holdExpiresAt }, { at }) => ({
    cancelledAt: holdExpiresAt ?? at,
    cancelReason,
    cancelledBy: 'system',
    lateCancel: false,
    awaitingApproval: false,
  });
};

/** What each event needs and changes. Permissions are the actions of domain/access.ts. */
export const eventRules: Readonly<Record<AppointmentEvent, EventRule>> = {
  hold: {
    by: { staff: 'appointment:book', patient: 'own-appointment:book' },
    guards: [guard.selfSchedulable, guard.fitForVisit, guard.holdsBelowLimit],
    inputGuards: [guard.hasPlace],
    change: holdChange,
  },
  book: {
    by: { staff: 'appointment:book', patient: 'own-appointment:book' },
    guards: [guard.selfSchedulable, guard.fitForVisit],
    inputGuards: [guard.hasPlace, guard.timeForApproval],
    change: takePlace,
  },
  request: {
    by: { staff: 'appointment:book', patient: 'own-appointment:book' },
    change: () => ({ version: 0 }),
  },
  'extend-hold': {
    by: { staff: 'appointment:book', patient: 'own-appointment:book' },
    guards: [guard.notAwaitingApproval, guard.holdLive, guard.holdOwned, guard.holdNotExtended],
    change: ({ holdExpiresAt, rules }) => ({
      holdExpiresAt: (holdExpiresAt ?? 0) + isoDurationToMs(rules.holdExtension),
      holdExtended: true,
    }),
  },
  'release-hold': {
    by: { staff: 'appointment:book', patient: 'own-appointment:book' },
    guards: [guard.holdLive, guard.holdOwned],
    change: cancelled('hold-released'),
  },
  withdraw: {
    by: { staff: 'appointment:cancel', patient: 'own-appointment:cancel' },
    change: cancelled('withdrawn'),
  },
  'confirm-hold': {
    by: { staff: 'appointment:book', patient: 'own-appointment:book' },
    guards: [
      guard.notAwaitingApproval,
      guard.holdLive,
      guard.holdOwned,
      guard.fitPerson,
      (f, c) => guard.timeForApproval(f, c, {}),
    ],
    // The place is the one that is held, whatever the input says.
    change: (facts, context) => takePlace(facts, context, {}),
  },
  'hold-expired': {
    by: { system: true },
    guards: [guard.notAwaitingApproval, guard.holdOver],
    change: expired('hold-expired'),
  },
  approve: {
    by: { staff: 'appointment:approve' },
    guards: [guard.awaitingApproval, guard.holdLive, guard.fitPerson],
    change: () => ({ holdExpiresAt: null, holdOwner: null, awaitingApproval: false }),
  },
  refuse: {
    by: { staff: 'appointment:approve' },
    guards: [guard.awaitingApproval, guard.holdLive],
    change: (facts, context, input) => ({
      ...cancelled('refused', 'clinic')(facts, context, input),
      awaitingApproval: false,
    }),
  },
  'approval-expired': {
    by: { system: true },
    guards: [guard.awaitingApproval, guard.holdOver],
    change: expired('approval-expired'),
  },
  confirm: {
    by: { staff: 'appointment:confirm', patient: 'own-appointment:confirm' },
    guards: [guard.notConfirmed, guard.notStarted],
    inputGuards: [guard.tokenCurrent],
    change: (_facts, { at }) => ({ confirmedAt: at }),
  },
  // B17: the clinic gives unconfirmed times away. Never late, never a fee.
  unconfirmed: {
    by: { system: true },
    guards: [(facts, { at }) => releaseProblem(facts, at)],
    change: cancelled('unconfirmed'),
  },
  reschedule: {
    by: { staff: 'appointment:reschedule', patient: 'own-appointment:reschedule' },
    guards: [guard.ownTime, guard.patientMayMove, guard.fitForVisit],
    inputGuards: [guard.tokenCurrent, guard.hasNewPlace],
    change: ({ version, rescheduleCount }, { actor }) => ({
      version: version + 1,
      confirmedAt: null,
      phoneFallbackAt: null,
      rescheduleCount: rescheduleCount + (actor.kind === 'patient' ? 1 : 0),
    }),
  },
  arrive: {
    // By itself when a patient joins by video (domain/appointment/telehealth.ts).
    by: { staff: 'appointment:check-in', system: true },
    guards: [guard.arrivalWindow],
    change: (_facts, { at }) => ({ arrivedAt: at }),
  },
  'check-in': {
    by: { staff: 'appointment:check-in' },
    guards: [guard.arrivalWindowIfSkipped, guard.consentsSigned],
    inputGuards: [guard.twoIdentifiers, guard.intakeSettled],
    change: ({ arrivedAt, intake }, { at }, { intakeWaivedReason }) => ({
      arrivedAt: arrivedAt ?? at,
      checkedInAt: at,
      // An absent intake counts as waived, and says so.
      ...(intake === 'none' && { intakeWaivedReason: 'no-intake' }),
      ...(intake === 'open' && intakeWaivedReason !== undefined && { intakeWaivedReason }),
    }),
  },
  'start-encounter': {
    by: { staff: 'appointment:complete', system: true },
    guards: [guard.notSeen],
    change: (_facts, { at }) => ({ seenAt: at }),
  },
  complete: {
    by: { staff: 'appointment:complete' },
    inputGuards: [guard.encounterDone],
    change: ({ encounterFinished }, { at }, { noNoteReason }) => ({
      completedAt: at,
      ...(!encounterFinished && noNoteReason !== undefined && { noNoteReason }),
    }),
  },
  'no-show': {
    by: { staff: 'appointment:check-in', system: true },
    guards: [guard.noShowDue, guard.autoNoShow],
    change: (_facts, { at }) => ({ noShowAt: at }),
  },
  'undo-no-show': {
    by: { staff: 'appointment:check-in' },
    guards: [guard.sameDay, guard.timeLeft],
    change: (_facts, { at }) => ({ arrivedAt: at, noShowAt: null }),
  },
  cancel: {
    by: { staff: 'appointment:cancel', patient: 'own-appointment:cancel' },
    inputGuards: [guard.tokenCurrent, guard.reasonGiven],
    change: (facts, context, { reason }) => ({
      ...cancelled(reason?.trim() || 'patient-request')(facts, context, {}),
      lateCancel: isLateCancel(facts, context.at),
    }),
  },
  'leave-without-being-seen': {
    by: { staff: 'appointment:check-in' },
    guards: [guard.notSeen],
    change: cancelled('lwbs'),
  },
  'cancel-by-clinic': {
    by: { staff: 'appointment:cancel-by-clinic' },
    inputGuards: [guard.reasonGiven],
    // Never late, never a fee.
    change: (facts, context, { reason }) => cancelled(reason ?? '', 'clinic')(facts, context, {}),
  },
  // D1, Telehealth: on failure by telephone. Who could not get in was there, so that it can become no missed visit.
  'fall-back-to-phone': {
    by: { staff: 'appointment:check-in', patient: 'own-appointment:confirm' },
    guards: [guard.videoJoinable],
    change: ({ status }, { at }) => ({ phoneFallbackAt: at, ...(status === 'booked' && { arrivedAt: at }) }),
  },
  'day-end': { by: { system: true }, guards: [guard.dayOver], change: () => ({}) },
  'entered-in-error': {
    by: { staff: 'appointment:correct' },
    inputGuards: [guard.reasonGiven],
    change: () => ({}),
  },
};

/** `at > start - cancel_notice`: on the instant itself it is in time. What failed by video is nobody's late word. */
export function isLateCancel({ start, rules, phoneFallbackAt }: AppointmentFacts, at: number): boolean {
  return phoneFallbackAt == null && start !== null && at > start - rules.cancelNoticeMinutes * MINUTE;
}
