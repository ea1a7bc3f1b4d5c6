/** A client of the API for scripts: signs in with a token, repeats an unknown outcome with the same key. */
import { randomUUID } from 'node:crypto';

export interface Reply {
  readonly status: number;
  // The scripts read what they need and check it as they go.
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly key?: string | undefined;
  readonly ifMatch?: string | undefined;
  /** Milliseconds; default 15 s. */
  readonly timeoutMs?: number | undefined;
}

export interface ClinicClient {
  readonly token: string;
  call(method: string, path: string, options?: CallOptions): Promise<Reply>;
  /** The same, and an error that says what was refused unless the status is one of the good ones. */
  must(method: string, path: string, options?: CallOptions): Promise<Record<string, never> & Reply['body']>;
}

/** One request. @throws when no answer came. */
export async function request(
  base: string,
  token: string | null,
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<Reply> {
  const response = await fetch(`${base}${path}`, {
    method,
    headers: {
      accept: 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
      ...(method === 'POST' ? { 'idempotency-key': options.key ?? randomUUID() } : {}),
      ...(options.ifMatch === undefined ? {} : { 'if-match': options.ifMatch }),
    },
    ...(method === 'GET' ? {} : { body: JSON.stringify(options.body ?? {}) }),
    signal: AbortSignal.timeout(options.timeoutMs ?? 15_000),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: text === '' ? {} : (JSON.parse(text) as Reply['body']),
    headers: response.headers,
  };
}

/** Repeats 503 and silence with the same key until the truth is known, or `untilMs` has passed. */
export async function requestUntilKnown(
  base: string,
  token: string | null,
  method: string,
  path: string,
  options: CallOptions & { untilMs?: number } = {},
): Promise<Reply> {
  const key = options.key ?? randomUUID();
  const deadline = Date.now() + (options.untilMs ?? 60_000);
  for (;;) {
    const reply = await request(base, token, method, path, { ...options, key }).catch(() => null);
    if (reply !== null && reply.status !== 503 && reply.status !== 429) return reply;
    if (Date.now() > deadline)
      throw new Error(`${method} ${path} had no certain answer in time (last: ${reply?.status ?? 'none'})`);
    const wait = Number(reply?.headers.get('retry-after') ?? 0.5) * 1000;
    await new Promise((later) => setTimeout(later, Math.min(Math.max(wait, 200), 3_000)));
  }
}

export async function signIn(api: string, email: string, password: string): Promise<ClinicClient> {
  const reply = await requestUntilKnown(api, null, 'POST', '/sessions', { body: { email, password } });
  const token = reply.body['token'];
  if (reply.status !== 201 || typeof token !== 'string') {
    throw new Error(`${email} could not sign in: ${reply.status} ${String(reply.body['code'] ?? '')}`);
  }
  return {
    token,
    call: (method, path, options) => requestUntilKnown(api, token, method, path, options),
    async must(method, path, options) {
      const answer = await requestUntilKnown(api, token, method, path, options);
      if (answer.status >= 300) {
        throw new Error(
          `${method} ${path} was refused: ${answer.status} ${String(answer.body['code'] ?? '')} ${String(answer.body['detail'] ?? '')} ${JSON.stringify(answer.body['errors'] ?? '')}`,
        );
      }
      return answer.body as Record<string, never> & Reply['body'];
    },
  };
}
