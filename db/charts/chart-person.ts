/** Sections that say who somebody is and how they are reached: language, identity, contact, demographics. */
import { randomUUID } from 'node:crypto';
import { booleanOf, codeOf, codesOf, rowsOf, saidOf, textOf } from '../../domain/patient/chart-facts.ts';
import { fold, normalizePhone } from '../../domain/patient/patient.ts';
import { raceGroups } from '../../domain/patient/race-ethnicity.ts';
import type { Answers } from '../../domain/questionnaire/questionnaire-answers.ts';
import type { FactSource } from './chart-facts.ts';
import type { Trx } from '../connection.ts';
import {
  addContact,
  addIdentifier,
  insertName,
  touchPatient,
  updatePatient,
  type PatientPatch,
  type PatientRow,
  type Sex,
  type WriteContext,
} from '../patients/patients.ts';

export interface PersonSection extends FactSource {
  readonly opKey?: string | undefined;
}
type Written = Record<string, number>;

const contextOf = (section: PersonSection): WriteContext => section;

/** Step 1. A language that has no code here is kept in words, and the one on file stays. */
export async function commitLanguage(
  trx: Trx,
  row: PatientRow,
  section: PersonSection,
  answers: Answers,
): Promise<Written> {
  const preferred = codeOf(answers, 'language.preferred');
  const interpreter = booleanOf(answers, 'language.interpreter');
  // Who reads "Spanish" need not be told that they said es-MX before: the narrower word stays.
  const narrower = preferred !== null && row.language.toLowerCase().startsWith(`${preferred.toLowerCase()}-`);
  await correct(trx, row, section, {
    language: preferred === null || preferred === 'other' || narrower ? undefined : preferred,
    interpreterNeeded: interpreter ?? undefined,
  });
  return keepDemographics(trx, section, answers, {});
}

/** Where numbers on papers are from, as identifiers name it. */
const identifierSystems: Readonly<Record<string, { system: string; type: string } | undefined>> = {
  'social-security': { system: 'http://hl7.org/fhir/sid/us-ssn', type: 'SS' },
  'drivers-license': { system: 'urn:healthsphere:id:drivers-license', type: 'DL' },
  passport: { system: 'urn:healthsphere:id:passport', type: 'PPN' },
  other: { system: 'urn:healthsphere:id:other', type: 'U' },
};

/** Step 2. The name before stays on file as `old`, other names are rows; who the person is proven to be is not decided here. */
export async function commitIdentity(
  trx: Trx,
  row: PatientRow,
  section: PersonSection,
  answers: Answers,
): Promise<Written> {
  const given = textOf(answers, 'identity.given')?.split(/\s+/) ?? [];
  const family = textOf(answers, 'identity.family');
  const same = sameName({ given, family }, row);
  const birthDate = textOf(answers, 'identity.birth-date');
  await correct(trx, row, section, {
    name: same || (given.length === 0 && family === null) ? undefined : { given, family },
    birthDate: birthDate ?? undefined,
    chosenName: textOf(answers, 'identity.chosen-name') ?? undefined,
  });

  const known = await trx('patient_name').where({ patient_id: section.patientId }).select<{ given: string[]; family: string | null }[]>('given', 'family'); // prettier-ignore
  let names = 0;
  for (const former of booleanOf(answers, 'identity.has-former-names') === true
    ? rowsOf(answers, 'identity.former')
    : []) {
    const name = {
      given: textOf(former, 'identity.former.given')?.split(/\s+/) ?? [],
      family: textOf(former, 'identity.former.family'),
    };
    if ((name.given.length === 0 && name.family === null) || known.some((other) => sameName(name, other))) continue;
    await insertName(trx, section.organizationId, section.patientId, { use: 'old', ...name });
    known.push({ given: name.given, family: name.family });
    names += 1;
  }

  const kind = identifierSystems[codeOf(answers, 'identity.id-kind') ?? ''];
  const value = textOf(answers, 'identity.id-number');
  let identifiers = 0;
  if (kind !== undefined && value !== null) {
    const { system } = kind;
    const plain = value.toUpperCase().replace(/[\s.-]/g, '');
    // Somebody else's already: a question for whoever compares the two charts, never a reason to stop this person.
    const taken = await trx('patient_identifier').where({ system, value: plain }).first('id');
    if (taken === undefined) {
      await addIdentifier(trx, section.organizationId, section.patientId, { ...kind, value: plain });
      identifiers = 1;
    }
  }
  if (names + identifiers > 0)
    await touchPatient(trx, contextOf(section), section.patientId, 'intake-identity', { names, identifiers });
  // The number stands with the identifiers alone.
  const { 'identity.id-number': _number, ...rest } = answers;
  const replaced: Answers = {
    ...(birthDate !== null &&
      row.birth_date !== null &&
      row.birth_date !== birthDate && { 'replaced.birth-date': [row.birth_date] }),
  };
  return { patient_name: names, patient_identifier: identifiers, ...(await keepDemographics(trx, section, { ...rest, ...replaced }, {})) }; // prettier-ignore
}

