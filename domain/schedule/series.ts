/**
 * A recurring series (scheduling-intake.md C2, B6, B7; feature B13): which local times a rule means, one by one. The rule
 * is that of RFC 5545, as far as clinics use it: daily, weekly, monthly, with an interval, days of the week, and an end.
 * It runs on the wall clock of one zone: 09:00 stays 09:00 over both changes of the clocks. A local time that does not
 * exist or happens twice is reported for its occurrence and never guessed.
 *
 * Decided here: the first occurrence is the first date of the rule on or after the start's own (RFC 5545 calls a start
 * outside of its rule undefined); weeks begin on Monday; a month without the day is left out, as in RFC 5545.
 */
import { addDays, iso, localTimeProblem, parseInstant, parseStart, resolveLocalTime } from '../calendar/calendar.ts';
import type { Fold } from '../calendar/calendar.ts';
import { DomainError } from '../errors.ts';
import type { ProblemDetail } from '../errors.ts';
import type { Weekday } from './schedule.ts';
import { DAY } from '../calendar/zone.ts';

export const seriesFrequencies = ['daily', 'weekly', 'monthly'] as const;
export type SeriesFrequency = (typeof seriesFrequencies)[number];

/** What to do when one of the times cannot be had. */
export const seriesModes = ['all', 'skip-conflicts'] as const;
export type SeriesMode = (typeof seriesModes)[number];

/** `refused` and `ended` are final. */
export const seriesStates = ['booking', 'undoing', 'refused', 'booked', 'changing', 'ended'] as const;
export type SeriesState = (typeof seriesStates)[number];

/** A year of weeks. */
export const maxOccurrences = 52;
/** Days from the start to the last occurrence: the furthest that any visit type may be booked ahead is 1100. */
const maxDays = 1_100;

/** `TU`; in a monthly rule also `2TU` (the second) and `-1FR` (the last). */
export const seriesDayPattern = /^(-1|[1-5])?(MO|TU|WE|TH|FR|SA|SU)$/;

export interface SeriesRule {
  readonly frequency: SeriesFrequency;
  /** Every n-th day, week or month. */
  readonly interval: number;
  /** Empty: every day, or the start's own day of the week or of the month. */
  readonly byDay: readonly string[];
  /** Exactly one of `count` and `until` (a local date, inclusive). */
  readonly count: number | null;
  readonly until: string | null;
  /** `YYYY-MM-DDTHH:MM`, without an offset. */
  readonly startLocal: string;
  readonly timeZone: string;
}

/** What a person says about one occurrence after seeing the report: leave it out, or another time. */
export interface OccurrenceChoice {
  /** From 1. */
  readonly number: number;
  readonly skip?: boolean | undefined;
  /** An RFC 3339 instant, or a local time of the zone; the rule's own time when left out. */
  readonly start?: string | undefined;
  readonly fold?: Fold | undefined;
  /** Somebody else for this one; the series' own when left out. */
  readonly practitionerId?: string | undefined;
}

export interface PlannedOccurrence {
  readonly number: number;
  /** What the rule says, `YYYY-MM-DDTHH:MM`. */
  readonly local: string;
  /** Epoch milliseconds; null when it is left out or cannot be said. */
  readonly start: number | null;
  readonly skipped: boolean;
  /** Null: the series' own. */
  readonly practitionerId: string | null;
  /** `local-time-does-not-exist` or `ambiguous-local-time`, with what could be meant instead. */
  readonly problem: ProblemDetail | null;
}

/**
 * The occurrences of a rule with what was chosen for some of them.
 * @throws DomainError `validation-failed`: a rule that means nothing, more than 52 times, or a choice for no occurrence
 */
export function planSeries(rule: SeriesRule, choices: readonly OccurrenceChoice[] = []): PlannedOccurrence[] {
  const locals = expandSeries(rule);
  const chosen = new Map(choices.map((choice) => [choice.number, choice]));
  for (const [k, { number }] of choices.entries()) {
    if (number < 1 || number > locals.length)
      throw invalid(`/choices/${k}/occurrence`, 'no-such-occurrence', `There are ${locals.length} occurrences.`);
  }
  if (chosen.size < choices.length) throw invalid('/choices', 'repeated', 'One choice for each occurrence.');
  return locals.map((local, k) => planOne(rule, k + 1, local, chosen.get(k + 1)));
}

