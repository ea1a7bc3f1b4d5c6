/**
 * The day as a table: one column a practitioner and lane (an overbooked hour gets a second lane), one row a quarter hour.
 * Pure: instants as epoch milliseconds, rows counted from the first shown quarter.
 */
import type { Appointment, AvailabilityRule, Weekday } from '../api/types.ts';
import { HOUR, MINUTE, addDays, localMinutes, startOfDay, weekdayIndex } from '../lib/time.ts';

export const STEP = 15 * MINUTE;
export const rowsAnHour = HOUR / STEP;
const weekdays: readonly Weekday[] = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

export interface Cell {
  readonly row: number;
  readonly span: number;
  readonly visit: Appointment | null;
  readonly closed: boolean;
}

export interface Person {
  readonly id: string;
  readonly name: string;
}

export interface Column {
  readonly practitioner: Person;
  readonly lane: number;
  readonly lanes: number;
  /** By row: the cell that covers it. */
  readonly cells: readonly Cell[];
}

export interface Day {
  /** Start of each row. */
  readonly rows: readonly number[];
  readonly columns: readonly Column[];
}

/** What takes room on the wall: cancelled visits do not. */
export const takesRoom = (visit: Appointment): boolean =>
  visit.start !== null &&
  visit.end !== null &&
  !['cancelled', 'entered-in-error', 'proposed', 'waitlist'].includes(visit.status);

interface Open {
  readonly from: number;
  readonly to: number;
}

/** Opening hours of a practitioner on a day; null when hours are not known to this person. */
function openHours(
  rules: readonly AvailabilityRule[] | undefined,
  practitionerId: string,
  date: string,
  zone: string,
): Open[] | null {
  if (rules === undefined) return null;
  const day = weekdays[weekdayIndex(date)];
  return rules
    .filter(
      (rule) =>
        rule.resourceId === practitionerId &&
        day !== undefined &&
        rule.byDay.includes(day) &&
        rule.validFrom <= date &&
        (rule.validTo === null || rule.validTo >= date),
    )
    .map((rule) => {
      const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
      const from = minutes(rule.startLocal);
      const to = minutes(rule.endLocal);
      const from0 = startOfDay(date, zone, from);
      // An end at or before the start is on the next day; the wall ends at midnight.
      return { from: from0, to: to <= from ? startOfDay(addDays(date, 1), zone) : startOfDay(date, zone, to) };
    });
}

export function layOut(input: {
  readonly date: string;
  readonly zone: string;
  readonly visits: readonly Appointment[];
  readonly practitioners: readonly Person[];
  readonly rules?: readonly AvailabilityRule[] | undefined;
}): Day {
  const { date, zone } = input;
  const visits = input.visits.filter(takesRoom);
  const hours = new Map(input.practitioners.map((one) => [one.id, openHours(input.rules, one.id, date, zone)]));
  const dayStart = startOfDay(date, zone);
  const dayEnd = startOfDay(addDays(date, 1), zone);
  const edges = [...hours.values()].flatMap((open) => open ?? []).concat(visits.map(spanOf));
  const from = Math.max(dayStart, Math.min(startOfDay(date, zone, 8 * 60), ...edges.map((edge) => edge.from)));
  const to = Math.min(dayEnd, Math.max(startOfDay(date, zone, 17 * 60), ...edges.map((edge) => edge.to)));
  const first = from - (localMinutes(from, zone) % 60) * MINUTE;
  const rows: number[] = [];
  for (let at = first; at < to; at += STEP) rows.push(at);

  const columns = input.practitioners.flatMap((practitioner) => {
    const own = visits.filter((visit) => visit.practitionerId === practitioner.id);
    const lanes = lanesOf(own);
    const open = hours.get(practitioner.id) ?? null;
    return lanes.map((lane, index) => ({
      practitioner,
      lane: index,
      lanes: lanes.length,
      cells: cellsOf(lane, rows, open),
    }));
  });
  return { rows, columns };
}

const spanOf = (visit: Appointment): Open => ({ from: Date.parse(visit.start ?? ''), to: Date.parse(visit.end ?? '') });

/** Visits that overlap go into lanes, first come first served; always at least one lane. */
function lanesOf(visits: readonly Appointment[]): Appointment[][] {
  const lanes: Appointment[][] = [[]];
  const ends: number[] = [0];
  for (const visit of visits.toSorted((a, b) => (a.start ?? '').localeCompare(b.start ?? ''))) {
    const { from, to } = spanOf(visit);
    // Rounded to rows, so that two short visits within one quarter do not claim the same cell.
    const start = Math.floor(from / STEP) * STEP;
    const free = ends.findIndex((end) => end <= start);
    const lane = free < 0 ? lanes.length : free;
    (lanes[lane] ??= []).push(visit);
    ends[lane] = Math.ceil(to / STEP) * STEP;
  }
  return lanes;
}

function cellsOf(visits: readonly Appointment[], rows: readonly number[], open: readonly Open[] | null): Cell[] {
  const cells: Cell[] = [];
  const first = rows[0] ?? 0;
  for (const visit of visits) {
    const { from, to } = spanOf(visit);
    const row = Math.max(0, Math.floor((from - first) / STEP));
    const span = Math.max(1, Math.min(rows.length, Math.ceil((to - first) / STEP)) - row);
    const cell: Cell = { row, span, visit, closed: false };
    for (let at = row; at < row + span && at < rows.length; at += 1) cells[at] = cell;
  }
  rows.forEach((start, row) => {
    cells[row] ??= {
      row,
      span: 1,
      visit: null,
      closed: open !== null && !open.some((hour) => hour.from <= start && start < hour.to),
    };
  });
  return cells;
}
