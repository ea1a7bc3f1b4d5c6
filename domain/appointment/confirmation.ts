/**
 * The confirmation deadline (features.md B17): what becomes of a visit of which nobody has said, shortly before it, that
 * the patient will come. The clinic chooses: keep it, call, or give the time to somebody else. Instants are epoch
 * milliseconds.
 */
import type { AppointmentFacts } from './appointment-facts.ts';
import { addDuration, subtractDuration } from '../calendar/calendar.ts';
import type { ProblemDetail } from '../errors.ts';

export const confirmationChoices = ['keep', 'call', 'release'] as const;
export type ConfirmationChoice = (typeof confirmationChoices)[number];

type Asked = Pick<AppointmentFacts, 'start' | 'timeZone' | 'bookedAt' | 'confirmedAt'> & {
  readonly rules: Pick<AppointmentFacts['rules'], 'confirmation'>;
};

/**
 * When it falls due, or null: nothing is asked, or the visit was booked (or moved) so late that the booking itself says
 * that the patient will come: at `booked + margin = deadline` it still does.
 */
export function confirmationDueAt({ start, timeZone, bookedAt, rules }: Asked): number | null {
  const { deadline, margin, otherwise } = rules.confirmation;
  if (otherwise === 'keep' || start === null || timeZone === null || bookedAt === undefined || bookedAt === null)
    return null;
  const due = subtractDuration(start, deadline, timeZone);
  return due > addDuration(bookedAt, margin, timeZone) && due < start ? due : null;
}

/** What the patient must be told of: the instant by which to confirm, where the time is given away otherwise. */
export function releaseDueAt(facts: Asked): number | null {
  return facts.rules.confirmation.otherwise === 'release' ? confirmationDueAt(facts) : null;
}

/**
 * Why the time may not be given away now, or null. A deadline that nobody told the patient of binds nobody, and after an
 * outage there must be time left for somebody else (half of it at least): a person calls instead.
 */
export function releaseProblem(
  facts: Asked & Pick<AppointmentFacts, 'askedToConfirm'>,
  at: number,
): ProblemDetail | null {
  const due = releaseDueAt(facts);
  if (due === null || facts.start === null)
    return failed('confirmation-not-asked', 'This visit needs no confirmation.');
  if (facts.confirmedAt !== null) return failed('already-confirmed', 'It is known already that the patient will come.');
  if (at < due) return failed('not-yet', 'There is still time to confirm.');
  if (at >= due + (facts.start - due) / 2)
    return failed('release-too-late', 'It is too late to give this time to somebody else.');
  return facts.askedToConfirm === true
    ? null
    : failed('deadline-not-told', 'The patient was not told to confirm by then. Please call.');
}

function failed(guard: string, detail: string): ProblemDetail {
  return { code: 'guard-failed', detail, data: { guard } };
}
