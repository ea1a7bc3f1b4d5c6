/**
 * The guards of D1's table, one function each. A guard looks at the facts and at who asks when; an input guard also at
 * what was sent. `null` lets pass. `allowedActions` runs the guards, `decide` both, so they cannot disagree.
 */
import type { AppointmentFacts, AppointmentInput, DecisionContext } from './appointment-facts.ts';
import { iso, isoDurationToMs, parseInstant, sameLocalDay, endOfLocalDay } from '../calendar/calendar.ts';
import type { ProblemCode, ProblemDetail } from '../errors.ts';
import { joinStage, joinWindow } from './telehealth.ts';
import { MINUTE } from '../calendar/zone.ts';

export type Guard = (facts: AppointmentFacts, context: DecisionContext) => ProblemDetail | null;
export type InputGuard = (
  facts: AppointmentFacts,
  context: DecisionContext,
  input: AppointmentInput,
) => ProblemDetail | null;

function failed(guard: string, detail: string, data: Readonly<Record<string, unknown>> = {}): ProblemDetail {
  return { code: 'guard-failed', detail, data: { guard, ...data } };
}

function missing(path: string, message: string): ProblemDetail {
  return { code: 'validation-failed', errors: [{ path, code: 'required', message }] };
}

const refused = (code: ProblemCode): ProblemDetail => ({ code });
const given = (text: string | undefined): boolean => text !== undefined && text.trim() !== '';

// --- Holds and approval ---------------------------------------------------------------------------------------------

/** `[at < expires_at]` (B5, I6): at the instant of expiry a hold is expired, whatever the timers did. */
export const holdLive: Guard = ({ holdExpiresAt }, { at }) =>
  holdExpiresAt !== null && at < holdExpiresAt
    ? null
    : { code: 'hold-expired', ...(holdExpiresAt !== null && { data: { expiredAt: iso(holdExpiresAt) } }) };

/** The same owner. A place held *for* the patient may be taken by the patient or by staff on the patient's behalf. */
export const holdOwned: Guard = ({ holdOwner, patientId }, { actor }) => {
  if (holdOwner === actor.ref) return null;
  if (holdOwner === `patient:${patientId}` && (actor.kind === 'staff' || actor.patientId === patientId)) return null;
  return refused('hold-not-yours');
};

export const holdNotExtended: Guard = ({ holdExtended }) =>
  holdExtended ? failed('hold-extended', 'A hold can be extended once.') : null;

export const holdsBelowLimit: Guard = ({ liveHolds, rules }, { actor }) =>
  actor.kind === 'patient' && liveHolds >= rules.maxHoldsPerPatient ? refused('hold-limit') : null;

export const awaitingApproval: Guard = (facts) =>
  facts.awaitingApproval
    ? null
    : failed('not-awaiting-approval', 'This visit is held, and nobody has asked to approve it.');

export const notAwaitingApproval: Guard = (facts) =>
  facts.awaitingApproval ? failed('awaiting-approval', 'This visit waits for the clinic to approve it.') : null;

/** Timers speak the truth: they are refused before their time (a skewed clock, a stale timer). */
export const holdOver: Guard = ({ holdExpiresAt }, { at }) =>
  holdExpiresAt !== null && at >= holdExpiresAt ? null : failed('not-yet', 'The hold is still running.');

/** A new place is given only to whom the visit type is for. */
export const fitForVisit: Guard = ({ unfit }) => unfit?.visit ?? null;

/** A place that is kept already becomes a visit of everybody who is alive and known here: it was promised to them. */
export const fitPerson: Guard = ({ unfit }) => unfit?.person ?? null;

/** Patients book what the clinic lets them book themselves. */
export const selfSchedulable: Guard = ({ rules }, { actor }) =>
  actor.kind === 'patient' && !rules.selfSchedulable
    ? failed('not-self-schedulable', 'The clinic books this kind of visit. Please call.')
    : null;

