/** The page's language and its words. One file a language, loaded when it is needed. */
import { createContext, useContext } from 'react';
import { chooseLanguage } from '../../domain/language.ts';
import { translator } from '../shared/i18n.ts';
import type { Translate } from '../shared/i18n.ts';
import type en from '../locales/portal/en.json';

export const languages = ['en', 'es'] as const;
export type Language = (typeof languages)[number];
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

export async function loadWords(language: Language): Promise<Words> {
  const file =
    language === 'es' ? await import('../locales/portal/es.json') : await import('../locales/portal/en.json');
  return translator<Key>(language, file.default);
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

function readStored(): string | null {
  try {
    return window.localStorage.getItem(stored);
  } catch {
    return null;
  }
}
