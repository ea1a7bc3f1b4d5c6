/** What Temporal Web says of an intake: plain words, no names, nothing of what was answered (I24). */
import type { IntakeView } from './messages/intake.ts';
import type { PlannedTimer } from './messages/appointment.ts';
import { shortTime } from './short-time.ts';

const stateWords: Readonly<Record<string, string>> = {
  created: 'Begun, not sent yet',
  invited: 'Sent; nothing is answered yet',
  'in-progress': 'Being answered',
  submitted: 'Sent in; waits for a reviewer',
  'in-review': 'Being reviewed',
  returned: 'Given back with questions',
  completed: 'Completed',
  expired: 'Over: it was not finished in time',
  cancelled: 'Cancelled',
};

const timerWords: Readonly<Record<string, string>> = {
  'reminder:visit': 'a reminder before the visit',
  review: 'the review is overdue, a lead is told',
  expiry: 'it ends',
  'reopen-end': 'it can no longer be taken up again',
  majority: 'the patient is of age and acts alone',
  retention: 'answers that never reached the chart are erased',
};

/** Markdown. */
export function intakeDetails(intake: IntakeView, next: PlannedTimer | undefined): string {
  const lines = [
    `**${stateWords[intake.state] ?? intake.state}**`,
    `${intake.percent} % answered. Since ${shortTime(intake.createdAt)}.`,
  ];
  if (intake.escalation === 'open') lines.push('**An urgent item is open.**');
  if (next !== undefined) lines.push(`Next, at ${shortTime(next.dueAt)}: ${timerWords[next.name] ?? 'a reminder'}.`);
  return lines.join('\n\n');
}
