/**
 * What a patient looks like on the way in, whatever file it came from. Nothing is made up: what is missing stays missing,
 * and what could not be taken over as it stands is named in a warning.
 */
import { normalizePhone } from './patient.ts';

export type ImportWarningCode =
  | 'birth-date-missing'
  | 'birth-date-partial'
  | 'name-incomplete'
  | 'language-missing'
  | 'language-unknown'
  | 'sex-unknown'
  | 'email-unusable'
  | 'phone-unreadable'
  | 'identifier-unusable'
  | 'field-ignored';

export interface ImportWarning {
  readonly code: ImportWarningCode;
  /** The source's field: a FHIRPath or a column; never its value. */
  readonly field: string;
}

export interface ImportedName {
  readonly use: 'usual' | 'official' | 'temp' | 'nickname' | 'anonymous' | 'old' | 'maiden';
  readonly family: string | null;
  readonly given: readonly string[];
  readonly prefix: readonly string[];
  readonly suffix: readonly string[];
}

export interface ImportedPatient {
  readonly mrn?: string | undefined;
  readonly name: Omit<ImportedName, 'use'>;
  readonly otherNames: readonly ImportedName[];
  readonly birthDate: string | null;
  readonly sex: 'female' | 'male' | 'other' | 'unknown';
  /** BCP-47; 'en' where nothing usable was stated (with a warning). */
  readonly language: string;
  readonly deceased: boolean;
  readonly deceasedAt: Date | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly address: Readonly<Record<string, unknown>>;
  readonly active: boolean;
  readonly identifiers: readonly {
    readonly system: string;
    readonly value: string;
    readonly type?: string | undefined;
  }[];
  readonly contacts: readonly {
    readonly relationship: string;
    readonly name: string;
    readonly phone?: string | undefined;
    readonly email?: string | undefined;
    readonly emergency?: boolean | undefined;
  }[];
}

export type ImportedRow =
  | { readonly ok: true; readonly patient: ImportedPatient; readonly warnings: readonly ImportWarning[] }
  | { readonly ok: false; readonly code: ImportRefusal; readonly message: string };

export type ImportRefusal =
  | 'not-json'
  | 'not-a-patient'
  | 'not-csv'
  | 'name-missing'
  | 'birth-date-invalid'
  | 'birth-date-in-future'
  | 'row-too-long';

/** Text without control characters, trimmed, in composed form (NFC): diacritics are kept. */
export function cleanText(value: unknown, maximum = 200): string | null {
  if (typeof value !== 'string') return null;
  // Control characters have no place in a name and could break a mail header or a terminal.
  const text = value
    .normalize('NFC')
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
  return text === '' ? null : text.slice(0, maximum);
}

/** FHIR date: YYYY, YYYY-MM or YYYY-MM-DD, a real day. Null when it is none. */
export function fhirDate(text: string): string | null {
  const match = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(text);
  if (match === null) return null;
  const [, year, month, day] = match;
  if (month !== undefined && (Number(month) < 1 || Number(month) > 12)) return null;
  if (day !== undefined) {
    const days = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
    if (Number(day) < 1 || Number(day) > days) return null;
  }
  return text;
}

/** A birth date as given, or why the row is refused. `today` is a FHIR date. */
export function readBirthDate(
  value: unknown,
  field: string,
  today: string,
  warn: (warning: ImportWarning) => void,
): { ok: true; birthDate: string | null } | { ok: false; code: ImportRefusal; message: string } {
  const text = cleanText(value);
  if (text === null) {
    warn({ code: 'birth-date-missing', field });
    return { ok: true, birthDate: null };
  }
  const date = fhirDate(text);
  if (date === null)
    return { ok: false, code: 'birth-date-invalid', message: `${field} is not a date as YYYY-MM-DD, YYYY-MM or YYYY` };
  if (date > today.slice(0, date.length))
    return { ok: false, code: 'birth-date-in-future', message: `${field} lies in the future` };
  if (date.length < 10) warn({ code: 'birth-date-partial', field });
  return { ok: true, birthDate: date };
}

/** A language tag that is well formed (RFC 5646 shape); its fallback is chosen when something is written. */
export function readLanguage(value: unknown, field: string, warn: (warning: ImportWarning) => void): string {
  const text = cleanText(value)?.replaceAll('_', '-') ?? null;
  if (text === null) {
    warn({ code: 'language-missing', field });
    return 'en';
  }
  try {
    const tag = Intl.getCanonicalLocales(text)[0];
    if (tag !== undefined && isKnownLanguage(tag)) return tag;
  } catch {
    // Not a tag at all: said below.
  }
  warn({ code: 'language-unknown', field });
  return 'en';
}

/** A language that has a name in the Unicode registry; "xx" is well formed and nobody speaks it. */
function isKnownLanguage(tag: string): boolean {
  const language = tag.split('-')[0] ?? '';
  const name = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' }).of(language);
  return name !== undefined && language !== 'und' && language !== 'mul' && language !== 'zxx';
}

export function readSex(value: unknown, field: string, warn: (warning: ImportWarning) => void): ImportedPatient['sex'] {
  const text = cleanText(value)?.toLowerCase() ?? '';
  if (text === 'female' || text === 'f') return 'female';
  if (text === 'male' || text === 'm') return 'male';
  if (text === 'other' || text === 'o' || text === 'x') return 'other';
  if (text !== 'unknown' && text !== 'u' && text !== '') warn({ code: 'sex-unknown', field });
  return 'unknown';
}

/** An address that mail can be sent to, or null with a warning. */
export function readEmail(value: unknown, field: string, warn: (warning: ImportWarning) => void): string | null {
  const text = cleanText(value, 320);
  if (text === null) return null;
  if (/^[^\s@<>",;]+@[^\s@<>",;]+\.[^\s@<>",;]+$/.test(text)) return text.toLowerCase();
  warn({ code: 'email-unusable', field });
  return null;
}

/** E.164 where it can be read, else as given with a warning: a number that a person can still dial is not thrown away. */
export function readPhone(value: unknown, field: string, warn: (warning: ImportWarning) => void): string | null {
  const text = cleanText(value, 40);
  if (text === null) return null;
  const phone = normalizePhone(text);
  if (!phone.startsWith('+')) warn({ code: 'phone-unreadable', field });
  return phone;
}
