/** The portal speaks both languages completely, and the pages behind links too (their types see to that). */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sendChannels } from '../../activities/outbox-verdict.ts';
import { ineligibilities } from '../../domain/eligibility.ts';
import { chooseLanguage } from '../../domain/language.ts';
import en from '../../web/locales/portal/en.json';
import es from '../../web/locales/portal/es.json';
import { translator } from '../../web/shared/i18n.ts';

const english: Readonly<Record<string, string>> = en;
const spanish: Readonly<Record<string, string>> = es;
const portal = join(import.meta.dirname, '../../web/portal');
const source = readdirSync(portal, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => readFileSync(join(portal, file), 'utf8'))
  .join('\n');

describe('words of the portal', () => {
  it('has the same keys in both languages, none empty', () => {
    expect(Object.keys(spanish)).toEqual(Object.keys(english));
    expect(Object.entries({ ...english, ...spanish }).filter(([, text]) => text.trim() === '')).toEqual([]);
  });
  it('fills the same blanks', () => {
    const blanks = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).toSorted();
    for (const [key, text] of Object.entries(english)) expect(blanks(spanish[key] ?? ''), key).toEqual(blanks(text));
  });
  it('has a word for every channel of a message, and for why a visit is not for a patient', () => {
    const wanted = [
      ...sendChannels.map((channel) => `message.${channel}`),
      ...ineligibilities.map((reason) => `notEligible.${reason}`),
    ];
    expect(wanted.filter((key) => !(key in english))).toEqual([]);
  });
  it('keeps no word that nobody shows', () => {
    // `book.free_one` is asked for as `book.free`; `status.${x}` by its beginning.
    const prefixes = [...source.matchAll(/[`']([a-zA-Z.-]+\.)\$\{/g)].map((match) => match[1]!);
    const unused = Object.keys(english)
      .map((key) => key.replace(/_(one|other)$/, ''))
      .filter((key) => !source.includes(`'${key}'`) && !prefixes.some((prefix) => key.startsWith(prefix)));
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
