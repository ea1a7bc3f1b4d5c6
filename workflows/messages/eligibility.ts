/**
 * Everything that can be said to the question whether somebody is insured, `eligibility:<coverageId>` (feature A10): begun
 * after a coverage was captured, asks the payer until there is an answer, for days; nothing waits for it.
 *
 * For others: an intake names the ids that `captureCoverage` (db/patients/coverages.ts) gave it in its settled step, and begins each
 * as an abandoned child: `startOnce(eligibilityWorkflow, { workflowId: eligibilityWorkflowId(id), input: { organizationId,
 * coverageId: id, ask: 1 }, summary })`. Forgetting it does no harm: the worker's rounds (workers/eligibility-watch.ts) begin
 * what is owed. When an answer has landed, `intake:<id>` gets the signal `changedElsewhere`; its flag is
 * `insuranceFlagOf(trx, { organizationId, patientId })`, read from Postgres.
 */
export const eligibilityWorkflow = 'eligibility';
export const eligibilityWorkflowId = (coverageId: string): string => `eligibility:${coverageId}`;
export const eligibilityOperationKey = (coverageId: string, step: string): string =>
  `eligibility:${coverageId}/${step}`;

const minute = 60_000;
const hour = 60 * minute;
/** After each try without an answer, ms: a week in all, so that a payer's long weekend is outlived. */
export const eligibilityPauses: readonly number[] = [
  minute, 5 * minute, 15 * minute, hour, 2 * hour, 4 * hour, 8 * hour, 12 * hour,
  ...Array.from({ length: 6 }, () => 24 * hour),
]; // prettier-ignore

export interface EligibilityStart {
  readonly organizationId: string;
  readonly coverageId: string;
  /** Which wish this answers: 1 for the capture, more each time somebody asks again (coverage.asks_wanted). */
  readonly ask: number;
}

/** Signal: ask at once, for the wish with this number: `(ask: number)`. */
export const askAgainSignal = 'askAgain';
/** Query: `() => EligibilityState`. */
export const eligibilityQuery = 'state';

export interface EligibilityState {
  readonly ask: number;
  readonly tries: number;
  readonly last: EligibilityTry | null;
  /** When the payer is asked again, RFC 3339; null when there is an answer. */
  readonly nextAt: string | null;
}

/** What one try came to. No names, no numbers of members. */
export interface EligibilityTry {
  readonly outcome: 'eligible' | 'inactive' | 'rejected' | 'unanswered' | 'given-up';
  readonly code: string;
  /** The intake that captured it, which hears of the answer. */
  readonly intakeId: string | null;
}
