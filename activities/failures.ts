/**
 * The only mapping of what can go wrong in an activity to what the engine does about it. A refusal is an answer, not
 * an accident: it is not tried again. Whatever says "the building is away" is.
 *
 * Texts of the database and of libraries never pass: a unique violation quotes the row ("Key (email)=(...)").
 */
import { ApplicationFailure } from '@temporalio/common';
import { sqlState, violatedConstraint } from '../db/transaction.ts';
import { DomainError, retryableCodes } from '../domain/errors.ts';
import type { ProblemDetail } from '../domain/errors.ts';

/**
 * @returns a failure whose `type` is the problem code and whose `details[0]` is the ProblemDetail; non-retryable for
 * refusals, retryable for 'unavailable' (database or network away) and 'internal' (a fault of ours: a fixed release heals it)
 */
export function toApplicationFailure(error: unknown): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  const problem = problemOf(error);
  return ApplicationFailure.create({
    type: problem.code,
    message: problem.code,
    nonRetryable: !retryableCodes.has(problem.code),
    details: [problem],
    // The stack of our own code; never the cause, whose message may quote a row.
    ...(error instanceof DomainError ? {} : { message: `${problem.code}: ${codeOf(error)}` }),
  });
}

/** Runs an activity's work and throws only failures of this mapping. `onFault` is told what is not a refusal. */
export async function withFailures<T>(
  work: () => Promise<T>,
  onFault: (error: unknown) => void = () => {},
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DomainError)) onFault(error);
    throw toApplicationFailure(error);
  }
}

function problemOf(error: unknown): ProblemDetail {
  if (error instanceof DomainError) return error.problem;
  return { code: isAway(error) ? 'unavailable' : 'internal' };
}

/** SQLSTATE classes: 08 connection, 53 resources, 57P0x shutdown, 40 rollback; 57014 query canceled, 55P03 lock timeout, 25006 read-only. */
const awayStates = /^(08...|53...|57P0.|40...|57014|55P03|25006|25P03)$/;
const awayCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
const awayTexts =
  /Connection terminated|Timeout acquiring a connection|timeout expired|Connection ended|not queryable|pool is draining|aborted/i;

/** Whether the database or a network is away, rather than something being wrong. */
export function isAway(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined && awayStates.test(state)) return true;
  const { code, message, errors } = (error ?? {}) as { code?: unknown; message?: unknown; errors?: unknown };
  if (typeof code === 'string' && awayCodes.has(code)) return true;
  // A name with several addresses fails as an AggregateError of all of them.
  if (Array.isArray(errors) && errors.some(isAway)) return true;
  return state === undefined && typeof message === 'string' && awayTexts.test(message);
}

/** What may be said about a fault: a code, the constraint's name, the kind of error. */
export function codeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  const constraint = violatedConstraint(error);
  const what = sqlState(error) ?? (typeof code === 'string' ? code : typeof name === 'string' ? name : 'Error');
  return constraint === undefined ? what : `${what} ${constraint}`;
}
