import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { api, apiWithETag, ProblemError, type Answer, type Request } from '../../web/shared/api-client.ts';

const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers });

describe('the typed client', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it('knows parameters, bodies and answers from the declarations', () => {
    expectTypeOf<Answer<'GET /me'>['kind']>().toEqualTypeOf<'staff' | 'patient'>();
    expectTypeOf<Request<'PUT /users/:id/roles/:role'>['params']>().toEqualTypeOf<{
      id: string;
      role: 'administrator' | 'front-desk' | 'doctor' | 'nurse' | 'biller' | 'privacy-officer' | 'support';
    }>();
    expectTypeOf<Request<'POST /invitations'>['body']>().toHaveProperty('email').toEqualTypeOf<string>();
    expectTypeOf<Answer<'POST /sessions'>>().toHaveProperty('expiresAt').toEqualTypeOf<string>();
    expectTypeOf<Answer<'DELETE /sessions/current'>>().toEqualTypeOf<undefined>();
    // @ts-expect-error there is no such route
    expectTypeOf<Answer<'GET /nothing'>>();
    expectTypeOf(api<'GET /me'>).toBeCallableWith('GET /me');
  });

  it('repeats a POST with the same key while the outcome is not known', async () => {
    vi.useFakeTimers();
    const answers = [
      () => json(503, { code: 'outcome-unknown', status: 503 }, { 'retry-after': '1' }),
      () => Promise.reject(new TypeError('network')),
      () => json(201, { id: '1' }),
    ];
    const fetched = vi.fn<typeof fetch>(async () => answers.shift()!());
    vi.stubGlobal('fetch', fetched);
    const called = api('POST /invitations', { body: { email: 'a@example.org', roles: ['nurse'] } });
    await vi.runAllTimersAsync();
    expect(await called).toEqual({ id: '1' });
    const keys = fetched.mock.calls.map(([, init]) => new Headers(init?.headers).get('idempotency-key'));
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
  });

  it('gives up after a bounded number of repeats, and never repeats a refusal', async () => {
    vi.useFakeTimers();
    const fetched = vi.fn<typeof fetch>(async () => json(503, { code: 'unavailable' }));
    vi.stubGlobal('fetch', fetched);
    const called = api('POST /invitations', { body: { email: 'a@example.org', roles: ['nurse'] } }).catch(
      (error: unknown) => error,
    );
    await vi.runAllTimersAsync();
    expect(await called).toMatchObject({ code: 'unavailable', status: 503 });
    expect(fetched).toHaveBeenCalledTimes(5);
    fetched.mockClear();
    fetched.mockImplementation(async () =>
      json(409, { code: 'slot-taken', allowed: ['x'], alternatives: [1], errors: [] }),
    );
    const refused = await api('POST /invitations', { body: { email: 'a@example.org', roles: ['nurse'] } }).catch(
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(ProblemError);
    expect(refused).toMatchObject({ code: 'slot-taken', allowed: ['x'], data: { alternatives: [1] } });
    expect(fetched).toHaveBeenCalledTimes(1);
  });

  it('fills the path, leaves out what is undefined, and hands over the version', async () => {
    const fetched = vi.fn<typeof fetch>(async () => json(200, { items: [], nextCursor: null }, { etag: '"3"' }));
    vi.stubGlobal('fetch', fetched);
    const { etag } = await apiWithETag('GET /users', { query: { cursor: undefined, limit: 5 } });
    expect(etag).toBe('"3"');
    expect(fetched.mock.calls[0]?.[0]).toBe('/api/v1/users?limit=5');
  });
});
