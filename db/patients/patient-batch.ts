/** Many new patients in one transaction: the same rows as createPatient writes, in a handful of statements instead of a dozen each. */
import { randomUUID } from 'node:crypto';
import { DomainError } from '../../domain/errors.ts';
import { recordBeginnings } from '../audit/audit-trail.ts';
import type { Trx } from '../connection.ts';
import { indexPatientSearch } from './patient-search.ts';
import { contactColumns, nameColumns, patientColumns, proposeMrn } from './patients.ts';
import type { NewPatient, WriteContext } from './patients.ts';

/**
 * @param patients at most a few hundred
 * @returns their ids, in order
 * @throws DomainError `duplicate` when any MRN or identifier is somebody's already (or two of them share one): roll back,
 * and find out which with createPatient
 */
export async function createPatients(
  trx: Trx,
  context: Pick<WriteContext, 'organizationId' | 'actor' | 'at'>,
  patients: readonly NewPatient[],
): Promise<string[]> {
  if (patients.length === 0) return [];
  const { organizationId } = context;
  const people = patients.map((patient) => ({ patient, id: patient.id ?? randomUUID() }));
  const ids = people.map(({ id }) => id);
  const each = <Row>(columns: (id: string, patient: NewPatient) => readonly Row[]): Row[] =>
    people.flatMap(({ id, patient }) => columns(id, patient));

  const inserted = await trx('patient')
    .insert(
      each((id, patient) => [
        { ...patientColumns(organizationId, id, patient), mrn: patient.mrn ?? proposeMrn(id, 0) },
      ]),
    )
    .onConflict(['organization_id', 'mrn'])
    .ignore()
    .returning('id');
  if (inserted.length < people.length) throw new DomainError('duplicate');
  await trx('patient_name').insert(
    each((id, patient) =>
      [{ use: 'official' as const, ...patient.name }, ...(patient.otherNames ?? [])].map((name) =>
        nameColumns(organizationId, id, name),
      ),
    ),
  );
  const identifiers = each((id, patient) =>
    (patient.identifiers ?? []).map(({ system, value, type }) => ({
      organization_id: organizationId,
      patient_id: id,
      system,
      value,
      type: type ?? null,
    })),
  );
  if (identifiers.length > 0) {
    const filed = await trx('patient_identifier')
      .insert(identifiers)
      .onConflict(['organization_id', 'system', 'value'])
      .ignore()
      .returning('id');
    if (filed.length < identifiers.length) throw new DomainError('duplicate');
  }
  const contacts = each((id, patient) =>
    (patient.contacts ?? []).map((contact) => contactColumns(organizationId, id, contact)),
  );
  if (contacts.length > 0) await trx('patient_contact').insert(contacts);
  await indexPatientSearch(trx, organizationId, ids);
  await recordBeginnings(
    trx,
    { organizationId, aggregate: 'patient', event: 'register', to: 'registered', actor: context.actor, at: context.at },
    ids,
  );
  return ids;
}
