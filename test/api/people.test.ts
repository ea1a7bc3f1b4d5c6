import { generateSync } from 'otplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashLinkToken, linkCode, linkToken } from '../../activities/link-token.ts';
import { routes } from '../../api/routes.ts';
import { inviteFirstAdministrator } from '../../scripts/first-administrator.ts';
import { auditRows, password, startTestApi, type TestApi } from './support.ts';

describe('people', () => {
  let api: TestApi;
  let organizationId: string;
  let admin: Awaited<ReturnType<TestApi['signIn']>>;
  let adminId: string;
  beforeAll(async () => {
    api = await startTestApi(routes);
    organizationId = await api.createOrganization('People Clinic');
    const person = await api.createPerson(organizationId, 'administrator');
    adminId = person.id;
    admin = await api.signIn(person.email);
  });
  afterAll(() => api.stop());
  const tokenOf = (id: string, kind: Parameters<typeof linkToken>[2]) => linkToken(api.keys, id, kind);
  const queued = (id: string) => api.owner('notification').where({ aggregate_id: id }).orderBy('created_at');

  it('opens a new installation once, by a link', async () => {
    const fresh = await startTestApi(routes);
    try {
      const wanted = { email: 'First@Example.org', name: 'First One', organization: 'New Clinic' };
      const { url } = await inviteFirstAdministrator(fresh.owner, fresh.keys, 'https://clinic.example.org', wanted);
      expect(url).toMatch(/^https:\/\/clinic\.example\.org\/invitation\/[\w-]{43}$/);
      // Asked again before it was used: the earlier link ends.
      const { url: second } = await inviteFirstAdministrator(fresh.owner, fresh.keys, 'https://clinic.example.org', {
        ...wanted,
        organization: undefined,
      });
      const accept = (link: string) =>
        fresh
          .client()
          .request('POST', `/invitations/${link.split('/').at(-1)}/accept`, { body: { password }, key: null });
      expect((await accept(url)).status).toBe(404);
      expect((await accept(second)).status).toBe(201);
      const session = await fresh.signIn('first@example.org');
      expect((await session.request('GET', '/me')).body).toMatchObject({
        displayName: 'First One',
        roles: ['administrator'],
        organization: { name: 'New Clinic' },
      });
      await expect(
        inviteFirstAdministrator(fresh.owner, fresh.keys, 'https://x', { ...wanted, email: 'other@example.org' }),
      ).rejects.toThrow(/has an administrator/);
    } finally {
      await fresh.stop();
    }
  });

  it('invites staff: a mail with ids only, a link that works once, roles as offered', async () => {
    const body = { email: 'New.Nurse@Example.org', displayName: 'New Nurse', roles: ['nurse', 'front-desk'] };
    const made = await admin.request('POST', '/invitations', { body, key: 'invite-1' });
    expect(made.status).toBe(201);
    expect((await admin.request('POST', '/invitations', { body, key: 'invite-1' })).body).toEqual(made.body);
    const [mail, ...more] = await queued(made.body.id);
    expect(more).toEqual([]);
    expect(mail).toMatchObject({
      kind: 'staff-invitation',
      to_ref: `access-link:${made.body.id}`,
      params: { accessLinkId: made.body.id },
    });
    const token = tokenOf(made.body.id, 'staff-invitation');
    const link = await api.owner('access_link').where({ id: made.body.id }).first();
    expect(link.token_hash.equals(hashLinkToken(token))).toBe(true);
    expect(JSON.stringify(await api.owner('operation').select())).not.toContain(token);

    expect((await api.client().request('GET', `/invitations/${token}/accept`)).body).toMatchObject({
      email: 'new.nurse@example.org',
      organization: 'People Clinic',
    });
    const accept = (given: object) =>
      api.client().request('POST', `/invitations/${token}/accept`, { body: given, key: null });
    expect((await accept({ password: 'short' })).body.errors[0]).toMatchObject({
      path: '/body/password',
      code: 'too-short',
    });
    expect((await accept({ password: 'Password123' })).body.errors[0]).toMatchObject({ code: 'too-common' });
    expect((await accept({ password, roles: ['administrator'] })).status).toBe(400);
    const both = await Promise.all([accept({ password }), accept({ password })]);
    expect(both.map((answer) => answer.status).toSorted()).toEqual([201, 404]);
    const session = await api.signIn('new.nurse@example.org');
    expect((await session.request('GET', '/me')).body.roles.toSorted()).toEqual(['front-desk', 'nurse']);
  });

  it('never touches an account that exists, and an expired or taken-back link opens nothing', async () => {
    const existing = await api.createPerson(organizationId, 'nurse');
    expect(
      (await admin.request('POST', '/invitations', { body: { email: existing.email, roles: ['doctor'] } })).body.code,
    ).toBe('duplicate');
    // The account came to be after the invitation was sent.
    const early = await admin.request('POST', '/invitations', {
      body: { email: 'later@example.org', roles: ['doctor'] },
    });
    const later = await api.createPerson(organizationId, 'nurse', { email: 'later@example.org' });
    const before = await api.owner('credential').where({ user_id: later.id }).first();
    const accept = (id: string) =>
      api.client().request('POST', `/invitations/${tokenOf(id, 'staff-invitation')}/accept`, {
        body: { password: 'a quite different one' },
        key: null,
      });
    expect((await accept(early.body.id)).body.code).toBe('duplicate');
    expect(await api.owner('credential').where({ user_id: later.id }).first()).toEqual(before);

    const old = await admin.request('POST', '/invitations', { body: { email: 'old@example.org', roles: ['doctor'] } });
    await api
      .owner('access_link')
      .where({ id: old.body.id })
      .update({ expires_at: api.owner.raw('clock_timestamp()') });
    expect((await accept(old.body.id)).body.code).toBe('token-expired');
    const back = await admin.request('POST', '/invitations', {
      body: { email: 'back@example.org', roles: ['doctor'] },
    });
    expect((await admin.request('DELETE', `/invitations/${back.body.id}`)).status).toBe(204);
    expect((await accept(back.body.id)).status).toBe(404);
    // A token of one kind is nothing for another kind.
    const token = tokenOf(early.body.id, 'staff-invitation');
    expect(
      (await api.client().request('POST', `/password-resets/${token}`, { body: { password }, key: null })).status,
    ).toBe(404);
  });

  it('gives and takes roles at once, refuses one’s own, and keeps the last administrator', async () => {
    const person = await api.createPerson(organizationId, 'nurse');
    const session = await api.signIn(person.email);
    expect((await admin.request('PUT', `/users/${person.id}/roles/administrator`)).body.roles).toEqual([
      'administrator',
      'nurse',
    ]);
    expect((await session.request('GET', '/me')).status).toBe(401);
    const second = await api.signIn(person.email);
    expect((await second.request('PUT', `/users/${person.id}/roles/biller`)).status).toBe(403);
    expect((await admin.request('PUT', `/users/${person.id}/roles/patient`)).status).toBe(400);
    // Two administrators remove each other at the same moment: one stays.
    const mutual = await Promise.all([
      second.request('DELETE', `/users/${adminId}/roles/administrator`),
      admin.request('DELETE', `/users/${person.id}/roles/administrator`),
    ]);
    expect(mutual.filter((answer) => answer.status === 200)).toHaveLength(1);
    const left = await api.owner('user_role').where({ organization_id: organizationId, role: 'administrator' });
    expect(left).toHaveLength(1);
    // Whoever is left, put things back for the tests that follow.
    await api
      .owner('user_role')
      .insert({ organization_id: organizationId, user_id: adminId, role: 'administrator', granted_by: 'test' })
      .onConflict()
      .ignore();
    await api.owner('user_role').where({ user_id: person.id, role: 'administrator' }).delete();
    const adminRow = await api.owner('app_user').where({ id: adminId }).first('email');
    admin = await api.signIn(adminRow.email);
    const changes = await auditRows(api, { entity_id: person.id });
    expect(changes.map((row) => row.action)).toContain('app-user:role-given');
    expect((await auditRows(api, { action: 'app-user:role-given', outcome: 'denied' })).length).toBeGreaterThan(0);
  });

  it('disables and enables, and refuses the last administrator and oneself', async () => {
    const person = await api.createPerson(organizationId, 'nurse');
    const session = await api.signIn(person.email);
    expect((await admin.request('POST', `/users/${person.id}/disable`)).body.state).toBe('disabled');
    expect((await session.request('GET', '/me')).status).toBe(401);
    expect(
      (await api.client().request('POST', '/sessions', { body: { email: person.email, password }, key: null })).status,
    ).toBe(401);
    expect((await admin.request('POST', `/users/${person.id}/enable`)).body.state).toBe('active');
    expect((await api.signIn(person.email)).token).toBeDefined();
    expect((await admin.request('POST', `/users/${adminId}/disable`)).status).toBe(403);
    const listed = await admin.request('GET', '/users?limit=2');
    expect(listed.body.items).toHaveLength(2);
    expect((await admin.request('GET', `/users?limit=2&cursor=${listed.body.nextCursor}`)).status).toBe(200);
    expect((await admin.request('GET', '/users?cursor=rubbish')).status).toBe(400);
  });

  it('keeps clinics apart: people of another clinic are not there', async () => {
    const elsewhere = await api.createOrganization('Other Clinic');
    const stranger = await api.createPerson(elsewhere, 'nurse');
    const before = await api.owner('user_role').where({ user_id: stranger.id });
    for (const [method, path] of [
      ['PUT', `/users/${stranger.id}/roles/doctor`],
      ['DELETE', `/users/${stranger.id}/roles/nurse`],
      ['POST', `/users/${stranger.id}/disable`],
      ['DELETE', `/users/${stranger.id}/sessions`],
    ] as const) {
      expect((await admin.request(method, path)).status, path).toBe(404);
    }
    expect(await api.owner('user_role').where({ user_id: stranger.id })).toEqual(before);
    expect(JSON.stringify((await admin.request('GET', '/users?limit=200')).body)).not.toContain(stranger.id);
    const patientId = await api.createPatient(elsewhere);
    expect((await admin.request('POST', `/patients/${patientId}/account-claim`)).status).toBe(404);
    expect(JSON.stringify((await admin.request('GET', '/audit-events?limit=200')).body)).not.toContain(elsewhere);
  });

  it('resets a password without a word about accounts, once, keeping the second factor, ending sessions', async () => {
    const person = await api.createPerson(organizationId, 'nurse');
    let session = await api.signIn(person.email);
    const { secret } = (await session.request('POST', '/me/second-factor', { key: null })).body;
    const confirmed = await session.request('POST', '/me/second-factor/confirm', {
      body: { code: generateSync({ secret }) },
      key: null,
    });
    session = { ...api.client(confirmed.body.token), token: confirmed.body.token };
    const ask = (email: string) => api.client().request('POST', '/password-resets', { body: { email }, key: null });
    const [known, unknown] = [await ask(person.email), await ask('nobody@example.org')];
    expect([known.status, known.body]).toEqual([unknown.status, unknown.body]);
    expect(known.status).toBe(202);
    const link = await api
      .owner('access_link')
      .where({ user_id: person.id, kind: 'password-reset' })
      .whereNull('revoked_at')
      .first();
    const token = tokenOf(link.id, 'password-reset');
    expect((await queued(link.id))[0]).toMatchObject({ kind: 'password-reset' });
    expect((await api.client().request('GET', `/password-resets/${token}`)).status).toBe(200);
    const set = () =>
      api
        .client()
        .request('POST', `/password-resets/${token}`, { body: { password: 'brand new sentence here' }, key: null });
    expect((await set()).status).toBe(204);
    expect((await set()).status).toBe(404);
    expect((await session.request('GET', '/me')).status).toBe(401);
    const signIn = await api
      .client()
      .request('POST', '/sessions', { body: { email: person.email, password: 'brand new sentence here' }, key: null });
    expect(signIn.body.code).toBe('second-factor-required');
    // A flood of requests answers the same and sends no more.
    for (let n = 0; n < 4; n += 1) expect((await ask(person.email)).status).toBe(202);
    expect(
      (await api.owner('access_link').where({ user_id: person.id, kind: 'password-reset' })).length,
    ).toBeLessThanOrEqual(3);
  });

  it('an administrator removes a lost second factor: for others, after stepping up, audited, ending sessions', async () => {
    const person = await api.createPerson(organizationId, 'nurse');
    const first = await api.signIn(person.email);
    const { secret } = (await first.request('POST', '/me/second-factor', { key: null })).body;
    const code = generateSync({ secret });
    const { token } = (await first.request('POST', '/me/second-factor/confirm', { body: { code }, key: null })).body;
    const session = api.client(token);
    const path = `/users/${person.id}/second-factor`;
    const shown = async () =>
      (await admin.request('GET', '/users?limit=200')).body.items.find(({ id }: { id: string }) => id === person.id);
    expect((await shown()).secondFactor).toBe('on');

    expect((await session.request('DELETE', path)).status).toBe(403);
    const desk = await api.createPerson(organizationId, 'front-desk');
    expect((await (await api.signIn(desk.email)).request('DELETE', path)).body.code).toBe('forbidden');
    await api.owner('session').where({ user_id: adminId }).update({ stepped_up_at: null });
    expect((await admin.request('DELETE', path)).body.code).toBe('step-up-required');
    expect((await shown()).secondFactor).toBe('on');
    const stepped = await admin.request('POST', '/sessions/current/step-up', { body: { password }, key: null });
    admin = { ...api.client(stepped.body.token), token: stepped.body.token };
    expect((await admin.request('DELETE', `/users/${adminId}/second-factor`)).body.code).toBe('forbidden');

    expect((await admin.request('DELETE', path)).body).toMatchObject({ id: person.id, secondFactor: 'off' });
    expect((await admin.request('DELETE', path)).status).toBe(200);
    expect((await session.request('GET', '/me')).status).toBe(401);
    const row = await api.owner('credential').where({ user_id: person.id }).first();
    expect(row).toMatchObject({
      totp_secret: null,
      totp_confirmed_at: null,
      last_totp_step: null,
      recovery_hashes: [],
    });
    const changes = await api.owner('state_change').where({ aggregate_id: person.id, event: 'second-factor-cleared' });
    expect(changes).toMatchObject([{ actor: `user:${adminId}` }]);
    const audited = await auditRows(api, { entity_id: person.id });
    expect(audited.map(({ outcome }) => outcome)).toEqual(expect.arrayContaining(['success', 'denied']));
    expect(await queued(person.id)).toMatchObject([
      { kind: 'second-factor-removed', channel: 'email', to_ref: `user:${person.id}`, state: 'queued', params: {} },
    ]);
    const again = await api.signIn(person.email);
    expect((await again.request('GET', '/me')).body.secondFactor).not.toBe('on');
  });

  it('lets a patient claim an account with date of birth and code, five tries, then a pause', async () => {
    const patientId = await api.createPatient(organizationId, {
      email: 'claimer@example.org',
      birthDate: '1990-05-17',
    });
    const offered = await admin.request('POST', `/patients/${patientId}/account-claim`);
    expect(offered.body).toMatchObject({ sent: 'mail' });
    expect(offered.body.link).toBeUndefined();
    const token = tokenOf(offered.body.id, 'account-claim');
    const shown = await api.client().request('GET', `/account-claims/${token}`);
    expect(shown.body).toMatchObject({ organization: 'People Clinic', codeComesBy: 'mail' });
    expect(JSON.stringify(shown.body)).not.toMatch(/Canary|1990|claimer/);
    const sendCode = async () => {
      const sent = await api.client().request('POST', `/account-claims/${token}/code`, { key: null });
      expect(sent.status).toBe(202);
      const row = await api.owner('access_link').where({ id: offered.body.id }).first();
      return linkCode(api.keys, offered.body.id, row.code_expires_at);
    };
    const claim = (birthDate: string, code: string) =>
      api.client().request('POST', `/account-claims/${token}`, { body: { birthDate, code, password }, key: null });
    expect((await claim('1990-05-17', '12345678')).body.code).toBe('sign-in-failed');
    const code = await sendCode();
    expect((await queued(offered.body.id)).map((row) => row.kind)).toEqual(['account-claim', 'account-claim-code']);
    expect((await claim('1990-05-18', code)).body.code).toBe('sign-in-failed');
    for (let n = 0; n < 3; n += 1) expect((await claim('1990-05-17', `0000000${n}`)).status).toBe(401);
    const locked = await claim('1990-05-17', code);
    expect(locked.status).toBe(429);
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(800);
    expect((await api.client().request('POST', `/account-claims/${token}/code`, { key: null })).status).toBe(429);
    await api.owner('access_link').where({ id: offered.body.id }).update({ locked_until: null });
    // The old code does not survive the lock.
    expect((await claim('1990-05-17', code)).status).toBe(401);
    const fresh = await sendCode();
    expect((await claim('1990-05-17', fresh)).status).toBe(201);
    expect((await claim('1990-05-17', fresh)).status).toBe(404);
    const session = await api.signIn('claimer@example.org');
    expect((await session.request('GET', '/me')).body).toMatchObject({
      kind: 'patient',
      patientId,
      roles: ['patient'],
    });
    expect((await session.request('GET', '/users')).status).toBe(403);
    expect((await admin.request('POST', `/patients/${patientId}/account-claim`)).body.code).toBe('duplicate');
    expect(
      (await auditRows(api, { action: 'access-link:use', outcome: 'refused', code: 'sign-in-failed' })).length,
    ).toBeGreaterThanOrEqual(6);
  });

  it('serves a patient without a mail address through staff', async () => {
    const patientId = await api.createPatient(organizationId, { email: null });
    const offered = await admin.request('POST', `/patients/${patientId}/account-claim`, { key: 'by-hand' });
    expect(offered.body.sent).toBe('by-hand');
    const token = String(offered.body.link).split('/').at(-1) ?? '';
    expect((await admin.request('POST', `/patients/${patientId}/account-claim`, { key: 'by-hand' })).body).toEqual(
      offered.body,
    );
    expect(JSON.stringify(await api.owner('operation').select())).not.toContain(token);
    expect((await api.client().request('POST', `/account-claims/${token}/code`, { key: null })).body.codeComesBy).toBe(
      'clinic',
    );
    const [task] = await api.owner('staff_task').where({ kind: 'account-claim-code', patient_id: patientId });
    expect(task.state).toBe('open');
    const shown = await admin.request('GET', `/staff-tasks?patientId=${patientId}`);
    expect(shown.body.items[0].allowedOutcomes).toContain('code-told');
    const { code } = (await admin.request('GET', `/patients/${patientId}/account-claim/code`)).body;
    expect(JSON.stringify(task)).not.toContain(code);
    const claim = (body: object) =>
      api.client().request('POST', `/account-claims/${token}`, {
        body: { birthDate: '1980-02-29', code, password, ...body },
        key: null,
      });
    expect((await claim({})).body.errors[0].path).toBe('/body/email');
    expect((await claim({ email: 'chosen@example.org' })).status).toBe(201);
    expect((await auditRows(api, { action: 'access-link:read-code', outcome: 'success' })).length).toBe(1);
  });

  it('shows the audit trail to whoever may read it, and records that', async () => {
    const privacy = await api.signIn((await api.createPerson(organizationId, 'privacy-officer')).email);
    const page = await privacy.request('GET', '/audit-events?outcome=refused&limit=5');
    expect(page.status).toBe(200);
    expect(page.body.items.every((item: { outcome: string }) => item.outcome === 'refused')).toBe(true);
    expect((await auditRows(api, { action: 'audit-event:read', outcome: 'success' })).length).toBeGreaterThan(0);
    const desk = await api.signIn((await api.createPerson(organizationId, 'front-desk')).email);
    expect((await desk.request('GET', '/audit-events')).status).toBe(403);
    expect((await auditRows(api, { action: 'audit-event:read', outcome: 'denied' })).length).toBe(1);
  });

  it('leaves no name, address or token in the log', () => {
    const log = api.logs.join('');
    expect(log).toContain('POST /invitations/:token/accept');
    expect(log).not.toMatch(/Canary|example\.org|correct horse/);
  });
});
