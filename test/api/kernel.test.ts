import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DomainError } from '../../domain/errors.ts';
import { buildApp } from '../../api/app.ts';
import { route, type AnyRoute } from '../../api/route.ts';
import { routeFaults } from '../../api/router.ts';
import { routes } from '../../api/routes.ts';
import { auditRows, startTestApi, type TestApi } from './support.ts';

const thing = route({
  method: 'POST',
  path: '/things/:id/:action',
  summary: 'A change of a thing',
  params: z.strictObject({ id: z.uuid(), action: z.enum(['do', 'refuse', 'break', 'away']) }),
  body: z.strictObject({ count: z.number().int(), inner: z.strictObject({ note: z.string() }).optional() }),
  status: 201,
  answer: z.object({ made: z.string(), at: z.string() }),
  policy: { action: 'schedule:manage' },
  audit: { change: 'thing:do', entity: 'thing' },
  handler: async (context, { params, body }) => {
    if (params.action === 'refuse')
      throw new DomainError('slot-taken', { allowed: ['later'], data: { alternatives: [1] } });
    if (params.action === 'break') throw new Error('a bug with Jane Doe in it');
    if (params.action === 'away') throw new DomainError('outcome-unknown');
    return context.transaction(
      async (trx) => {
        await context.audit(trx, { action: 'thing:do', entityId: params.id, detail: { count: body.count } });
        return { made: context.operationId, at: new Date().toISOString() };
      },
      { operation: true },
    );
  },
});
const look = route({
  method: 'GET',
  path: '/things/:id',
  summary: 'A thing',
  params: z.strictObject({ id: z.uuid() }),
  query: z.strictObject({ sort: z.enum(['name']).optional() }),
  answer: z.object({ id: z.string() }),
  policy: { action: 'appointment:read' },
  audit: { read: 'thing:read', entity: 'thing' },
  handler: async (_context, { params }) => {
    if (params.id.startsWith('0')) throw new DomainError('not-found');
    return { id: params.id, secret: 'a column that nobody declared' };
  },
});
const id = '11111111-1111-4111-8111-111111111111';

