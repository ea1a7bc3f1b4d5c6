import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../api/routes.ts';
import { startTestApi, type Client, type TestApi } from './support.ts';

describe('staff tasks over HTTP', () => {
  let api: TestApi;
  let desk: Client;
  let nurse: Client;
  let admin: Client;
  let support: Client;
  let patientId: string;

  beforeAll(async () => {
    api = await startTestApi(routes);
    const organizationId = await api.createOrganization('Task Clinic');
    const as = async (role: 'front-desk' | 'nurse' | 'administrator' | 'support') =>
      api.signIn((await api.createPerson(organizationId, role)).email);
    [desk, nurse, admin, support] = [
      await as('front-desk'),
      await as('nurse'),
      await as('administrator'),
      await as('support'),
    ];
    patientId = await api.createPatient(organizationId);
  });
  afterAll(() => api.stop());

  const raise = (body: Record<string, unknown> = {}) =>
    desk.request('POST', '/staff-tasks', {
      body: {
        kind: 'call-patient',
        patientId,
        dueAt: new Date(Date.now() + 3_600_000).toISOString(),
        text: 'No mail address',
        ...body,
      },
    });

  it('is raised, taken, given back and finished with an outcome of its kind', async () => {
    const { status, body } = await raise();
    expect(status, JSON.stringify(body)).toBe(201);
    expect(body).toMatchObject({
      state: 'open',
      patient: { id: patientId, name: 'Pat Canary' },
      subject: { type: 'patient', id: patientId },
      owner: null,
      ownerRole: 'front-desk',
    });
    const path = `/staff-tasks/${body.id}`;
    expect((await desk.request('POST', `${path}/take`)).body.owner.name).toBe('Canary front-desk');
    expect((await nurse.request('POST', `${path}/take`)).body.code).toBe('conflict');
    expect((await nurse.request('POST', `${path}/release`)).body.code).toBe('conflict');
    expect((await admin.request('POST', `${path}/release`)).body.owner).toBeNull();
    const wrong = await nurse.request('POST', `${path}/finish`, { body: { outcome: 'whatever' } });
    expect([wrong.status, wrong.body.allowed]).toEqual([400, body.allowedOutcomes]);
    const key = randomUUID();
    const done = await nurse.request('POST', `${path}/finish`, {
      body: { outcome: 'left-message', note: 'will call back' },
      key,
    });
    expect(done.body).toMatchObject({ state: 'done', outcome: 'left-message', allowedOutcomes: [] });
    expect(
      (
        await nurse.request('POST', `${path}/finish`, {
          body: { outcome: 'left-message', note: 'will call back' },
          key,
        })
      ).body,
    ).toEqual(done.body);
    expect((await desk.request('POST', `${path}/take`)).body).toMatchObject({ code: 'conflict', state: 'done' });
    const changes = await api
      .owner('state_change')
      .where({ aggregate: 'staff-task', aggregate_id: body.id })
      .orderBy('seq')
      .select<{ event: string; seq: number }[]>('event', 'seq');
    expect(changes.map(({ event, seq }) => [seq, event])).toEqual([[1, 'raise'], [2, 'take'], [3, 'release'], [4, 'finish']]); // prettier-ignore
  });

  it('lists what is mine, my role’s, of a kind; support sees no person', async () => {
    const { body } = await raise({ ownerRole: 'nurse' });
    await nurse.request('POST', `/staff-tasks/${body.id}/take`);
    const ids = async (client: Client, query: string) =>
      (await client.request('GET', `/staff-tasks?${query}`)).body.items.map(({ id }: { id: string }) => id);
    expect(await ids(nurse, 'owner=me')).toEqual([body.id]);
    expect(await ids(desk, 'owner=me')).toEqual([]);
    expect(await ids(nurse, 'owner=role&kind=call-patient')).toContain(body.id);
    expect(await ids(desk, 'owner=role')).not.toContain(body.id);
    expect(await ids(desk, `subjectId=${patientId}&state=all`)).toContain(body.id);
    const seen = await support.request('GET', '/staff-tasks');
    expect(JSON.stringify(seen.body)).not.toMatch(new RegExp(`Pat Canary|No mail|${patientId}`));
    expect((await desk.request('GET', '/staff-tasks?owner=nobody')).status).toBe(400);
    expect((await support.request('POST', `/staff-tasks/${body.id}/take`)).status).toBe(403);
    expect((await raise({ patientId: randomUUID() })).status).toBe(400);
  });
});
