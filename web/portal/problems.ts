import type { Ineligibility } from '../../domain/coverage/eligibility.ts';
import { ProblemError } from '../shared/api-client.ts';
import type { Key, Words } from './words.tsx';

const known = new Set<string>([
  'offline', 'unavailable', 'outcome-unknown', 'rate-limited', 'slot-taken', 'patient-overlap', 'outside-availability',
  'patient-not-eligible', 'hold-expired', 'hold-limit', 'reschedule-limit', 'invalid-transition', 'guard-failed',
  'version-conflict', 'offer-expired', 'already-waiting', 'not-found', 'token-invalid', 'token-expired', 'sign-in-failed',
]); // prettier-ignore

const ineligible: ReadonlySet<string> = new Set<Ineligibility>([
  'deceased', 'inactive', 'new-patients-only', 'established-patients-only', 'too-young', 'too-old', 'age-unknown',
]); // prettier-ignore

/** What happened, what was kept, what to do: in the person's language, never the server's sentence. */
export function problemText(error: unknown, t: Words): string {
  const code = error instanceof ProblemError ? error.code : 'other';
  if (error instanceof ProblemError && error.code === 'patient-not-eligible') return notEligible(error.data, t);
  return t((known.has(code) ? `problem.${code}` : 'problem.other') as Key & `problem.${string}`);
}

/** Why this kind of visit is not for this patient, where the refusal says so. */
export function notEligible(data: Readonly<Record<string, unknown>> | undefined, t: Words): string {
  const reason = data?.['reason'];
  return typeof reason === 'string' && ineligible.has(reason)
    ? t(`notEligible.${reason as Ineligibility}`)
    : t('problem.patient-not-eligible');
}

export const isCode = (error: unknown, ...codes: readonly string[]): error is ProblemError =>
  error instanceof ProblemError && codes.includes(error.code);
