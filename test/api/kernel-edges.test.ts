import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { route } from '../../api/route.ts';
import { routes } from '../../api/routes.ts';
import { encryptingCodec } from '../../workers/codec.ts';
import { freePort } from '../support/ports.ts';
import { auditRows, startTestApi, type TestApi } from './support.ts';

const slow = route({
  method: 'GET',
  path: '/slow',
  summary: 'Takes its time',
  answer: z.object({ done: z.boolean() }),
  policy: { public: 'only for this test of stopping' },
  audit: { none: 'says nothing about anybody' },
  handler: async () => {
    await sleep(400);
    return { done: true };
  },
});

describe('the edges of the kernel', () => {
  let api: TestApi;
  let admin: Awaited<ReturnType<TestApi['signIn']>>;
  let biller: typeof admin;
  let nurse: typeof admin;
  let organizationId: string;
  let web: string;
  const seen: IncomingMessage[] = [];
  const temporalUi = createServer((request, response) => {
    seen.push(request);
    response.setHeader('content-type', 'text/html');
    response.setHeader('set-cookie', ['_csrf=ui', 'other=1']);
    response.setHeader('access-control-allow-origin', '*');
    response.end('<p>Temporal</p>');
  });

  beforeAll(async () => {
    await new Promise<void>((resolve) => temporalUi.listen(0, '127.0.0.1', resolve));
    web = await mkdtemp(join(tmpdir(), 'web-'));
    await mkdir(join(web, 'assets'));
    await mkdir(join(web, 'staff'));
    await mkdir(join(web, 'portal'));
    await writeFile(join(web, 'staff/index.html'), '<meta name="nonce" content="__CSP_NONCE__">staff');
    await writeFile(join(web, 'portal/index.html'), 'portal');
    await writeFile(join(web, 'assets/main-AbCd1234.js'), 'void 0');
    await writeFile(join(web, '.hidden.js'), 'secret');
    api = await startTestApi([...routes, slow], {
      webDirectory: web,
      config: { temporalWebUrl: `http://127.0.0.1:${(temporalUi.address() as AddressInfo).port}` },
    });
    organizationId = await api.createOrganization('Edge Clinic');
    admin = await api.signIn((await api.createPerson(organizationId, 'administrator')).email);
    biller = await api.signIn((await api.createPerson(organizationId, 'biller')).email);
    nurse = await api.signIn((await api.createPerson(organizationId, 'nurse')).email);
  });
  afterAll(async () => {
    await api.stop();
    await new Promise((resolve) => temporalUi.close(resolve));
    await rm(web, { recursive: true, force: true });
  });

  it('serves pages with a nonce, hashed assets for ever, and nothing outside', async () => {
    const page = await fetch(`${api.url}/schedule/today`, { headers: { accept: 'text/html' } });
    const text = await page.text();
    const nonce = /content="([^"]+)">staff/.exec(text)?.[1];
    expect(page.headers.get('content-security-policy')).toContain(`'nonce-${nonce}'`);
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(await (await fetch(`${api.url}/portal/visits`, { headers: { accept: 'text/html' } })).text()).toBe('portal');
    expect((await fetch(`${api.url}/assets/main-AbCd1234.js`)).headers.get('cache-control')).toContain('immutable');
    for (const path of [
      '/assets/..%2f..%2f..%2fetc%2fpasswd',
      '/.hidden.js',
      '/assets/none-12345678.js',
      '/%00.js',
      '/..%5cx.js',
      '/api/v1/x',
    ]) {
      expect((await fetch(api.url + path)).status, path).toBe(404);
    }
  });

  it('leads billers and administrators to Temporal Web, changes only administrators, others nowhere, and records it', async () => {
    const ask = (client: typeof admin, method: string, path: string) =>
      client.request(method, api.url + path, {
        key: null,
        headers: { accept: 'text/html', cookie: 'sid=stolen; _csrf=mine' },
      });
    expect((await fetch(`${api.url}/temporal`)).status).toBe(401);
    expect((await ask(nurse, 'GET', '/temporal')).status).toBe(403);
    const page = await ask(
      biller,
      'GET',
      '/temporal/namespaces/default/workflows/appt:11111111-1111-4111-8111-111111111111/x/history',
    );
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain(`script-src 'self' 'unsafe-inline'`);
    expect(page.headers.get('access-control-allow-origin')).toBeNull();
    expect(page.headers.getSetCookie()).toEqual(['_csrf=ui']);
    const passed = seen.at(-1);
    expect(passed?.headers.authorization).toBeUndefined();
    expect(passed?.headers.cookie).toBe('_csrf=mine');
    expect((await ask(biller, 'POST', '/temporal/api/v1/namespaces/default/workflows/a/terminate')).status).toBe(403);
    expect((await ask(biller, 'POST', '/temporal/api/v1/namespaces/default/workflows/a/query/state')).status).toBe(200);
    expect((await ask(biller, 'DELETE', '/temporal/api/v1/namespaces/default/schedules/a')).status).toBe(403);
    expect((await ask(admin, 'POST', '/temporal/api/v1/namespaces/default/workflows/a/terminate')).status).toBe(200);
    const rows = await auditRows(api, { entity_id: '11111111-1111-4111-8111-111111111111' });
    expect(rows).toMatchObject([{ action: 'workflow:read', outcome: 'success' }]);
    expect(await auditRows(api, { action: 'workflow:change', outcome: 'denied' })).toHaveLength(2);
    expect(await auditRows(api, { action: 'workflow:change', outcome: 'success' })).toHaveLength(1);
  });

  it('decodes payloads for them alone', async () => {
    const codec = encryptingCodec(api.keys);
    const [sealed] = await codec.encode([
      { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('{"state":"booked"}') },
    ]);
    const json = {
      metadata: Object.fromEntries(
        Object.entries(sealed?.metadata ?? {}).map(([name, value]) => [
          name,
          Buffer.from(value as Uint8Array).toString('base64'),
        ]),
      ),
      data: Buffer.from(sealed?.data as Uint8Array).toString('base64'),
    };
    const decode = (client: typeof admin, payloads: unknown[]) =>
      client.request('POST', '/codec/decode', { body: { payloads }, key: null });
    const open = await decode(biller, [json]);
    expect(Buffer.from(open.body.payloads[0].data, 'base64').toString()).toBe('{"state":"booked"}');
    expect((await decode(nurse, [json])).status).toBe(403);
    expect((await decode(biller, [{ ...json, data: 'AAAA' }])).status).toBe(400);
    expect(await auditRows(api, { action: 'workflow:decode', outcome: 'success' })).toHaveLength(1);
  });

  it('tells the clinic’s own people what changed, and no other clinic', async () => {
    const other = await api.signIn(
      (await api.createPerson(await api.createOrganization('Elsewhere'), 'front-desk')).email,
    );
    const listen = async (token: string) => {
      const abort = new AbortController();
      const answer = await fetch(`${api.url}/api/v1/events`, {
        headers: { authorization: `Bearer ${token}` },
        signal: abort.signal,
      });
      expect(answer.headers.get('content-type')).toBe('text/event-stream');
      let text = '';
      const reading = (async () => {
        for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>)
          text += new TextDecoder().decode(chunk);
      })().catch(() => undefined);
      return { text: () => text, stop: async () => (abort.abort(), await reading) };
    };
    const [here, there] = [await listen(admin.token), await listen(other.token)];
    await sleep(300);
    const invited = await admin.request('POST', '/invitations', {
      body: { email: 'live@example.org', roles: ['nurse'] },
    });
    for (let n = 0; n < 40 && !here.text().includes(invited.body.id); n += 1) await sleep(50);
    expect(here.text()).toContain(`event: case_changed\ndata: {"kind":"access-link","id":"${invited.body.id}"}`);
    expect(there.text()).not.toContain(invited.body.id);
    await here.stop();
    await there.stop();
    const patient = await api.signIn((await api.createPerson(organizationId, 'patient')).email);
    expect((await patient.request('GET', '/events')).status).toBe(403);
  });

  it('ends without breaking a request in flight', async () => {
    const own = await startTestApi([...routes, slow]);
    const inFlight = fetch(`${own.url}/api/v1/slow`).then((answer) => answer.json());
    await sleep(100);
    const stopped = own.stop();
    expect(await inFlight).toEqual({ done: true });
    await stopped;
    await expect(fetch(`${own.url}/health/live`)).rejects.toThrow();
  });

  it('answers 503 with Retry-After within 2 s while the database is away, and recovers by itself', async () => {
    const gone = await freePort();
    const own = await startTestApi(routes, {
      config: {
        database: {
          api: `postgres://api:x@127.0.0.1:${gone}/none`,
          auditor: `postgres://auditor:x@127.0.0.1:${gone}/none`,
        },
      },
    });
    try {
      const startedAt = performance.now();
      const answer = await own.client('A'.repeat(43)).request('GET', '/me');
      expect(performance.now() - startedAt).toBeLessThan(2_000);
      expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } });
      expect(answer.headers.get('retry-after')).toBe('2');
      const ready = await own.client().request('GET', '/health/ready');
      expect(ready).toMatchObject({ status: 503, body: { degraded: ['database'] } });
      expect((await own.client().request('GET', '/health/live')).status).toBe(200);
    } finally {
      await own.stop();
    }
    // A server that takes connections and says nothing (a stopped process, a cut cable).
    const silent = createTcpServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const port = (silent.address() as AddressInfo).port;
    const hung = await startTestApi(routes, {
      config: {
        database: {
          api: `postgres://api:x@127.0.0.1:${port}/none`,
          auditor: `postgres://auditor:x@127.0.0.1:${port}/none`,
        },
      },
    });
    try {
      const startedAt = performance.now();
      expect((await hung.client('A'.repeat(43)).request('GET', '/me')).status).toBe(503);
      expect(performance.now() - startedAt).toBeLessThan(2_000);
    } finally {
      await hung.stop();
      silent.close();
    }
    // Every connection is cut under the pool: the next request gets a new one, or a 503, never a 500.
    const cutter = new pg.Client({ connectionString: api.database.adminUrl });
    await cutter.connect();
    await cutter.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'api'`,
    );
    await cutter.end();
    const statuses = [];
    for (let n = 0; n < 5; n += 1) statuses.push((await admin.request('GET', '/me')).status);
    expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(statuses.at(-1)).toBe(200);
  });
});