/** Step 3: addresses with their history, what may be sent, who to call. */
export async function commitContact(
  trx: Trx,
  row: PatientRow,
  section: PersonSection,
  answers: Answers,
): Promise<Written> {
  const { organizationId, patientId } = section;
  const phone = textOf(answers, 'contact.phone');
  const address = addressOf(answers, 'contact.address');
  const written: Written = {};
  if (address !== null) {
    const { rows } = await trx.raw<{ rows: { same: boolean }[] }>('SELECT ?::jsonb = ?::jsonb AS same', [JSON.stringify(row.address), JSON.stringify(address)]); // prettier-ignore
    if (!rows[0]!.same && Object.keys(row.address).length > 0) {
      const dated = await inForce(trx, patientId, 'home');
      if (dated === undefined) await fileAddress(trx, section, 'old', row.address, { valid_to: dayOf(section.at) });
    }
    written['patient_address'] = await fileAddress(trx, section, 'home', address, { valid_from: dayOf(section.at) });
  }
  const previous = booleanOf(answers, 'contact.has-moved') === true ? addressOf(answers, 'contact.previous') : null;
  if (previous !== null)
    written['patient_address'] =
      (written['patient_address'] ?? 0) + (await fileAddress(trx, section, 'old', previous, {}));

  await correct(trx, row, section, {
    phone: booleanOf(answers, 'contact.has-phone') === true ? (phone ?? undefined) : undefined,
    email: textOf(answers, 'contact.email') ?? undefined,
    address: address ?? undefined,
  });

  for (const [linkId, channel] of [
    ['sms', 'sms'],
    ['email', 'email'],
    ['voice', 'phone'],
  ] as const) {
    // prettier-ignore
    const permitted = booleanOf(answers, `contact.consent.${linkId}`);
    if (permitted === null) continue;
    const about = { patient_id: patientId, channel, category: 'appointment' };
    const newest = await trx('contact_consent').where(about).orderBy('id', 'desc').first<{ permitted: boolean } | undefined>('permitted'); // prettier-ignore
    if (newest?.permitted === permitted) continue;
    await trx('contact_consent').insert({ ...about, organization_id: organizationId, permitted, actor: section.actor.ref, at: section.at }); // prettier-ignore
    written['contact_consent'] = (written['contact_consent'] ?? 0) + 1;
  }
  const emergency = booleanOf(answers, 'contact.has-emergency') === true ? rowsOf(answers, 'contact.emergency') : [];
  written['patient_contact'] = await keepContacts(trx, section, emergency.map((entry) => ({
    name: textOf(entry, 'contact.emergency.name'),
    relationship: codeOf(entry, 'contact.emergency.relationship'),
    phone: textOf(entry, 'contact.emergency.phone'),
    emergency: true,
  }))); // prettier-ignore
  const beside = Object.values(written).reduce((sum, count) => sum + count, 0);
  if (beside > 0) await touchPatient(trx, contextOf(section), patientId, 'intake-contact', written);
  return { ...written, ...(await keepDemographics(trx, section, answers, {})) };
}

