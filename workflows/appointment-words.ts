/** What the front desk and billing read in Temporal Web: plain words, no names, nothing clinical (I24). */
import type { AppointmentView, PlannedTimer } from './messages/appointment.ts';

interface Words {
  readonly state: string;
  /** Code of what the case waits for, and the words for it; null when it is over. */
  readonly waitingFor: string | null;
  readonly waiting: string;
}

const byStatus: Readonly<Record<string, Words>> = {
  proposed: { state: 'Requested', waitingFor: 'staff', waiting: 'the clinic to offer a time' },
  waitlist: { state: 'On the waiting list', waitingFor: 'opening', waiting: 'a time to become free' },
  pending: { state: 'Time held', waitingFor: 'confirm-hold', waiting: 'the hold to be confirmed' },
  booked: { state: 'Booked', waitingFor: 'visit', waiting: 'the day of the visit' },
  arrived: { state: 'Arrived', waitingFor: 'check-in', waiting: 'check-in' },
  'checked-in': { state: 'Checked in', waitingFor: 'encounter', waiting: 'the visit to be completed' },
  noshow: {
    state: 'Did not come',
    waitingFor: 'end-of-day',
    waiting: 'the end of the day; until then it can be undone',
  },
  fulfilled: { state: 'Visit completed', waitingFor: null, waiting: '' },
  cancelled: { state: 'Cancelled', waitingFor: null, waiting: '' },
  'entered-in-error': { state: 'Entered in error', waitingFor: null, waiting: '' },
};

const timerWords: Readonly<Record<string, string>> = {
  hold: 'the hold ends',
  approval: 'the time to approve ends',
  confirmation: 'the time to confirm ends',
  late: 'front desk is told that the patient is late',
  'no-show': 'the visit counts as missed',
  'day-end': 'the day ends',
};

const awaitingApproval: Words = {
  state: 'Waiting for approval',
  waitingFor: 'approval',
  waiting: 'the clinic to approve it',
};

function wordsOf(view: AppointmentView): Words {
  if (view.status === 'pending' && view.awaitingApproval) return awaitingApproval;
  return byStatus[view.status] ?? { state: view.status, waitingFor: null, waiting: '' };
}

/** Code of what a case waits for; null when it is over. */
export function waitingFor(view: AppointmentView): string | null {
  return wordsOf(view).waitingFor;
}

/** Markdown for the page of the workflow in Temporal Web. Instants are UTC, as everywhere in the engine's pages. */
export function currentDetails(view: AppointmentView, timers: readonly PlannedTimer[]): string {
  const { state, waiting } = wordsOf(view);
  const lines = [
    `**${state}**${view.confirmedAt === null || view.status !== 'booked' ? '' : ', confirmed by the patient'}`,
  ];
  if (view.start !== null) lines.push(`Visit at ${shortTime(view.start)}, change ${view.version}.`);
  if (view.cancelReason !== null && view.status === 'cancelled')
    lines.push(`Late cancellation: ${view.lateCancel === true ? 'yes' : 'no'}.`);
  if (waiting !== '') lines.push(`Waiting for ${waiting}.`);
  const next = timers[0];
  if (next !== undefined) lines.push(`Next, at ${shortTime(next.dueAt)}: ${timerWordsOf(next)}.`);
  return lines.join('\n\n');
}

function timerWordsOf(timer: PlannedTimer): string {
  const [kind, item, channel] = timer.name.split(':');
  if (kind === 'reminder') return `reminder ${item ?? ''} by ${channel ?? 'message'}`;
  return timerWords[timer.name] ?? timer.name;
}

function shortTime(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;
}
