import type { IntakeState } from '../../domain/intake/intake.ts';
import type { Trx } from '../connection.ts';

/** Whose an intake is, for what hangs on it. */
export async function intakeOwner(
  trx: Trx,
  organizationId: string,
  id: string,
): Promise<{ readonly id: string; readonly patientId: string; readonly state: IntakeState } | undefined> {
  return trx('intake')
    .where({ id, organization_id: organizationId })
    .first<{ id: string; patientId: string; state: IntakeState } | undefined>(
      'id',
      { patientId: 'patient_id' },
      'state',
    );
}