describe('the kernel', () => {
  let api: TestApi;
  let admin: Awaited<ReturnType<TestApi['signIn']>>;
  let nurse: typeof admin;
  let organizationId: string;

  beforeAll(async () => {
    api = await startTestApi([...routes, thing, look]);
    organizationId = await api.createOrganization('Kernel Clinic');
    admin = await api.signIn((await api.createPerson(organizationId, 'administrator')).email);
    nurse = await api.signIn((await api.createPerson(organizationId, 'nurse')).email);
  });
  afterAll(() => api.stop());

  it('answers a change, and its repeat with the same key, with the same answer and one audit row', async () => {
    const first = await admin.request('POST', `/things/${id}/do`, { body: { count: 1 }, key: 'k-1' });
    expect(first.status).toBe(201);
    const again = await admin.request('POST', `/things/${id}/do`, { body: { count: 1 }, key: 'k-1' });
    expect(again.body).toEqual(first.body);
    const other = await admin.request('POST', `/things/${id}/do`, { body: { count: 2 }, key: 'k-1' });
    expect(other.status).toBe(422);
    expect(other.body.code).toBe('idempotency-key-reused');
    expect((await auditRows(api, { action: 'thing:do', outcome: 'success' })).length).toBe(1);
  });

  it('audits a refusal with its code, a denial as denied, and neither a validation error nor an unknown outcome', async () => {
    const count = async (where: object) => (await auditRows(api, { action: 'thing:do', ...where })).length;
    const before = await count({});
    const refused = await admin.request('POST', `/things/${id}/refuse`, { body: { count: 1 } });
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'slot-taken', allowed: ['later'], alternatives: [1], status: 409 },
    });
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    expect(await count({ outcome: 'refused', code: 'slot-taken', entity_id: id })).toBe(1);
    expect((await nurse.request('POST', `/things/${id}/do`, { body: { count: 1 } })).status).toBe(403);
    expect(await count({ outcome: 'denied', code: 'forbidden' })).toBe(1);
    expect((await admin.request('POST', `/things/${id}/do`, { body: { count: 'x' } })).status).toBe(400);
    const away = await admin.request('POST', `/things/${id}/away`, { body: { count: 1 } });
    expect(away.status).toBe(503);
    expect(away.headers.get('retry-after')).toBe('1');
    expect(await count({})).toBe(before + 2);
  });

  it('says nothing of an error inside, to the caller or to the log', async () => {
    const broken = await admin.request('POST', `/things/${id}/break`, { body: { count: 1 } });
    expect(broken.status).toBe(500);
    expect(JSON.stringify(broken.body)).not.toContain('Jane');
    expect(api.logs.join('')).not.toContain('Jane');
  });

  it('sends only what the route declares, audits reads, and audits looking for what is not there as denied', async () => {
    expect((await nurse.request('GET', `/things/${id}`)).body).toEqual({ id });
    expect((await auditRows(api, { action: 'thing:read', outcome: 'success', entity_id: id })).length).toBe(1);
    const hidden = `0${id.slice(1)}`;
    expect((await nurse.request('GET', `/things/${hidden}`)).status).toBe(404);
    expect((await auditRows(api, { action: 'thing:read', outcome: 'denied', entity_id: hidden })).length).toBe(1);
  });

  it.each([
    ['an unknown key', { count: 1, role: 'administrator' }, 400, '/body/role'],
    ['an unknown nested key', { count: 1, inner: { note: 'x', id: 1 } }, 400, '/body/inner/id'],
    ['a wrong type', { count: '1' }, 400, '/body/count'],
    ['__proto__', '{"count":1,"__proto__":{"admin":true}}', 400, '/body/__proto__'],
    ['a NUL', { count: 1, inner: { note: 'a\u0000b' } }, 400, '/body/inner/note'],
    ['a lone surrogate', '{"count":1,"inner":{"note":"\\ud800"}}', 400, '/body/inner/note'],
    ['an array', [], 400, '/body'],
  ])('names the place of %s', async (_name, body, status, path) => {
    const answer = await admin.request('POST', `/things/${id}/do`, { body });
    expect(answer.status).toBe(status);
    expect(answer.body.code).toBe('validation-failed');
    expect(answer.body.errors[0].path).toBe(path);
  });

  it('refuses other content types, big bodies, missing keys, odd methods and unknown paths, each in its own words', async () => {
    const path = `/things/${id}/do`;
    expect(
      (await admin.request('POST', path, { body: 'count=1', headers: { 'content-type': 'text/plain' } })).status,
    ).toBe(415);
    expect(
      (
        await admin.request('POST', path, {
          body: 'count=1',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        })
      ).status,
    ).toBe(415);
    expect((await admin.request('POST', path, { body: '{', headers: {} })).body.code).toBe('bad-request');
    expect(
      (await admin.request('POST', path, { body: JSON.stringify({ count: 1, x: 'x'.repeat(300_000) }) })).status,
    ).toBe(413);
    expect((await admin.request('POST', path, { body: { count: 1 }, key: null })).body.code).toBe(
      'idempotency-key-required',
    );
    const method = await admin.request('PATCH', path, { body: {} });
    expect(method.status).toBe(405);
    expect(method.headers.get('allow')).toBe('POST');
    expect((await admin.request('OPTIONS', `/things/${id}`)).status).toBe(405);
    expect((await admin.request('GET', '/nothing')).body.code).toBe('not-found');
    expect((await admin.request('GET', '/things/%E0%A4%A')).status).toBe(400);
    expect((await admin.request('GET', `/things/${id}?sort=name;drop`)).status).toBe(400);
    expect((await admin.request('GET', `/things/${id}?sort=name&sort=name`)).status).toBe(400);
    expect((await admin.request('GET', `/things/${id}?other=1`)).status).toBe(400);
    expect((await api.client().request('GET', `/things/${id}`)).status).toBe(401);
  });

  it('does not start with a route that lacks policy, audit or schema, and says which', () => {
    const { policy: _policy, ...bare } = thing;
    const { audit: _audit, ...silent } = look;
    const loose = route({ ...thing, path: '/loose/:id/:action', body: z.object({ count: z.number() }) });
    const faults = routeFaults([bare as unknown as AnyRoute, silent as unknown as AnyRoute, loose]);
    expect(faults.join('\n')).toMatch(/POST \/things\/:id\/:action: has no policy/);
    expect(faults.join('\n')).toMatch(/GET \/things\/:id: has no audit/);
    expect(faults.join('\n')).toMatch(/loose.*accepts unknown keys in body/);
    expect(() => buildApp(api.ports, [bare as unknown as AnyRoute])).toThrow(/does not start/);
  });

  it('puts the security headers on every answer', async () => {
    const { headers } = await api.client().request('GET', '/nothing');
    expect(headers.get('content-security-policy')).toMatch(
      /default-src 'self'.*object-src 'none'; base-uri 'none'; frame-ancestors 'none'/,
    );
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('is alive and ready, and serves its description', async () => {
    expect((await api.client().request('GET', '/health/live')).body).toEqual({ status: 'live' });
    expect((await api.client().request('GET', '/health/ready')).body).toEqual({ status: 'ready', degraded: [] });
    const document = await fetch(`${api.url}/openapi.json`).then((answer) => answer.json());
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toContain('/things/{id}/{action}');
    expect((await fetch(`${api.url}/docs`)).status).toBe(200);
    expect(await fetch(`${api.url}/metrics`).then((answer) => answer.text())).toMatch(
      /healthsphere_http_request_duration_seconds_count/,
    );
  });
});
