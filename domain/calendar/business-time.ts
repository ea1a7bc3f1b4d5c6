/** Deadlines that count the days on which somebody works (scheduling-intake.md D3 review, D4 clocks; scenario S19). */
import { addDays, edgeInstant, localOf } from './calendar.ts';
import type { BusinessDay, BusinessHours } from '../intake/intake-policy.ts';

const weekdays: readonly BusinessDay[] = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];
const weekdayOf = (date: string): BusinessDay => weekdays[new Date(`${date}T00:00:00Z`).getUTCDay()]!;

/**
 * `n` business days later at the same time of day. What comes outside business hours counts from the next opening.
 * @param at epoch milliseconds. @returns epoch milliseconds
 */
export function businessDaysAfter(at: number, n: number, hours: BusinessHours, timeZone: string): number {
  const [date, clock] = localOf(at, timeZone).split('T') as [string, string];
  let day = date;
  let time = clock.slice(0, 8);
  const isOpen = (one: string): boolean => hours.days.includes(weekdayOf(one));
  const nextOpen = (from: string): string => {
    let one = addDays(from, 1);
    while (!isOpen(one)) one = addDays(one, 1);
    return one;
  };
  if (!isOpen(day) || time >= `${hours.until}:00`) [day, time] = [nextOpen(day), `${hours.from}:00`];
  else if (time < `${hours.from}:00`) time = `${hours.from}:00`;
  for (let k = 0; k < n; k += 1) day = nextOpen(day);
  return edgeInstant(day, time, timeZone);
}