/** Step 4. "Choose not to say" is kept as asked-declined, which is not the same as nobody having asked. */
export async function commitDemographics(
  trx: Trx,
  row: PatientRow,
  section: PersonSection,
  answers: Answers,
): Promise<Written> {
  const sex = codeOf(answers, 'demographics.sex');
  await correct(trx, row, section, {
    sex: sex !== null && ['female', 'male', 'other'].includes(sex) ? (sex as Sex) : undefined,
  });
  const race = codesOf(answers, 'demographics.race');
  const details = raceGroups.flatMap((group) => textOf(answers, `demographics.race.${group}`) ?? []);
  const written = await keepDemographics(trx, section, answers, {
    sex,
    sex_for_clinical_use: codeOf(answers, 'demographics.sex-clinical'),
    gender_identity: saidOf(answers, 'demographics.gender', 'demographics.gender-other'),
    sexual_orientation: saidOf(answers, 'demographics.orientation', 'demographics.orientation-other'),
    pronouns: saidOf(answers, 'demographics.pronouns', 'demographics.pronouns-other'),
    race_ethnicity: race,
    race_ethnicity_details: details,
    tribal_affiliation: textOf(answers, 'demographics.tribe'),
  });
  const related = codeOf(answers, 'demographics.has-related') === 'yes' ? rowsOf(answers, 'demographics.related') : [];
  const contacts = await keepContacts(trx, section, related.map((entry) => ({
    name: textOf(entry, 'demographics.related.name'),
    relationship: codeOf(entry, 'demographics.related.relationship'),
    phone: null,
    emergency: false,
  }))); // prettier-ignore
  if (contacts > 0) await touchPatient(trx, contextOf(section), section.patientId, 'intake-related', { contacts });
  return { ...written, patient_contact: contacts };
}

interface DemographicsRow {
  readonly id: string;
  readonly answer: Answers;
  readonly [column: string]: unknown;
}

export const demographicsOf = (trx: Trx, patientId: string): Promise<DemographicsRow | undefined> =>
  trx('patient_demographics')
    .where({ patient_id: patientId })
    .whereNull('superseded_at')
    .orderBy('recorded_at', 'desc')
    .first<DemographicsRow | undefined>();

/** One statement in force: what this section says over what the others said. */
async function keepDemographics(
  trx: Trx,
  section: PersonSection,
  answers: Answers,
  columns: Readonly<Record<string, string | readonly string[] | null>>,
): Promise<Written> {
  const before = await demographicsOf(trx, section.patientId);
  const steps = new Set(Object.keys(answers).map((linkId) => linkId.slice(0, linkId.indexOf('.'))));
  const others = Object.entries(before?.answer ?? {}).filter(([linkId]) => !steps.has(linkId.slice(0, linkId.indexOf('.')))); // prettier-ignore
  const answer = JSON.stringify({ ...Object.fromEntries(others), ...answers });
  const { rows } = await trx.raw<{ rows: { same: boolean }[] }>('SELECT ?::jsonb = ?::jsonb AS same', [JSON.stringify(before?.answer ?? null), answer]); // prettier-ignore
  if (rows[0]!.same) return {};
  const { id: _id, superseded_at: _at, superseded_by: _by, superseded_because: _why, verification: _v, verified_at: _va, verified_by: _vb, ...kept } = before ?? { id: '', answer: {} }; // prettier-ignore
  const id = randomUUID();
  const languages = answers['language.preferred'] === undefined ? {} : { languages: languagesOf(answers) };
  await trx('patient_demographics').insert({
    ...kept,
    ...columns,
    ...languages,
    id,
    organization_id: section.organizationId,
    patient_id: section.patientId,
    source_intake_id: section.intakeId,
    answer,
    recorded_by: section.actor.ref,
    recorded_at: section.at,
  });
  await trx('patient_demographics').where({ patient_id: section.patientId }).whereNull('superseded_at').whereNot({ id }).update({
    superseded_at: section.at,
    superseded_by: id,
    superseded_because: 'changed',
  }); // prettier-ignore
  return { patient_demographics: 1 };
}

function languagesOf(answers: Answers): string[] {
  const code = codeOf(answers, 'language.preferred');
  const words = textOf(answers, 'language.other');
  const signs = codeOf(answers, 'language.interpreter-kind') === 'sign' ? ['sgn'] : [];
  return [...(code === 'other' ? (words === null ? [] : [words]) : code === null ? [] : [code]), ...signs];
}

