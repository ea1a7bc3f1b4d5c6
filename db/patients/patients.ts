/** Patients as records: written in one transaction with their words, their resource and the state change (B8, B9). */
import { createHash, randomUUID } from 'node:crypto';
import type { PayerClass } from '../../domain/appointment/charge.ts';
import type { Actor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/errors.ts';
import { fold, nameWords, normalizePhone } from '../../domain/patient/patient.ts';
import type { HumanName } from '../../domain/patient/patient.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import type { Trx } from '../connection.ts';
import { indexPatientSearch, possibleDuplicates } from './patient-search.ts';
import type { PossibleDuplicate } from './patient-search.ts';

export type NameUse = 'usual' | 'official' | 'temp' | 'nickname' | 'anonymous' | 'old' | 'maiden';
export type Sex = 'female' | 'male' | 'other' | 'unknown';

export interface NameRow extends HumanName {
  readonly use: NameUse;
  readonly prefix?: readonly string[] | undefined;
  readonly suffix?: readonly string[] | undefined;
}

export interface PatientIdentifier {
  readonly system: string;
  readonly value: string;
  readonly type?: string | undefined;
}

export interface PatientContact {
  readonly relationship: string;
  readonly name: string;
  readonly phone?: string | undefined;
  readonly email?: string | undefined;
  readonly emergency?: boolean | undefined;
}

/** FHIR Patient, as far as scheduling needs it. What is unknown stays unknown: nothing is made up. */
export interface NewPatient {
  readonly id?: string | undefined;
  readonly mrn?: string | undefined;
  readonly name: HumanName & Pick<NameRow, 'prefix' | 'suffix'>;
  /** Further names besides the official one. */
  readonly otherNames?: readonly NameRow[] | undefined;
  readonly chosenName?: string | null | undefined;
  /** FHIR date: YYYY, YYYY-MM or YYYY-MM-DD. */
  readonly birthDate?: string | null | undefined;
  readonly sex?: Sex | undefined;
  /** BCP-47. */
  readonly language?: string | undefined;
  readonly timeZone?: string | null | undefined;
  readonly deceased?: boolean | undefined;
  readonly deceasedAt?: Date | null | undefined;
  readonly email?: string | null | undefined;
  readonly phone?: string | null | undefined;
  readonly address?: Readonly<Record<string, unknown>> | undefined;
  readonly interpreterNeeded?: boolean | undefined;
  /** Until coverage is kept: some payers forbid fees (domain/appointment/charge.ts). */
  readonly payerClass?: PayerClass | null | undefined;
  readonly highRisk?: boolean | undefined;
  readonly active?: boolean | undefined;
  readonly identifiers?: readonly PatientIdentifier[] | undefined;
  readonly contacts?: readonly PatientContact[] | undefined;
}

export interface WriteContext {
  readonly organizationId: string;
  readonly actor: Actor;
  /** The Clock port's instant. */
  readonly at: Date;
  readonly opKey?: string | undefined;
}

export interface PatientRow {
  id: string;
  mrn: string;
  family: string | null;
  given: string[];
  chosen_name: string | null;
  birth_date: string | null;
  sex: Sex;
  language: string;
  time_zone: string | null;
  deceased: boolean;
  deceased_at: Date | null;
  email: string | null;
  phone: string | null;
  address: Record<string, unknown>;
  interpreter_needed: boolean;
  payer_class: PayerClass | null;
  high_risk: boolean;
  active: boolean;
  version: number;
  created_at: Date;
  updated_at: Date;
}

/**
 * Registers a patient: row, names, identifiers, contacts, the `patient` resource that keeps two visits from overlapping,
 * the words to be found by, and the state change.
 * @throws DomainError `duplicate` when the MRN or an identifier is somebody's already.
 */
export async function createPatient(trx: Trx, context: WriteContext, patient: NewPatient): Promise<string> {
  const { organizationId } = context;
  const id = patient.id ?? randomUUID();
  const row = patientColumns(organizationId, id, patient);
  await insertWithMrn(trx, row, patient.mrn);
  const names: NameRow[] = [{ use: 'official', ...patient.name }, ...(patient.otherNames ?? [])];
  for (const name of names) await insertName(trx, organizationId, id, name);
  for (const identifier of patient.identifiers ?? []) await addIdentifier(trx, organizationId, id, identifier);
  for (const contact of patient.contacts ?? []) await addContact(trx, organizationId, id, contact);
  // The patient's resource (B9) is made by the trigger patient_is_resource, whoever inserts the row.
  await indexPatientSearch(trx, organizationId, [id]);
  await recordStateChange(trx, {
    organizationId,
    aggregate: 'patient',
    aggregateId: id,
    event: 'register',
    from: null,
    to: 'registered',
    actor: context.actor,
    at: context.at,
    opKey: context.opKey,
  });
  return id;
}

/** The row of a new patient, but for the MRN. */
export function patientColumns(organizationId: string, id: string, patient: NewPatient) {
  return {
    id,
    organization_id: organizationId,
    family: patient.name.family,
    given: [...patient.name.given],
    chosen_name: patient.chosenName ?? null,
    birth_date: patient.birthDate ?? null,
    sex: patient.sex ?? 'unknown',
    language: patient.language ?? 'en',
    time_zone: patient.timeZone ?? null,
    deceased: patient.deceased ?? patient.deceasedAt != null,
    deceased_at: patient.deceasedAt ?? null,
    email: patient.email?.trim().toLowerCase() || null,
    phone: patient.phone ? normalizePhone(patient.phone) : null,
    address: JSON.stringify(patient.address ?? {}),
    interpreter_needed: patient.interpreterNeeded ?? false,
    payer_class: patient.payerClass ?? null,
    high_risk: patient.highRisk ?? false,
    active: patient.active ?? true,
  };
}

async function insertWithMrn(trx: Trx, row: Record<string, unknown> & { id: string }, given?: string): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const mrn = given ?? proposeMrn(row.id, attempt);
    const inserted = await trx('patient')
      .insert({ ...row, mrn })
      .onConflict(['organization_id', 'mrn'])
      .ignore()
      .returning('id');
    if (inserted.length > 0) return;
    if (given !== undefined)
      throw new DomainError('duplicate', {
        detail: 'This MRN belongs to another patient.',
        errors: [{ path: '/mrn', code: 'duplicate', message: 'In use.' }],
      });
  }
  throw new Error('no free MRN was found');
}

