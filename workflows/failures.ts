import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import { problemCodes, retryableCodes } from '../domain/errors.ts';
import type { ProblemDetail } from '../domain/errors.ts';

/** A refusal as updates answer it: `type` is the code, `details[0]` the ProblemDetail. Same shape as activities/failures.ts. */
export function refusal(problem: ProblemDetail): ApplicationFailure {
  return ApplicationFailure.create({
    type: problem.code,
    message: problem.code,
    nonRetryable: !retryableCodes.has(problem.code),
    details: [problem],
    category: 'BENIGN',
  });
}

/** What an activity was refused with; undefined when it is not known what it did (it ran out of time or of attempts). */
export function refusedWith(error: unknown): ProblemDetail | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (!(cause instanceof ApplicationFailure) || !cause.nonRetryable) return undefined;
  const problem = cause.details?.[0] as ProblemDetail | undefined;
  return problem !== undefined && Object.hasOwn(problemCodes, problem.code) ? problem : undefined;
}
