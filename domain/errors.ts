/**
 * The closed vocabulary of refusals. Every expected failure in the platform is one of these codes; the API maps a code
 * to an HTTP status once (api/problem.ts) and activities map it to a retryable or non-retryable failure once
 * (activities/failures.ts). Adding a failure means adding a row here, and nowhere else.
 */
export const problemCodes = {
  // The request itself
  'bad-request': { status: 400, title: 'The request cannot be understood' },
  'validation-failed': { status: 400, title: 'Some fields need attention' },
  'ambiguous-local-time': { status: 422, title: 'This local time happens twice; say which one' },
  'local-time-does-not-exist': { status: 422, title: 'This local time does not exist on that day' },
  'idempotency-key-required': { status: 400, title: 'An Idempotency-Key is required' },
  'idempotency-key-reused': { status: 422, title: 'This Idempotency-Key was used for a different request' },
  'payload-too-large': { status: 413, title: 'The request is too large' },
  'unsupported-media-type': { status: 415, title: 'This content type is not accepted here' },
  'method-not-allowed': { status: 405, title: 'This method is not offered here' },
  'unreadable-image': { status: 422, title: 'This picture cannot be read' },
  'document-refused': { status: 422, title: 'This file cannot be kept' },
  'upload-limit': { status: 409, title: 'No more files can be added here' },
  // Who is asking
  unauthenticated: { status: 401, title: 'Please sign in' },
  'sign-in-failed': { status: 401, title: 'The email address, password or code is not right' },
  'second-factor-required': { status: 401, title: 'A code is needed to finish signing in' },
  'step-up-required': { status: 403, title: 'Please confirm who you are first' },
  forbidden: { status: 403, title: 'You are not permitted to do this' },
  'cross-site-request': { status: 403, title: 'The request came from another site' },
  'rate-limited': { status: 429, title: 'Too many attempts; wait a little' },
  'not-found': { status: 404, title: 'Nothing here' },
  'precondition-required': { status: 428, title: 'Send If-Match with the version you read' },
  'version-conflict': { status: 412, title: 'Someone changed this since you opened it' },
  // Scheduling
  'slot-taken': { status: 409, title: 'This time is no longer free' },
  'outside-availability': { status: 409, title: 'This time is not offered' },
  'patient-overlap': { status: 409, title: 'The patient has another visit at that time' },
  'patient-not-eligible': { status: 409, title: 'This visit type is not for this patient' },
  'overbook-not-permitted': { status: 409, title: 'Overbooking is not permitted here' },
  'hold-expired': { status: 410, title: 'The hold on this time has ended' },
  'hold-limit': { status: 429, title: 'Too many times are being held at once' },
  'hold-not-yours': { status: 409, title: 'This time is held by someone else' },
  'offer-expired': { status: 410, title: 'This offer is over' },
  'already-in-queue': { status: 409, title: 'The patient waits in a queue already' },
  'already-waiting': { status: 409, title: 'The patient is on this waitlist already' },
  'reschedule-limit': { status: 409, title: 'This visit cannot be moved online again' },
  'invalid-transition': { status: 409, title: 'This is not possible in the present state' },
  'guard-failed': { status: 409, title: 'Something must be done first' },
  'stale-token': { status: 410, title: 'This link is for an earlier version of the visit' },
  'token-invalid': { status: 404, title: 'This link is not valid' },
  'token-expired': { status: 410, title: 'This link has expired' },
  'stale-step': { status: 409, title: 'These answers were changed elsewhere' },
  'intake-incomplete': { status: 409, title: 'Some parts are not answered yet' },
  'escalation-open': { status: 409, title: 'Nobody has taken charge of an urgent answer yet' },
  'possible-duplicate': { status: 409, title: 'This may be somebody we know already' },
  'consents-missing': { status: 409, title: 'Something must be signed first' },
  duplicate: { status: 409, title: 'This exists already' },
  'questionnaire-not-ready': { status: 422, title: 'This version cannot be published yet' },
  conflict: { status: 409, title: 'This conflicts with something that exists' },
  // The building
  unavailable: { status: 503, title: 'The service is away for a moment' },
  'outcome-unknown': { status: 503, title: 'It is not known yet whether this worked; repeat with the same key' },
  internal: { status: 500, title: 'Something went wrong on our side' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problemCodes;

/** What is told about a refusal. Never holds personal data: it may travel through logs, audit rows and histories. */
export interface ProblemDetail {
  readonly code: ProblemCode;
  /** One sentence for a person: what happened, what was kept, what to do. */
  readonly detail?: string | undefined;
  /** JSON pointers of the offending fields, with a code for each. */
  readonly errors?: readonly { path: string; code: string; message: string }[] | undefined;
  /** What would be accepted instead (actions, times, values). */
  readonly allowed?: readonly string[] | undefined;
  /** Machine-readable extras: alternatives, resourceKind, from, event, nextValid, retryAfterSeconds ... */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}

/** A refusal of the domain. Thrown in activities and routes, returned as a value by pure functions. */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly problem: ProblemDetail;
  constructor(code: ProblemCode, problem: Omit<ProblemDetail, 'code'> = {}) {
    super(code);
    this.problem = { code, ...problem };
  }
  get code(): ProblemCode {
    return this.problem.code;
  }
}

/** Codes worth trying again unchanged: the building was away, the request was fine. */
export const retryableCodes: ReadonlySet<ProblemCode> = new Set(['unavailable', 'outcome-unknown', 'internal']);
