/** Who the person of an intake is: looked for at the identity and at submission, decided by people (D3 Duplicates). */
import type { IdentityFlag } from '../../domain/intake/intake.ts';
import type { MergeStart } from '../../workflows/messages/patient-merge.ts';
import type { ChangeContext } from '../appointments/appointment-effects.ts';
import type { Trx } from '../connection.ts';
import { lookForMatches } from '../identity/identity-matches.ts';
import type { IntakeRow } from './intake-view.ts';

/** Never blocks the patient: a provisional chart goes on, and is merged later. */
export async function lookAgain(
  trx: Trx,
  { organizationId, at }: ChangeContext,
  row: IntakeRow,
): Promise<{ readonly identity: IdentityFlag; readonly merges: readonly MergeStart[] }> {
  const found = await lookForMatches(trx, { organizationId, patientId: row.patient_id, intakeId: row.id, at });
  return { identity: found.identity, merges: found.merges };
}

/** What somebody has verified stays so until another chart speaks against it. */
export const identityAfter = (before: IdentityFlag, found: IdentityFlag): IdentityFlag =>
  found === 'unverified' && before === 'verified' ? 'verified' : found;
