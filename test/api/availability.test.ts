import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../api/routes.ts';
import { seedClinic, seedVisitType, type Clinic } from './clinic-api.ts';
import { startTestApi, type Client, type TestApi } from './support.ts';

describe('availability over HTTP', () => {
  let api: TestApi;
  let clinic: Clinic;
  let desk: Client;
  let admin: Client;
  let patient: Client & { patientId: string };
  const hour = 3_600_000;
  const base = Math.ceil((Date.now() + 240 * hour) / hour) * hour;
  const at = (hours: number): string => new Date(base + hours * hour).toISOString();

  beforeAll(async () => {
    api = await startTestApi(routes);
    const organizationId = await api.createOrganization('Times Clinic');
    clinic = await seedClinic(api.owner, organizationId);
    desk = await api.signIn((await api.createPerson(organizationId, 'front-desk')).email);
    admin = await api.signIn((await api.createPerson(organizationId, 'administrator')).email);
    const person = await api.createPerson(organizationId, 'patient');
    patient = { ...(await api.signIn(person.email)), patientId: person.patientId! };
  });
  afterAll(() => api.stop());

  const ask = (client: Client, query: Record<string, string>) =>
    client.request(
      'GET',
      `/availability?${new URLSearchParams({ visitTypeId: clinic.visitTypeId, from: at(0), to: at(4), ...query })}`,
    );

  it('gives times of everyone, or of one, in order, up to the limit', async () => {
    const all = await ask(desk, {});
    expect(all.status, JSON.stringify(all.body)).toBe(200);
    expect(all.body.items).toHaveLength(32);
    expect(all.body.items[0]).toMatchObject({
      start: at(0),
      timeZone: 'America/New_York',
      locationId: clinic.locationId,
    });
    const one = await ask(desk, { practitionerId: clinic.practitionerId, limit: '3' });
    expect(one.body.items.map(({ practitionerId }: { practitionerId: string }) => practitionerId)).toEqual(
      Array.from({ length: 3 }, () => clinic.practitionerId),
    );
  });

  it('a patient sees self-schedulable types only, and never whether another patient is busy', async () => {
    expect((await ask(patient, {})).body.items.length).toBeGreaterThan(0);
    const closed = await seedVisitType(api.owner, clinic, { self_schedulable: false });
    expect((await ask(patient, { visitTypeId: closed })).body.items).toEqual([]);
    const other = await api.createPatient(clinic.organizationId);
    expect((await ask(patient, { patientId: other })).status).toBe(404);
    const types = await patient.request('GET', '/visit-types');
    expect(types.body.items.map(({ id }: { id: string }) => id)).toEqual([clinic.visitTypeId]);
    expect((await patient.request('GET', '/resources')).status).toBe(403);
  });

  it('a closure takes times away and gives them back; unknown or unreasonable questions are refused', async () => {
    const closure = await admin.request('POST', '/availability-exceptions', {
      body: { resourceId: clinic.practitionerId, start: at(0), end: at(4), kind: 'closed', reason: 'leave' },
    });
    expect(closure.status, JSON.stringify(closure.body)).toBe(201);
    expect((await ask(desk, { practitionerId: clinic.practitionerId })).body.items).toEqual([]);
    expect((await admin.request('POST', `/availability-exceptions/${closure.body.exception.id}/remove`)).status).toBe(
      200,
    );
    expect((await ask(desk, { practitionerId: clinic.practitionerId })).body.items).toHaveLength(16);
    expect((await ask(desk, { to: at(24 * 93) })).status).toBe(400);
    expect((await ask(desk, { to: at(-1) })).status).toBe(400);
    expect((await ask(desk, { visitTypeId: clinic.locationId })).status).toBe(404);
    expect((await ask(desk, { limit: '0' })).status).toBe(400);
  });
});
