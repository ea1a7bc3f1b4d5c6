/** Who may act for a minor, on whose word, and until when (features.md A15). */
import { randomUUID } from 'node:crypto';
import type { Actor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/errors.ts';
import { isMinor, majorityInstant } from '../../domain/patient/majority.ts';
import { policyAt } from '../../domain/policies.ts';
import type { Trx } from '../connection.ts';
import { lockPatient, recordPatientChange } from './patients.ts';
import { loadPolicies } from '../policies.ts';

export interface GuardianSaid {
  readonly organizationId: string;
  readonly patientId: string;
  readonly name: string;
  /** What they are to the patient: 'parent', 'guardian', … */
  readonly relationship: string;
  /** What the authority rests on: 'parent', 'court-order', … */
  readonly authority: string;
  /** What was looked at. */
  readonly evidence?: string | undefined;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  /** BCP 47; the patient's where nobody said. */
  readonly language?: string | undefined;
  /** An end before the day of majority: an order of a court ends. */
  readonly until?: Date | undefined;
  readonly actor: Actor;
  readonly at: Date;
  readonly opKey?: string | undefined;
}

export interface GuardianRow {
  readonly id: string;
  readonly patient_id: string;
  readonly name: string;
  readonly relationship: string;
  readonly authority: string;
  readonly evidence: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly language: string | null;
  readonly recorded_by: string;
  readonly valid_from: Date;
  readonly valid_until: Date | null;
  readonly revoked_at: Date | null;
  readonly revoked_because: string | null;
}

/** When the patient comes of age, by the policy and the local date; null without a whole birth date. */
export async function majorityOf(trx: Trx, patientId: string, at: Date): Promise<{ at: Date | null; minor: boolean }> {
  const patient = await trx('patient')
    .where({ id: patientId })
    .first<{ birth_date: string | null; time_zone: string | null } | undefined>('birth_date', 'time_zone');
  if (patient === undefined) throw new DomainError('not-found');
  const { majority } = policyAt(await loadPolicies(trx), 'guardianship', at.getTime());
  const place = await trx('location').where({ active: true }).orderBy('created_at').first<{ time_zone: string } | undefined>('time_zone'); // prettier-ignore
  const zone = patient.time_zone ?? place?.time_zone ?? 'UTC';
  return {
    at: majorityInstant(patient.birth_date, majority, zone),
    minor: isMinor(patient.birth_date, majority, zone, at),
  };
}

/**
 * Records a guardian and what their authority rests on. Ends on the day of majority.
 * @throws DomainError `not-found`; `guard-failed` for a patient who is of age
 */
export async function recordGuardian(trx: Trx, said: GuardianSaid): Promise<{ id: string; until: Date | null }> {
  const { organizationId, patientId, at } = said;
  await lockPatient(trx, organizationId, patientId);
  const majority = await majorityOf(trx, patientId, at);
  if (majority.at !== null && !majority.minor)
    throw new DomainError('guard-failed', { detail: 'The patient is of age and acts for themselves.' });
  const ends = [majority.at, said.until ?? null].filter((end) => end !== null).toSorted((a, b) => a.getTime() - b.getTime()); // prettier-ignore
  const until = ends[0] ?? null;
  if (until !== null && until <= at)
    throw new DomainError('guard-failed', { detail: 'This authority would be over already.' });
  const id = randomUUID();
  await trx('patient_guardian').insert({
    id,
    organization_id: organizationId,
    patient_id: patientId,
    name: said.name,
    relationship: said.relationship,
    authority: said.authority,
    evidence: said.evidence ?? null,
    email: said.email?.trim().toLowerCase() ?? null,
    phone: said.phone ?? null,
    language: said.language ?? null,
    recorded_by: said.actor.ref,
    valid_from: at,
    valid_until: until,
  });
  await recordPatientChange(trx, said, patientId, 'add-guardian', { guardianId: id, authority: said.authority });
  return { id, until };
}

/** Takes an authority back; every session and link of it ends at once. @throws DomainError `not-found`, `conflict` */
export async function revokeGuardian(
  trx: Trx,
  of: { readonly organizationId: string; readonly patientId: string; readonly guardianId: string; readonly because: string; readonly actor: Actor; readonly at: Date; readonly opKey?: string | undefined }, // prettier-ignore
): Promise<void> {
  await lockPatient(trx, of.organizationId, of.patientId);
  const row = await trx('patient_guardian').where({ id: of.guardianId, patient_id: of.patientId }).first<GuardianRow | undefined>(); // prettier-ignore
  if (row === undefined) throw new DomainError('not-found');
  if (row.revoked_at !== null) throw new DomainError('conflict', { detail: 'This authority was taken back already.' });
  await trx('patient_guardian')
    .where({ id: row.id })
    .update({ revoked_at: of.at, revoked_by: of.actor.ref, revoked_because: of.because });
  await recordPatientChange(trx, of, of.patientId, 'revoke-guardian', { guardianId: row.id });
}

export const guardiansOf = (trx: Trx, patientId: string): Promise<GuardianRow[]> =>
  trx('patient_guardian').where({ patient_id: patientId }).orderBy(['created_at', 'id']).select<GuardianRow[]>('*');

/** Whoever may act for the patient at an instant, the latest recorded first. */
export const guardianInAuthority = (trx: Trx, patientId: string, at: Date): Promise<GuardianRow | undefined> =>
  trx('patient_guardian')
    .where({ patient_id: patientId })
    .whereNull('revoked_at')
    .where('valid_from', '<=', at)
    .where((end) => end.whereNull('valid_until').orWhere('valid_until', '>', at))
    .orderBy([{ column: 'created_at', order: 'desc' }, 'id'])
    .first<GuardianRow | undefined>();

/**
 * When the authority of the guardian whom this intake's link belongs to ends: the local day of majority, or an earlier
 * end on record. Null when the patient acts for themselves. A process waits for this instant.
 */
export async function guardianAuthorityEnds(trx: Trx, intakeId: string): Promise<Date | null> {
  const row = await trx('intake_link as l')
    .join('patient_guardian as g', 'g.id', 'l.guardian_id')
    .where('l.intake_id', intakeId)
    .orderBy('l.created_at', 'desc')
    .first<{ valid_until: Date | null; revoked_at: Date | null } | undefined>('g.valid_until', 'g.revoked_at');
  return row === undefined ? null : (row.revoked_at ?? row.valid_until);
}