function planOne(
  { timeZone }: SeriesRule,
  number: number,
  local: string,
  choice: OccurrenceChoice | undefined,
): PlannedOccurrence {
  const one = { number, local, practitionerId: choice?.practitionerId ?? null };
  if (choice?.skip === true) return { ...one, start: null, skipped: true, problem: null };
  const resolved = parseStart(choice?.start ?? local, timeZone, choice?.fold);
  if (resolved.ok) return { ...one, start: resolved.instant, skipped: false, problem: null };
  const problem = localTimeProblem(resolved, timeZone, '/start');
  if (problem.code === 'validation-failed') throw new DomainError(problem.code, problem);
  return { ...one, start: null, skipped: false, problem };
}

/** The local times that a rule means, in order. @throws DomainError `validation-failed` */
export function expandSeries(rule: SeriesRule): string[] {
  checkRule(rule);
  const [date, time] = [rule.startLocal.slice(0, 10), rule.startLocal.slice(11, 16)];
  const first = dayOf(date);
  const until = rule.until === null ? Infinity : dayOf(rule.until);
  const found: string[] = [];
  for (const day of daysOf(rule, first)) {
    if (day > until) break;
    if (day - first > maxDays) {
      if (rule.count === null) break;
      throw invalid('/rule/count', 'too-far', `The last occurrence is more than ${maxDays} days after the first.`);
    }
    if (found.length === maxOccurrences)
      throw invalid('/rule/until', 'too-many', `A series has at most ${maxOccurrences} occurrences.`);
    found.push(`${dateOf(day)}T${time}`);
    if (found.length === rule.count) return found;
  }
  if (until - first > maxDays && rule.until !== null)
    throw invalid('/rule/until', 'too-far', `The end is more than ${maxDays} days after the first occurrence.`);
  if (found.length === 0) throw invalid('/rule/until', 'none', 'No day fits this rule.');
  return found;
}

/** Days since 1970 that fit the rule, from the first on, without an end but one past the furthest allowed. */
function* daysOf(rule: SeriesRule, first: number): Generator<number> {
  const { frequency, interval } = rule;
  const days = rule.byDay.map((day) => seriesDayPattern.exec(day)!);
  const last = first + maxDays + 366 * interval;
  if (frequency === 'daily') {
    const wanted = new Set(days.map((day) => day[2]!));
    for (let day = first; day <= last; day += interval) if (wanted.size === 0 || wanted.has(weekdayOf(day))) yield day;
  } else if (frequency === 'weekly') {
    const wanted = new Set(days.length === 0 ? [weekdayOf(first)] : days.map((day) => day[2]!));
    const monday = first - weekdays.indexOf(weekdayOf(first));
    for (let week = monday; week <= last; week += 7 * interval) {
      for (let day = Math.max(week, first); day < week + 7; day++) if (wanted.has(weekdayOf(day))) yield day;
    }
  } else {
    const start = new Date(first * DAY);
    for (let month = start.getUTCMonth(); ; month += interval) {
      const begin = Date.UTC(start.getUTCFullYear(), month, 1) / DAY;
      const end = Date.UTC(start.getUTCFullYear(), month + 1, 1) / DAY;
      if (begin > last) return;
      for (let day = Math.max(begin, first); day < end; day++) {
        const fits =
          days.length === 0
            ? day - begin === start.getUTCDate() - 1
            : days.some(([, nth, weekday]) => weekday === weekdayOf(day) && isNth(nth, day, begin, end));
        if (fits) yield day;
      }
    }
  }
}

function isNth(nth: string | undefined, day: number, begin: number, end: number): boolean {
  if (nth === undefined) return true;
  return nth === '-1' ? day + 7 >= end : Math.floor((day - begin) / 7) === Number(nth) - 1;
}

function checkRule(rule: SeriesRule): void {
  const start = resolveLocalTime(rule.startLocal, rule.timeZone, 'earlier');
  if ((!start.ok && start.code === 'validation-failed') || rule.startLocal.length !== 16)
    throw invalid('/rule/start', 'not-a-time', 'Send a local time YYYY-MM-DDTHH:MM.');
  if (!Number.isInteger(rule.interval) || rule.interval < 1 || rule.interval > 99)
    throw invalid('/rule/interval', 'out-of-range', 'Between 1 and 99.');
  if ((rule.count === null) === (rule.until === null))
    throw invalid('/rule/count', 'one-end', 'Say how many times, or until when.');
  if (rule.count !== null && (!Number.isInteger(rule.count) || rule.count < 1 || rule.count > maxOccurrences))
    throw invalid('/rule/count', 'too-many', `Between 1 and ${maxOccurrences}.`);
  if (rule.until !== null && parseInstant(`${rule.until}T00:00:00Z`) === null)
    throw invalid('/rule/until', 'not-a-date', 'Send a date YYYY-MM-DD.');
  const bad = rule.byDay.some((day) => {
    const match = seriesDayPattern.exec(day);
    return match === null || (match[1] !== undefined && rule.frequency !== 'monthly');
  });
  if (bad) throw invalid('/rule/byDay', 'not-a-day', 'Send MO to SU; in a monthly rule also 2TU or -1FR.');
}

