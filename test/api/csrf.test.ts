import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../api/routes.ts';
import { password, startTestApi, type TestApi } from './support.ts';

describe('requests from other sites', () => {
  let api: TestApi;
  let cookie: string;
  const own = 'http://localhost:3000';
  beforeAll(async () => {
    api = await startTestApi(routes);
    const { email } = await api.createPerson(await api.createOrganization('Cross Clinic'), 'administrator');
    const answer = await api
      .client(undefined, { origin: own })
      .request('POST', '/sessions', { body: { email, password }, key: null });
    cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  });
  afterAll(() => api.stop());

  const patch = (headers: Record<string, string>) =>
    api
      .client(undefined, { cookie, 'if-match': '"0"', ...headers })
      .request('PATCH', '/me', { body: { locale: 'en' } });

  it.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['no origin at all', {}],
    ['a sister site', { 'sec-fetch-site': 'same-site', origin: own }],
    ['a cross-site fetch', { 'sec-fetch-site': 'cross-site' }],
    ['a null origin', { origin: 'null' }],
    ['an origin that only begins like ours', { origin: `${own}.evil.example` }],
  ])('refuses a change with a cookie and %s', async (_name, headers) => {
    const answer = await patch(headers as Record<string, string>);
    expect(answer.status).toBe(403);
    expect(answer.body.code).toBe('cross-site-request');
  });

  it('takes the same change from its own pages', async () => {
    expect((await patch({ origin: own, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });

  it('refuses signing in from another site, bodies that a form could send, and method overrides', async () => {
    const evil = api.client(undefined, { origin: 'https://evil.example' });
    expect((await evil.request('POST', '/sessions', { body: { email: 'a@b.c', password }, key: null })).status).toBe(
      403,
    );
    const form = api.client(undefined, { cookie, origin: own });
    expect(
      (
        await form.request('POST', '/me/second-factor/recovery-codes', {
          body: '{}',
          headers: { 'content-type': 'text/plain' },
          key: null,
        })
      ).status,
    ).toBe(415);
    expect(
      (await form.request('GET', '/sessions/current', { headers: { 'x-http-method-override': 'DELETE' } })).status,
    ).toBe(405);
    expect((await form.request('GET', '/me')).status).toBe(200);
  });

  it('lets no other origin read', async () => {
    const answer = await api.client(undefined, { cookie, origin: 'https://evil.example' }).request('GET', '/me');
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect(answer.headers.get('cross-origin-resource-policy')).toBe('same-origin');
  });

  it('ignores a session cookie that is sent twice', async () => {
    expect((await api.client(undefined, { cookie: `${cookie}; ${cookie}` }).request('GET', '/me')).status).toBe(401);
  });
});
