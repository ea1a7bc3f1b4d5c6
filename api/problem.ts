/** The only place where an error becomes an HTTP answer: application/problem+json (RFC 9457) with a stable code. */
import { DomainError, problemCodes, type ProblemDetail } from '../domain/errors.ts';
import { sqlState } from '../db/transaction.ts';

export interface Problem {
  readonly status: number;
  readonly detail: ProblemDetail;
  readonly headers: Readonly<Record<string, string>>;
}

const pointer = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** Zod's issues as JSON pointers below `root` ('/body', '/query', '/params'); an unknown key is named itself. */
export function validationProblem(
  root: string,
  issues: readonly { code: string; path: readonly PropertyKey[]; message: string; keys?: readonly string[] }[],
): DomainError {
  const errors = issues.flatMap((issue) => {
    const path = root + pointer(issue.path);
    if (issue.code !== 'unrecognized_keys')
      return [{ path, code: issue.code.replaceAll('_', '-'), message: issue.message }];
    return (issue.keys ?? []).map((key) => ({
      path: path + pointer([key]),
      code: 'unknown-key',
      message: 'Not known here',
    }));
  });
  return new DomainError('validation-failed', { errors: errors.slice(0, 50) });
}

/** Any thrown value as a refusal of the closed vocabulary. */
export function toDetail(error: unknown): ProblemDetail {
  if (error instanceof DomainError) return error.problem;
  if (isDatabaseAway(error)) return { code: 'unavailable', detail: 'Nothing was changed. Try again in a moment.' };
  const state = sqlState(error);
  // Class 22: a value that Postgres cannot take. Schemas should have refused it; it is still the caller's doing.
  if (state?.startsWith('22') === true) return { code: 'bad-request' };
  if (state === '40001' || state === '40P01')
    return { code: 'unavailable', detail: 'Too many changes at once; nothing was changed.' };
  // http-errors of koa and the router: only the status is trusted.
  const status = (error as { status?: unknown; expose?: unknown } | null)?.status;
  if (error instanceof URIError || status === 400) return { code: 'bad-request' };
  if (status === 413) return { code: 'payload-too-large' };
  if (status === 415) return { code: 'unsupported-media-type' };
  return { code: 'internal' };
}

/** A refusal with its status and headers. */
export function toProblem(error: unknown): Problem {
  const detail = toDetail(error);
  const { status } = problemCodes[detail.code];
  return { status, detail, headers: retryAfter(detail) };
}

/** The body that goes out. `instance` is the request id, by which the log line and audit row are found. */
export function problemBody(detail: ProblemDetail, requestId: string): Readonly<Record<string, unknown>> {
  const { status, title } = problemCodes[detail.code];
  return {
    // Extension members come first, so that none of them can take the place of a standard member.
    ...detail.data,
    type: `urn:healthsphere:problem:${detail.code}`,
    title,
    status,
    code: detail.code,
    instance: `urn:uuid:${requestId}`,
    ...(detail.detail === undefined ? {} : { detail: detail.detail }),
    ...(detail.errors === undefined ? {} : { errors: detail.errors }),
    ...(detail.allowed === undefined ? {} : { allowed: detail.allowed }),
  };
}

function retryAfter(detail: ProblemDetail): Record<string, string> {
  const seconds = detail.data?.['retryAfterSeconds'];
  if (typeof seconds === 'number') return { 'Retry-After': String(Math.max(1, Math.ceil(seconds))) };
  if (detail.code === 'unavailable') return { 'Retry-After': '2' };
  if (detail.code === 'outcome-unknown' || detail.code === 'rate-limited') return { 'Retry-After': '1' };
  return {};
}

const connectionCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENOENT',
]);
const connectionWords =
  /connection terminated|timeout exceeded when trying to connect|timeout acquiring a connection|connection ended unexpectedly|not queryable|client was closed|unable to acquire a connection|connect ECONN/i;

/** The database cannot be reached, is starting or stopping, is out of room, or ended a statement that took too long. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const state = sqlState(error);
  if (state !== undefined && /^(08|53|57P|57014|55P03|25P03|58030)/.test(state)) return true;
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  if (typeof code === 'string' && connectionCodes.has(code) && (syscall === undefined || syscall !== 'open'))
    return true;
  if (error instanceof AggregateError && error.errors.some(isDatabaseAway)) return true;
  return connectionWords.test(error.message);
}

/** The connection was lost with a statement on its way, so that a COMMIT among them may have been carried out. */
export function mayHaveCommitted(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof DomainError) return false;
  const state = sqlState(error);
  if (state !== undefined) return /^(08|57P01|57P02)/.test(state);
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  if (code === 'ECONNRESET' || code === 'EPIPE' || (code === 'ETIMEDOUT' && syscall === 'read')) return true;
  return /connection terminated(?! due to connection timeout)|ended unexpectedly/i.test(error.message);
}
