/** What an appointment waits for by itself, and what can be done about a late patient (scheduling-intake.md D1). */
import type { AppointmentEvent } from './appointment-events.ts';
import type { AppointmentFacts } from './appointment-facts.ts';
import { dayEndsAt, noShowDueAt } from './appointment-guards.ts';
import { confirmationDueAt } from './confirmation.ts';

export const timerNames = ['hold', 'approval', 'confirmation', 'late', 'no-show', 'day-end'] as const;

export interface AppointmentTimer {
  readonly name: (typeof timerNames)[number];
  /** Epoch milliseconds. */
  readonly dueAt: number;
  /** The event to decide on when it fires; null: it makes a staff task and changes nothing. */
  readonly event: AppointmentEvent | null;
}

/** Earliest first. Reminders are planned in domain/appointment/reminder.ts. Timers already past are listed too: they fire at once. */
export function timersOf(facts: AppointmentFacts): AppointmentTimer[] {
  const { status, start, holdExpiresAt, awaitingApproval, rules } = facts;
  if (status === 'pending' && holdExpiresAt !== null) {
    return awaitingApproval
      ? [{ name: 'approval', dueAt: holdExpiresAt, event: 'approval-expired' }]
      : [{ name: 'hold', dueAt: holdExpiresAt, event: 'hold-expired' }];
  }
  if (start === null) return [];
  if (status === 'booked') {
    const confirmBy = facts.confirmedAt === null ? confirmationDueAt(facts) : null;
    const release = rules.confirmation.otherwise === 'release';
    const timers: AppointmentTimer[] = [
      ...(confirmBy === null
        ? []
        : [{ name: 'confirmation' as const, dueAt: confirmBy, event: release ? ('unconfirmed' as const) : null }]),
      { name: 'late', dueAt: start + rules.lateAfterSeconds * 1000, event: null },
      { name: 'no-show', dueAt: noShowDueAt(facts), event: rules.autoNoShow ? 'no-show' : null },
    ];
    return timers.toSorted((a, b) => a.dueAt - b.dueAt);
  }
  if (status === 'arrived' || status === 'checked-in') {
    return [{ name: 'day-end', dueAt: dayEndsAt(facts), event: 'day-end' }];
  }
  return [];
}

export const lateChoices = ['see-now', 'shorten', 'swap-with-next-arrived', 'next-free-today', 'reschedule'] as const;
export type LateChoice = (typeof lateChoices)[number];

/**
 * The choices of the staff task `late`. They are no edges of their own: each is carried out with arrive, reschedule or two
 * of them. Shortening needs at least half of the visit's length to be left.
 */
export function lateOptions(
  { status, start, end, rules }: AppointmentFacts,
  at: number,
): { readonly choice: LateChoice; readonly possible: boolean; readonly minutesLeft?: number }[] {
  if (status !== 'booked' || start === null || end === null || at < start + rules.lateAfterSeconds * 1000) return [];
  const left = Math.max(0, end - at);
  return lateChoices.map((choice) => {
    if (choice === 'shorten') {
      return { choice, possible: left * 2 >= end - start, minutesLeft: Math.floor(left / 60_000) };
    }
    return { choice, possible: choice === 'see-now' || choice === 'swap-with-next-arrived' ? left > 0 : true };
  });
}
