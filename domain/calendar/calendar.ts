/**
 * The only place where wall-clock time becomes an instant (scheduling-intake.md A2 and B7: Postgres and JavaScript
 * disagree on the doubled hour, so SQL never converts). Instants are epoch milliseconds; `iso` and `zonedIso` write
 * them. What a person typed is refused when it is ambiguous or does not exist; edges of availability are not.
 */
import { DomainError } from '../errors.ts';
import type { ProblemDetail } from '../errors.ts';
import { DAY, HOUR, MINUTE, compatibleInstant, endOfGap, isTimeZone, offsetAt, possibleInstants } from './zone.ts';

export { isTimeZone };

export type Fold = 'earlier' | 'later';

export type LocalTime =
  | { readonly ok: true; readonly instant: number; readonly local: string; readonly timeZone: string }
  | { readonly ok: false; readonly code: 'ambiguous-local-time'; readonly earlier: number; readonly later: number }
  | { readonly ok: false; readonly code: 'local-time-does-not-exist'; readonly nextValid: number }
  | { readonly ok: false; readonly code: 'validation-failed' };

const LOCAL = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?$/;
const INSTANT = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)([Zz]|([+-])(\d{2}):(\d{2}))$/;
const DURATION = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,3}))?S)?)?$/;

/** `YYYY-MM-DDTHH:MM[:SS[.fff]]` as wall milliseconds, or null when it is not a date and time of the calendar. */
function parseWall(local: string): number | null {
  const m = LOCAL.exec(local);
  if (!m) return null;
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map((k) => Number(m[k] ?? 0)) as number[];
  if (hour! > 23 || minute! > 59 || second! > 59) return null;
  const wall = Date.UTC(
    year!,
    month! - 1,
    day!,
    hour!,
    minute!,
    second!,
    Number((m[7] ?? '').padEnd(3, '0').slice(0, 3)),
  );
  // Date.UTC carries 30 February over into March, and reads the years 0 to 99 as 1900 to 1999.
  return writeWall(wall).slice(0, 10) === local.slice(0, 10) ? wall : null;
}

/** Wall milliseconds as `YYYY-MM-DDTHH:MM:SS`, with `.fff` only when there are some. */
function writeWall(wall: number): string {
  const text = new Date(wall).toISOString();
  return text.endsWith('.000Z') ? text.slice(0, -5) : text.slice(0, -1);
}

function wallOrThrow(local: string): number {
  const wall = parseWall(local);
  if (wall === null) throw new DomainError('validation-failed', { detail: 'Not a local date and time.' });
  return wall;
}

/**
 * A local time as a person enters it, without an offset. `fold` says which of two is meant and is ignored when there is
 * only one. Throws `validation-failed` for an unknown zone; a malformed time is a result.
 */
export function resolveLocalTime(local: string, timeZone: string, fold?: Fold): LocalTime {
  const wall = parseWall(local);
  if (wall === null) return { ok: false, code: 'validation-failed' };
  const [earlier, later] = possibleInstants(timeZone, wall);
  if (earlier === undefined) {
    return { ok: false, code: 'local-time-does-not-exist', nextValid: endOfGap(timeZone, wall) };
  }
  if (later !== undefined && fold === undefined) return { ok: false, code: 'ambiguous-local-time', earlier, later };
  return { ok: true, instant: fold === 'later' ? (later ?? earlier) : earlier, local: writeWall(wall), timeZone };
}

/** A request's `start` (architecture.md section 5, zones): an RFC 3339 instant, or a local time of the location. */
export function parseStart(start: string, timeZone: string, fold?: Fold): LocalTime {
  if (LOCAL.test(start)) return resolveLocalTime(start, timeZone, fold);
  const instant = parseInstant(start);
  if (instant === null) return { ok: false, code: 'validation-failed' };
  return { ok: true, instant, local: localOf(instant, timeZone), timeZone };
}

/** RFC 3339 with `Z` or an offset (seconds may be left out) to epoch milliseconds; null for anything else. */
export function parseInstant(text: string): number | null {
  const m = INSTANT.exec(text);
  if (!m) return null;
  const wall = parseWall(`${m[1]!}T${m[2]!}`);
  const hours = Number(m[5] ?? 0);
  const minutes = Number(m[6] ?? 0);
  if (wall === null || hours > 23 || minutes > 59) return null;
  return wall - (m[4] === '-' ? -1 : 1) * (hours * HOUR + minutes * MINUTE);
}

/** A refused local time as a problem, with what could be meant instead as instants with their offsets. */
export function localTimeProblem(
  refusal: Extract<LocalTime, { ok: false }>,
  timeZone: string,
  path = '/start',
): ProblemDetail {
  if (refusal.code === 'ambiguous-local-time') {
    const [earlier, later] = [zonedIso(refusal.earlier, timeZone), zonedIso(refusal.later, timeZone)];
    const message = 'The clocks go back over this time: send fold earlier or later.';
    return {
      code: refusal.code,
      detail: message,
      errors: [{ path, code: refusal.code, message }],
      allowed: ['earlier', 'later'],
      data: { earlier, later, timeZone },
    };
  }
  if (refusal.code === 'local-time-does-not-exist') {
    const nextValid = zonedIso(refusal.nextValid, timeZone);
    const message = 'The clocks go forward over this time.';
    return {
      code: refusal.code,
      detail: message,
      errors: [{ path, code: refusal.code, message }],
      allowed: [nextValid],
      data: { nextValid, nextValidLocal: localOf(refusal.nextValid, timeZone), timeZone },
    };
  }
  const message = 'Send an RFC 3339 instant, or a local time YYYY-MM-DDTHH:MM without offset.';
  return { code: refusal.code, errors: [{ path, code: 'not-a-time', message }] };
}

