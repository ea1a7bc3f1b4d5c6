/** Group visits over HTTP (scheduling-intake.md C2): a session, its seats, and who may see and take them. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { day, openClinicApi, quarterAfter, type ClinicApi } from './clinic-api.ts';
import type { Answer, Client } from './support.ts';

let clinic: ClinicApi;
let visitTypeId: string;
beforeAll(async () => {
  clinic = await openClinicApi();
  visitTypeId = await clinic.addVisitType({ group_capacity: 3, code: 'GROUP' });
});
afterAll(() => clinic.close());

let days = 3;
const open = (body: Record<string, unknown> = {}, by: Client = clinic.desk, key = randomUUID()): Promise<Answer> =>
  by.request('POST', '/group-sessions', {
    body: { visitTypeId, practitionerId: clinic.practitionerId, locationId: clinic.locationId, start: quarterAfter((days += 1) * day), ...body }, key,
  }); // prettier-ignore
const seat = (session: string, patientId: string, by: Client = clinic.desk, key = randomUUID()): Promise<Answer> =>
  by.request('POST', `/group-sessions/${session}/seats`, { body: { patientId }, key });
const show = (session: string): Promise<Answer> => clinic.desk.request('GET', `/group-sessions/${session}`);

describe('a group session', () => {
  it('is opened once for its key, filled, and shows who has which seat', async () => {
    const start = quarterAfter(2 * day);
    const key = randomUUID();
    const opened = await open({ start }, clinic.desk, key);
    expect(opened.status, JSON.stringify(opened.body)).toBe(201);
    expect(opened.body).toMatchObject({ state: 'open', capacity: 3, taken: 0, start, room: {}, seats: [] });
    const { id } = opened.body;
    expect((await open({ start }, clinic.desk, key)).body.id).toBe(id);
    expect((await open({ start })).body.code).toBe('slot-taken');

    const patients = [await clinic.addPatient(), await clinic.addPatient(), await clinic.addPatient(), await clinic.addPatient()]; // prettier-ignore
    const seatKey = randomUUID();
    const first = await seat(id, patients[0]!, clinic.desk, seatKey);
    expect(first.status, JSON.stringify(first.body)).toBe(201);
    expect(first.body).toMatchObject({ status: 'booked', groupSessionId: id, start, resources: [] });
    expect((await seat(id, patients[0]!, clinic.desk, seatKey)).body.id).toBe(first.body.id);
    // Two more for three who ask at once.
    const asked = await Promise.all(patients.slice(1).map((patient) => seat(id, patient)));
    expect(asked.map(({ status }) => status).toSorted()).toEqual([201, 201, 409]);
    expect(asked.find(({ status }) => status === 409)!.body).toMatchObject({ code: 'slot-taken', resourceKind: 'seat' }); // prettier-ignore
    const full = (await show(id)).body;
    expect(full.taken).toBe(3);
    expect(full.seats.map((one: Answer['body']) => one.number)).toEqual([1, 2, 3]);
    expect(full.seats[0].appointment.patient.name).toContain('Canary');

    // One is given back, and taken again.
    expect((await clinic.act(clinic.desk, first.body.id, 'cancel', { reason: 'other' })).status).toBe(200);
    expect((await show(id)).body.taken).toBe(2);
    expect((await seat(id, patients[0]!)).status).toBe(201);
    expect((await clinic.act(clinic.desk, first.body.id, 'reschedule', { start: quarterAfter(9 * day) })).body.code).toBe('invalid-transition'); // prettier-ignore
  });

  it('cannot be shrunk below who is there, and once called off gives nobody a seat', async () => {
    const { id } = (await open()).body;
    const patient = await clinic.addPatient();
    const visit = (await seat(id, patient)).body;
    await seat(id, await clinic.addPatient());
    const capacity = (seats: number) => clinic.desk.request('POST', `/group-sessions/${id}/capacity`, { body: { capacity: seats } }); // prettier-ignore
    expect((await capacity(1)).body).toMatchObject({ code: 'guard-failed', guard: 'seats-taken', taken: 2 });
    expect((await capacity(2)).body).toMatchObject({ capacity: 2 });
    const called = await clinic.desk.request('POST', `/group-sessions/${id}/cancel`, {
      body: { reason: 'leader-ill' },
    });
    expect(called.status, JSON.stringify(called.body)).toBe(202);
    expect((await seat(id, await clinic.addPatient())).body.code).toBe('invalid-transition');
    let shown = (await show(id)).body;
    for (let tries = 0; shown.state !== 'cancelled' && tries < 100; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      shown = (await show(id)).body;
    }
    expect(shown).toMatchObject({ state: 'cancelled', taken: 0, cancelReason: 'leader-ill' });
    const after = await clinic.desk.request('GET', `/appointments/${visit.id}`);
    expect(after.body).toMatchObject({ status: 'cancelled', cancelReason: 'leader-ill' });
    expect((await capacity(5)).body.code).toBe('invalid-transition');
  });

  it('is listed: staff see all of a time, patients what they may book, without who is there', async () => {
    const start = quarterAfter(40 * day);
    const { id } = (await open({ start })).body;
    const closed = await clinic.addVisitType({ group_capacity: 3, self_schedulable: false });
    const other = (await open({ start: quarterAfter(41 * day), visitTypeId: closed })).body;
    const range = `?from=${quarterAfter(39 * day)}&to=${quarterAfter(43 * day)}`;
    const ids = async (by: Client) => (await by.request('GET', `/group-sessions${range}`)).body.items.map((one: Answer['body']) => one.id); // prettier-ignore
    expect(await ids(clinic.desk)).toEqual([id, other.id]);
    expect(await ids(clinic.patient)).toEqual([id]);
    expect((await clinic.patient.request('GET', `/group-sessions/${id}`)).status).toBe(403);
    expect((await open({}, clinic.patient)).status).toBe(403);
    const own = await seat(id, clinic.patient.patientId, clinic.patient);
    expect(own.status, JSON.stringify(own.body)).toBe(201);
    const listed = (await clinic.patient.request('GET', `/group-sessions${range}`)).body.items;
    expect(listed[0]).toMatchObject({ taken: 1, ownAppointmentId: own.body.id, cancelReason: null });
    expect((await seat(id, await clinic.addPatient(), clinic.patient)).status).toBe(404);
  });

  it('is no visit alone: neither the desk nor a patient books its kind outside a session', async () => {
    const patientId = await clinic.addPatient();
    const alone = await clinic.book(clinic.desk, { patientId, visitTypeId, start: quarterAfter(50 * day) });
    expect(alone.body).toMatchObject({ code: 'guard-failed', guard: 'group-visit' });
    const free = await clinic.patient.request('GET', `/availability?visitTypeId=${visitTypeId}&from=${quarterAfter(50 * day)}&to=${quarterAfter(51 * day)}`); // prettier-ignore
    expect(free.body.items).toEqual([]);
  });
});
