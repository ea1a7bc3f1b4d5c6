/**
 * Other times for a visit that the clinic cancels (scheduling-intake.md D1): one on each of the first days, nearest to the
 * time of day that the patient had chosen. That suits the patient, and keeps the visits of one cancelled day from all
 * reaching for the same morning.
 */
import { localDateOf, localTimeOfDay, parseInstant } from '../calendar/calendar.ts';
import { DAY, HOUR } from '../calendar/zone.ts';

interface Time {
  readonly start: string;
  readonly end: string;
  readonly timeZone: string;
}

/** @param original the cancelled start, epoch milliseconds @returns at most `wanted`, earliest first, an hour apart */
export function chooseAlternatives<T extends Time>(
  times: readonly T[],
  wanted: number,
  original: number,
  timeZone: string,
): T[] {
  const timeOfDay = localTimeOfDay(original, timeZone);
  const candidates = times
    .map((time) => {
      const start = parseInstant(time.start)!;
      const off = Math.abs(localTimeOfDay(start, time.timeZone) - timeOfDay);
      const date = localDateOf(start, time.timeZone);
      // 23:30 and 00:30 are an hour apart.
      return { time, start, end: parseInstant(time.end)!, date, off: Math.min(off, DAY - off) };
    })
    .toSorted((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : a.off - b.off || a.start - b.start));
  const chosen: typeof candidates = [];
  // An hour apart: held back to back, the buffers of one would take the place of the other.
  const apart = (a: (typeof candidates)[number]): boolean =>
    chosen.every((c) => a.start - c.end >= HOUR || c.start - a.end >= HOUR);
  for (const oncePerDay of [true, false]) {
    for (const candidate of candidates) {
      if (chosen.length >= wanted) break;
      if (oncePerDay && chosen.some((c) => c.date === candidate.date)) continue;
      if (apart(candidate)) chosen.push(candidate);
    }
  }
  return chosen.toSorted((a, b) => a.start - b.start).map(({ time }) => time);
}