/**
 * Where an occurrence goes when its series is moved from one of them on: by as many calendar days, to the new time of
 * day. All three are local times `YYYY-MM-DDTHH:MM`.
 */
export function movedWith(local: string, from: string, to: string): string {
  const days = dayOf(to.slice(0, 10)) - dayOf(from.slice(0, 10));
  return `${addDays(local.slice(0, 10), days)}T${to.slice(11, 16)}`;
}

/** Ahead of itself a series is moved from its end, so that no visit stands in the way of the one before. */
export function moveOrder<T extends { readonly number: number }>(
  occurrences: readonly T[],
  from: string,
  to: string,
): T[] {
  return occurrences.toSorted((a, b) => (to > from ? b.number - a.number : a.number - b.number));
}

/** What can be done to a series as a whole; each is one of its own visits' actions, for this one and all that follow. */
export const seriesActions = ['change', 'cancel', 'cancel-by-clinic'] as const;
export type SeriesAction = (typeof seriesActions)[number];
export const seriesActionPermissions = {
  change: 'appointment:reschedule',
  cancel: 'appointment:cancel',
  'cancel-by-clinic': 'appointment:cancel-by-clinic',
} as const satisfies Record<SeriesAction, string>;

export interface AllowedSeriesAction {
  readonly action: SeriesAction;
  readonly possible: boolean;
  readonly reason?: ProblemDetail | undefined;
  readonly permission: string;
}

/**
 * What a change would be answered now (feature H2), asked by the pages before and by the transaction that files it.
 * @param visits the states of its visits
 */
export function allowedSeriesActions(
  state: SeriesState,
  visits: readonly string[],
  permissions: readonly string[],
): AllowedSeriesAction[] {
  return seriesActions.map((action) => {
    const permission = seriesActionPermissions[action];
    if (!permissions.includes(permission))
      return { action, possible: false, reason: { code: 'forbidden', data: { permission } }, permission };
    if (state === 'booked' && visits.some((status) => isChangeable(action, status)))
      return { action, possible: true, permission };
    const event = action === 'change' ? 'move' : 'cancel';
    return {
      action,
      possible: false,
      reason: { code: 'invalid-transition', data: { from: state, event } },
      permission,
    };
  });
}

/** What is still ahead can be moved or cancelled; what waits for approval can only be taken back. */
export const isChangeable = (action: SeriesAction | 'move', status: string): boolean =>
  status === 'booked' || (status === 'pending' && action !== 'change' && action !== 'move');

export const occurrenceFindings = [
  'free',
  'skipped',
  'taken',
  'closed',
  'does-not-exist',
  'ambiguous',
  'patient-overlap',
  'not-eligible',
] as const;
export type OccurrenceFinding = (typeof occurrenceFindings)[number];

/** A refusal of one occurrence as the report names it; null for what refuses the whole series. */
export function findingOf({ code }: ProblemDetail): OccurrenceFinding | null {
  if (code === 'slot-taken') return 'taken';
  if (code === 'outside-availability') return 'closed';
  if (code === 'local-time-does-not-exist') return 'does-not-exist';
  if (code === 'ambiguous-local-time') return 'ambiguous';
  if (code === 'patient-overlap') return 'patient-overlap';
  return code === 'patient-not-eligible' ? 'not-eligible' : null;
}

const weekdays: readonly Weekday[] = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

// Day 0 of the epoch was a Thursday.
function weekdayOf(day: number): Weekday {
  return weekdays[(((day + 3) % 7) + 7) % 7]!;
}

function dayOf(date: string): number {
  return Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1, Number(date.slice(8, 10))) / DAY;
}

function dateOf(day: number): string {
  return iso(day * DAY).slice(0, 10);
}

function invalid(path: string, code: string, message: string): DomainError {
  return new DomainError('validation-failed', { errors: [{ path: `/body${path}`, code, message }] });
}
