/**
 * Whether a freed time may be offered to an entry, with every reason why not (scheduling-intake.md D2). What an entry names
 * (practitioners, places, days, times) are limits; what it leaves open fits everything. Coverage and authorization join
 * when they exist.
 */
import { localDateOf, localTimeOfDay } from '../calendar/calendar.ts';
import { unfitForVisit, ageProblem, type EligibilityLimits, type PatientFit } from '../coverage/eligibility.ts';
import type { VisitMode, Weekday } from '../schedule/schedule.ts';
import {
  kilometres,
  withScore,
  wholeDays,
  type Coordinates,
  type RankedFactors,
  type Urgency,
  type WaitlistState,
} from './waitlist.ts';
import { DAY, MINUTE } from '../calendar/zone.ts';

export const waitlistReasons = [
  'not-active',
  'entry-expired',
  'visit-type-mismatch',
  'mode-mismatch',
  'not-eligible',
  'provider-mismatch',
  'location-mismatch',
  'day-mismatch',
  'time-mismatch',
  'too-early',
  'too-late',
  'gains-too-little',
  'notice-too-short',
  'preparation-too-short',
  'too-far',
  'patient-overlap',
  'offer-live-elsewhere',
  'offers-today',
  'asked-already',
  'no-channel',
] as const;
export type WaitlistReason = (typeof waitlistReasons)[number];

/** The freed time. Instants are epoch milliseconds. */
export interface OpeningTime {
  readonly start: number;
  readonly end: number;
  readonly timeZone: string;
  readonly practitionerId: string | null;
  readonly locationId: string | null;
  readonly place: Coordinates | null;
  readonly mode: VisitMode;
  readonly visitTypeIds: readonly string[];
  readonly limits: EligibilityLimits;
  readonly prepLeadMinutes: number;
}

/** One entry with what is known of its patient, as one query reads it. */
export interface Candidate {
  readonly entryId: string;
  readonly state: WaitlistState;
  readonly visitTypeIds: readonly string[];
  readonly providerIds: readonly string[] | null;
  readonly locationIds: readonly string[];
  readonly modes: readonly VisitMode[];
  readonly days: readonly Weekday[];
  /** `HH:MM` on the place's clock; the start lies in [from, to]. Both or neither. */
  readonly timeFrom: string | null;
  readonly timeTo: string | null;
  /** Local dates of the place, inclusive. */
  readonly earliest: string | null;
  readonly latest: string | null;
  readonly urgency: Urgency;
  /** Start of the visit the patient has, which this one would replace. */
  readonly currentStart: number | null;
  readonly minGainDays: number;
  readonly maxTravelKm: number | null;
  readonly noticeMinutes: number;
  readonly joinedAt: number;
  readonly expiresAt: number;
  readonly noResponses: number;
  readonly home: Coordinates | null;
  readonly fit: PatientFit;
  /** Another live visit or hold of the patient overlaps the time (the current one, which would move, not counted). */
  readonly overlaps: boolean;
  readonly offeredElsewhere: boolean;
  /** Offers sent to the entry since the local midnight of the place. */
  readonly offersToday: number;
  /** Was asked about this opening, or about the one whose list it resumes. */
  readonly askedAlready: boolean;
}

export interface EligibilityRules {
  readonly maxOffersPerDay: number;
}

export interface Verdict {
  readonly reasons: readonly WaitlistReason[];
  readonly factors: RankedFactors;
}

/** @param at now, epoch milliseconds */
export const judgeCandidate = (opening: OpeningTime, entry: Candidate, rules: EligibilityRules, at: number): Verdict =>
  judgeFor(opening, rules, at)(entry);

/** The same for many: what the clock of the place says is asked once. */
export function judgeFor(opening: OpeningTime, rules: EligibilityRules, at: number): (entry: Candidate) => Verdict {
  const date = localDateOf(opening.start, opening.timeZone);
  const local: LocalStart = {
    date,
    weekday: weekdayOf(date),
    minutes: localTimeOfDay(opening.start, opening.timeZone) / MINUTE,
  };
  return (entry) => judge(opening, local, entry, rules, at);
}

