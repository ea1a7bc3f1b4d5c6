/** A record made ready to be compared: folded once, so that each of its many comparisons is a look at short strings. */
import type { IdentityRecord } from './identity-matching.ts';
import { soundex } from './identity-text.ts';
import { fold, normalizePhone } from '../patient/patient.ts';

export interface PreparedName {
  /** Without spaces: `Mary-Ann`, `Mary Ann` and `Maryann` are one. */
  readonly given: string;
  readonly surname: string;
  readonly givenWords: readonly string[];
  readonly surnameWords: readonly string[];
  readonly latin: boolean;
}

export interface PreparedValue {
  readonly value: string;
  readonly verified: boolean;
}

export interface PreparedIdentity {
  readonly id: string;
  readonly names: readonly PreparedName[];
  /** All digits given; eight for a full date, 4 or 6 for a partial one. */
  readonly birthDate: string | null;
  /** A day of the calendar, so that agreement on it is agreement on a birth date and not on a slip. */
  readonly birthDateReal: boolean;
  readonly postcode: string | null;
  readonly suburb: string | null;
  readonly state: string | null;
  readonly street: string | null;
  readonly houseNumber: string | null;
  readonly phones: readonly PreparedValue[];
  readonly emails: readonly string[];
  readonly nationalIds: readonly PreparedValue[];
  readonly memberIds: readonly PreparedValue[];
}

/** @param countryCode what a telephone number without a country is read with (E.164), unless it says so itself */
export function prepareIdentity(record: IdentityRecord, countryCode = '1'): PreparedIdentity {
  const { houseNumber, street } = splitAddress(record.address);
  const birthDate = birthDigits(record.birthDate);
  return {
    id: record.id,
    names: preparedNames(record),
    birthDate,
    birthDateReal: birthDate !== null && isRealDay(birthDate),
    postcode: letters(record.postcode),
    suburb: foldedText(record.suburb),
    state: foldedText(record.state),
    street,
    houseNumber,
    phones: values(record.phones, (text) => phone(text, countryCode)),
    emails: [...new Set(record.emails.map((email) => email.trim().toLowerCase()).filter((email) => email.includes('@')))],
    nationalIds: values(record.nationalIds, strongId),
    memberIds: values(record.memberIds, strongId),
  }; // prettier-ignore
}

/** What a row of names leaves out is as in the first: a maiden name comes with the given name of today. */
function preparedNames(record: IdentityRecord): PreparedName[] {
  const first = record.names[0];
  const seen = new Set<string>();
  const prepared: PreparedName[] = [];
  for (const name of record.names) {
    const givenWords = nameParts(name.given || first?.given || '');
    const surnameWords = nameParts(name.surname || first?.surname || '');
    const given = givenWords.join('');
    const surname = surnameWords.join('');
    const key = `${given}/${surname}`;
    if (key === '/' || seen.has(key)) continue;
    seen.add(key);
    prepared.push({ given, surname, givenWords, surnameWords, latin: /\p{Script=Latin}/u.test(given + surname) });
  }
  return prepared;
}

function nameParts(name: string): string[] {
  const folded = kana(fold(name));
  // What people write where no name is known must not make strangers of one name.
  return folded === '' || noName.has(folded) ? [] : folded.split(' ');
}

const noName = new Set(['unknown', 'unk', 'n a', 'na', 'none', 'null', 'nil', 'not known', 'test', 'xxx', 'baby', 'newborn']); // prettier-ignore

/** Hiragana as katakana: one reading, two ways to write it. */
const kana = (text: string): string =>
  text.replace(/[\u3041-\u3096]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0x60));

function foldedText(text: string | null): string | null {
  const folded = text === null ? '' : fold(text);
  return folded === '' ? null : folded;
}

function letters(text: string | null): string | null {
  return foldedText(text)?.replaceAll(' ', '') ?? null;
}

function birthDigits(text: string | null): string | null {
  if (text === null) return null;
  const digits = text.replace(/[-/.\s]/g, '');
  if (!/^\d{4,10}$/.test(digits)) return null;
  return madeUpDates.has(digits) ? null : digits;
}

/** What systems write when they do not know. */
const madeUpDates = new Set(['19000101', '19010101', '18000101', '11111111', '99999999', '99991231', '00000000', '00010101', '0000', '1900', '9999']); // prettier-ignore

function isRealDay(digits: string): boolean {
  if (digits.length !== 8) return false;
  const [year, month, day] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6)].map(Number);
  if (year! < 1850 || month! < 1 || month! > 12 || day! < 1) return false;
  return day! <= new Date(Date.UTC(year!, month!, 0)).getUTCDate();
}

function values(
  given: readonly { readonly value: string; readonly verified: boolean }[],
  read: (text: string) => string | null,
): PreparedValue[] {
  const found = new Map<string, PreparedValue>();
  for (const { value, verified } of given) {
    const key = read(value);
    if (key !== null) found.set(key, { value: key, verified: verified || found.get(key)?.verified === true });
  }
  return [...found.values()];
}

/** Digits of the E.164 number. Numbers that nobody can have been given are not known. */
function phone(text: string, countryCode: string): string | null {
  const digits = normalizePhone(text, countryCode).replace(/\D/g, '');
  return digits.length < 6 || repeated(digits.slice(-7)) ? null : digits;
}

function strongId(text: string): string | null {
  const value = fold(text).replaceAll(' ', '');
  return value.length < 2 || repeated(value) ? null : value;
}

const repeated = (text: string): boolean => /^(.)\1*$/.test(text);

const streetWords: Readonly<Record<string, string>> = {
  st: 'street', str: 'street', rd: 'road', ave: 'avenue', av: 'avenue', dr: 'drive', ln: 'lane', ct: 'court', crt: 'court',
  pl: 'place', cres: 'crescent', cct: 'circuit', blvd: 'boulevard', hwy: 'highway', pde: 'parade', tce: 'terrace',
  sq: 'square', cl: 'close', gr: 'grove', gve: 'grove', pkwy: 'parkway', n: 'north', s: 'south', e: 'east', w: 'west',
}; // prettier-ignore

/** `12a Main St` and `Main Street 12a` are house number 12a, street `mainstreet`; `Unit 3, 12 Main St` is number 12. */
export function splitAddress(address: string | null): { houseNumber: string | null; street: string | null } {
  const words = address === null ? [] : fold(address).split(' ').filter(Boolean);
  const kept: string[] = [];
  let houseNumber: string | null = null;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!;
    const next = words[at + 1];
    if (unitWords.has(word) && next !== undefined && /\d/.test(next)) {
      at += 1;
    } else if (houseNumber === null && /^\d+[a-z]?$/.test(word)) {
      houseNumber = word;
    } else {
      kept.push(streetWords[word] ?? word);
    }
  }
  return { houseNumber, street: kept.length === 0 ? null : kept.join('') };
}

const unitWords = new Set(['unit', 'apt', 'apartment', 'flat', 'suite', 'lot', 'no', 'box', 'floor']);

export const sound = (name: PreparedName): { given: string; surname: string } => ({
  given: soundex(name.given),
  surname: soundex(name.surname),
});
