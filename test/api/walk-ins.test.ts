/** Walk-ins over HTTP, against a real engine: queues, arriving, the order, a call that becomes a visit, and who may what. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openClinicApi } from './clinic-api.ts';
import type { ClinicApi } from './clinic-api.ts';
import { auditRows, type Answer, type Client } from './support.ts';

let clinic: ClinicApi;
let nurse: Client;
beforeAll(async () => {
  clinic = await openClinicApi();
  const person = await clinic.api.createPerson(clinic.organizationId, 'nurse');
  nurse = await clinic.api.signIn(person.email);
});
afterAll(() => clinic.close());

const good = (answer: Answer, status: number): Answer['body'] => {
  expect(answer.status, JSON.stringify(answer.body)).toBe(status);
  return answer.body;
};
const identifiersVerified = ['name', 'birth-date'];

async function queue(
  practitionerIds: readonly string[] = [clinic.practitionerId],
): Promise<{ id: string; version: number }> {
  const body = {
    names: { en: 'Acute', es: 'Urgencias' },
    locationId: clinic.locationId,
    visitTypeId: clinic.visitTypeId,
  };
  return good(await clinic.admin.request('POST', '/queues', { body: { ...body, practitionerIds } }), 201);
}
const arrive = async (queueId: string, body: Record<string, unknown> = {}, client: Client = nurse, key?: string) =>
  client.request('POST', '/walk-ins', {
    body: { queueId, patientId: await clinic.addPatient(), identifiersVerified, ...body },
    ...(key !== undefined && { key }),
  });
const act = (id: string, action: string, body: Record<string, unknown> = {}, client: Client = nurse, key?: string) =>
  client.request('POST', `/walk-ins/${id}/${action}`, { body, ...(key !== undefined && { key }) });

it('queues are the administrator’s: named in two languages, served by who gives the visit type, closed when empty', async () => {
  const own = await queue();
  expect(own).toMatchObject({
    name: 'Acute',
    visitMinutes: 30,
    scheme: 'esi',
    active: true,
    practitioners: [{ name: 'Dr. One' }],
  });
  const spanish = await clinic.desk.request('GET', '/queues', { headers: { 'accept-language': 'es' } });
  expect(spanish.body.items.find((one: { id: string }) => one.id === own.id)).toMatchObject({ name: 'Urgencias' });
  expect((await clinic.desk.request('POST', '/queues', { body: {} })).status).toBe(403);
  const stranger = randomUUID();
  await clinic.api.owner('resource').insert({
    id: stranger, organization_id: clinic.organizationId, kind: 'provider', name: 'Dr. Else', location_id: clinic.locationId,
    time_zone: 'America/New_York', overbook_consent: false, overbook_limit: 0,
  }); // prettier-ignore
  const change = (body: object, version = own.version) =>
    clinic.admin.request('PATCH', `/queues/${own.id}`, { body, headers: { 'if-match': `"${version}"` } });
  expect((await change({ practitionerIds: [stranger] })).body).toMatchObject({
    errors: [{ code: 'not-of-visit-type' }],
  });
  const changed = good(await change({ practitionerIds: [clinic.otherPractitionerId] }), 200);
  expect(changed).toMatchObject({ version: 1, practitioners: [{ name: 'Dr. Two' }] });
  expect((await change({ active: false })).status).toBe(412);
  const waiting = good(await arrive(own.id), 201);
  expect((await change({ active: false }, 1)).body).toMatchObject({ code: 'conflict', waiting: 1 });
  good(await act(waiting.id, 'leave'), 200);
  good(await change({ active: false }, 1), 200);
  expect((await arrive(own.id)).body).toMatchObject({ code: 'validation-failed', errors: [{ path: '/body/queueId' }] });
});

it('arriving happens once for its key; the order, the wait and what is possible are told', async () => {
  const own = await queue();
  const key = randomUUID();
  const patientId = await clinic.addPatient();
  const first = good(await arrive(own.id, { patientId, level: 4, reason: 'ankle' }, nurse, key), 201);
  expect(first).toMatchObject({ state: 'waiting', level: 4, place: 1, reason: 'ankle', moved: false });
  expect(good(await arrive(own.id, { patientId, level: 4, reason: 'ankle' }, nurse, key), 201).id).toBe(first.id);
  expect((await arrive(own.id, { patientId, level: 5 }, nurse, key)).body).toMatchObject({
    code: 'idempotency-key-reused',
  });
  expect((await arrive(own.id, { patientId })).body).toMatchObject({ code: 'already-in-queue', walkInId: first.id });
  const second = good(await arrive(own.id, { level: 4 }), 201);
  const alarm = good(await arrive(own.id, { level: 1 }, clinic.desk), 201);
  expect((await arrive(own.id, { level: 3 }, clinic.desk)).body).toMatchObject({
    code: 'guard-failed',
    guard: 'may-only-raise',
  });

  const board = async () => good(await clinic.desk.request('GET', `/walk-ins?queueId=${own.id}`), 200);
  const shown = await board();
  expect(shown.items.map((one: { id: string }) => one.id)).toEqual([alarm.id, first.id, second.id]);
  expect(shown.items[0]).toMatchObject({
    place: 1,
    allowedActions: ['triage', 'move', 'transfer', 'transfer-out', 'call', 'leave', 'entered-in-error'],
  });
  expect(shown.items.every((one: { wait: unknown }) => one.wait !== null)).toBe(true);
  expect(shown.queues).toMatchObject([{ id: own.id, nextWait: { from: expect.any(Number) } }]);
  expect((await act(second.id, 'move', { direction: 'up' }, clinic.desk)).body).toMatchObject({
    errors: [{ path: '/body/reason' }],
  });
  good(await act(second.id, 'move', { direction: 'up', reason: 'a child' }, clinic.desk), 200);
  expect((await board()).items.map((one: { id: string }) => one.id)).toEqual([alarm.id, second.id, first.id]);

  const other = await queue();
  const there = good(await act(first.id, 'transfer', { queueId: other.id }, clinic.desk), 200);
  expect(there).toMatchObject({ queueId: other.id, ticket: first.ticket, place: 1 });
  const screen = good(await clinic.desk.request('GET', `/queues/${own.id}/display`), 200);
  expect(screen).toMatchObject({ waiting: [alarm.ticket, second.ticket], called: [] });
  expect(JSON.stringify(screen)).not.toContain('Canary');
  for (const { id } of [first, second, alarm]) good(await act(id, 'entered-in-error', { reason: 'test' }), 200);
  expect((await act(alarm.id, 'call', { practitionerId: clinic.practitionerId })).body).toMatchObject({
    code: 'invalid-transition',
  });
});

it('a call is a visit; its steps are the doctor’s, and what happens to the visit happens to the walk-in', async () => {
  const own = await queue([clinic.practitionerId, clinic.otherPractitionerId]);
  const one = good(await arrive(own.id, { level: 3, identifiersVerified: [] }), 201);
  const call = { practitionerId: clinic.otherPractitionerId };
  expect((await act(one.id, 'call', call)).body).toMatchObject({
    code: 'guard-failed',
    guard: 'identifiers-not-verified',
  });
  const key = randomUUID();
  const called = good(await act(one.id, 'call', { ...call, identifiersVerified }, clinic.desk, key), 200);
  expect(called).toMatchObject({ state: 'called', practitioner: { name: 'Dr. Two' }, place: null });
  expect(good(await act(one.id, 'call', { ...call, identifiersVerified }, clinic.desk, key), 200).appointmentId).toBe(
    called.appointmentId,
  );
  const visit = () => clinic.desk.request('GET', `/appointments/${called.appointmentId}`);
  expect(good(await visit(), 200)).toMatchObject({ status: 'checked-in' });
  expect((await act(one.id, 'start', {}, clinic.desk)).status).toBe(403);
  const next = good(await arrive(own.id), 201);
  expect((await act(next.id, 'call', call)).body).toMatchObject({ code: 'slot-taken', resourceKind: 'provider' });
  expect(good(await act(one.id, 'start', {}, clinic.doctor), 200)).toMatchObject({ state: 'in-room' });
  good(await clinic.act(clinic.doctor, called.appointmentId, 'complete', { noNoteReason: 'short' }), 200);
  expect(good(await clinic.desk.request('GET', `/walk-ins/${one.id}`), 200)).toMatchObject({
    state: 'done',
    allowedActions: [],
  });
  // The practitioner is free again, and a call may be taken back.
  const again = good(await act(next.id, 'call', call), 200);
  expect(good(await act(next.id, 'undo-call', {}, clinic.desk), 200)).toMatchObject({
    state: 'waiting',
    place: 1,
    appointmentId: null,
  });
  expect((await clinic.desk.request('GET', `/appointments/${again.appointmentId}`)).body).toMatchObject({
    status: 'entered-in-error',
  });
  good(await act(next.id, 'leave', { reason: 'did not wait' }), 200);
  expect(good(await act(next.id, 'return'), 200)).toMatchObject({ state: 'waiting' });
  good(await act(next.id, 'transfer-out', { reason: 'emergency department' }), 200);

  const story = good(await clinic.desk.request('GET', `/cases/walk-in/${one.id}`), 200);
  expect(story).toMatchObject({ kind: 'walk-in', state: 'done', nextTimers: [], appointmentId: called.appointmentId });
  expect(story.timeline.filter((entry: { kind: string }) => entry.kind === 'change').map((entry: { event: string }) => entry.event)).toEqual(['arrive', 'call', 'start', 'finish']); // prettier-ignore
  expect(story.timeline.some((entry: { kind: string; code: string }) => entry.kind === 'refused' && entry.code === 'guard-failed')).toBe(true); // prettier-ignore

  const rows = await auditRows(clinic.api, { entity_id: one.id, organization_id: clinic.organizationId });
  expect(rows.map((row) => `${row.action} ${row.outcome}`)).toEqual(
    expect.arrayContaining([
      'walk-in:arrive success',
      'walk-in:call success',
      'walk-in:start success',
      'walk-in:finish success',
      'walk-in:act refused',
    ]),
  );
});

it('another organization sees nothing of it', async () => {
  const own = await queue();
  const one = good(await arrive(own.id), 201);
  const elsewhere = await clinic.api.createOrganization('Elsewhere');
  const stranger = await clinic.api.signIn((await clinic.api.createPerson(elsewhere, 'administrator')).email);
  expect((await stranger.request('GET', '/walk-ins')).body).toEqual({ queues: [], items: [] });
  for (const path of [`/walk-ins/${one.id}`, `/walk-ins?queueId=${own.id}`, `/queues/${own.id}/display`])
    expect((await stranger.request('GET', path)).status, path).toBe(404);
  expect((await act(one.id, 'leave', {}, stranger)).status).toBe(404);
  expect((await arrive(own.id, {}, stranger)).body).toMatchObject({ code: 'validation-failed' });
  expect((await clinic.patient.request('GET', '/walk-ins')).status).toBe(403);
});
