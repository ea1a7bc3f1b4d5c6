/**
 * What an intake waits for by itself (scheduling-intake.md D3, T). Computed in an activity and recorded, so that a change
 * of zone data cannot break a replay. Instants are epoch milliseconds.
 */
import { addDays, addDuration, edgeInstant, localOf, subtractDuration } from '../calendar/calendar.ts';
import { businessDaysAfter } from '../calendar/business-time.ts';
import { answeringStates, type IntakeState } from './intake.ts';
import type { IntakePolicy } from './intake-policy.ts';

export interface IntakeClock {
  readonly state: IntakeState;
  readonly createdAt: number;
  readonly invitedAt: number | null;
  readonly reviewDueAt: number | null;
  readonly reviewEscalated: boolean;
  readonly reopenUntil: number | null;
  readonly retainUntil: number | null;
  /** It was taken up again: the old end does not count any more. */
  readonly reopenedAt: number | null;
  /** Of a visit that stands; null without one. */
  readonly visitStart: number | null;
  /** Of the last visit that it serves too; null: it is for one. */
  readonly lastVisitStart?: number | null | undefined;
  readonly timeZone: string;
  /** Quiet hours are the patient's. */
  readonly patientTimeZone: string;
  /** When whoever answers for a minor loses their authority; null: nobody does. */
  readonly majorityAt: number | null;
}

export interface IntakeTimer {
  readonly name: string;
  readonly dueAt: number;
}

/** The beginning of the visit, of the last one where it is for several; without one, or taken up again after it had begun, so long after. */
export function expiryOf(clock: IntakeClock, policy: IntakePolicy): number {
  const since = clock.reopenedAt ?? clock.createdAt;
  const start = clock.lastVisitStart ?? clock.visitStart;
  if (start !== null && start > since) return start;
  return addDuration(since, policy.expiry, clock.timeZone);
}

/** Everything that lies ahead, earliest first; what is over by now and never rang is left out. */
export function intakeTimers(clock: IntakeClock, policy: IntakePolicy, at: number): IntakeTimer[] {
  const timers: IntakeTimer[] = [];
  const { state, invitedAt, visitStart } = clock;
  if (answeringStates.has(state)) {
    const expiry = expiryOf(clock, policy);
    timers.push({ name: 'expiry', dueAt: expiry });
    const reminders =
      invitedAt === null
        ? []
        : policy.reminders.map((after) => ({
            name: `reminder:${after}`,
            dueAt: beforeTheNight(addDuration(invitedAt, after, clock.timeZone), clock, policy),
          }));
    if (visitStart !== null && visitStart > at)
      reminders.push({
        name: 'reminder:visit',
        dueAt: beforeTheNight(subtractDuration(visitStart, policy.beforeVisit, clock.timeZone), clock, policy),
      });
    // Who was invited just now, or whose time is over before it, needs no reminder.
    for (const one of reminders)
      if (one.dueAt > Math.max(clock.createdAt, invitedAt ?? 0) && one.dueAt < expiry) timers.push(one);
  }
  if ((state === 'submitted' || state === 'in-review') && clock.reviewDueAt !== null && !clock.reviewEscalated)
    timers.push({ name: 'review', dueAt: clock.reviewDueAt });
  if (clock.majorityAt !== null && (answeringStates.has(state) || state === 'submitted' || state === 'in-review'))
    timers.push({ name: 'majority', dueAt: clock.majorityAt });
  if (state === 'expired' && clock.reopenUntil !== null) timers.push({ name: 'reopen-end', dueAt: clock.reopenUntil });
  if (state === 'cancelled' && clock.retainUntil !== null) timers.push({ name: 'retention', dueAt: clock.retainUntil });
  return timers.toSorted((a, b) => a.dueAt - b.dueAt || (a.name < b.name ? -1 : 1));
}

/** The night is the patient's, both its edges allowed: what falls into it goes out the evening before. */
function beforeTheNight(due: number, { patientTimeZone }: IntakeClock, { quietHours }: IntakePolicy): number {
  if (quietHours === null) return due;
  const [date, time] = localOf(due, patientTimeZone).split('T') as [string, string];
  if (time > `${quietHours.from}:00`) return edgeInstant(date, quietHours.from, patientTimeZone);
  if (time < `${quietHours.until}:00`) return edgeInstant(addDays(date, -1), quietHours.from, patientTimeZone);
  return due;
}

export const reviewDueAt = (submittedAt: number, policy: IntakePolicy, timeZone: string): number =>
  businessDaysAfter(submittedAt, policy.reviewBusinessDays, policy.businessHours, timeZone);
