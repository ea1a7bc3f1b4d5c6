/** A wish on the waiting list in words, the same on every page that shows one. */
import type { ReactNode } from 'react';
import type { Answer } from '../../shared/api-client.ts';
import { dateWords, fullTime, ownZone } from '../times.ts';
import type { Language, Words } from '../words.tsx';

export type Wish = Answer<'GET /waitlist-entries'>['items'][number];
export type Weekday = Wish['days'][number];

export const weekdays: readonly Weekday[] = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
export const waits = ({ state }: Wish): boolean => state === 'active' || state === 'offered' || state === 'paused';

/** 2024-01-01 was a Monday. */
export const weekdayName = (day: Weekday, language: Language): string =>
  new Intl.DateTimeFormat(language, { weekday: 'long', timeZone: 'UTC' }).format(
    Date.UTC(2024, 0, 1 + weekdays.indexOf(day)),
  );

/** `HH:MM`, inclusive; a part of the day is what the clinic's clock shows when the visit begins. */
export const dayParts = {
  morning: ['00:00', '11:59'],
  afternoon: ['12:00', '16:59'],
  evening: ['17:00', '23:59'],
} as const;
export type DayPart = keyof typeof dayParts | 'any';
export const partNames = ['any', 'morning', 'afternoon', 'evening'] as const;

export const partOf = (from: string | null, to: string | null): DayPart | null => {
  if (from === null || to === null) return 'any';
  const found = (Object.keys(dayParts) as (keyof typeof dayParts)[]).find(
    (part) => dayParts[part][0] === from.slice(0, 5) && dayParts[part][1] === to.slice(0, 5),
  );
  return found ?? null;
};

export function timeText(from: string | null, to: string | null, t: Words, language: Language): string {
  const part = partOf(from, to);
  if (part !== null || from === null || to === null) return t(`wait.part.${part ?? 'any'}`);
  const clock = (time: string): string =>
    new Intl.DateTimeFormat(language, { hour: 'numeric', minute: '2-digit', timeZone: 'UTC' }).format(
      new Date(`2000-01-01T${time.slice(0, 5)}Z`),
    );
  return t('wait.between', { from: clock(from), to: clock(to) });
}

/** "4 hours", "2 days". */
export function noticeText(minutes: number, language: Language): string {
  const [value, unit] =
    minutes > 0 && minutes % 1_440 === 0
      ? [minutes / 1_440, 'day']
      : minutes % 60 === 0
        ? [minutes / 60, 'hour']
        : [minutes, 'minute'];
  return new Intl.NumberFormat(language, { style: 'unit', unit: unit as string, unitDisplay: 'long' }).format(
    value as number,
  );
}

export const whatText = (wish: Wish): string => wish.visitTypes.map(({ name }) => name).join(', ');

export function placeText(names: readonly string[], places: readonly string[], t: Words, language: Language): string {
  const list = new Intl.ListFormat(language, { type: 'disjunction' });
  const who = names.length === 0 ? t('wait.anyone') : list.format(names);
  return [who, ...(places.length === 0 ? [] : [list.format(places)])].join(', ');
}

export const daysText = (days: readonly Weekday[], t: Words, language: Language): string =>
  days.length === 0
    ? t('wait.anyDay')
    : new Intl.ListFormat(language, { type: 'disjunction' }).format(
        weekdays.filter((day) => days.includes(day)).map((day) => weekdayName(day, language)),
      );

export function wishRows(wish: Wish, t: Words, language: Language): (readonly [string, ReactNode])[] {
  const rows: (readonly [string, ReactNode])[] = [
    [
      t('visit.who'),
      placeText(
        wish.practitioners.map(({ name }) => name),
        wish.locations.map(({ name }) => name),
        t,
        language,
      ),
    ],
    [t('wait.days'), daysText(wish.days, t, language)],
    [t('wait.time'), timeText(wish.timeFrom, wish.timeTo, t, language)],
    [t('wait.noticeRow'), noticeText(wish.noticeMinutes, language)],
  ];
  if (waits(wish)) {
    const until =
      wish.latest === null ? fullTime(wish.expiresAt, ownZone(), language) : dateWords(wish.latest, language);
    rows.push([t('wait.until'), until]);
  }
  return rows;
}
