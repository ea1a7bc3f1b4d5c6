/** FHIR R4 Patient (hl7.org/fhir/R4/patient.html), as Synthea and hospital systems write it, to an imported patient. */
import {
  cleanText,
  readBirthDate,
  readEmail,
  readLanguage,
  readPhone,
  readSex,
  type ImportWarning,
  type ImportedName,
  type ImportedPatient,
  type ImportedRow,
} from './imported-patient.ts';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const objects = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.flatMap((item) => cleanText(item) ?? []) : [];

const uses = ['usual', 'official', 'temp', 'nickname', 'anonymous', 'old', 'maiden'] as const;
/** Which of several names is written on the list: the legal one first. */
const precedence = ['official', 'usual', 'temp', 'nickname', 'anonymous', 'maiden', 'old'];

/**
 * @param today the day of the import as a FHIR date: a birth date after it is refused.
 */
export function patientFromFhir(resource: unknown, today: string): ImportedRow {
  if (!isObject(resource) || resource['resourceType'] !== 'Patient') {
    return { ok: false, code: 'not-a-patient', message: 'the resource is not a Patient' };
  }
  const warnings: ImportWarning[] = [];
  const warn = (warning: ImportWarning): void => void warnings.push(warning);

  const names = objects(resource['name'])
    .map(readName)
    .filter((name) => name !== null);
  const [name, ...otherNames] = names.toSorted((a, b) => precedence.indexOf(a.use) - precedence.indexOf(b.use));
  if (name === undefined)
    return { ok: false, code: 'name-missing', message: 'Patient.name has neither family nor given' };
  if (name.family === null || name.given.length === 0) warn({ code: 'name-incomplete', field: 'Patient.name' });
  const birth = readBirthDate(resource['birthDate'], 'Patient.birthDate', today, warn);
  if (!birth.ok) return birth;

  const { identifiers, mrn } = readIdentifiers(resource, warn);
  const telecom = objects(resource['telecom']).filter((point) => point['use'] !== 'old');
  return {
    ok: true,
    warnings,
    patient: {
      mrn,
      name: { family: name.family, given: name.given, prefix: name.prefix, suffix: name.suffix },
      otherNames,
      birthDate: birth.birthDate,
      sex: readSex(resource['gender'], 'Patient.gender', warn),
      language: readLanguage(preferredLanguage(resource), 'Patient.communication', warn),
      ...readDeceased(resource),
      email: readEmail(firstOf(telecom, ['email']), 'Patient.telecom.email', warn),
      phone: readPhone(firstOf(telecom, ['phone', 'sms']), 'Patient.telecom.phone', warn),
      address: readAddress(resource),
      active: resource['active'] !== false,
      identifiers,
      contacts: readContacts(resource, warn),
    },
  };
}

function readName(name: Json): ImportedName | null {
  const family = cleanText(name['family']);
  const given = texts(name['given']);
  // Some systems send the text only: kept whole as the family name rather than cut at a guess.
  const text = family === null && given.length === 0 ? cleanText(name['text']) : null;
  if (family === null && given.length === 0 && text === null) return null;
  const use = uses.find((known) => known === name['use']) ?? 'usual';
  return { use, family: family ?? text, given, prefix: texts(name['prefix']), suffix: texts(name['suffix']) };
}

function readIdentifiers(
  resource: Json,
  warn: (warning: ImportWarning) => void,
): Pick<ImportedPatient, 'identifiers' | 'mrn'> {
  const identifiers: ImportedPatient['identifiers'][number][] = [];
  let mrn: string | undefined;
  for (const identifier of objects(resource['identifier'])) {
    const system = cleanText(identifier['system'], 300);
    const value = cleanText(identifier['value'], 100);
    if (system === null || value === null) {
      warn({ code: 'identifier-unusable', field: 'Patient.identifier' });
      continue;
    }
    const type = typeCode(identifier);
    if (identifiers.some((known) => known.system === system && known.value === value)) continue;
    identifiers.push({ system, value, type });
    // v2-0203: MR is the medical record number of the source; kept as an identifier too.
    if (type === 'MR') mrn ??= value;
  }
  return { identifiers, mrn };
}

function typeCode(identifier: Json): string | undefined {
  const type = identifier['type'];
  if (!isObject(type)) return undefined;
  return objects(type['coding']).flatMap((coding) => cleanText(coding['code'], 40) ?? [])[0];
}

function preferredLanguage(resource: Json): unknown {
  const spoken = objects(resource['communication']);
  const chosen = spoken.find((entry) => entry['preferred'] === true) ?? spoken[0];
  const language = chosen?.['language'];
  if (!isObject(language)) return undefined;
  return objects(language['coding']).flatMap((coding) => cleanText(coding['code'], 40) ?? [])[0] ?? language['text'];
}

function readDeceased(resource: Json): Pick<ImportedPatient, 'deceased' | 'deceasedAt'> {
  const at = cleanText(resource['deceasedDateTime']);
  if (at !== null) {
    const instant = new Date(at);
    return { deceased: true, deceasedAt: Number.isNaN(instant.getTime()) ? null : instant };
  }
  return { deceased: resource['deceasedBoolean'] === true, deceasedAt: null };
}

function firstOf(telecom: readonly Json[], systems: readonly string[]): unknown {
  const points = telecom.filter((point) => systems.includes(String(point['system'])));
  const rank = (point: Json): number =>
    typeof point['rank'] === 'number' ? point['rank'] : point['use'] === 'mobile' ? 98 : 99;
  return points.toSorted((a, b) => rank(a) - rank(b))[0]?.['value'];
}

function readAddress(resource: Json): ImportedPatient['address'] {
  const addresses = objects(resource['address']).filter((address) => address['use'] !== 'old');
  const address = addresses.find((candidate) => candidate['use'] === 'home') ?? addresses[0];
  if (address === undefined) return {};
  const parts = {
    line: texts(address['line']),
    city: cleanText(address['city']),
    state: cleanText(address['state']),
    postalCode: cleanText(address['postalCode'], 20),
    country: cleanText(address['country'], 60),
  };
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== null && value.length > 0));
}

function readContacts(resource: Json, warn: (warning: ImportWarning) => void): ImportedPatient['contacts'] {
  return objects(resource['contact']).flatMap((contact) => {
    const name = isObject(contact['name']) ? readName(contact['name']) : null;
    if (name === null) return [];
    const relationship = objects(contact['relationship']).flatMap((concept) => [
      ...objects(concept['coding']).flatMap(
        (coding) => cleanText(coding['display']) ?? cleanText(coding['code']) ?? [],
      ),
      ...(cleanText(concept['text']) === null ? [] : [cleanText(concept['text']) ?? '']),
    ]);
    const telecom = objects(contact['telecom']);
    return [
      {
        relationship: relationship[0] ?? 'unknown',
        name: [...name.given, name.family ?? ''].join(' ').trim(),
        phone: readPhone(firstOf(telecom, ['phone', 'sms']), 'Patient.contact.telecom', warn) ?? undefined,
        email: readEmail(firstOf(telecom, ['email']), 'Patient.contact.telecom', warn) ?? undefined,
      },
    ];
  });
}