/** Whether booking leads to waiting for approval: needed by the visit type, and the one who books may not give it. */
export function awaitsApproval({ rules }: AppointmentFacts, { actor }: DecisionContext): boolean {
  return rules.needsApproval && !actor.permissions.includes('appointment:approve');
}

/** PT48H, or the visit's minimum notice if that comes first. */
export function approvalDueAt({ rules }: AppointmentFacts, at: number, start: number): number {
  return Math.min(at + isoDurationToMs(rules.approvalWithin), start - rules.minNoticeMinutes * MINUTE);
}

export const timeForApproval: InputGuard = (facts, context, input) => {
  const start = placeStart(facts, input);
  if (!awaitsApproval(facts, context) || start === null) return null;
  return approvalDueAt(facts, context.at, start) > context.at
    ? null
    : failed('no-time-for-approval', 'There is no time left for the clinic to approve this visit.');
};

/** The start asked for with the input, else the appointment's own. Epoch milliseconds. */
export function placeStart(facts: AppointmentFacts, input: AppointmentInput): number | null {
  return input.slot ? parseInstant(input.slot.start) : facts.start;
}

export const hasPlace: InputGuard = (facts, _context, input) =>
  placeStart(facts, input) === null ? missing('/start', 'Say when.') : null;

export const hasNewPlace: InputGuard = (_facts, _context, input) =>
  input.slot && parseInstant(input.slot.start) !== null ? null : missing('/start', 'Say to when.');

// --- Booked ---------------------------------------------------------------------------------------------------------

/** A link is bound to the version it was made for (S9). */
export const tokenCurrent: InputGuard = ({ version }, _context, { confirmToken }) =>
  confirmToken && confirmToken.version !== version
    ? { code: 'stale-token', data: { version, tokenVersion: confirmToken.version } }
    : null;

export const notConfirmed: Guard = ({ confirmedAt }) =>
  confirmedAt === null ? null : failed('already-confirmed', 'It is known already that the patient will come.');

/** Tokens are valid until the start; so is what they ask for. */
export const notStarted: Guard = ({ start }, { at }) =>
  start !== null && at < start ? null : failed('visit-started', 'The time of this visit has begun.');

export const patientMayMove: Guard = (facts, context) => {
  if (context.actor.kind !== 'patient') return null;
  if (facts.rescheduleCount >= facts.rules.maxReschedulesByPatient) {
    return { code: 'reschedule-limit', data: { limit: facts.rules.maxReschedulesByPatient } };
  }
  // Moving would slip past the approval the visit type needs.
  if (facts.rules.needsApproval) return failed('needs-approval', 'The clinic moves this kind of visit. Please call.');
  return notStarted(facts, context);
};

/** Start + no-show time, at which the visit counts as missed. */
export function noShowDueAt({ start, rules }: AppointmentFacts): number {
  return (start ?? Infinity) + rules.noShowAfterSeconds * 1000;
}

/** `[start - PT60M <= at < end + noshow_after]`. */
export const arrivalWindow: Guard = ({ start, end, rules }, { at }) => {
  if (start === null || end === null) return failed('no-time', 'This visit has no time yet.');
  const from = start - isoDurationToMs(rules.arriveEarly);
  const until = end + rules.noShowAfterSeconds * 1000;
  if (at < from) return failed('too-early', 'Arrival can be recorded shortly before the visit.', { from: iso(from) });
  return at < until ? null : failed('too-late', 'The time of this visit is over.', { until: iso(until) });
};

/** Only when arrival is skipped: from `arrived` the window was kept. */
export const arrivalWindowIfSkipped: Guard = (facts, context) =>
  facts.status === 'booked' ? arrivalWindow(facts, context) : null;

export const consentsSigned: Guard = ({ consentsMissing }) =>
  consentsMissing.length === 0
    ? null
    : failed('consents-missing', 'A required consent is not signed.', { consents: consentsMissing });