async function correct(trx: Trx, row: PatientRow, section: PersonSection, patch: PatientPatch): Promise<void> {
  await updatePatient(trx, contextOf(section), row.id, await versionOf(trx, row.id), patch);
}
const versionOf = async (trx: Trx, id: string): Promise<number> =>
  (await trx('patient').where({ id }).first<{ version: number }>('version')).version;

const sameName = (
  one: { readonly given: readonly string[]; readonly family: string | null },
  other: { readonly given: readonly string[]; readonly family: string | null },
): boolean => fold(one.given.join(' ')) === fold(other.given.join(' ')) && fold(one.family ?? '') === fold(other.family ?? ''); // prettier-ignore

function addressOf(answers: Answers, linkId: string): Record<string, unknown> | null {
  if (linkId === 'contact.address' && booleanOf(answers, 'contact.has-address') !== true) return null;
  const line = ['line1', 'line2'].flatMap((part) => textOf(answers, `${linkId}.${part}`) ?? []);
  const parts = {
    line,
    city: textOf(answers, `${linkId}.city`),
    state: textOf(answers, `${linkId}.state`),
    postalCode: textOf(answers, `${linkId}.postcode`),
  };
  if (line.length === 0 && parts.city === null && parts.postalCode === null) return null;
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== null && value.length > 0));
}

const inForce = (trx: Trx, patientId: string, use: 'home'): Promise<{ id: string } | undefined> =>
  trx('patient_address').where({ patient_id: patientId, use }).whereNull('superseded_at').first<{ id: string } | undefined>('id'); // prettier-ignore

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

/** A home supersedes the home before; an old address is one more. @returns 1 where it was not on file */
async function fileAddress(
  trx: Trx,
  section: PersonSection,
  use: 'home' | 'old',
  address: Record<string, unknown>,
  dates: { readonly valid_from?: string; readonly valid_to?: string },
): Promise<number> {
  const { patientId } = section;
  const text = JSON.stringify(address);
  const known = await trx('patient_address')
    .where({ patient_id: patientId, use })
    .whereRaw('address = ?::jsonb', [text])
    .whereNull('superseded_at')
    .first('id');
  if (known !== undefined) return 0;
  const id = randomUUID();
  await trx('patient_address').insert({
    id,
    organization_id: section.organizationId,
    patient_id: patientId,
    source_intake_id: section.intakeId,
    fact_key: use === 'home' ? 'home' : `old:${fold(text)}`,
    use,
    address: text,
    ...dates,
    recorded_by: section.actor.ref,
    recorded_at: section.at,
  });
  if (use === 'home')
    await trx('patient_address')
      .where({ patient_id: patientId, use: 'home' })
      .whereNull('superseded_at')
      .whereNot({ id })
      .update({ superseded_at: section.at, superseded_by: id, superseded_because: 'moved' });
  return 1;
}

interface ContactSaid {
  readonly name: string | null;
  readonly relationship: string | null;
  readonly phone: string | null;
  readonly emergency: boolean;
}

/** Who is on file stays; somebody new is added. @returns how many are new */
async function keepContacts(trx: Trx, section: PersonSection, people: readonly ContactSaid[]): Promise<number> {
  const known = await trx('patient_contact').where({ patient_id: section.patientId }).select<{ name: string; phone: string | null; emergency: boolean }[]>('name', 'phone', 'emergency'); // prettier-ignore
  let added = 0;
  for (const { name, relationship, phone, emergency } of people) {
    if (name === null) continue;
    const number = phone === null ? null : normalizePhone(phone);
    const same = known.some(
      (other) =>
        fold(other.name) === fold(name) &&
        (number === null || other.phone === number) &&
        (other.emergency || !emergency),
    );
    if (same) continue;
    await addContact(trx, section.organizationId, section.patientId, {
      name,
      relationship: relationship ?? 'other',
      phone: number ?? undefined,
      emergency,
    });
    known.push({ name, phone: number, emergency });
    added += 1;
  }
  return added;
}
