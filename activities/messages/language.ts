import { languageByFallback, writtenLanguages } from '../../domain/language.ts';
import type { ChosenLanguage, WrittenLanguage } from '../../domain/language.ts';
import { ar } from './locales/ar.ts';
import { en } from './locales/en.ts';
import type { MessageCatalog } from './locales/en.ts';
import { es } from './locales/es.ts';
import { pt } from './locales/pt.ts';
import { vi } from './locales/vi.ts';
import { zhHans } from './locales/zh-hans.ts';

const catalogs: Readonly<Record<WrittenLanguage, MessageCatalog>> = { en, es, 'zh-Hans': zhHans, vi, pt, ar };
export type MessageLanguage = WrittenLanguage;

/** The person's language by its fallback chain, then the clinic's, then English. */
export const messageLanguages = (
  asked: string | null | undefined,
  clinicDefault: string,
): ChosenLanguage<MessageLanguage> => languageByFallback<MessageLanguage>([asked, clinicDefault], writtenLanguages);

export const messageLanguage = (asked: string | null | undefined, clinicDefault: string): MessageLanguage =>
  messageLanguages(asked, clinicDefault).chosen;

export const messageCatalog = (language: MessageLanguage): MessageCatalog => catalogs[language];