export const twoIdentifiers: InputGuard = (_facts, _context, { identifiersVerified }) =>
  new Set(identifiersVerified).size >= 2
    ? null
    : failed('identifiers-not-verified', 'Two identifiers must be checked, such as name and birth date.');

export const intakeSettled: InputGuard = ({ intake }, _context, { intakeWaivedReason }) =>
  intake !== 'open' || given(intakeWaivedReason)
    ? null
    : failed('intake-open', 'The intake is not finished; finish it, or say why it is waived.');

export const noShowDue: Guard = (facts, { at }) =>
  at >= noShowDueAt(facts)
    ? null
    : failed(
        'too-early',
        'It is too early to say that the patient did not come.',
        facts.start === null ? {} : { from: iso(noShowDueAt(facts)) },
      );

/** The timer acts by itself only where the visit type says so; else it makes a staff task. */
export const autoNoShow: Guard = ({ rules }, { actor }) =>
  actor.kind !== 'system' || rules.autoNoShow ? null : failed('staff-decide', 'A person decides on this no-show.');

/** Same local day as the no-show was recorded (D1). */
export const sameDay: Guard = ({ noShowAt, start, timeZone }, { at }) => {
  const day = noShowAt ?? start;
  return day !== null && timeZone !== null && sameLocalDay(day, at, timeZone)
    ? null
    : failed('another-day', 'A no-show can be undone on the same day only. Book a new visit.');
};

/** `[at, end)` must be left to reserve. */
export const timeLeft: Guard = ({ end }, { at }) =>
  end !== null && at < end ? null : failed('visit-over', 'The time of this visit is over. Book a new visit.');

// --- The visit ------------------------------------------------------------------------------------------------------

export const notSeen: Guard = ({ seenAt }) =>
  seenAt === null ? null : failed('already-seen', 'The patient has been seen.');

/** `[encounter finished]`, or a reason why there is no note. */
export const encounterDone: InputGuard = ({ encounterFinished }, _context, { noNoteReason }) =>
  encounterFinished || given(noNoteReason)
    ? null
    : failed('encounter-open', 'The note is not signed; sign it, or say why there is none.');

/** The end of the local day on which the visit ends: nothing is guessed before (D1, visit-left-open). */
export function dayEndsAt({ end, timeZone }: AppointmentFacts): number {
  return end === null || timeZone === null ? Infinity : endOfLocalDay(end - 1, timeZone);
}

export const dayOver: Guard = (facts, { at }) =>
  at >= dayEndsAt(facts) ? null : failed('not-yet', 'The day is not over.');

/** A seat does not move: it is given back, and another one taken in another session. */
export const ownTime: Guard = ({ groupSeat }) =>
  groupSeat === true
    ? failed('group-seat', 'A seat of a group session cannot be moved. Cancel it, and take one in another session.')
    : null;

// --- By video (domain/appointment/telehealth.ts) --------------------------------------------------------------------------------

/** Said while one can join, and once. */
export const videoJoinable: Guard = ({ mode, status, start, end, phoneFallbackAt }, { at }) => {
  const stage = joinStage(
    { mode: mode ?? 'in-person', status, start, end, phoneFallbackAt: phoneFallbackAt ?? null },
    at,
  );
  switch (stage) {
    case 'open':
      return null;
    case 'early':
      return failed('too-early', 'Joining is not possible yet.', { from: iso(joinWindow({ start: start!, end: end! }).start) }); // prettier-ignore
    case 'by-phone':
      return failed('by-phone', 'This visit goes on by telephone already.');
    default:
      return failed('not-by-video', 'This is no visit by video that one could join now.');
  }
};

/** A reason, from everyone but the patient (whose word is enough). */
export const reasonGiven: InputGuard = (_facts, { actor }, { reason }) =>
  actor.kind === 'patient' || given(reason) ? null : missing('/reason', 'Say why.');
