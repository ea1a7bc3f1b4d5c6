/** The portal speaks its languages completely, and the pages behind links too (their types see to that). */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sendChannels } from '../../activities/outbox-verdict.ts';
import { ineligibilities } from '../../domain/coverage/eligibility.ts';
import { chooseLanguage, writtenLanguages } from '../../domain/language.ts';
import en from '../../web/locales/portal/en.json';
import { dateOrder } from '../../web/portal/times.ts';
import { translator } from '../../web/shared/i18n.ts';

const english: Readonly<Record<string, string>> = en;
const wordsOf = (language: string): Readonly<Record<string, string>> =>
  JSON.parse(readFileSync(join(import.meta.dirname, `../../web/locales/portal/${language}.json`), 'utf8')) as Record<
    string,
    string
  >;
/** `book.free_one` is asked for as `book.free`; each language has the plurals that it needs. */
const withoutPlural = (key: string): string => key.replace(/_(zero|one|two|few|many|other)$/, '');
const keysOf = (words: Readonly<Record<string, string>>): string[] => [
  ...new Set(Object.keys(words).map(withoutPlural)),
];
const portal = join(import.meta.dirname, '../../web/portal');
const source = readdirSync(portal, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => readFileSync(join(portal, file), 'utf8'))
  .join('\n');

it('asks for a date in the order in which the language writes one', () => {
  const order = Object.fromEntries(writtenLanguages.map((language) => [language, dateOrder(language).join(' ')]));
  const dayFirst = 'day month year';
  expect(order).toEqual({ en: 'month day year', 'zh-Hans': 'year month day', es: dayFirst, vi: dayFirst, pt: dayFirst, ar: dayFirst }); // prettier-ignore
});

describe('words of the portal', () => {
  it.each(writtenLanguages)('has the same keys in %s, in the same order, none empty', (language) => {
    const words = wordsOf(language);
    expect(keysOf(words)).toEqual(keysOf(english));
    expect(Object.entries(words).filter(([, text]) => text.trim() === '')).toEqual([]);
  });
  it.each(writtenLanguages)('has the plurals that %s needs', (language) => {
    const words = wordsOf(language);
    const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
    const counted = Object.keys(english)
      .filter((key) => key.endsWith('_other'))
      .map(withoutPlural);
    const missing = counted
      .flatMap((key) => pluralCategories.map((category) => `${key}_${category}`))
      // “Many” of Spanish and Portuguese is for millions.
      .filter((key) => !(key in words) && !(/^(es|pt)/.test(language) && key.endsWith('_many')));
    expect(missing).toEqual([]);
  });
  it.each(writtenLanguages)('fills the same blanks in %s', (language) => {
    const blanks = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).toSorted();
    const words = wordsOf(language);
    for (const [key, text] of Object.entries(words)) {
      // A plural such as “one” may do without its number.
      const spokenOf = english[key] ?? english[`${withoutPlural(key)}_other`] ?? '';
      const spoken = /_(zero|one|two)$/.test(key) ? [...blanks(text), '{count}'] : blanks(text);
      expect([...new Set(spoken)].toSorted(), key).toEqual(
        [...new Set(/_(zero|one|two)$/.test(key) ? [...blanks(spokenOf), '{count}'] : blanks(spokenOf))].toSorted(),
      );
    }
  });
  it('has a word for every channel of a message, and for why a visit is not for a patient', () => {
    const wanted = [
      ...sendChannels.map((channel) => `message.${channel}`),
      ...ineligibilities.map((reason) => `notEligible.${reason}`),
    ];
    expect(wanted.filter((key) => !(key in english))).toEqual([]);
  });
  it('keeps no word that nobody shows', () => {
    // `status.${x}` is asked for by its beginning.
    const prefixes = [...source.matchAll(/[`']([a-zA-Z.-]+\.)\$\{/g)].map((match) => match[1]!);
    const unused = keysOf(english).filter(
      (key) => !source.includes(`'${key}'`) && !prefixes.some((prefix) => key.startsWith(prefix)),
    );
    expect(unused).toEqual([]);
  });
});

describe('filling in', () => {
  const t = translator('en', { n_one: '{count} time', n_other: '{count} times', hi: 'Hello, {name}' });
  it('takes the plural of the language, and leaves a hole it cannot fill', () => {
    expect([t('n', { count: 1 }), t('n', { count: 0 }), t('hi', { name: '{count}' }), t('hi')]).toEqual([
      '1 time',
      '0 times',
      'Hello, {count}',
      'Hello, {name}',
    ]);
  });
});

describe('choosing a language', () => {
  it('drops subtags from the right, and falls back to the first', () => {
    expect(chooseLanguage(['zh-Hant-TW', 'es-419'], ['en', 'es'])).toBe('es');
    expect(chooseLanguage(['es-x-private'], ['en', 'es'])).toBe('es');
    expect(chooseLanguage([undefined, null, '', '-'], ['en', 'es'])).toBe('en');
  });
});
