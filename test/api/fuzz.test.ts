import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnyRoute } from '../../api/route.ts';
import { routeName } from '../../api/router.ts';
import { routes } from '../../api/routes.ts';
import { startTestApi, type Client, type TestApi } from './support.ts';

const id = '00000000-0000-4000-8000-000000000000';
/** What breaks parsers, databases and assumptions. */
const hostile: readonly unknown[] = [
  null, true, -1, 1e308, 0.1, '', ' ', '\u0000', '\ud800', '‮', "' OR 1=1 --", '"; DROP TABLE patient; --', '${7*7}', '<script>alert(1)</script>', '../../etc/passwd',
  '9'.repeat(400), 'x'.repeat(20_000), [], [[]], {}, { $ne: null }, { constructor: { prototype: {} } }, ['a', 1, null], '2026-02-30', '2026-13-01T00:00:00Z',
  '0000-00-00', '+275760-09-13T00:00:00Z', 'NaN', 'Infinity', '1e9', '-0', '0x10', 'not-a-uuid', id.toUpperCase(), 'ÅÄÖ', '😀'.repeat(50), '%00', '%', '=cmd|calc',
]; // prettier-ignore

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let n = 0; n < levels; n += 1) value = { a: value };
  return value;
}

describe('hostile input', () => {
  let api: TestApi;
  let client: Client;
  const targets: readonly AnyRoute[] = (routes as readonly AnyRoute[]).filter(
    (route) =>
      route.streams === undefined &&
      !route.path.startsWith('/sessions') &&
      !route.path.startsWith('/me') &&
      route.path !== '/password-resets',
  );
  beforeAll(async () => {
    api = await startTestApi(routes);
    client = await api.signIn(
      (await api.createPerson(await api.createOrganization('Fuzz Clinic'), 'administrator')).email,
    );
  });
  afterAll(() => api.stop());

  const pathOf = (route: AnyRoute, value: string) => route.path.replace(/:\w+/g, () => encodeURIComponent(value));
  const good = (route: AnyRoute) =>
    route.path.replace(/:(\w+)/g, (_all, name: string) =>
      name === 'token' ? 'x'.repeat(43) : name === 'role' ? 'nurse' : id,
    );

  it('never gets a 5xx, whatever stands in the path, the query or the body', async () => {
    const failures: string[] = [];
    const send = async (route: AnyRoute, path: string, body?: unknown, headers: Record<string, string> = {}) => {
      const answer = await client.request(route.method, path, {
        ...(body === undefined ? {} : { body: body as object }),
        headers,
      });
      if (answer.status >= 500)
        failures.push(
          `${routeName(route)} ${path.slice(0, 80)} ${JSON.stringify(body)?.slice(0, 80)}: ${answer.status}`,
        );
      if (answer.status >= 400 && answer.body?.code === undefined)
        failures.push(`${routeName(route)}: ${answer.status} without a code`);
    };
    // Every value meets every kind of field somewhere: each field takes the next dozen of the list.
    let next = 0;
    const some = (values: readonly unknown[], count: number) =>
      Array.from({ length: Math.min(count, values.length) }, () => values[next++ % values.length]);
    const words = hostile
      .filter((one): one is string => typeof one === 'string' && one.length < 5_000)
      .map((one) => one.replace(/\p{Surrogate}/gu, '?'));
    for (const route of targets) {
      if (route.path.includes(':')) {
        for (const value of ['%', '\u0000', "'", 'x'.repeat(3_000)])
          await send(route, pathOf(route, value), route.method === 'GET' ? undefined : {});
      }
      if (route.method === 'GET') {
        const fields = Object.keys((route.query as { shape?: object } | undefined)?.shape ?? { none: 1 });
        for (const field of fields)
          await Promise.all(
            some(words, 8).map((value) => send(route, `${good(route)}?${field}=${encodeURIComponent(String(value))}`)),
          );
      } else {
        const fields = Object.keys((route.body as { shape?: object } | undefined)?.shape ?? {});
        await Promise.all(
          some(hostile, 12).map((value) =>
            send(route, good(route), Object.fromEntries(fields.map((field) => [field, value])), { 'if-match': '"0"' }),
          ),
        );
        for (const body of [[], null, 'text', 1, deep(200)]) await send(route, good(route), JSON.stringify(body));
      }
    }
    expect(failures).toEqual([]);
  }, 120_000);

  it('never gets a 5xx for any JSON at all', async () => {
    const changes = targets.filter((route) => route.method !== 'GET');
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...changes), fc.jsonValue({ maxDepth: 3 }), async (route, body) => {
        const answer = await client.request(route.method, good(route), {
          body: JSON.stringify(body),
          headers: { 'if-match': '"0"' },
        });
        expect(answer.status, `${routeName(route)} ${JSON.stringify(body)}`).toBeLessThan(500);
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it('answers methods that nobody knows with 405 or 404, never with 501', async () => {
    for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'LINK']) {
      const answer = await client.request(method, '/roles');
      expect(answer.status, method).toBe(405);
      expect(answer.headers.get('allow')).toBe('GET, HEAD');
    }
  });

  it('lets no client set what is not its to set', async () => {
    for (const field of [
      'role',
      'roles',
      'kind',
      'organizationId',
      'organization_id',
      'patientId',
      'email',
      'id',
      'permissions',
      'demo',
    ]) {
      const answer = await client.request('PATCH', '/me', {
        body: { locale: 'en', [field]: 'x' },
        headers: { 'if-match': '"0"' },
      });
      expect(answer.status, field).toBe(400);
      expect(answer.body.errors[0]).toMatchObject({ path: `/body/${field}`, code: 'unknown-key' });
    }
  });
});
