import { chooseLanguage } from '../../domain/language.ts';
import { en } from './locales/en.ts';
import type { MessageCatalog } from './locales/en.ts';
import { es } from './locales/es.ts';

const catalogs = { en, es } as const satisfies Record<string, MessageCatalog>;
export type MessageLanguage = keyof typeof catalogs;

/** The person's language by its fallback chain, then the clinic's, then English. */
export function messageLanguage(asked: string | null | undefined, clinicDefault: string): MessageLanguage {
  return chooseLanguage<MessageLanguage>([asked, clinicDefault], ['en', 'es']);
}

export const messageCatalog = (language: MessageLanguage): MessageCatalog => catalogs[language];

/** Weekday, date, time and zone: `Wednesday, March 17, 2027 at 10:00 AM EDT`. Intl alone converts, with current zone data. */
export function longTime(at: Date, timeZone: string, formats: string): string {
  return format(at, formats, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZone,
    timeZoneName: 'short',
  });
}

/** For subjects and SMS: `Wed, Mar 17, 10:00 AM EDT`. */
export function shortTime(at: Date, timeZone: string, formats: string): string {
  return format(at, formats, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: 'numeric',
    minute: '2-digit',
    timeZone,
    timeZoneName: 'short',
  });
}

// Intl puts narrow no-break spaces before AM and PM, which some mail and telephone software shows as boxes.
function format(at: Date, formats: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(formats, options).format(at).replaceAll(/[\u202F\u00A0]/g, ' ');
}