/** Eight digits and a Luhn check digit: short enough to read out, and a mistyped digit finds nobody instead of another. */
export function proposeMrn(id: string, attempt: number): string {
  const number = createHash('sha256').update(`${id}/${attempt}`).digest().readUInt32BE(0) % 90_000_000;
  const digits = String(10_000_000 + number);
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const doubled = Number(digits[digits.length - 1 - at]) * (at % 2 === 0 ? 2 : 1);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

export const nameColumns = (organizationId: string, patientId: string, name: NameRow) => ({
  organization_id: organizationId,
  patient_id: patientId,
  use: name.use,
  family: name.family,
  given: [...name.given],
  prefix: [...(name.prefix ?? [])],
  suffix: [...(name.suffix ?? [])],
});

export async function insertName(trx: Trx, organizationId: string, patientId: string, name: NameRow): Promise<string> {
  const [row] = await trx('patient_name')
    .insert(nameColumns(organizationId, patientId, name))
    .returning<{ id: string }[]>('id');
  return row!.id;
}

/** @throws DomainError `duplicate` when the identifier is somebody's already. */
export async function addIdentifier(
  trx: Trx,
  organizationId: string,
  patientId: string,
  identifier: PatientIdentifier,
): Promise<string> {
  const inserted = await trx('patient_identifier')
    .insert({ organization_id: organizationId, patient_id: patientId, ...identifier, type: identifier.type ?? null })
    .onConflict(['organization_id', 'system', 'value'])
    .ignore()
    .returning<{ id: string }[]>('id');
  if (inserted[0] === undefined)
    throw new DomainError('duplicate', {
      detail: 'This identifier is on file already.',
      data: { system: identifier.system },
    });
  return inserted[0].id;
}

export const contactColumns = (organizationId: string, patientId: string, contact: PatientContact) => ({
  organization_id: organizationId,
  patient_id: patientId,
  relationship: contact.relationship,
  name: contact.name,
  phone: contact.phone ? normalizePhone(contact.phone) : null,
  email: contact.email ?? null,
  emergency: contact.emergency ?? false,
});

export async function addContact(
  trx: Trx,
  organizationId: string,
  patientId: string,
  contact: PatientContact,
): Promise<string> {
  const [row] = await trx('patient_contact')
    .insert(contactColumns(organizationId, patientId, contact))
    .returning<{ id: string }[]>('id');
  return row!.id;
}

/** What a correction may change. `undefined` leaves a field alone, `null` empties it. */
export interface PatientPatch extends Partial<
  Pick<
    NewPatient,
    | 'chosenName'
    | 'birthDate'
    | 'sex'
    | 'language'
    | 'timeZone'
    | 'deceased'
    | 'deceasedAt'
    | 'email'
    | 'phone'
    | 'address'
    | 'interpreterNeeded'
    | 'payerClass'
    | 'highRisk'
    | 'active'
  >
> {
  readonly name?: HumanName | undefined;
}

/**
 * Corrects a patient's details. The former official name stays on file as `old`, and stays findable.
 * @returns the new version.
 * @throws DomainError `not-found`, `version-conflict` (data.currentVersion).
 */
export async function updatePatient(
  trx: Trx,
  context: WriteContext,
  id: string,
  version: number,
  patch: PatientPatch,
): Promise<number> {
  const { organizationId } = context;
  const before = await lockPatient(trx, organizationId, id);
  if (before.version !== version)
    throw new DomainError('version-conflict', { data: { currentVersion: before.version } });
  const wanted: Record<string, unknown> = {
    family: patch.name?.family,
    given: patch.name === undefined ? undefined : [...patch.name.given],
    chosen_name: patch.chosenName,
    birth_date: patch.birthDate,
    sex: patch.sex,
    language: patch.language,
    time_zone: patch.timeZone,
    deceased: patch.deceased,
    deceased_at: patch.deceasedAt,
    email: patch.email === undefined ? undefined : patch.email?.trim().toLowerCase() || null,
    phone: patch.phone === undefined ? undefined : patch.phone ? normalizePhone(patch.phone) : null,
    address: patch.address,
    interpreter_needed: patch.interpreterNeeded,
    payer_class: patch.payerClass,
    high_risk: patch.highRisk,
    active: patch.active,
  };
  const changed = Object.entries(wanted).filter(
    ([column, value]) =>
      value !== undefined && JSON.stringify(value) !== JSON.stringify(before[column as keyof PatientRow]),
  );
  if (changed.length === 0) return before.version;
  const columns = Object.fromEntries(
    changed.map(([column, value]) => [column, column === 'address' ? JSON.stringify(value) : value]),
  );
  await trx('patient')
    .where({ id })
    .update({ ...columns, version: before.version + 1, updated_at: context.at });
  if (patch.name !== undefined && ('family' in columns || 'given' in columns)) {
    await trx('patient_name').where({ patient_id: id, use: 'official' }).update({ use: 'old' });
    await insertName(trx, organizationId, id, { use: 'official', ...patch.name });
  }
  await indexPatientSearch(trx, organizationId, [id]);
  await recordPatientChange(trx, context, id, 'correct', { fields: changed.map(([column]) => column) });
  return before.version + 1;
}

/** The row, locked: the holder of the lock may write the next state change without a gap. @throws `not-found` */
export async function lockPatient(trx: Trx, organizationId: string, id: string): Promise<PatientRow> {
  const row = await trx('patient')
    .where({ id, organization_id: organizationId })
    .forUpdate()
    .first<PatientRow | undefined>();
  if (row === undefined) throw new DomainError('not-found');
  return row;
}

/** A change to a patient's names, identifiers, contacts or consents. The caller holds the row's lock. */
export async function recordPatientChange(
  trx: Trx,
  context: WriteContext,
  id: string,
  event: string,
  data: Record<string, unknown>,
): Promise<void> {
  await recordStateChange(trx, {
    organizationId: context.organizationId,
    aggregate: 'patient',
    aggregateId: id,
    event,
    from: 'registered',
    to: 'registered',
    actor: context.actor,
    at: context.at,
    opKey: context.opKey,
    data,
  });
}

/** After a change beside the row: version, search words and state change. The caller holds the row's lock. */
export async function touchPatient(
  trx: Trx,
  context: WriteContext,
  id: string,
  event: string,
  data: Record<string, unknown>,
): Promise<void> {
  await trx('patient')
    .where({ id })
    .update({ version: trx.raw('version + 1'), updated_at: context.at });
  await indexPatientSearch(trx, context.organizationId, [id]);
  await recordPatientChange(trx, context, id, event, data);
}

/** Who may be the same person as the patient just written. */
export async function duplicatesOf(trx: Trx, organizationId: string, id: string): Promise<PossibleDuplicate[]> {
  const row = await trx('patient').where({ id, organization_id: organizationId }).first<PatientRow | undefined>();
  if (row === undefined) return [];
  // A single letter is nobody's name in common.
  const words = nameWords(row).filter((word) => fold(word).length > 1);
  return possibleDuplicates(trx, organizationId, {
    id,
    words,
    birthDate: row.birth_date,
    phone: row.phone,
    email: row.email,
  });
}
