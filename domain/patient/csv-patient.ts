/** CSV columns to an imported patient. The mapping is documented in docs/import.md; a file's own headers are renamed by --map. */
import {
  cleanText,
  readBirthDate,
  readEmail,
  readLanguage,
  readPhone,
  readSex,
  type ImportWarning,
  type ImportedName,
  type ImportedRow,
} from './imported-patient.ts';

/** Every column that is understood, with what it means. All but a name are optional. */
export const csvColumns = {
  mrn: 'Medical record number; one is given out when it is empty',
  given: 'Given names, several separated by a space or by |',
  family: 'Family name',
  prefix: 'Title before the name',
  suffix: 'Suffix after the name',
  chosenName: 'The name the person goes by (kept as a usual name)',
  previousFamily: 'An earlier family name (kept as an old name)',
  birthDate: 'YYYY-MM-DD, YYYY-MM or YYYY',
  sex: 'female, male, other or unknown; F, M, O, X, U',
  language: 'BCP-47 tag, such as en, es-MX, zh-Hans',
  email: 'Mail address',
  phone: 'Telephone, best as +country number',
  addressLine: 'Street and number, several lines separated by |',
  city: 'City',
  state: 'State or region',
  postalCode: 'Postal code',
  country: 'Country',
  deceased: 'yes, true or 1; or the date of death',
  active: 'no, false or 0 marks a record that is not in use',
  identifierSystem: 'URI of a further identifier’s system',
  identifier: 'The further identifier’s value',
  contactName: 'Somebody to call',
  contactRelationship: 'Who that is',
  contactPhone: 'Their telephone',
} as const;
export type CsvColumn = keyof typeof csvColumns;

const yes = /^(yes|y|true|1)$/i;
const no = /^(no|n|false|0)$/i;

export function patientFromCsv(row: Readonly<Partial<Record<CsvColumn, string>>>, today: string): ImportedRow {
  const warnings: ImportWarning[] = [];
  const warn = (warning: ImportWarning): void => void warnings.push(warning);
  const family = cleanText(row.family);
  const given = parts(row.given, /\s*\|\s*|\s+/);
  if (family === null && given.length === 0)
    return { ok: false, code: 'name-missing', message: 'neither given nor family is filled in' };
  if (family === null || given.length === 0) warn({ code: 'name-incomplete', field: 'given, family' });
  const birth = readBirthDate(row.birthDate, 'birthDate', today, warn);
  if (!birth.ok) return birth;
  const death = readDeath(row.deceased);
  return {
    ok: true,
    warnings,
    patient: {
      mrn: cleanText(row.mrn, 40) ?? undefined,
      name: { family, given, prefix: parts(row.prefix, /\|/), suffix: parts(row.suffix, /\|/) },
      otherNames: otherNames(row, family, given),
      birthDate: birth.birthDate,
      sex: readSex(row.sex, 'sex', warn),
      language: readLanguage(row.language, 'language', warn),
      ...death,
      email: readEmail(row.email, 'email', warn),
      phone: readPhone(row.phone, 'phone', warn),
      address: readAddress(row),
      active: !no.test(row.active?.trim() ?? ''),
      identifiers: readIdentifier(row, warn),
      contacts: readContact(row, warn),
    },
  };
}

const parts = (value: string | undefined, separator: RegExp): string[] =>
  (value ?? '').split(separator).flatMap((part) => cleanText(part) ?? []);

function otherNames(
  row: Readonly<Partial<Record<CsvColumn, string>>>,
  family: string | null,
  given: readonly string[],
): ImportedName[] {
  const names: ImportedName[] = [];
  const chosen = cleanText(row.chosenName);
  if (chosen !== null) names.push({ use: 'usual', family, given: [chosen], prefix: [], suffix: [] });
  const previous = cleanText(row.previousFamily);
  if (previous !== null) names.push({ use: 'old', family: previous, given, prefix: [], suffix: [] });
  return names;
}

function readDeath(value: string | undefined): { deceased: boolean; deceasedAt: Date | null } {
  const text = value?.trim() ?? '';
  if (text === '' || no.test(text)) return { deceased: false, deceasedAt: null };
  const at = yes.test(text) ? Number.NaN : Date.parse(text);
  return { deceased: true, deceasedAt: Number.isNaN(at) ? null : new Date(at) };
}

function readAddress(row: Readonly<Partial<Record<CsvColumn, string>>>): Readonly<Record<string, unknown>> {
  const address = {
    line: parts(row.addressLine, /\|/),
    city: cleanText(row.city),
    state: cleanText(row.state),
    postalCode: cleanText(row.postalCode, 20),
    country: cleanText(row.country, 60),
  };
  return Object.fromEntries(Object.entries(address).filter(([, value]) => value !== null && value.length > 0));
}

function readIdentifier(
  row: Readonly<Partial<Record<CsvColumn, string>>>,
  warn: (warning: ImportWarning) => void,
): { system: string; value: string }[] {
  const system = cleanText(row.identifierSystem, 300);
  const value = cleanText(row.identifier, 100);
  if (system !== null && value !== null) return [{ system, value }];
  if (system !== null || value !== null) warn({ code: 'identifier-unusable', field: 'identifier' });
  return [];
}

function readContact(
  row: Readonly<Partial<Record<CsvColumn, string>>>,
  warn: (warning: ImportWarning) => void,
): { relationship: string; name: string; phone?: string | undefined }[] {
  const name = cleanText(row.contactName);
  if (name === null) return [];
  return [
    {
      relationship: cleanText(row.contactRelationship) ?? 'unknown',
      name,
      phone: readPhone(row.contactPhone, 'contactPhone', warn) ?? undefined,
    },
  ];
}
