/** The page's language and its words. One file a language, loaded when it is needed. */
import { createContext, useContext } from 'react';
import { chooseLanguage, isRightToLeft, writtenLanguages } from '../../domain/language.ts';
import type { WrittenLanguage } from '../../domain/language.ts';
import { translator } from '../shared/i18n.ts';
import type { Translate } from '../shared/i18n.ts';
import type en from '../locales/portal/en.json';

export const languages = writtenLanguages;
export type Language = WrittenLanguage;
export type Key = keyof typeof en;
export type Words = Translate<Key>;

interface Speech {
  readonly language: Language;
  readonly t: Words;
  readonly setLanguage: (language: Language) => Promise<void>;
}

export const SpeechContext = createContext<Speech | null>(null);

export function useSpeech(): Speech {
  const speech = useContext(SpeechContext);
  if (speech === null) throw new Error('there are no words here');
  return speech;
}

type Texts = Readonly<Record<Key, string>>;

/** By name, so that a file that is missing fails the build and never a patient. */
const files: Readonly<Record<Language, () => Promise<{ readonly default: Partial<Texts> }>>> = {
  en: () => import('../locales/portal/en.json'),
  es: () => import('../locales/portal/es.json'),
  'zh-Hans': () => import('../locales/portal/zh-Hans.json'),
  vi: () => import('../locales/portal/vi.json'),
  pt: () => import('../locales/portal/pt.json'),
  ar: () => import('../locales/portal/ar.json'),
};

export async function loadWords(language: Language): Promise<Words> {
  const file = await files[language]();
  // Each language has the plurals that it needs, and no others.
  return translator<Key>(language, file.default as Texts);
}

/** The page's language and the side it begins on. */
export function dressPage(language: Language): void {
  document.documentElement.lang = language;
  document.documentElement.dir = isRightToLeft(language) ? 'rtl' : 'ltr';
}

const stored = 'portal.language';

/** What the link said, then what was chosen here before, then the browser's. */
export function firstLanguage(): Language {
  const asked = new URLSearchParams(window.location.search).get('lang');
  return chooseLanguage<Language>([asked, readStored(), ...navigator.languages], languages);
}

export function rememberLanguage(language: Language): void {
  try {
    window.localStorage.setItem(stored, language);
  } catch {
    // Storage may be switched off; the browser's language then decides again next time.
  }
}

/** Whether the person has chosen a language here: then no message decides. */
export const hasChosenLanguage = (): boolean => readStored() !== null;

function readStored(): string | null {
  try {
    return window.localStorage.getItem(stored);
  } catch {
    return null;
  }
}