interface LocalStart {
  readonly date: string;
  readonly weekday: Weekday;
  readonly minutes: number;
}

function judge(
  opening: OpeningTime,
  { date, weekday, minutes }: LocalStart,
  entry: Candidate,
  rules: EligibilityRules,
  at: number,
): Verdict {
  const km = opening.place === null || entry.home === null ? null : kilometres(entry.home, opening.place);
  const gained = entry.currentStart === null ? 0 : entry.currentStart - opening.start;
  const byProvider = entry.providerIds !== null;
  const byDay = entry.days.length > 0;
  const byTime = entry.timeFrom !== null && entry.timeTo !== null;
  const named = byProvider && includes(entry.providerIds ?? [], opening.practitionerId);
  const onDay = byDay && entry.days.includes(weekday);
  const inTime = byTime && within(entry, minutes);
  // Ten thousand entries in a tenth of a second: plain conditions, and nothing is built for who fits.
  const reasons: WaitlistReason[] = [];
  if (entry.state !== 'active' && entry.state !== 'offered') reasons.push('not-active');
  if (at >= entry.expiresAt) reasons.push('entry-expired');
  if (!entry.visitTypeIds.some((id) => opening.visitTypeIds.includes(id))) reasons.push('visit-type-mismatch');
  if (!entry.modes.includes(opening.mode)) reasons.push('mode-mismatch');
  if (
    unfitForVisit(opening.limits, entry.fit, opening.mode) !== null ||
    ageProblem(opening.limits, entry.fit.birthDate, date, true) !== null
  )
    reasons.push('not-eligible');
  if (byProvider && !named) reasons.push('provider-mismatch');
  if (entry.locationIds.length > 0 && !includes(entry.locationIds, opening.locationId))
    reasons.push('location-mismatch');
  if (byDay && !onDay) reasons.push('day-mismatch');
  if (byTime && !inTime) reasons.push('time-mismatch');
  if (entry.earliest !== null && date < entry.earliest) reasons.push('too-early');
  if (entry.latest !== null && date > entry.latest) reasons.push('too-late');
  if (entry.currentStart !== null && gained < entry.minGainDays * DAY) reasons.push('gains-too-little');
  if (opening.start - at < entry.noticeMinutes * MINUTE) reasons.push('notice-too-short');
  if (opening.start - at < opening.prepLeadMinutes * MINUTE) reasons.push('preparation-too-short');
  if (entry.maxTravelKm !== null && km !== null && km > entry.maxTravelKm) reasons.push('too-far');
  if (entry.overlaps) reasons.push('patient-overlap');
  if (entry.offeredElsewhere) reasons.push('offer-live-elsewhere');
  if (entry.offersToday >= rules.maxOffersPerDay) reasons.push('offers-today');
  if (entry.askedAlready) reasons.push('asked-already');
  return {
    reasons,
    factors: withScore({
      urgency: entry.urgency,
      daysWaiting: wholeDays(at - entry.joinedAt),
      namedProvider: named,
      preferredDay: onDay,
      preferredTime: inTime,
      daysGained: wholeDays(gained),
      km,
      noResponses: entry.noResponses,
    }),
  };
}

const includes = (ids: readonly string[], id: string | null): boolean => id !== null && ids.includes(id);

const weekdays: readonly Weekday[] = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];
const weekdayOf = (date: string): Weekday => weekdays[new Date(`${date}T00:00:00Z`).getUTCDay()]!;

const within = ({ timeFrom, timeTo }: Candidate, minutes: number): boolean =>
  minutes >= minutesOf(timeFrom ?? '00:00') && minutes <= minutesOf(timeTo ?? '23:59');

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
