/** What to do at once after a red-flag answer: words in the person's language and the numbers of the place. */
import { crisisWords, type CrisisWords } from './crisis-help-words.ts';
import { chooseLanguage, writtenLanguages } from '../language.ts';
import type { RedFlagRule } from './red-flags.ts';

export interface CrisisPhone {
  readonly label: string;
  /** As it is dialled; for `chat` a web address. */
  readonly number: string;
  readonly kind: 'call' | 'text' | 'chat';
}

export interface CrisisHelp {
  readonly rule: RedFlagRule;
  readonly title: string;
  readonly text: string;
  readonly phones: readonly CrisisPhone[];
}

interface Numbers {
  readonly emergency: string;
  readonly crisis?: string;
  readonly crisisText?: string;
  readonly crisisChat?: string;
  readonly violence?: string;
  readonly violenceText?: string;
}

/**
 * By ISO 3166-1 country. Only national lines that answer day and night; where none is listed, the emergency number stands
 * alone. A clinic confirms the lines of its country before it opens (docs/operations.md, crisis help).
 */
const numbersOf: Readonly<Record<string, Numbers>> = {
  US: {
    emergency: '911',
    crisis: '988',
    crisisText: '988',
    crisisChat: 'https://988lifeline.org/chat',
    violence: '1-800-799-7233',
    violenceText: '88788',
  },
  CA: { emergency: '911', crisis: '988', crisisText: '988' },
  MX: { emergency: '911', crisis: '800 911 2000' },
  GB: { emergency: '999', crisis: '116 123', violence: '0808 2000 247' },
  IE: { emergency: '112', crisis: '116 123', violence: '1800 341 900' },
  ES: { emergency: '112', crisis: '024', violence: '016' },
  PT: { emergency: '112', crisis: '1411', violence: '800 202 148' },
  BR: { emergency: '192', crisis: '188', violence: '180' },
  FR: { emergency: '112', crisis: '3114', violence: '3919' },
  DE: { emergency: '112', crisis: '0800 111 0 111', violence: '116 016' },
  AU: { emergency: '000', crisis: '13 11 14', violence: '1800 737 732' },
  NZ: { emergency: '111', crisis: '1737', crisisText: '1737', violence: '0800 456 450' },
  CN: { emergency: '120', crisis: '12356' },
  IN: { emergency: '112', crisis: '14416' },
  VN: { emergency: '115' },
};

/** 112 reaches help in the countries of the European emergency number. */
const europe = new Set('AT BE BG CH CY CZ DK EE FI GR HR HU IS IT LI LT LU LV MT NL NO PL RO SE SI SK'.split(' '));

function numbersIn(region: string | null): Numbers | null {
  const country = (region ?? '').slice(0, 2).toUpperCase();
  return numbersOf[country] ?? (europe.has(country) ? { emergency: '112' } : null);
}

type Line = Exclude<keyof Numbers, 'emergency'>;
const lines: Readonly<Partial<Record<RedFlagRule, readonly Line[]>>> = {
  'suicidal-thoughts': ['crisis', 'crisisText', 'crisisChat'],
  'not-safe-at-home': ['violence', 'violenceText'],
};
const labelOf: Readonly<Record<Line, keyof CrisisWords['labels']>> = {
  crisis: 'crisisCall',
  crisisText: 'crisisText',
  crisisChat: 'crisisChat',
  violence: 'violenceCall',
  violenceText: 'violenceText',
};
const kindOf = (line: Line): CrisisPhone['kind'] =>
  line === 'crisisChat' ? 'chat' : line.endsWith('Text') ? 'text' : 'call';

/**
 * @param locale BCP 47; what we do not write falls back to English.
 * @param region ISO 3166 of the place, `US` or `US-NY`; null or unknown: the texts say "your emergency number".
 */
export function crisisHelp(rule: RedFlagRule, locale: string, region: string | null): CrisisHelp {
  const words = crisisWords[chooseLanguage([locale], writtenLanguages)];
  const numbers = numbersIn(region);
  const phones: CrisisPhone[] = (lines[rule] ?? []).flatMap((line) => {
    const number = numbers?.[line];
    return number === undefined ? [] : [{ label: words.labels[labelOf[line]], number, kind: kindOf(line) }];
  });
  const emergency: CrisisPhone[] =
    numbers === null ? [] : [{ label: words.labels.emergency, number: numbers.emergency, kind: 'call' }];
  const inUs = numbers === numbersOf.US;
  return {
    rule,
    title: words.help[rule].title,
    text: [
      words.help[rule].text.replaceAll('{emergency}', numbers?.emergency ?? words.yourNumber),
      inUs && rule === 'suicidal-thoughts' ? words.crisisLanguage : '',
      inUs && rule === 'not-safe-at-home' ? words.violenceLanguage : '',
      words.notAlone,
    ]
      .filter((sentence) => sentence !== '')
      .join(words === crisisWords['zh-Hans'] ? '' : ' '),
    // Who may be in danger of death calls the emergency number; who needs to talk finds the line that listens first.
    phones: rule === 'suicidal-thoughts' || rule === 'not-safe-at-home' ? [...phones, ...emergency] : emergency,
  };
}