/**
 * The instant of an availability edge: `compatible` (B7), so that the earlier of two and, in a gap, the time after it is
 * meant. `date` is `YYYY-MM-DD`, `time` is `HH:MM` or `HH:MM:SS`. Throws `validation-failed`.
 */
export function edgeInstant(date: string, time: string, timeZone: string): number {
  return compatibleInstant(timeZone, wallOrThrow(`${date}T${time}`));
}

/** Local date and time of an instant, without offset: what is stored as `local_start`. */
export function localOf(instant: number, timeZone: string): string {
  return writeWall(instant + offsetAt(timeZone, instant));
}

/** Local date `YYYY-MM-DD` of an instant. */
export function localDateOf(instant: number, timeZone: string): string {
  return localOf(instant, timeZone).slice(0, 10);
}

/** Milliseconds of the local clock since its midnight: 09:30 is 34,200,000 on every day of the year. */
export function localTimeOfDay(instant: number, timeZone: string): number {
  return modulo(instant + offsetAt(timeZone, instant), DAY);
}

/** UTC, RFC 3339, `Z`. */
export function iso(instant: number): string {
  const text = new Date(instant).toISOString();
  return text.endsWith('.000Z') ? `${text.slice(0, -5)}Z` : text;
}

/** RFC 3339 in the zone's own offset of that moment. */
export function zonedIso(instant: number, timeZone: string): string {
  const offset = Math.round(offsetAt(timeZone, instant) / MINUTE);
  const size = Math.abs(offset);
  return `${localOf(instant, timeZone)}${offset < 0 ? '-' : '+'}${twoDigits(Math.floor(size / 60))}:${twoDigits(size % 60)}`;
}

function twoDigits(n: number): string {
  return String(n).padStart(2, '0');
}

/** Calendar arithmetic on `YYYY-MM-DD`, without a zone. */
export function addDays(date: string, days: number): string {
  return writeWall(wallOrThrow(`${date}T00:00`) + days * DAY).slice(0, 10);
}

/** The first instant of a local date; where midnight falls in a gap, the end of the gap. */
export function startOfLocalDate(date: string, timeZone: string): number {
  const wall = wallOrThrow(`${date}T00:00`);
  return possibleInstants(timeZone, wall)[0] ?? endOfGap(timeZone, wall);
}

/** The first instant of the local day in which `instant` lies. */
export function startOfLocalDay(instant: number, timeZone: string): number {
  return startOfLocalDate(localDateOf(instant, timeZone), timeZone);
}

/** The first instant after the local day in which `instant` lies (half-open). */
export function endOfLocalDay(instant: number, timeZone: string): number {
  return startOfLocalDate(addDays(localDateOf(instant, timeZone), 1), timeZone);
}

/** `n` calendar days later (or earlier, when negative) at the same wall-clock time, `compatible`. */
export function plusCalendarDays(instant: number, timeZone: string, n: number): number {
  // The same day must be the same instant, also in the second pass of a doubled hour.
  return n === 0 ? instant : compatibleInstant(timeZone, instant + offsetAt(timeZone, instant) + n * DAY);
}

export function minusCalendarDays(instant: number, timeZone: string, n: number): number {
  return plusCalendarDays(instant, timeZone, -n);
}

export interface Duration {
  readonly days: number;
  /** The part after `T`, in milliseconds. */
  readonly elapsed: number;
}

/** ISO-8601 durations of weeks, days, hours, minutes and seconds. Months and years have no length: refused. */
export function parseDuration(text: string): Duration {
  const m = DURATION.exec(text);
  if (!m || text.endsWith('T') || text === 'P') {
    throw new DomainError('validation-failed', { detail: 'Not an ISO-8601 duration of weeks, days and time.' });
  }
  const n = (k: number) => Number(m[k] ?? 0);
  const millis = Number((m[6] ?? '').padEnd(3, '0'));
  return { days: n(1) * 7 + n(2), elapsed: n(3) * HOUR + n(4) * MINUTE + n(5) * 1000 + millis };
}

/** Whether a duration counts calendar days (`P3D`) and not elapsed time (`PT72H`): B7. */
export function isCalendarDuration(text: string): boolean {
  return parseDuration(text).days > 0;
}

/** `P` days are calendar days in the zone, `PT` is elapsed time (B7); days first. */
export function addDuration(instant: number, duration: string, timeZone: string): number {
  const { days, elapsed } = parseDuration(duration);
  return plusCalendarDays(instant, timeZone, days) + elapsed;
}

/** The instant a duration before: calendar days first, then elapsed time. */
export function subtractDuration(instant: number, duration: string, timeZone: string): number {
  const { days, elapsed } = parseDuration(duration);
  return plusCalendarDays(instant, timeZone, -days) - elapsed;
}

/** Length in milliseconds with days of 24 hours: for windows and limits, never for what a calendar shows. */
export function isoDurationToMs(duration: string): number {
  const { days, elapsed } = parseDuration(duration);
  return days * DAY + elapsed;
}

/** Whether two instants fall on the same local date. */
export function sameLocalDay(a: number, b: number, timeZone: string): boolean {
  return localDateOf(a, timeZone) === localDateOf(b, timeZone);
}

function modulo(n: number, size: number): number {
  return ((n % size) + size) % size;
}
