/**
 * Visits by video (scheduling-intake.md D1, Telehealth): when one can join, whether the practitioner may treat somebody
 * where the patient is, and what a failure means. Pure; instants are epoch milliseconds.
 */
import { isoDurationToMs } from '../calendar/calendar.ts';
import type { Interval } from '../calendar/interval.ts';

export const joinOpensBefore = 'PT15M';
export const joinClosesAfter = 'PT30M';

/** `[start - PT15M, end + PT30M)`: at its end the door is shut (B5). */
export function joinWindow({ start, end }: Interval): Interval {
  return { start: start - isoDurationToMs(joinOpensBefore), end: end + isoDurationToMs(joinClosesAfter) };
}

/** Statuses in which a visit is still to come, or goes on. */
export const joinableStatuses: ReadonlySet<string> = new Set(['booked', 'arrived', 'checked-in']);

export interface VideoVisit {
  readonly mode: string;
  readonly status: string;
  readonly start: number | null;
  readonly end: number | null;
  readonly phoneFallbackAt: number | null;
}

export const joinStages = ['not-video', 'not-possible', 'early', 'open', 'over', 'by-phone'] as const;
export type JoinStage = (typeof joinStages)[number];

/** What the page behind the link says now. A picture that failed is not tried again: the clinic telephones. */
export function joinStage(visit: VideoVisit, at: number): JoinStage {
  if (visit.mode !== 'video') return 'not-video';
  if (visit.start === null || visit.end === null || !joinableStatuses.has(visit.status)) return 'not-possible';
  const window = joinWindow({ start: visit.start, end: visit.end });
  if (at >= window.end) return 'over';
  if (visit.phoneFallbackAt !== null) return 'by-phone';
  return at < window.start ? 'early' : 'open';
}

/** USPS codes of the states, the federal district and the inhabited territories, in the order of their English names. */
export const usStates = 'AL AK AS AZ AR CA CO CT DE DC FL GA GU HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND MP OH OK OR PA PR RI SC SD TN TX VI UT VT VA WA WV WI WY'.split(' '); // prettier-ignore
/** Not in the United States. */
export const abroad = 'XX';

export const isPatientState = (value: string | undefined): value is string =>
  value !== undefined && (value === abroad || usStates.includes(value));

/**
 * Whether a practitioner may treat by video somebody who is there now (licensure goes by where the patient is).
 * @returns null when nobody has entered where the practitioner is licensed: there is nothing to compare, and staff answer for it
 */
export function licensedFor(licensedStates: readonly string[], patientState: string): boolean | null {
  return licensedStates.length === 0 ? null : licensedStates.includes(patientState);
}
