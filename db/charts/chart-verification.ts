/** What a patient said, looked at by somebody clinical: confirmed, or refuted. The words themselves are never changed. */
import { DomainError } from '../../domain/errors.ts';
import type { Trx } from '../connection.ts';
import { lockPatient, recordPatientChange } from '../patients/patients.ts';
import type { WriteContext } from '../schedule/schedule-administration.ts';

/** Of which facts that can be said. */
export const verifiableTables = {
  allergy: 'allergy_intolerance',
  medication: 'medication_statement',
} as const;
export type VerifiableKind = keyof typeof verifiableTables;
/** FHIR allergyintolerance-verification, as far as a person decides it here. */
export const verdicts = ['confirmed', 'refuted'] as const;

/** @throws DomainError `not-found` for a fact of another chart, or one that a later word has replaced */
export async function verifyFact(
  trx: Trx,
  by: WriteContext & {
    readonly patientId: string;
    readonly kind: VerifiableKind;
    readonly factId: string;
    readonly verdict: (typeof verdicts)[number];
  },
): Promise<void> {
  await lockPatient(trx, by.organizationId, by.patientId);
  const changed = await trx(verifiableTables[by.kind])
    .where({ id: by.factId, patient_id: by.patientId })
    .whereNull('superseded_at')
    .update({ verification: by.verdict, verified_by: by.actor.ref, verified_at: by.at });
  if (changed === 0) throw new DomainError('not-found');
  await recordPatientChange(trx, by, by.patientId, 'verify-fact', { kind: by.kind, factId: by.factId, verdict: by.verdict }); // prettier-ignore
}
