/**
 * The typed client: every path, parameter and answer is inferred from the route declarations of the server, so nothing is
 * generated and nothing can drift. Only types are imported; at run time this file is `fetch` and nothing else.
 */
import type { z } from 'zod';
import type { ProblemCode } from '../../domain/errors.ts';
import type { Routes } from '../../api/routes.ts';

type Declared = Routes[number];
type NameOf<R> = R extends { readonly method: infer M extends string; readonly path: infer P extends string }
  ? `${M} ${P}`
  : never;
/** `'POST /appointments/:id/:action'` and its sisters. */
export type RouteName = NameOf<Declared>;
type RouteOf<N extends RouteName> = Extract<
  Declared,
  N extends `${infer M} ${infer P}` ? { readonly method: M; readonly path: P } : never
>;
// An absent optional member reads as `Schema | undefined` in the declaration's type.
type SchemaOf<R, Name extends string> = R extends { readonly [K in Name]?: infer S } ? Extract<S, z.ZodType> : never;
type Part<R, Name extends string> = [SchemaOf<R, Name>] extends [never]
  ? { readonly [K in Name]?: undefined }
  : Record<never, never> extends z.input<SchemaOf<R, Name>>
    ? { readonly [K in Name]?: z.input<SchemaOf<R, Name>> | undefined }
    : { readonly [K in Name]: z.input<SchemaOf<R, Name>> };

export type Request<N extends RouteName> = Part<RouteOf<N>, 'params'> &
  Part<RouteOf<N>, 'query'> &
  Part<RouteOf<N>, 'body'> &
  Common;
export type Answer<N extends RouteName> = [SchemaOf<RouteOf<N>, 'answer'>] extends [never]
  ? undefined
  : z.output<SchemaOf<RouteOf<N>, 'answer'>>;

interface Common {
  /** Kept by the caller where the person may repeat by hand; made here otherwise. */
  readonly idempotencyKey?: string | undefined;
  /** The ETag that was read, for PUT and PATCH. */
  readonly ifMatch?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** No repeats: the caller repeats by itself, with the same key, and says so meanwhile. */
  readonly once?: boolean | undefined;
}
type Arguments<N extends RouteName> =
  Record<never, never> extends Request<N> ? [request?: Request<N>] : [request: Request<N>];

export interface FieldError {
  /** JSON pointer: `/body/email`. */
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** A refusal (RFC 9457). `offline` when no answer came at all. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: number;
  readonly code: ProblemCode | 'offline';
  readonly detail: string | undefined;
  readonly errors: readonly FieldError[];
  readonly allowed: readonly string[];
  /** Everything that the answer carried: alternatives, from, nextValid ... */
  readonly data: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, body: Readonly<Record<string, unknown>>, retryAfter: string | null = null) {
    super(String(body['title'] ?? body['code'] ?? `HTTP ${status}`));
    this.status = status;
    this.code = (body['code'] ?? (status === 0 ? 'offline' : 'internal')) as ProblemCode | 'offline';
    this.detail = body['detail'] as string | undefined;
    this.errors = (body['errors'] ?? []) as readonly FieldError[];
    this.allowed = (body['allowed'] ?? []) as readonly string[];
    this.data = body;
    this.retryAfterSeconds = retryAfter === null ? undefined : Number(retryAfter);
  }
}

/** Pauses before the repeats of a POST whose outcome is not known, ms. */
const pauses = [500, 1_000, 2_000, 4_000];
const base = '/api/v1';

/**
 * Calls a route: `await api('POST /appointments/:id/:action', { params: { id, action: 'confirm' }, body: {} })`.
 * A POST carries one Idempotency-Key through all its repeats, so that a lost answer neither loses nor doubles anything.
 * @throws ProblemError
 */
export async function api<N extends RouteName>(name: N, ...[request]: Arguments<N>): Promise<Answer<N>> {
  return (await apiWithETag(name, ...([request] as Arguments<N>))).answer;
}

/** The same, with the version of what was read: give it back as `ifMatch`. */
export async function apiWithETag<N extends RouteName>(
  name: N,
  ...[request]: Arguments<N>
): Promise<{ answer: Answer<N>; etag: string | undefined }> {
  const { params, query, body, idempotencyKey, ifMatch, signal, once: single } = (request ?? {}) as Loose;
  const [method = 'GET', path = '/'] = name.split(' ');
  const key = idempotencyKey ?? (method === 'POST' ? newKey() : undefined);
  const init: RequestInit = {
    method,
    credentials: 'same-origin',
    headers: {
      accept: 'application/json',
      // The language of the page, which the person may have chosen against the browser's.
      ...(typeof document === 'undefined' || document.documentElement.lang === ''
        ? {}
        : { 'accept-language': document.documentElement.lang }),
      ...(body === undefined && method !== 'POST' ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
    },
    ...(body === undefined ? (method === 'POST' ? { body: '{}' } : {}) : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  };
  const url = base + fill(path, params) + search(query);
  for (let attempt = 0; ; attempt += 1) {
    try {
      return (await once(url, init)) as { answer: Answer<N>; etag: string | undefined };
    } catch (error) {
      const pause = pauses[attempt];
      // Without a key only a read may be repeated blindly, and a read is repeated by whoever asked.
      if (single || !(error instanceof ProblemError) || key === undefined || pause === undefined || !undecided(error))
        throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.max(pause, (error.retryAfterSeconds ?? 0) * 1_000)));
      signal?.throwIfAborted();
    }
  }
}

interface Loose extends Common {
  readonly params?: Readonly<Record<string, string>> | undefined;
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  readonly body?: unknown;
}

/** `crypto.randomUUID` exists in secure contexts only; a clinic on a plain host of its own network needs keys too. */
export function newKey(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

const undecided = (error: ProblemError): boolean =>
  error.code === 'outcome-unknown' || error.code === 'offline' || error.code === 'unavailable';

async function once(url: string, init: RequestInit): Promise<{ answer: unknown; etag: string | undefined }> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, init);
    text = await response.text();
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    throw new ProblemError(0, {});
  }
  const parsed = parse(text);
  if (response.ok) return { answer: parsed, etag: response.headers.get('etag') ?? undefined };
  throw new ProblemError(
    response.status,
    typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {},
    response.headers.get('retry-after'),
  );
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const fill = (path: string, params: Readonly<Record<string, string>> = {}): string =>
  path.replace(/:(\w+)/g, (_all, name: string) => encodeURIComponent(params[name] ?? ''));

function search(query: Readonly<Record<string, unknown>> = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const text = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString();
  return text === '' ? '' : `?${text}`;
}
