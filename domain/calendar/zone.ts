/**
 * The offsets of a time zone as sorted segments, read once from Temporal and kept: availability for fifty
 * practitioners asks thousands of times, and one Temporal conversion costs about 20 microseconds. Everything here is
 * a pure function of the zone data of the process; `test/domain/calendar.test.ts` compares it with Temporal itself.
 * Only `domain/calendar/calendar.ts` and `domain/schedule/schedule.ts` use it; wall-clock times are *wall milliseconds*: the local date
 * and time read as if it were UTC.
 */
import { Temporal } from 'temporal-polyfill';
import { DomainError } from '../errors.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** From `from` (epoch milliseconds) on, local time is UTC + `offset` milliseconds. */
interface Segment {
  readonly from: number;
  readonly offset: number;
}

/** 2^35 ms, about 398 days: zone data are read for one such span at a time. */
const SPAN = 2 ** 35;

const known = new Map<string, Map<number, readonly Segment[]>>();

function spansOf(timeZone: string): Map<number, readonly Segment[]> {
  const spans = known.get(timeZone);
  if (spans) return spans;
  if (!isTimeZone(timeZone)) {
    throw new DomainError('validation-failed', {
      detail: 'The time zone is not known.',
      errors: [{ path: '/timeZone', code: 'unknown-time-zone', message: 'Use an IANA name such as America/New_York.' }],
    });
  }
  const fresh = new Map<number, readonly Segment[]>();
  known.set(timeZone, fresh);
  return fresh;
}

/** True for IANA names in their own spelling; fixed offsets such as `+05:00` are not zones (their rules cannot change). */
export function isTimeZone(timeZone: string): boolean {
  if (known.has(timeZone)) return true;
  if (!/^[A-Za-z]/.test(timeZone) || timeZone.length > 64) return false;
  try {
    return new Temporal.ZonedDateTime(0n, timeZone).timeZoneId === timeZone;
  } catch {
    return false;
  }
}

function segments(timeZone: string, instant: number): readonly Segment[] {
  const spans = spansOf(timeZone);
  const index = Math.floor(instant / SPAN);
  const found = spans.get(index);
  if (found) return found;
  const start = index * SPAN;
  let at: Temporal.ZonedDateTime | null = Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(timeZone);
  const list: Segment[] = [{ from: start, offset: at.offsetNanoseconds / 1e6 }];
  while ((at = at.getTimeZoneTransition('next')) && at.epochMilliseconds < start + SPAN) {
    const offset = at.offsetNanoseconds / 1e6;
    if (offset !== list.at(-1)!.offset) list.push({ from: at.epochMilliseconds, offset });
  }
  spans.set(index, list);
  return list;
}

/** Milliseconds to add to the instant to get local time. Throws `validation-failed` for an unknown zone. */
export function offsetAt(timeZone: string, instant: number): number {
  const list = segments(timeZone, instant);
  let at = list.length - 1;
  while (at > 0 && list[at]!.from > instant) at--;
  return list[at]!.offset;
}

/** The first instant after `instant` and before `before` at which the offset changes, or null. */
export function nextTransition(timeZone: string, instant: number, before: number): number | null {
  for (let span = Math.floor(instant / SPAN); span * SPAN < before; span++) {
    const start = span * SPAN;
    for (const segment of segments(timeZone, start)) {
      if (segment.from <= instant) continue;
      if (segment.from >= before) return null;
      if (segment.from > start || offsetAt(timeZone, start - 1) !== segment.offset) return segment.from;
    }
  }
  return null;
}

/** The instants whose local time is `wall`: none in a gap, two (earlier first) in an overlap, otherwise one. */
export function possibleInstants(timeZone: string, wall: number): number[] {
  // A day either side, as ECMAScript's GetNamedTimeZoneEpochNanoseconds does: no offset exceeds 24 hours.
  const before = offsetAt(timeZone, wall - DAY);
  const after = offsetAt(timeZone, wall + DAY);
  if (before === after) return [wall - before];
  const result: number[] = [];
  for (const offset of before > after ? [before, after] : [after, before]) {
    if (offsetAt(timeZone, wall - offset) === offset) result.push(wall - offset);
  }
  return result;
}

/** The end of the gap in which `wall` lies: the first instant after it. Only for a `wall` that does not exist. */
export function endOfGap(timeZone: string, wall: number): number {
  const after = offsetAt(timeZone, wall + DAY);
  return nextTransition(timeZone, wall - after, wall + 2 * DAY) ?? wall - after;
}

/** Wall milliseconds to instant, Temporal's `compatible`: the earlier of two; in a gap, later by the gap's length. */
export function compatibleInstant(timeZone: string, wall: number): number {
  return possibleInstants(timeZone, wall)[0] ?? wall - offsetAt(timeZone, wall - DAY);
}
