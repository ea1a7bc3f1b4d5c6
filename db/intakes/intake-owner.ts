import type { IntakeState } from '../../domain/intake/intake.ts';
import { databaseTime } from '../clock.ts';
import type { Trx } from '../connection.ts';
import { keptFromOthers } from '../patients/minor-consents.ts';

export interface IntakeOwner {
  readonly id: string;
  readonly patientId: string;
  readonly state: IntakeState;
  /** A minor told it in confidence: an account of the chart is not let in. */
  readonly kept: boolean;
}

/** Whose an intake is, for what hangs on it. */
export async function intakeOwner(trx: Trx, organizationId: string, id: string): Promise<IntakeOwner | undefined> {
  const found = await trx('intake')
    .where({ id, organization_id: organizationId })
    .first<(Omit<IntakeOwner, 'kept'> & { confidential: boolean }) | undefined>(
      'id',
      { patientId: 'patient_id' },
      'state',
      'confidential',
    );
  if (found === undefined) return undefined;
  const { confidential, ...owner } = found;
  return { ...owner, kept: await keptFromOthers(trx, { ...owner, confidential, at: await databaseTime(trx) }) };
}
