/**
 * One declaration for one route: method, path, schemas, policy, audit and handler together. The router, the OpenAPI
 * document, the typed client of the web applications and the route inventory test all read this and nothing else.
 */
import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { Action } from '../domain/access.ts';
import type { RequestContext } from './context.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * Who may call.
 * - `public`: nobody needs to be signed in; says why.
 * - `signed-in`: any live session. Someone who must first set up a second factor gets only the routes that say
 *   `duringEnrolment`, a session that a link to an intake opened only those that say `ofLink`.
 * - `action`: the session's roles must permit this action of domain/access.ts (a patient's own-* variant is tried too;
 *   the handler then narrows to the patient's own chart and answers 404 for anything else).
 */
export type RoutePolicy =
  | { readonly public: string }
  | { readonly signedIn: true; readonly duringEnrolment?: true; readonly ofLink?: true }
  | { readonly action: Action | readonly Action[]; readonly stepUp?: boolean };

/**
 * What is written about a call.
 * - `change`: the handler's transaction (or the workflow's activity) writes the audit row with the change; the router adds
 *   rows for refusals only.
 * - `read`: the router writes a row after a successful answer.
 * - `none`: nothing about a patient is shown or changed; says why.
 */
export type RouteAudit =
  | { readonly change: string; readonly entity: string }
  | { readonly read: string; readonly entity: string }
  | { readonly none: string };

type Schema = z.ZodType;
type Out<S> = S extends z.ZodType ? z.output<S> : undefined;

export interface RouteDeclaration<
  M extends Method = Method,
  Path extends string = string,
  Params extends Schema | undefined = Schema | undefined,
  Query extends Schema | undefined = Schema | undefined,
  Body extends Schema | undefined = Schema | undefined,
  Answer extends Schema | undefined = Schema | undefined,
> {
  readonly method: M;
  /** Below /api/v1, with `:param` segments. */
  readonly path: Path;
  readonly summary: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** Status of success; 200 unless said. 204 has no answer schema. */
  readonly status?: 200 | 201 | 202 | 204;
  readonly answer?: Answer;
  /** Content type of an answer that is not JSON (a stream, a calendar file); the handler gives a RouteAnswer. */
  readonly streams?: string;
  readonly policy: RoutePolicy;
  readonly audit: RouteAudit;
  /**
   * State-changing POSTs take an Idempotency-Key unless the route says why not
   * (token forms: the token is the key; sign-in: nothing is created twice).
   */
  readonly withoutIdempotencyKey?: string;
  /**
   * The body is a file, not JSON: of one of these media types, not compressed. The handler reads `context.upload` itself, so
   * that nothing is buffered here. None of these types can be sent by a foreign page without asking first (csrf.ts).
   */
  readonly upload?: { readonly contentTypes: readonly string[] };
  /** Largest accepted body in bytes; 256 KB unless said. */
  readonly bodyLimitBytes?: number;
  /** Also takes an HTML form (application/x-www-form-urlencoded): pages behind a link in a message, which work without a script. */
  readonly acceptsForm?: true;
  /** Answers other than 201 are not sent before this many milliseconds have passed: time tells nothing about an account (ASVS 6.3.8). */
  readonly answerFloorMs?: number;
  readonly handler: (
    context: RequestContext,
    input: { params: Out<Params>; query: Out<Query>; body: Out<Body> },
  ) => Promise<Out<Answer> | RouteAnswer<Out<Answer>> | RouteAnswer<Readable | Buffer | string>>;
}

/** For answers that need another status or headers (ETag, Retry-After, Set-Cookie through the context). */
export class RouteAnswer<T> {
  readonly body: T;
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  constructor(body: T, options: { status?: number; headers?: Record<string, string> } = {}) {
    this.body = body;
    this.status = options.status;
    this.headers = options.headers ?? {};
  }
}

/** Declares a route; the type carries every schema, so that the client's types are the server's. */
export function route<
  const M extends Method,
  const Path extends string,
  Params extends Schema | undefined = undefined,
  Query extends Schema | undefined = undefined,
  Body extends Schema | undefined = undefined,
  Answer extends Schema | undefined = undefined,
>(
  declaration: RouteDeclaration<M, Path, Params, Query, Body, Answer>,
): RouteDeclaration<M, Path, Params, Query, Body, Answer> {
  return declaration;
}

// A list of routes holds declarations of different schemas; their handlers differ in contravariant positions.
export type AnyRoute = Omit<RouteDeclaration, 'handler'> & {
  readonly handler: (context: RequestContext, input: never) => Promise<unknown>;
};
