/**
 * What somebody typed into the search box, as words of which each must be found. A word may be read in several ways
 * (03/04/1984 is March or April): then any of its readings will do.
 */
import { foldedWords } from './patient.ts';

/** All terms must match; a term matches when one of its prefixes does. */
export type PatientQuery = readonly (readonly string[])[];

const monthNames: readonly (readonly string[])[] = [
  ['january', 'jan', 'enero', 'ene'],
  ['february', 'feb', 'febrero'],
  ['march', 'mar', 'marzo'],
  ['april', 'apr', 'abril', 'abr'],
  ['may', 'mayo'],
  ['june', 'jun', 'junio'],
  ['july', 'jul', 'julio'],
  ['august', 'aug', 'agosto', 'ago'],
  ['september', 'sep', 'sept', 'septiembre', 'setiembre', 'set'],
  ['october', 'oct', 'octubre'],
  ['november', 'nov', 'noviembre'],
  ['december', 'dec', 'diciembre', 'dic'],
];
const monthOf = new Map(monthNames.flatMap((names, at) => names.map((name) => [name, at + 1] as const)));
const monthWord = [...monthOf.keys()].toSorted((a, b) => b.length - a.length).join('|');

const yearFirst = /(?<![\d-])(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?![\d-])/g;
const yearLast = /(?<![\d-])(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?![\d-])/g;
const compact = /(?<![\d-])((?:19|20)\d{2})(\d{2})(\d{2})(?![\d-])/g;
const dayMonthYear = new RegExp(
  `(?<!\\d)(\\d{1,2})(?:st|nd|rd|th)?\\.?\\s+(?:of\\s+|de\\s+)?(${monthWord})\\.?,?\\s+(?:de\\s+|del\\s+)?(\\d{4})(?!\\d)`,
  'gi',
);
const monthDayYear = new RegExp(`\\b(${monthWord})\\.?\\s+(\\d{1,2})(?:st|nd|rd|th)?,?\\s+(\\d{4})(?!\\d)`, 'gi');
const phone = /(?<![\p{L}\d])\+?\(?\d[\d\s().-]{5,18}\d(?!\d)/gu;

/** At most eight terms: more narrow nothing and cost a look-up each. */
export function parsePatientQuery(text: string): PatientQuery {
  const terms: string[][] = [];
  let rest = text.slice(0, 200);
  const take = (pattern: RegExp, read: (m: RegExpMatchArray) => string[]) => {
    rest = rest.replace(pattern, (...args: unknown[]) => {
      const whole = String(args[0]);
      const readings = read(args.slice(0, -1) as unknown as RegExpMatchArray);
      if (readings.length === 0) return whole;
      terms.push(readings);
      return ' ';
    });
  };
  take(dayMonthYear, (m) => dates([[m[3], monthOf.get(m[2]!.toLowerCase()), m[1]]]));
  take(monthDayYear, (m) => dates([[m[3], monthOf.get(m[1]!.toLowerCase()), m[2]]]));
  take(yearFirst, (m) => (m[3] === undefined ? months(m[1]!, m[2]!) : dates([[m[1], m[2], m[3]]])));
  take(yearLast, (m) => {
    const years = m[4]!.length === 4 ? [m[4]!] : [`19${m[4]}`, `20${m[4]}`];
    // With points the day comes first wherever points are used; otherwise both orders are in use.
    return dates(
      years.flatMap((year) => (m[2] === '.' ? [[year, m[3], m[1]]] : [[year, m[1], m[3]], [year, m[3], m[1]]])),
    ); // prettier-ignore
  });
  // Eight digits may as well be an MRN.
  take(compact, (m) => {
    const found = dates([[m[1], m[2], m[3]]]);
    return found.length === 0 ? [] : [...found, m[0]];
  });
  take(phone, (m) => {
    const digits = m[0].replace(/\D/g, '');
    if (digits.length < 7 || digits.length > 15) return [];
    // One unbroken run may be an MRN; a number with the country code is on file with it or without.
    return [...new Set([digits, ...(digits.length > 10 ? [digits.slice(-10)] : [])])];
  });
  for (const word of foldedWords(rest)) terms.push([word]);
  const seen = new Set<string>();
  return terms.filter((term) => !seen.has(term.join('|')) && seen.add(term.join('|'))).slice(0, 8);
}

type Parts = readonly (string | number | undefined)[];

function dates(candidates: readonly Parts[]): string[] {
  const found = new Set<string>();
  for (const [y, m, d] of candidates) {
    const [year, month, day] = [Number(y), Number(m), Number(d)];
    const date = new Date(Date.UTC(year, month - 1, day));
    if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || year < 1850) continue;
    found.add(date.toISOString().slice(0, 10));
  }
  return [...found];
}

function months(year: string, month: string): string[] {
  const n = Number(month);
  return n >= 1 && n <= 12 ? [`${year}-${String(n).padStart(2, '0')}`] : [];
}
