import { chooseLanguage } from '../../domain/language.ts';
import { en } from './locales/en.ts';
import type { VisitPageWords } from './locales/en.ts';
import { es } from './locales/es.ts';

const all = { en, es } as const satisfies Record<string, VisitPageWords>;
export type PageLanguage = keyof typeof all;
export const pageLanguages = ['en', 'es'] as const satisfies readonly PageLanguage[];

export const wordsOf = (language: PageLanguage): VisitPageWords => all[language];

/** What was chosen on the page, then the wishes in order. */
export const pageLanguage = (...wishes: readonly (string | null | undefined)[]): PageLanguage =>
  chooseLanguage<PageLanguage>(wishes, pageLanguages);
