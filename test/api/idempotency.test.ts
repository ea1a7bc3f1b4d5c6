import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalJson, hashInput, operationIdOf, uuidFrom } from '../../api/idempotency.ts';
import { routes } from '../../api/routes.ts';
import { auditRows, startTestApi, type TestApi } from './support.ts';

describe('the key of a request', () => {
  const scope = { organizationId: 'o', principal: 'user:1', route: 'POST /things', idempotencyKey: 'k' };
  it('is one UUID for one scope, another for another organization, person, route or key', () => {
    const ids = [
      scope,
      ...(['organizationId', 'principal', 'route', 'idempotencyKey'] as const).map((part) => ({
        ...scope,
        [part]: 'x',
      })),
    ].map(operationIdOf);
    expect(new Set(ids).size).toBe(5);
    expect(operationIdOf({ ...scope })).toBe(ids[0]);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
  it('cannot be made to collide by moving a separator', () => {
    expect(uuidFrom(['a', 'bc'])).not.toBe(uuidFrom(['ab', 'c']));
  });
  it('hashes what is said, not how it is written', () => {
    expect(hashInput({ a: 1, b: [1, { c: null }] })).toBe(hashInput({ b: [1, { c: null }], a: 1, d: undefined }));
    expect(hashInput({ a: [1, 2] })).not.toBe(hashInput({ a: [2, 1] }));
    expect(canonicalJson({ b: 'ü', a: [true] })).toBe('{"a":[true],"b":"ü"}');
  });
});

describe('a repeated request', () => {
  let api: TestApi;
  let one: Awaited<ReturnType<TestApi['signIn']>>;
  let two: typeof one;
  beforeAll(async () => {
    api = await startTestApi(routes);
    const organizationId = await api.createOrganization('Repeat Clinic');
    one = await api.signIn((await api.createPerson(organizationId, 'administrator')).email);
    two = await api.signIn((await api.createPerson(organizationId, 'administrator')).email);
  });
  afterAll(() => api.stop());
  const body = { email: 'twice@example.org', roles: ['nurse'] };

  it('gets the first answer, however many come at once, and happens once', async () => {
    const all = await Promise.all(
      Array.from({ length: 10 }, () => one.request('POST', '/invitations', { body, key: 'same' })),
    );
    expect(new Set(all.map((answer) => JSON.stringify([answer.status, answer.body]))).size).toBe(1);
    expect(all[0]?.status).toBe(201);
    expect(await api.owner('access_link').where({ email: body.email })).toHaveLength(1);
    expect(await auditRows(api, { action: 'access-link:file', outcome: 'success' })).toHaveLength(1);
  });
  it('with another body is refused, and with the members in another order is not', async () => {
    const other = await one.request('POST', '/invitations', { body: { ...body, roles: ['doctor'] }, key: 'same' });
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
    expect(
      (await one.request('POST', '/invitations', { body: { roles: ['nurse'], email: body.email }, key: 'same' }))
        .status,
    ).toBe(201);
  });
  it('by someone else is another request', async () => {
    const other = await two.request('POST', '/invitations', {
      body: { email: 'theirs@example.org', roles: ['nurse'] },
      key: 'same',
    });
    expect(other).toMatchObject({ status: 201, body: { email: 'theirs@example.org' } });
  });
  it('for another object under the same path template is refused', async () => {
    const id = '00000000-0000-4000-8000-000000000000';
    const person = await api.owner('app_user').orderBy('created_at').first('id');
    expect((await two.request('POST', `/users/${person.id}/disable`, { key: 'object' })).status).toBe(200);
    expect((await two.request('POST', `/users/${id}/disable`, { key: 'object' })).status).toBe(422);
    expect((await two.request('POST', `/users/${person.id}/enable`, { key: 'object' })).status).toBe(200);
  });
  it('of a refusal is judged anew: refusals are not remembered', async () => {
    const person = await api.owner('app_user').orderBy('created_at').first('email');
    expect(
      (await two.request('POST', '/invitations', { body: { email: person.email, roles: ['nurse'] }, key: 'refused' }))
        .status,
    ).toBe(409);
    await api.owner('app_user').where({ email: person.email }).update({ email: 'moved@example.org' });
    expect(
      (await two.request('POST', '/invitations', { body: { email: person.email, roles: ['nurse'] }, key: 'refused' }))
        .status,
    ).toBe(201);
  });
  it.each([[''], ['with space'], ['x'.repeat(256)]])('with the key %j is refused', async (key) => {
    expect((await two.request('POST', '/invitations', { body, key })).status).toBe(400);
  });
});
