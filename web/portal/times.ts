import { longTime } from '../../domain/calendar/time-words.ts';
import type { Language } from './words.tsx';

/** Region for dates, times and zone names: the clinic's country. Digits as on the clinic's papers and telephones. */
const formats: Readonly<Record<Language, string>> = {
  en: 'en-US',
  es: 'es-US',
  'zh-Hans': 'zh-Hans-US',
  vi: 'vi-US',
  pt: 'pt-US',
  ar: 'ar-u-ca-gregory-nu-latn',
};

export type DatePart = 'day' | 'month' | 'year';

/** The order in which a language writes a date with numbers: month first in English here, year first in Chinese. */
export const dateOrder = (language: Language): readonly DatePart[] =>
  new Intl.DateTimeFormat(formats[language], { day: 'numeric', month: 'numeric', year: 'numeric' })
    .formatToParts(new Date(0))
    .flatMap(({ type }) => (type === 'day' || type === 'month' || type === 'year' ? [type] : []));

export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

const write = (at: string, timeZone: string, language: Language, options: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat(formats[language], { ...options, timeZone })
    .format(new Date(at))
    .replaceAll(/[\u202F\u00A0]/g, ' ');

export const fullTime = (at: string, timeZone: string, language: Language): string =>
  longTime(new Date(at), timeZone, formats[language]);

export const clockTime = (at: string, timeZone: string, language: Language): string =>
  write(at, timeZone, language, { hour: 'numeric', minute: '2-digit' });

export const dayName = (at: string, timeZone: string, language: Language): string =>
  write(at, timeZone, language, { weekday: 'long', day: 'numeric', month: 'long' });

export const dateWords = (date: string, language: Language): string =>
  /^\d{4}-\d{2}-\d{2}$/.test(date) ? write(`${date}T12:00:00Z`, 'UTC', language, { dateStyle: 'long' }) : date;

/** `2027-03-17`, there. */
export const localDate = (at: string, timeZone: string): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    new Date(at),
  );

export const localHour = (at: string, timeZone: string): number =>
  Number(new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', hourCycle: 'h23' }).format(new Date(at)));

export const zoneName = (at: string, timeZone: string, language: Language): string =>
  new Intl.DateTimeFormat(formats[language], { timeZone, timeZoneName: 'long' })
    .formatToParts(new Date(at))
    .find(({ type }) => type === 'timeZoneName')?.value ?? timeZone;

/** Whether the clocks there and here show different times at that moment. */
export const clocksDiffer = (at: string, timeZone: string): boolean => {
  const options = { dateStyle: 'short', timeStyle: 'short' } as const;
  const here = new Intl.DateTimeFormat('en', { ...options, timeZone: ownZone() }).format(new Date(at));
  return here !== new Intl.DateTimeFormat('en', { ...options, timeZone }).format(new Date(at));
};
