/** A signed-in client of the HTTP API, for scripts: a token, JSON, and an Idempotency-Key on every POST. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, problem: { code?: string; detail?: string; title?: string }) {
    super(`${status} ${problem.code ?? ''}: ${problem.detail ?? problem.title ?? ''}`);
    this.name = 'ApiProblem';
    this.status = status;
    this.code = problem.code ?? 'unknown';
  }
}

export interface ApiSession {
  /** @throws ApiProblem */
  get<T>(path: string, query?: Readonly<Record<string, string>>): Promise<T>;
  /** The same key with the same body gets the same answer, however often. @throws ApiProblem */
  post<T>(path: string, body: unknown, idempotencyKey: string): Promise<T>;
  /** The same. @throws ApiProblem */
  put<T>(path: string, body: unknown, idempotencyKey: string): Promise<T>;
  end(): Promise<void>;
}

/** @param base such as http://localhost:3000 */
export async function signIn(base: string, email: string, password: string): Promise<ApiSession> {
  const call = async <T>(
    method: string,
    path: string,
    options: { body?: unknown; headers?: Record<string, string> } = {},
  ) => {
    const response = await fetch(`${base}/api/v1${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...options.headers },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    const answer: unknown = text === '' ? undefined : JSON.parse(text);
    if (!response.ok) throw new ApiProblem(response.status, (answer ?? {}) as { code?: string });
    return answer as T;
  };
  const { token } = await call<{ token: string }>('POST', '/sessions', { body: { email, password } });
  const authorization = `Bearer ${token}`;
  return {
    get: (path, query = {}) => {
      const search = new URLSearchParams(query).toString();
      return call('GET', search === '' ? path : `${path}?${search}`, { headers: { authorization } });
    },
    post: (path, body, idempotencyKey) =>
      call('POST', path, { body, headers: { authorization, 'idempotency-key': idempotencyKey } }),
    put: (path, body, idempotencyKey) =>
      call('PUT', path, { body, headers: { authorization, 'idempotency-key': idempotencyKey } }),
    end: () => call('DELETE', '/sessions/current', { headers: { authorization } }),
  };
}
