/** A series as the editor's address holds it and as the API takes it. */
import type { SeriesFrequency } from '../../../domain/schedule/series.ts';
import type { SeriesBody, SeriesChoice } from '../api/series.ts';
import { localDay, weekdayIndex } from '../lib/time.ts';
import { weekdays } from '../waitlist/wish-draft.ts';

export const frequencies = ['weekly', 'daily', 'monthly'] as const satisfies readonly SeriesFrequency[];

/** The address of the editor: all that was typed survives a reload. */
export interface SeriesSearch {
  readonly patient?: string | undefined;
  readonly type?: string | undefined;
  readonly practitioner?: string | undefined;
  readonly place?: string | undefined;
  readonly mode?: 'in-person' | 'video' | 'phone' | undefined;
  readonly every?: SeriesFrequency | undefined;
  readonly interval?: number | undefined;
  /** `MO,TH` */
  readonly days?: string | undefined;
  /** A monthly rule: the day of the month, or the second Tuesday. */
  readonly by?: 'weekday' | undefined;
  readonly date?: string | undefined;
  readonly time?: string | undefined;
  readonly count?: number | undefined;
  readonly until?: string | undefined;
}

export interface SeriesDraft {
  readonly type: string;
  readonly practitioner: string;
  readonly place: string;
  readonly every: SeriesFrequency;
  readonly interval: number | '';
  readonly days: readonly string[];
  readonly by: 'date' | 'weekday';
  readonly date: string;
  readonly time: string;
  readonly ends: 'count' | 'until';
  readonly count: number | '';
  readonly until: string;
}

const usualCount = 8;
/** `maxOccurrences` of domain/schedule/series.ts, which would bring the calendar along; a test holds them together. */
export const mostOccurrences = 52;

export const draftOf = (search: SeriesSearch, place: string, today: string): SeriesDraft => ({
  type: search.type ?? '',
  practitioner: search.practitioner ?? '',
  place: search.place ?? place,
  every: search.every ?? 'weekly',
  interval: search.interval === 0 ? '' : (search.interval ?? 1),
  days: search.days?.split(',').filter((day) => (weekdays as readonly string[]).includes(day)) ?? [],
  by: search.by ?? 'date',
  date: search.date ?? today,
  time: search.time ?? '09:00',
  ends: search.until === undefined ? 'count' : 'until',
  count: search.count === 0 ? '' : (search.count ?? usualCount),
  until: search.until ?? '',
});

/** Which of its weekday in the month: 1 to 4, or the last. */
export function weekdayRule(date: string): { readonly nth: number; readonly day: number; readonly code: string } {
  const number = Number(date.slice(8, 10));
  const nth = number > 28 ? -1 : Math.ceil(number / 7);
  const day = weekdayIndex(date);
  return { nth, day, code: `${nth}${weekdays[day]}` };
}

export function ruleOf(draft: SeriesDraft): SeriesBody['rule'] {
  const monthly = draft.every === 'monthly' && draft.by === 'weekday' ? [weekdayRule(draft.date).code] : [];
  return {
    frequency: draft.every,
    interval: Number(draft.interval),
    byDay: draft.every === 'weekly' ? [...draft.days] : monthly,
    start: `${draft.date}T${draft.time}`,
    ...(draft.ends === 'count' ? { count: Number(draft.count) } : { until: draft.until }),
  };
}

export const draftProblems = ['patient', 'type', 'practitioner', 'start', 'past', 'interval', 'count', 'until'] as const; // prettier-ignore
export type DraftProblem = (typeof draftProblems)[number];

/** What is missing or means nothing; whether a time is free is the server's to say. */
export function problemsOf(draft: SeriesDraft, patientId: string | undefined, zone: string): DraftProblem[] {
  const problems: DraftProblem[] = [];
  if (patientId === undefined) problems.push('patient');
  if (draft.type === '') problems.push('type');
  if (draft.practitioner === '') problems.push('practitioner');
  const dated = /^\d{4}-\d{2}-\d{2}$/.test(draft.date) && /^\d{2}:\d{2}$/.test(draft.time);
  if (!dated) problems.push('start');
  else if (draft.date < localDay(Date.now(), zone)) problems.push('past');
  if (draft.interval === '' || draft.interval < 1 || draft.interval > 99) problems.push('interval');
  if (draft.ends === 'count' && (draft.count === '' || draft.count < 1 || draft.count > mostOccurrences))
    problems.push('count');
  if (draft.ends === 'until' && (draft.until === '' || draft.until < draft.date)) problems.push('until');
  return problems;
}

export const bodyOf = (
  draft: SeriesDraft,
  patientId: string,
  mode: SeriesBody['mode'],
  choices: ReadonlyMap<number, SeriesChoice>,
): SeriesBody => ({
  patientId,
  visitTypeId: draft.type,
  practitionerId: draft.practitioner,
  locationId: draft.place,
  mode,
  rule: ruleOf(draft),
  choices: [...choices.values()].toSorted((a, b) => a.occurrence - b.occurrence),
});
