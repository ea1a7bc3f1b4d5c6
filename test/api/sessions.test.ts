import { createHash } from 'node:crypto';
import { generateSync } from 'otplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../api/routes.ts';
import { auditRows, password, startTestApi, type TestApi } from './support.ts';

const browser = { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-origin' };
const cookieOf = (headers: Headers, name = 'sid'): string | undefined =>
  headers
    .getSetCookie()
    .map((line) => line.split(';')[0] ?? '')
    .find((pair) => pair.startsWith(`${name}=`));

describe('sessions', () => {
  let api: TestApi;
  let organizationId: string;
  beforeAll(async () => {
    api = await startTestApi(routes);
    organizationId = await api.createOrganization('Session Clinic');
  });
  afterAll(() => api.stop());

  it('gives browsers only the cookie, and others only the token', async () => {
    const { email } = await api.createPerson(organizationId, 'nurse');
    const inBrowser = await api
      .client(undefined, browser)
      .request('POST', '/sessions', { body: { email, password }, key: null });
    expect(inBrowser.status).toBe(201);
    expect(inBrowser.body.token).toBeUndefined();
    const [setCookie] = inBrowser.headers.getSetCookie();
    expect(setCookie).toMatch(/^sid=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    const elsewhere = await api.client().request('POST', '/sessions', { body: { email, password }, key: null });
    expect(elsewhere.body.token).toMatch(/^[\w-]{43}$/);
    expect(elsewhere.headers.getSetCookie()).toEqual([]);
    // Neither works in the other's place: a cookie's value in a header was stolen from somewhere.
    const cookie = cookieOf(inBrowser.headers) ?? '';
    expect((await api.client(undefined, { cookie }).request('GET', '/me')).status).toBe(200);
    expect((await api.client(cookie.slice(4)).request('GET', '/me')).status).toBe(401);
    expect((await api.client(undefined, { cookie: `sid=${elsewhere.body.token}` }).request('GET', '/me')).status).toBe(
      401,
    );
    const stored = await api.owner('session').select('token_hash');
    expect(stored.some((row) => row.token_hash.equals(createHash('sha256').update(cookie.slice(4)).digest()))).toBe(
      true,
    );
  });

  it('uses __Host- and Secure where the address is https', async () => {
    const secure = await startTestApi(routes, { config: { publicUrl: 'https://clinic.example.org' } });
    try {
      const { email } = await secure.createPerson(await secure.createOrganization('Secure'), 'nurse');
      const answer = await secure
        .client(undefined, { origin: 'https://clinic.example.org' })
        .request('POST', '/sessions', { body: { email, password }, key: null });
      expect(answer.headers.getSetCookie()[0]).toMatch(
        /^__Host-sid=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
      );
      expect(answer.headers.get('strict-transport-security')).toMatch(/max-age=/);
    } finally {
      await secure.stop();
    }
  });

  it('does not take a session that somebody planted (fixation), and ends the one this browser had', async () => {
    const first = await api.createPerson(organizationId, 'nurse');
    const second = await api.createPerson(organizationId, 'doctor');
    const planted = `sid=${'A'.repeat(43)}`;
    const one = await api
      .client(undefined, { ...browser, cookie: planted })
      .request('POST', '/sessions', { body: { email: first.email, password }, key: null });
    const cookie = cookieOf(one.headers) ?? '';
    expect(cookie).not.toBe(planted);
    const two = await api
      .client(undefined, { ...browser, cookie })
      .request('POST', '/sessions', { body: { email: second.email, password }, key: null });
    expect(two.status).toBe(201);
    expect((await api.client(undefined, { cookie }).request('GET', '/me')).status).toBe(401);
  });

  it('ends server-side at sign-out, at idle and absolute expiry by database time, at a new password and when disabled', async () => {
    const person = await api.createPerson(organizationId, 'nurse');
    const ended = async (what: string, end: (session: Awaited<ReturnType<TestApi['signIn']>>) => Promise<unknown>) => {
      const session = await api.signIn(person.email);
      expect((await session.request('GET', '/me')).status, what).toBe(200);
      await end(session);
      expect((await session.request('GET', '/me')).status, what).toBe(401);
    };
    const set = (values: object) => () =>
      api.owner('session').where({ user_id: person.id }).whereNull('ended_at').update(values);
    await ended('sign-out', async (session) => {
      const out = await session.request('DELETE', '/sessions/current');
      expect(out.status).toBe(204);
      expect(out.headers.get('clear-site-data')).toContain('"storage"');
    });
    await ended('idle', set({ idle_expires_at: api.owner.raw(`clock_timestamp()`) }));
    await ended('absolute', set({ absolute_expires_at: api.owner.raw(`clock_timestamp()`) }));
    await ended('disabled', async () => {
      await api.owner('app_user').where({ id: person.id }).update({ disabled_at: new Date() });
    });
    await api.owner('app_user').where({ id: person.id }).update({ disabled_at: null });
    const other = await api.signIn(person.email);
    const own = await api.signIn(person.email);
    const next = 'an entirely different sentence';
    const changed = await own.request('POST', '/me/password', {
      body: { currentPassword: password, newPassword: next },
      key: null,
    });
    expect(changed.status).toBe(200);
    expect((await other.request('GET', '/me')).status).toBe(401);
    expect((await own.request('GET', '/me')).status).toBe(401);
    expect((await api.client(changed.body.token).request('GET', '/me')).status).toBe(200);
  });

  it('moves idle expiry forward, never beyond the absolute end', async () => {
    const { id, email } = await api.createPerson(organizationId, 'nurse');
    const session = await api.signIn(email);
    const soon = new Date(Date.now() + 60_000);
    await api
      .owner('session')
      .where({ user_id: id })
      .update({ absolute_expires_at: soon, last_seen_at: new Date(Date.now() - 60_000) });
    await session.request('GET', '/me');
    const row = await api.owner('session').where({ user_id: id }).first('idle_expires_at');
    expect(row.idle_expires_at.getTime()).toBe(soon.getTime());
  });

  it('does not count what a page asks by itself as a person at work', async () => {
    const { id, email } = await api.createPerson(organizationId, 'nurse');
    const session = await api.signIn(email);
    const end = new Date(Date.now() + 60_000);
    const before = { idle_expires_at: end, last_seen_at: new Date(Date.now() - 60_000) };
    const idleEnd = async (): Promise<number> =>
      (await api.owner('session').where({ user_id: id }).first('idle_expires_at')).idle_expires_at.getTime();
    await api.owner('session').where({ user_id: id }).update(before);
    expect((await session.request('GET', '/me', { headers: { 'x-quiet': '1' } })).status).toBe(200);
    const abort = new AbortController();
    await fetch(`${api.url}/api/v1/events`, {
      headers: { authorization: `Bearer ${session.token}` },
      signal: abort.signal,
    });
    abort.abort();
    expect(await idleEnd()).toBe(end.getTime());
    await session.request('GET', '/me');
    expect(await idleEnd()).toBeGreaterThan(end.getTime());
  });

  it('rotates at step-up', async () => {
    const { email } = await api.createPerson(organizationId, 'nurse');
    const session = await api.signIn(email);
    const stepped = await session.request('POST', '/sessions/current/step-up', { body: { password }, key: null });
    expect(stepped.status).toBe(200);
    expect((await session.request('GET', '/me')).status).toBe(401);
    expect((await api.client(stepped.body.token).request('GET', '/me')).body.steppedUp).toBe(true);
    expect(
      (
        await api
          .client(stepped.body.token)
          .request('POST', '/sessions/current/step-up', { body: { password: 'wrong' }, key: null })
      ).body.code,
    ).toBe('sign-in-failed');
  });

  it('lists one’s own sessions and ends one, never another person’s', async () => {
    const { email } = await api.createPerson(organizationId, 'nurse');
    const stranger = await api.signIn((await api.createPerson(organizationId, 'doctor')).email);
    const [here, there] = [await api.signIn(email), await api.signIn(email)];
    const { items } = (await here.request('GET', '/sessions')).body;
    expect(items).toHaveLength(2);
    const away = items.find((item: { current: boolean }) => !item.current);
    expect((await stranger.request('DELETE', `/sessions/${away.id}`)).status).toBe(404);
    expect((await here.request('DELETE', `/sessions/${away.id}`)).status).toBe(204);
    expect((await there.request('GET', '/me')).status).toBe(401);
  });

  it('tells nothing about who has an account: one body, about one time', async () => {
    const { email } = await api.createPerson(organizationId, 'nurse');
    const disabled = await api.createPerson(organizationId, 'nurse');
    await api.owner('app_user').where({ id: disabled.id }).update({ disabled_at: new Date() });
    const attempt = async (address: string, given: string) => {
      const startedAt = performance.now();
      const answer = await api
        .client()
        .request('POST', '/sessions', { body: { email: address, password: given }, key: null });
      const { instance: _instance, ...body } = answer.body;
      return { ms: performance.now() - startedAt, seen: JSON.stringify([answer.status, body]) };
    };
    const known = [];
    const unknown = [];
    for (let n = 0; n < 5; n += 1) {
      // In turn, so that a busy machine slows both.
      known.push(await attempt(email, `wrong ${n}`));
      unknown.push(await attempt(`nobody-${n}@example.org`, `wrong ${n}`));
    }
    const off = await attempt(disabled.email, password);
    expect(new Set([...known, ...unknown, off].map((one) => one.seen)).size).toBe(1);
    const median = (times: { ms: number }[]) => times.map((one) => one.ms).toSorted((a, b) => a - b)[2] ?? 0;
    // Above the floor of 250 ms a busy machine decides; a missing argon2 run would show as a third of the time.
    expect(Math.abs(median(known) - median(unknown))).toBeLessThan(Math.max(15, 0.25 * median(unknown)));
    expect(
      (await auditRows(api, { action: 'session:create', outcome: 'refused', code: 'sign-in-failed' })).length,
    ).toBe(6);
  });

  it('verifies few of many guesses at once, and lets the owner in from a browser that is known', async () => {
    const { email } = await api.createPerson(organizationId, 'nurse');
    const own = await api
      .client(undefined, browser)
      .request('POST', '/sessions', { body: { email, password }, key: null });
    const device = cookieOf(own.headers, 'device') ?? '';
    const guesses = await Promise.all(
      Array.from({ length: 30 }, (_x, n) =>
        api.client().request('POST', '/sessions', { body: { email, password: `guess ${n}` }, key: null }),
      ),
    );
    const verified = guesses.filter((answer) => answer.status === 401).length;
    expect(verified).toBeGreaterThan(0);
    expect(verified).toBeLessThanOrEqual(7);
    const limited = guesses.find((answer) => answer.status === 429);
    expect(limited?.body.code).toBe('rate-limited');
    expect(Number(limited?.headers.get('retry-after'))).toBeGreaterThan(0);
    // The right password from an unknown place waits like everybody; the known browser does not.
    expect((await api.client().request('POST', '/sessions', { body: { email, password }, key: null })).status).toBe(
      429,
    );
    await api.owner('rate_limit').where('key', 'like', 'ip:%').orWhere('key', 'like', 'pair:%').delete();
    expect(
      (
        await api
          .client(undefined, { ...browser, cookie: device })
          .request('POST', '/sessions', { body: { email, password }, key: null })
      ).status,
    ).toBe(201);
    await api.owner('rate_limit').delete();
  });

  it('takes one password tried at many accounts from one place as one attacker', async () => {
    const answers = [];
    for (let n = 0; n < 64; n += 16) {
      answers.push(
        ...(await Promise.all(
          Array.from({ length: 16 }, (_x, i) =>
            api.client().request('POST', '/sessions', {
              body: { email: `spray-${n + i}@example.org`, password: 'Password1' },
              key: null,
            }),
          ),
        )),
      );
    }
    const last = await api
      .client()
      .request('POST', '/sessions', { body: { email: 'spray-last@example.org', password: 'Password1' }, key: null });
    expect(answers.every((answer) => answer.status === 401 || answer.status === 429 || answer.status === 503)).toBe(
      true,
    );
    expect(last.status).toBe(429);
    await api.owner('rate_limit').delete();
  });

  it('accepts a code from an authenticator once, though fifty bring it at the same moment', async () => {
    const { id, email } = await api.createPerson(organizationId, 'nurse');
    const session = await api.signIn(email);
    const begun = await session.request('POST', '/me/second-factor', { key: null });
    expect(begun.status).toBe(201);
    const { secret } = begun.body;
    expect(
      (await session.request('POST', '/me/second-factor/confirm', { body: { code: '000000' }, key: null })).status,
    ).toBe(401);
    const at = (seconds: number) => generateSync({ secret, epoch: Math.floor(Date.now() / 1_000) + seconds });
    const confirming = at(0);
    const confirmed = await session.request('POST', '/me/second-factor/confirm', {
      body: { code: confirming },
      key: null,
    });
    expect(confirmed.status).toBe(200);
    expect(confirmed.body.recoveryCodes).toHaveLength(10);
    expect((await api.client(confirmed.body.token).request('GET', '/me')).body.secondFactor).toBe('on');

    const enter = (code?: string) =>
      api.client().request('POST', '/sessions', {
        body: { email, password, ...(code === undefined ? {} : { code }) },
        key: null,
      });
    expect((await enter()).body.code).toBe('second-factor-required');
    // The code that confirmed is used up. That very one: half a minute may have ended since.
    expect((await enter(confirming)).status).toBe(401);
    await api.owner('credential').where({ user_id: id }).update({ last_totp_step: 0 });
    await api.owner('rate_limit').delete();
    const code = at(0);
    const all = await Promise.all(Array.from({ length: 12 }, () => enter(code)));
    expect(all.filter((answer) => answer.status === 201)).toHaveLength(1);
    await api.owner('rate_limit').delete();
    const [recovery] = confirmed.body.recoveryCodes;
    expect((await enter(recovery)).status).toBe(201);
    expect((await enter(recovery)).status).toBe(401);
    const row = await api.owner('credential').where({ user_id: id }).first();
    expect(row.totp_secret).not.toContain(secret);
    expect(row.recovery_hashes).toHaveLength(9);
    await api.owner('rate_limit').delete();
    // Guessing the code is limited like guessing the password (Keycloak CVE-2018-14657).
    const guesses = await Promise.all(Array.from({ length: 20 }, (_x, n) => enter(String(100_000 + n))));
    expect(guesses.filter((answer) => answer.status === 401).length).toBeLessThanOrEqual(7);
    await api.owner('rate_limit').delete();
  });

  it('lets staff without a second factor only set one up, where one is demanded', async () => {
    const strict = await startTestApi(routes, { config: { demo: { enabled: true, password: 'x', mfa: true } } });
    try {
      const { email } = await strict.createPerson(await strict.createOrganization('Strict'), 'administrator', {
        demo: true,
      });
      const session = await strict.signIn(email);
      const me = await session.request('GET', '/me');
      expect(me.body).toMatchObject({ enrolmentOnly: true, permissions: [], secondFactor: 'required' });
      expect((await session.request('GET', '/users')).status).toBe(403);
      expect((await session.request('GET', '/sessions')).status).toBe(403);
      const { secret } = (await session.request('POST', '/me/second-factor', { key: null })).body;
      const confirmed = await session.request('POST', '/me/second-factor/confirm', {
        body: { code: generateSync({ secret }) },
        key: null,
      });
      expect((await strict.client(confirmed.body.token).request('GET', '/users')).status).toBe(200);
    } finally {
      await strict.stop();
    }
  });
});
