/** The documents to sign, each language by itself: nobody loads what they cannot read. */
import type { ConsentText } from '../../../domain/consent-documents/consent-document.ts';
import type { Language } from '../words.tsx';

const folder: Readonly<Record<Language, () => Promise<readonly object[]>>> = {
  en: () =>
    Promise.all([
      import('../../../domain/consent-documents/en/treatment.ts'),
      import('../../../domain/consent-documents/en/privacy-practices.ts'),
      import('../../../domain/consent-documents/en/financial-responsibility.ts'),
      import('../../../domain/consent-documents/en/electronic-communication.ts'),
    ]),
  es: () =>
    Promise.all([
      import('../../../domain/consent-documents/es/treatment.ts'),
      import('../../../domain/consent-documents/es/privacy-practices.ts'),
      import('../../../domain/consent-documents/es/financial-responsibility.ts'),
      import('../../../domain/consent-documents/es/electronic-communication.ts'),
    ]),
  'zh-Hans': () =>
    Promise.all([
      import('../../../domain/consent-documents/zh-Hans/treatment.ts'),
      import('../../../domain/consent-documents/zh-Hans/privacy-practices.ts'),
      import('../../../domain/consent-documents/zh-Hans/financial-responsibility.ts'),
      import('../../../domain/consent-documents/zh-Hans/electronic-communication.ts'),
    ]),
  vi: () =>
    Promise.all([
      import('../../../domain/consent-documents/vi/treatment.ts'),
      import('../../../domain/consent-documents/vi/privacy-practices.ts'),
      import('../../../domain/consent-documents/vi/financial-responsibility.ts'),
      import('../../../domain/consent-documents/vi/electronic-communication.ts'),
    ]),
  pt: () =>
    Promise.all([
      import('../../../domain/consent-documents/pt/treatment.ts'),
      import('../../../domain/consent-documents/pt/privacy-practices.ts'),
      import('../../../domain/consent-documents/pt/financial-responsibility.ts'),
      import('../../../domain/consent-documents/pt/electronic-communication.ts'),
    ]),
  ar: () =>
    Promise.all([
      import('../../../domain/consent-documents/ar/treatment.ts'),
      import('../../../domain/consent-documents/ar/privacy-practices.ts'),
      import('../../../domain/consent-documents/ar/financial-responsibility.ts'),
      import('../../../domain/consent-documents/ar/electronic-communication.ts'),
    ]),
};

const names: Readonly<Record<string, string>> = {
  treatment: 'treatment',
  'privacy-practices': 'privacyPractices',
  'financial-responsibility': 'financialResponsibility',
  'electronic-communication': 'electronicCommunication',
};

/** @param kind of domain/consent-documents; null for one that is none of ours */
export async function consentText(kind: string, language: Language): Promise<ConsentText | null> {
  const name = names[kind];
  if (name === undefined) return null;
  const found = (await folder[language]()).find((module) => Object.hasOwn(module, name));
  return found === undefined ? null : (found as Readonly<Record<string, ConsentText>>)[name]!;
}
