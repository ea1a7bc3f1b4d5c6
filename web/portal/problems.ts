import { ProblemError } from '../shared/api-client.ts';
import type { Key, Words } from './words.tsx';

const known = new Set<string>([
  'offline', 'unavailable', 'outcome-unknown', 'rate-limited', 'slot-taken', 'patient-overlap', 'outside-availability',
  'patient-not-eligible', 'hold-expired', 'hold-limit', 'reschedule-limit', 'invalid-transition', 'guard-failed',
  'version-conflict', 'not-found', 'token-invalid', 'token-expired', 'sign-in-failed',
]); // prettier-ignore

/** What happened, what was kept, what to do: in the person's language, never the server's sentence. */
export function problemText(error: unknown, t: Words): string {
  const code = error instanceof ProblemError ? error.code : 'other';
  return t((known.has(code) ? `problem.${code}` : 'problem.other') as Key & `problem.${string}`);
}

export const isCode = (error: unknown, ...codes: readonly string[]): error is ProblemError =>
  error instanceof ProblemError && codes.includes(error.code);
