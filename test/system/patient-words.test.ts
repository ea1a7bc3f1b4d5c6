/**
 * What patients read is plain and is there in their language (experience.md, words; scheduling-intake.md D3, access). Part
 * of `npm run check`: a sentence that is too hard, a key that one language lacks and a blank that got lost fail there.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { messageCatalog } from '../../activities/messages/language.ts';
import { wordsOf } from '../../api/visit-pages/language.ts';
import { defaultConsentDocuments } from '../../domain/intake/consent-documents/default-documents.ts';
import { crisisWords } from '../../domain/intake/crisis-help-words.ts';
import { intakeSteps } from '../../domain/intake/intake.ts';
import { writtenLanguages, type WrittenLanguage } from '../../domain/language.ts';
import { textsOf } from '../../domain/questionnaire/questionnaire-localization.ts';
import { defaultQuestionnaires } from '../../domain/questionnaire/content/intake-set.ts';
import { isLabel, readability, sentencesIn, wordsIn } from '../../domain/intake/readability.ts';

type Texts = ReadonlyMap<string, string>;

interface Catalog {
  readonly name: string;
  readonly texts: (language: WrittenLanguage) => Texts;
  /** Keys that are read together, as one page or one mail, begin alike: up to the first `.`, unless said otherwise. */
  readonly page?: ((key: string) => string) | undefined;
}

/** Leaves of an object by their path. A sentence with blanks is a function: it is filled with `‹1›`, `‹2›`. */
function leaves(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') {
    const filled: unknown = (value as (...blanks: string[]) => unknown)('‹1›', '‹2›');
    return leaves(filled, path);
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => leaves(child, path === '' ? key : `${path}.${key}`));
}

const portal = (language: WrittenLanguage): Texts =>
  new Map(
    leaves(
      JSON.parse(readFileSync(join(import.meta.dirname, `../../web/locales/portal/${language}.json`), 'utf8')),
    ).map(
      // `book.free_one` and its sisters are one key: each language has the plurals that it needs.
      ([key, text]) => [key.replace(/_(zero|one|two|few|many|other)$/, ''), text],
    ),
  );

const questionnaires: readonly Catalog[] = intakeSteps.map((step) => ({
  name: `questionnaire ${step}`,
  texts: (language) =>
    language === 'en'
      ? textsOf(defaultQuestionnaires[step].definition)
      : new Map(Object.entries(defaultQuestionnaires[step].translations[language] ?? {})),
  page: () => step,
}));
const consents: readonly Catalog[] = Object.values(defaultConsentDocuments).map(({ kind, texts }) => ({
  name: `consent ${kind}`,
  texts: (language) => new Map(leaves(texts[language])),
  page: (key) => (key === 'summary' ? 'summary' : kind),
}));
const catalogs: readonly Catalog[] = [
  ...questionnaires,
  ...consents,
  {
    name: 'crisis help',
    texts: (language) => new Map(leaves(crisisWords[language])),
    page: (key) => (key.startsWith('help.') ? key.split('.')[1]! : 'rest'),
  },
  { name: 'portal', texts: portal },
  { name: 'messages', texts: (language) => new Map(leaves(messageCatalog(language))) },
  { name: 'pages behind links', texts: (language) => new Map(leaves(wordsOf(language))) },
];
/** Names of catalogs that a language is still being written for; empty, so that nothing is. */
const pending: readonly string[] = [];

/** Wording of instruments that may not be changed: PHQ-9, GAD-7 and AUDIT-C (domain/questionnaire/content/screens.ts). */
const instruments = /^(phq|gad|audit)(\.|$)/;
/** Said of groups of people by a standard, not by us (OMB SPD-15), and what stands in no language. */
const fixed = /^(demographics\.race[.=]|.*formats$)/;

const highestGrade = 6;
/** A page may not hide one hard text among many easy ones. */
const longText = { words: 12, grade: 9 };
const longestSentence = 25;

describe.each(catalogs)('plain English: $name', ({ texts, page }) => {
  const prose = [...texts('en')].filter(([key, text]) => !isLabel(text) && !key.endsWith('formats'));
  it(`is of grade ${highestGrade} or below, page by page`, () => {
    const pageOf = page ?? ((key: string) => key.split('.')[0]!);
    const names = [...new Set(prose.map(([key]) => pageOf(key)))];
    const tooHard = names.flatMap((name) => {
      const read = prose.filter(([key]) => pageOf(key) === name).map(([, text]) => text);
      const grade = readability(read)?.grade ?? 0;
      return grade > highestGrade ? [`${name}: grade ${grade.toFixed(1)}`] : [];
    });
    expect(tooHard).toEqual([]);
  });
  it('has no long text above it, and no endless sentence', () => {
    const mine = prose.filter(([key]) => !instruments.test(key) && !fixed.test(key));
    const hard = mine.filter(([, text]) => {
      const found = readability([text]);
      return found !== null && found.words >= longText.words && found.grade > longText.grade;
    });
    const endless = mine.flatMap(([key, text]) =>
      sentencesIn(text)
        .filter((sentence) => wordsIn(sentence).length > longestSentence)
        .map((sentence) => `${key}: ${sentence}`),
    );
    expect([hard, endless]).toEqual([[], []]);
  });
});

