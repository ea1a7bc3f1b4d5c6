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
