/** Words. English and Spanish are complete (test/web/locales.test.ts); each language is a file of its own, loaded when used. */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';

export const languages = { en: 'English', es: 'Español' } as const;
export type Language = keyof typeof languages;

const words: Record<Language, () => Promise<{ default: Record<string, string> }>> = {
  en: () => import('../../locales/staff/en.json'),
  es: () => import('../../locales/staff/es.json'),
};

const remembered = 'hs-language';
const isLanguage = (code: string): code is Language => code in languages;

function preferred(): Language {
  const codes = [localStorage.getItem(remembered), ...navigator.languages];
  for (const code of codes) {
    const short = code?.slice(0, 2).toLowerCase() ?? '';
    if (isLanguage(short)) return short;
  }
  return 'en';
}

export async function switchLanguage(code: string): Promise<void> {
  const language = isLanguage(code) ? code : 'en';
  if (!i18next.hasResourceBundle(language, 'staff')) {
    i18next.addResourceBundle(language, 'staff', (await words[language]()).default);
  }
  localStorage.setItem(remembered, language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  document.documentElement.dir = i18next.dir(language);
}

/** Whether the person chose a language on this computer; otherwise their profile decides. */
export const choseLanguage = (): boolean => localStorage.getItem(remembered) !== null;

export async function startWords(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: preferred(),
    fallbackLng: false,
    ns: ['staff'],
    defaultNS: 'staff',
    keySeparator: false,
    nsSeparator: false,
    resources: {},
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  });
  await switchLanguage(preferred());
}