const others = writtenLanguages.filter((language) => language !== 'en');
const blanksOf = (text: string): string[] => [...new Set(text.match(/\{\w+\}|‹\d›/g) ?? [])].toSorted();

describe.each(catalogs.filter(({ name }) => !pending.includes(name)))('in every language: $name', ({ texts }) => {
  const english = texts('en');
  it.each(others)('%s has every text, none is empty, and none too many', (language) => {
    const written = texts(language);
    expect([...english.keys()].filter((key) => !written.get(key)?.trim() && english.get(key) !== '')).toEqual([]);
    expect([...written.keys()].filter((key) => !english.has(key))).toEqual([]);
  });
});

describe.each(catalogs)('translated, not copied: $name', ({ texts }) => {
  const english = texts('en');
  it.each(others)('%s keeps every blank', (language) => {
    const lost = [...texts(language)].filter(
      ([key, text]) => blanksOf(text).join() !== blanksOf(english.get(key) ?? '').join(),
    );
    expect(lost).toEqual([]);
  });
  it.each(others)('%s has no English left', (language) => {
    expect(leftOver(texts(language), english, language)).toEqual([]);
  });
});

/** What is the same in every language: names of languages, of payers, of things as they are printed, and examples. */
const kept = new Set(
  'HealthSphere Aetna Medicaid Medicare Member ID Policy number PDF MB NY ZIP X TA START Social Security SMS Arabic Mandarin'
    .concat(' Oak Street maria name example com Maria Luisa Xiaoming Ouyang Wang Ahmad Ali Al Masri')
    .split(' '),
);

function leftOver(written: Texts, english: Texts, language: WrittenLanguage): string[] {
  const ownScript = { 'zh-Hans': /\p{Script=Han}/u, ar: /\p{Script=Arabic}/u }[language as string];
  return [...written].flatMap(([key, text]) => {
    const isName = /^(language\.preferred=|lang\.)/.test(key) && !key.endsWith('=other');
    const words = text.replace(/\{\w+\}|‹\d›/g, '');
    if (isName || key.endsWith('formats') || !/\p{L}/u.test(words)) return [];
    if (ownScript === undefined) {
      // "No" is no in Spanish too; two words and more that are the same were forgotten.
      return text === english.get(key) && wordsIn(text).length > 1 ? [`${key}: ${text}`] : [];
    }
    const foreign = (words.match(/\p{Script=Latin}+/gu) ?? []).filter((word) => !kept.has(word));
    return foreign.length > 0 || !ownScript.test(words) ? [`${key}: ${text}`] : [];
  });
}

describe('translations', () => {
  it('writes Arabic with the digits of the telephone, everywhere', () => {
    const mixed = [...questionnaires, ...consents, ...catalogs.filter(({ name }) => name === 'crisis help')].flatMap(
      ({ texts }) => [...texts('ar').values()].filter((text) => /[٠-٩۰-۹]/.test(text)),
    );
    expect(mixed).toEqual([]);
  });
  it('names the documents to sign as they are called', () => {
    for (const language of writtenLanguages) {
      const asked = questionnaires.find(({ name }) => name === 'questionnaire consents')!.texts(language);
      for (const { kind, texts } of Object.values(defaultConsentDocuments))
        expect(asked.get(`consents.agree.${kind}.help`), `${language} ${kind}`).toContain(texts[language].title);
    }
  });
});

describe('the check itself', () => {
  it('notices a missing key, a lost blank and a text in English', () => {
    const source = new Map([['a', 'Write your full name']]);
    expect(leftOver(new Map([['a', 'Write your full name']]), source, 'es')).toHaveLength(1);
    expect(leftOver(new Map([['a', '请写 full name']]), source, 'zh-Hans')).toHaveLength(1);
    expect(leftOver(new Map([['a', 'اكتب اسمك']]), source, 'ar')).toEqual([]);
    expect(blanksOf('Call {emergency} by ‹1›')).toEqual(['{emergency}', '‹1›']);
    expect(
      readability(['Individuals experiencing cardiovascular complications require hospitalization.'])!.grade,
    ).toBeGreaterThan(highestGrade);
  });
});
