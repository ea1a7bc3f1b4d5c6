/**
 * How hard an English text is to read: the Flesch-Kincaid grade (Kincaid and others, 1975),
 * `0.39 * words / sentences + 11.8 * syllables / words - 15.59`, about the school year in which one can read it.
 * Syllables are counted by spelling; a list holds the words of our texts where spelling misleads.
 */

/** Whole words whose spelling misleads the rules below. */
const counted: Readonly<Record<string, number>> = {
  area: 3,
  being: 2,
  business: 2,
  create: 2,
  created: 3,
  day: 1,
  deserve: 2,
  diabetes: 4,
  doing: 2,
  every: 2,
  everyone: 3,
  everything: 3,
  evening: 2,
  employee: 3,
  eye: 1,
  going: 2,
  idea: 3,
  interest: 2,
  lion: 2,
  medicine: 3,
  medicines: 3,
  people: 2,
  poem: 2,
  quiet: 2,
  reality: 4,
  science: 2,
  seeing: 2,
  sometimes: 2,
  someone: 2,
  something: 2,
  somebody: 3,
  somewhere: 2,
  video: 3,
  violence: 3,
  wednesday: 2,
};

const vowelGroup = /[aeiouy]+/g;
/** Vowels that stand together and are heard apart: radi-o, vari-ous (not preci-ous, milli-on), di-et, usu-al, re-act, go-ing. */
const heardApart =
  /(?<![ctsgx])i(?:a|o(?!n))|(?<![ctsgxnl])ion|(?<![ctsg])ie(?=t|n(?!d))|(?<![gq])ua|eo(?!u|p)|^rea(?=c)|[aeouy]ing$|ism$/g;

/** Syllables of one English word; at least 1. A word in digits counts 1: it is read as a sign. */
export function syllablesIn(word: string): number {
  const letters = word
    .toLowerCase()
    // An accent makes it heard: José, café.
    .replaceAll('é', 'ay')
    .normalize('NFD')
    .replace(/[^a-z]/g, '');
  if (letters === '') return 1;
  const known = counted[letters];
  if (known !== undefined) return known;
  // The silent e of "make", "makes", "careful" and "somewhere"; the e of "-ed" is heard after t and d only.
  const spoken = letters
    .replace(/(?<=[^aeiouy])e(?=ful|less|ment|ly$)/g, '')
    .replace(/(?<![td])ed$/, 'd')
    .replace(/(?<=[^aeiouylszxcg]|[^aeiouy][l])es$/, (end, at: number) => (letters[at - 1] === 'l' ? end : 's'))
    .replace(/(?<=[^aeiouyl])e$/, '')
    .replace(/(?<=[aeiouy]l)e(s?)$/, '$1');
  const groups = spoken.match(vowelGroup)?.length ?? 0;
  const apart = spoken.match(heardApart)?.length ?? 0;
  return Math.max(1, groups + apart);
}

const withoutAddresses = (text: string): string =>
  text.replace(/\bhttps?:\/\/\S+|\b\S+@\S+\.\S+/g, 'it').replace(/\{\{?[^{}]*\}?\}/g, 'it');

export const wordsIn = (text: string): string[] =>
  withoutAddresses(text).match(/[\p{L}\p{N}]+(?:[’'.-][\p{L}\p{N}]+)*/gu) ?? [];

/** A sentence ends at `.`, `?`, `!` or `:` before a space or the end; what has no end ends where the text ends. */
export const sentencesIn = (text: string): string[] =>
  withoutAddresses(text)
    .split(/(?<=[.?!:…][”")’]?)\s+/u)
    .filter((sentence) => wordsIn(sentence).length > 0);

export interface Readability {
  readonly grade: number;
  readonly words: number;
  readonly sentences: number;
  readonly syllables: number;
}

/** Of several texts read one after the other; null where there is no word. */
export function readability(texts: readonly string[]): Readability | null {
  const sentences = texts.flatMap(sentencesIn);
  const words = sentences.flatMap(wordsIn);
  if (words.length === 0) return null;
  const syllables = words.reduce((sum, word) => sum + syllablesIn(word), 0);
  const grade = 0.39 * (words.length / sentences.length) + 11.8 * (syllables / words.length) - 15.59;
  return { grade, words: words.length, sentences: sentences.length, syllables };
}

/** A label such as "Zip code" is no text to read: fewer than four words, and no sentence. */
export const isLabel = (text: string): boolean => wordsIn(text).length < 4 && !/[.?!]/.test(text);
