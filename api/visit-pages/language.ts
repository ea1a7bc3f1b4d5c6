import { chooseLanguage, writtenLanguages } from '../../domain/language.ts';
import type { WrittenLanguage } from '../../domain/language.ts';
import { ar } from './locales/ar.ts';
import { en } from './locales/en.ts';
import type { VisitPageWords } from './locales/en.ts';
import { es } from './locales/es.ts';
import { pt } from './locales/pt.ts';
import { vi } from './locales/vi.ts';
import { zhHans } from './locales/zh-hans.ts';

const all: Readonly<Record<WrittenLanguage, VisitPageWords>> = { en, es, 'zh-Hans': zhHans, vi, pt, ar };
export type PageLanguage = WrittenLanguage;
export const pageLanguages = writtenLanguages;

export const wordsOf = (language: PageLanguage): VisitPageWords => all[language];

/** What was chosen on the page, then the wishes in order. */
export const pageLanguage = (...wishes: readonly (string | null | undefined)[]): PageLanguage =>
  chooseLanguage<PageLanguage>(wishes, pageLanguages);
