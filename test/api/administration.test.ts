import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../api/routes.ts';
import { startTestApi, type Client, type TestApi } from './support.ts';

describe('the clinic’s schedule, administered over HTTP', () => {
  let api: TestApi;
  let admin: Client;
  let desk: Client;

  beforeAll(async () => {
    api = await startTestApi(routes);
    const organizationId = await api.createOrganization('Admin Clinic');
    admin = await api.signIn((await api.createPerson(organizationId, 'administrator')).email);
    desk = await api.signIn((await api.createPerson(organizationId, 'front-desk')).email);
  });
  afterAll(() => api.stop());

  const made = async (path: string, body: Record<string, unknown>) => {
    const answer = await admin.request('POST', path, { body });
    expect(answer.status, `${path} ${JSON.stringify(answer.body)}`).toBe(201);
    return answer.body;
  };

  it('a whole clinic can be set up, and then has times to offer', async () => {
    const location = await made('/locations', {
      name: 'North',
      timeZone: 'Europe/Madrid',
      phone: '+34 912 345 678',
      address: { city: 'Madrid' },
    });
    const doctor = await made('/practitioners', {
      name: 'Dr. Ruiz',
      specialty: 'Family medicine',
      locationId: location.id,
    });
    const rooms = [
      await made('/resources', { kind: 'room', name: 'R1', locationId: location.id }),
      await made('/resources', { kind: 'room', name: 'R2', locationId: location.id }),
    ];
    const pool = await made('/resource-pools', { name: 'Rooms', kind: 'room', resourceIds: rooms.map(({ id }) => id) });
    const type = await made('/visit-types', {
      code: 'NEW', names: { en: 'First visit', es: 'Primera visita' }, durationMinutes: 45, minNoticeMinutes: 0,
      requirements: [{ role: 'provider', kind: 'provider' }, { role: 'room', kind: 'room', poolId: pool.id }], practitionerIds: [doctor.id],
    }); // prettier-ignore
    expect(type).toMatchObject({
      name: 'First visit',
      durationMinutes: 45,
      alignMinutes: 15,
      practitionerIds: [doctor.id],
      requirements: [{ role: 'provider' }, { role: 'room', poolId: pool.id }],
    });
    const rule = await made('/availability-rules', {
      resourceId: doctor.id,
      locationId: location.id,
      byDay: ['TU', 'MO', 'TU'],
      startLocal: '09:00',
      endLocal: '12:00',
      validFrom: '2026-01-01',
    });
    expect(rule).toMatchObject({ byDay: ['MO', 'TU'], timeZone: 'Europe/Madrid' });
    const [from, to] = [new Date(Date.now() + 86_400_000), new Date(Date.now() + 15 * 86_400_000)].map((at) =>
      at.toISOString(),
    );
    const times = await desk.request('GET', `/availability?visitTypeId=${type.id}&from=${from}&to=${to}`);
    expect(times.body.items.length).toBeGreaterThan(20);
    expect(times.body.items[0].timeZone).toBe('Europe/Madrid');
    expect(
      (await desk.request('GET', `/practitioners?locationId=${location.id}&visitTypeId=${type.id}`)).body.items,
    ).toMatchObject([{ id: doctor.id }]);
    expect((await admin.request('DELETE', `/availability-rules/${rule.id}`)).status).toBe(204);
    expect(
      (await desk.request('GET', `/availability?visitTypeId=${type.id}&from=${from}&to=${to}`)).body.items,
    ).toEqual([]);
    const changes = await api
      .owner('state_change')
      .where({ aggregate: 'availability-rule', aggregate_id: rule.id })
      .orderBy('seq')
      .select('event');
    expect(changes).toEqual([{ event: 'create' }, { event: 'remove' }]);
  });

  it('PATCH wants the version that was read: 428 without, 412 with a stale one', async () => {
    const room = await made('/resources', { kind: 'room', name: 'Versioned', capacity: 2 });
    const patch = (body: Record<string, unknown>, version?: number) =>
      admin.request('PATCH', `/resources/${room.id}`, {
        body,
        ...(version !== undefined && { headers: { 'if-match': `"${version}"` } }),
      });
    expect((await patch({ name: 'X' })).status).toBe(428);
    const changed = await patch({ name: 'Renamed' }, 0);
    expect([changed.body.name, changed.body.version, changed.headers.get('etag')]).toEqual(['Renamed', 1, '"1"']);
    const stale = await patch({ name: 'Y' }, 0);
    expect([stale.status, stale.body.currentVersion]).toEqual([412, 1]);
    expect((await patch({ capacity: 1 }, 1)).body.code).toBe('conflict');
    expect((await patch({ colour: 'red' }, 1)).status).toBe(400);
  });

  it('refuses duplicates, other organizations’ ids, impossible values, and people who may not', async () => {
    await made('/locations', { name: 'Twice', timeZone: 'UTC' });
    expect((await admin.request('POST', '/locations', { body: { name: 'Twice', timeZone: 'UTC' } })).body.code).toBe(
      'duplicate',
    );
    expect(
      (await admin.request('POST', '/locations', { body: { name: 'Nowhere', timeZone: 'Mars/Olympus' } })).status,
    ).toBe(400);
    const [elsewhere] = await api
      .owner('location')
      .insert({ organization_id: await api.createOrganization('Elsewhere'), name: 'E', time_zone: 'UTC' })
      .returning<{ id: string }[]>('id');
    const foreign = await admin.request('POST', '/practitioners', {
      body: { name: 'Dr. X', locationId: elsewhere!.id },
    });
    expect([foreign.status, foreign.body.errors[0].code]).toEqual([400, 'unknown-id']);
    expect(
      (
        await admin.request('PATCH', `/locations/${elsewhere!.id}`, {
          body: { name: 'Mine' },
          headers: { 'if-match': '"0"' },
        })
      ).status,
    ).toBe(404);
    expect((await desk.request('POST', '/locations', { body: { name: 'Desk', timeZone: 'UTC' } })).status).toBe(403);
    expect(
      (
        await admin.request('POST', '/visit-types', {
          body: { code: 'BAD', names: { es: 'Solo' }, durationMinutes: 30 },
        })
      ).status,
    ).toBe(400);
    expect(
      (await admin.request('POST', '/visit-types', { body: { code: 'BAD', names: { en: 'x' }, durationMinutes: 0 } }))
        .status,
    ).toBe(400);
  });

  it('a repeated key makes one thing', async () => {
    const key = randomUUID();
    const ask = () => admin.request('POST', '/practitioners', { body: { name: 'Dr. Once' }, key });
    const [first, second] = [await ask(), await ask()];
    expect(second.body).toEqual(first.body);
    expect(await api.owner('resource').where({ name: 'Dr. Once' })).toHaveLength(1);
  });

  it('a closure opens one task for each visit it falls upon, in the same transaction, and cancels nothing', async () => {
    const location = await made('/locations', { name: 'Closing', timeZone: 'America/New_York' });
    const doctor = await made('/practitioners', { name: 'Dr. Away', locationId: location.id });
    const { organization_id } = await api
      .owner('location')
      .where({ id: location.id })
      .first<{ organization_id: string }>('organization_id');
    const type = await made('/visit-types', { code: 'CLOSE', names: { en: 'x' }, durationMinutes: 30 });
    const start = new Date(Date.now() + 5 * 86_400_000);
    const end = new Date(start.getTime() + 1_800_000);
    const [patientId, appointmentId] = [await api.createPatient(organization_id), randomUUID()];
    await api.owner('appointment').insert({
      id: appointmentId, organization_id, patient_id: patientId, visit_type_id: type.id, practitioner_id: doctor.id, location_id: location.id, mode: 'in-person',
      status: 'booked', start_at: start, end_at: end, local_start: '2027-01-01 10:00', tz: 'America/New_York',
    }); // prettier-ignore
    await api.owner('reservation').insert({
      organization_id,
      resource_id: doctor.id,
      busy: `[${start.toISOString()},${end.toISOString()})`,
      kind: 'appointment',
      role: 'provider',
      appointment_id: appointmentId,
      op_key: 'test',
    });
    const close = (body: Record<string, unknown>) =>
      made('/availability-exceptions', {
        start: new Date(start.getTime() - 600_000).toISOString(),
        end: end.toISOString(),
        kind: 'closed',
        reason: 'storm',
        ...body,
      });
    const byDoctor = await close({ resourceId: doctor.id });
    expect(byDoctor.displaced).toEqual([{ appointmentId, patientId, start: start.toISOString() }]);
    expect((await close({ locationId: location.id })).displaced).toHaveLength(1);
    const tasks = await desk.request('GET', `/staff-tasks?kind=displaced&subjectId=${appointmentId}`);
    expect(tasks.body.items).toHaveLength(2);
    expect(tasks.body.items[0].allowedOutcomes).toContain('rescheduled');
    expect(
      (await api.owner('appointment').where({ id: appointmentId }).first<{ status: string }>('status')).status,
    ).toBe('booked');
    expect(
      (
        await admin.request('POST', '/availability-exceptions', {
          body: { locationId: location.id, start: start.toISOString(), end: end.toISOString(), kind: 'open' },
        })
      ).status,
    ).toBe(400);
  });

  it('policies are dated rows of known kinds; defaults are shown beside them', async () => {
    const before = await desk.request('GET', '/policies?kind=hold');
    expect(before.body.items).toEqual([
      {
        id: null,
        kind: 'hold',
        locationId: null,
        value: { duration: 'PT10M', extension: 'PT5M', maxPerPatient: 3 },
        validFrom: null,
        validTo: null,
      },
    ]);
    const policy = await made('/policies', { kind: 'hold', value: { duration: 'PT15M' } });
    expect(policy.validFrom).not.toBeNull();
    expect((await desk.request('GET', '/policies?kind=hold')).body.items).toHaveLength(2);
    const refused = async (body: Record<string, unknown>) =>
      (await admin.request('POST', '/policies', { body })).status;
    expect(await refused({ kind: 'hold', value: { duration: 'ten minutes' } })).toBe(400);
    expect(await refused({ kind: 'hold', value: { length: 'PT1M' } })).toBe(400);
    expect(await refused({ kind: 'mood', value: {} })).toBe(400);
    expect(await refused({ kind: 'hold', value: {}, validFrom: '2020-01-01T00:00:00Z' })).toBe(400);
    expect((await desk.request('POST', '/policies', { body: { kind: 'hold', value: {} } })).status).toBe(403);
  });
});
