/**
 * A person's name, and the words a person is found by. Names are FHIR HumanName parts; folding makes "José", "JOSE" and
 * "Jose" one word, so that nobody is lost for want of a key on a keyboard.
 */
export interface HumanName {
  readonly given: readonly string[];
  readonly family: string | null;
}

/** "Given Given Family", as it is written on a list; never empty. */
export function formatName(name: HumanName, chosenName?: string | null): string {
  const text = [...name.given, name.family ?? ''].filter(Boolean).join(' ').trim();
  if (text !== '') return text;
  return chosenName?.trim() || '?';
}

/** Letters that Unicode does not decompose (NFKD) though people type them plain. */
const plain: Readonly<Record<string, string>> = {
  ß: 'ss', ø: 'o', ł: 'l', đ: 'd', ð: 'd', æ: 'ae', œ: 'oe', þ: 'th', ı: 'i', ħ: 'h', ŧ: 't', ŋ: 'n',
  ς: 'σ',
}; // prettier-ignore

/**
 * Folds text for comparing: compatibility decomposition, marks removed, case folded, apostrophes and hyphens to spaces,
 * everything else that is neither letter nor digit to a space. Idempotent.
 */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[ßøłđðæœþıħŧŋς]/gu, (letter) => plain[letter] ?? letter)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

export function foldedWords(text: string): string[] {
  const folded = fold(text);
  return folded === '' ? [] : folded.split(' ');
}

/** Words of a name, and compounds also as one word: O'Brien is found as `o brien` and as `obrien`. */
export function nameWords(name: HumanName): string[] {
  const words = new Set<string>();
  for (const part of [...name.given, name.family ?? '']) {
    for (const piece of part.split(/\s+/)) {
      const split = foldedWords(piece);
      for (const word of split) words.add(word);
      if (split.length > 1) words.add(split.join(''));
    }
  }
  return [...words];
}

/**
 * A telephone number as E.164 where it can be read (`+` and 8 to 15 digits; a national North American number gets the
 * country code), else as it was given (ITU-T E.164). Letters or extensions are never guessed away.
 */
export function normalizePhone(text: string, countryCode = '1'): string {
  const trimmed = text.trim();
  if (/[\p{L}#;]/u.test(trimmed)) return trimmed;
  const digits = trimmed.replace(/\D/g, '');
  if (trimmed.startsWith('+')) return digits.length >= 8 && digits.length <= 15 ? `+${digits}` : trimmed;
  if (digits.startsWith('00') && digits.length >= 10 && digits.length <= 17) return `+${digits.slice(2)}`;
  if (countryCode === '1' && digits.length === 10) return `+1${digits}`;
  if (countryCode === '1' && digits.length === 11 && digits.startsWith('1')) return `+${digits}`;
  return trimmed;
}

/** What is typed of a number: all of it, without the country code, the last seven or the last four digits. */
export function phoneWords(phone: string): string[] {
  const digits = phone.replace(/\D/g, '');
  if (digits.length < 4) return [];
  const words = new Set([digits]);
  if (digits.length > 10) words.add(digits.slice(-10));
  if (digits.length > 7) words.add(digits.slice(-7));
  words.add(digits.slice(-4));
  return [...words];
}

/** An MRN or identifier as typed whole, in its parts, and joined. */
export function identifierWords(value: string): string[] {
  const words = foldedWords(value);
  return words.length > 1 ? [...words, words.join('')] : words;
}

export interface Findable {
  readonly names: readonly HumanName[];
  readonly chosenName?: string | null | undefined;
  readonly mrn: string;
  readonly identifiers?: readonly string[] | undefined;
  readonly birthDate?: string | null | undefined;
  readonly phones?: readonly string[] | undefined;
}

/** Every word the person is found by; birth dates keep their hyphens, which no folded word has. */
export function searchWords(person: Findable): string[] {
  const words = new Set<string>();
  for (const name of person.names) for (const word of nameWords(name)) words.add(word);
  for (const word of nameWords({ given: person.chosenName ? [person.chosenName] : [], family: null })) words.add(word);
  for (const value of [person.mrn, ...(person.identifiers ?? [])])
    for (const word of identifierWords(value)) words.add(word);
  for (const phone of person.phones ?? []) for (const word of phoneWords(phone)) words.add(word);
  if (person.birthDate) words.add(person.birthDate);
  return [...words].map((word) => word.slice(0, 80));
}
