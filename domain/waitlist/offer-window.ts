/**
 * How long an offer stands, when one may be sent, and when the time goes back to everybody (scheduling-intake.md D2). The
 * nearer the visit, the shorter the window: at 11 % accepted offers only many short ones fill a time (A3). Instants are
 * epoch milliseconds; the lead is measured when each offer is sent, and a row's lower edge belongs to it.
 */
import {
  isoDurationToMs,
  localTimeOfDay,
  startOfLocalDay,
  edgeInstant,
  localDateOf,
  addDays,
} from '../calendar/calendar.ts';
import type { PolicyValues } from '../policies.ts';
import { HOUR, MINUTE } from '../calendar/zone.ts';

export type WaitlistPolicy = PolicyValues['waitlist'];
export type WindowRow = WaitlistPolicy['windows'][number];

/** The least lead at which anything is offered: the visit type's own, and never under the policy's floor. */
export function minLead(policy: WaitlistPolicy, visitTypeMinLeadMinutes: number): number {
  return Math.max(visitTypeMinLeadMinutes * MINUTE, isoDurationToMs(policy.minLead));
}

/** The row for a lead, or null where nothing is offered any more. Rows are read from the longest lead down. */
export function windowRowOf(policy: WaitlistPolicy, lead: number): WindowRow | null {
  const rows = policy.windows.toSorted((a, b) => isoDurationToMs(b.leadAtLeast) - isoDurationToMs(a.leadAtLeast));
  return rows.find((row) => lead >= isoDurationToMs(row.leadAtLeast)) ?? null;
}

/** When the lead of the next row down begins, for whoever has asked as many as this one allows; null below the last. */
export function nextRowAt(policy: WaitlistPolicy, start: number, lead: number): number | null {
  const present = windowRowOf(policy, lead);
  if (present === null) return null;
  // The edge belongs to the row above.
  const below = isoDurationToMs(present.leadAtLeast) - 1;
  const next = windowRowOf(policy, below);
  return next !== null && next.maxOffers > 0 ? start - below : null;
}

/** When the time becomes public at the latest: before the start by the least lead, and for far visits a day after opening. */
export function releaseAt(
  policy: WaitlistPolicy,
  visitTypeMinLeadMinutes: number,
  start: number,
  openedAt: number,
): number {
  const latest = start - minLead(policy, visitTypeMinLeadMinutes);
  const far = start - openedAt > isoDurationToMs(policy.farLead);
  return far ? Math.min(latest, openedAt + isoDurationToMs(policy.releaseFarAfter)) : latest;
}

export interface OfferQuestion {
  readonly start: number;
  readonly sentAt: number;
  readonly releaseAt: number;
  readonly patientTimeZone: string;
  /** Nobody can be written to: a person calls, and gets twice the window from a day's lead on. */
  readonly byCall: boolean;
}

/** When an offer that is sent now ends; null where the lead allows none. */
export function offerExpiry(policy: WaitlistPolicy, question: OfferQuestion): number | null {
  const { start, sentAt, patientTimeZone } = question;
  const lead = start - sentAt;
  const row = windowRowOf(policy, lead);
  if (row === null || sentAt >= question.releaseAt) return null;
  const window = isoDurationToMs(row.window) * (question.byCall && lead >= 24 * HOUR ? 2 : 1);
  const hours = policy.sendHours;
  const end =
    row.wakingHoursOnly && hours !== null ? afterWaking(sentAt, window, hours, patientTimeZone) : sentAt + window;
  return Math.min(end, question.releaseAt);
}

/** Whether an offer may be sent at this instant of the patient's clock; both edges of the day are allowed. */
export function maySend(policy: WaitlistPolicy, at: number, timeZone: string): boolean {
  const hours = policy.sendHours;
  if (hours === null) return true;
  const time = localTimeOfDay(at, timeZone);
  return time >= timeOf(hours.from) && time <= timeOf(hours.until);
}

/** The next instant at which one may be sent; `at` itself when it may. */
export function nextSendAt(policy: WaitlistPolicy, at: number, timeZone: string): number {
  const hours = policy.sendHours;
  if (hours === null || maySend(policy, at, timeZone)) return at;
  const today = localDateOf(at, timeZone);
  const morning = edgeInstant(today, hours.from, timeZone);
  return morning > at ? morning : edgeInstant(addDays(today, 1), hours.from, timeZone);
}

/** Adds time that counts only between the hours of the day, on the patient's clock. */
function afterWaking(
  at: number,
  duration: number,
  hours: NonNullable<WaitlistPolicy['sendHours']>,
  zone: string,
): number {
  let left = duration;
  let from = at;
  // A year of days bounds a policy whose day has no length.
  for (let day = 0; day < 366; day += 1) {
    const date = localDateOf(from, zone);
    const opens = Math.max(from, edgeInstant(date, hours.from, zone));
    const closes = edgeInstant(date, hours.until, zone);
    if (closes > opens) {
      if (left <= closes - opens) return opens + left;
      left -= closes - opens;
    }
    from = startOfLocalDay(edgeInstant(addDays(date, 1), '12:00', zone), zone);
  }
  return from;
}

const timeOf = (time: string): number => Number(time.slice(0, 2)) * HOUR + Number(time.slice(3, 5)) * MINUTE;
