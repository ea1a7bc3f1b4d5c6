/** Joining a visit by video over HTTP: the link, the state, the one-time door, the room, and what if it fails (D1). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patientRecipient, signVisitToken } from '../../activities/visit-token.ts';
import { openClinicApi, type ClinicApi } from './clinic-api.ts';
import { auditRows } from './support.ts';

let clinic: ClinicApi;
let visitTypeId: string;
beforeAll(async () => {
  clinic = await openClinicApi();
  visitTypeId = await clinic.addVisitType({ modes: ['video', 'in-person'], align_minutes: 5, buffer_before_minutes: 0, buffer_after_minutes: 0 }); // prettier-ignore
});
afterAll(() => clinic.close());

/** A visit by video that begins in so many minutes, with a practitioner of its own. */
async function visit({ inMinutes = 5, licensed = [] as string[], patient = {} } = {}) {
  const practitionerId = await clinic.addPractitioner('Dr. Screen');
  await clinic.api.owner('visit_type_provider').insert({ organization_id: clinic.organizationId, visit_type_id: visitTypeId, resource_id: practitionerId }); // prettier-ignore
  if (licensed.length > 0) await clinic.api.owner('resource').where({ id: practitionerId }).update({ licensed_states: licensed }); // prettier-ignore
  const patientId = await clinic.addPatient(patient);
  const five = 300_000;
  const start = new Date(Math.ceil((Date.now() + 1_000) / five) * five + (inMinutes > 15 ? inMinutes * 60_000 : 0));
  const booked = await clinic.book(clinic.desk, { patientId, practitionerId, visitTypeId, mode: 'video', start: start.toISOString() }); // prettier-ignore
  expect(booked.status, JSON.stringify(booked.body)).toBe(201);
  const id = booked.body.id as string;
  const claims = { organizationId: clinic.organizationId, appointmentId: id, version: 0, kind: 'join' } as const;
  return { id, patientId, practitionerId, path: `/join/${signVisitToken(clinic.api.keys.tokenSecret, claims, patientRecipient(patientId))}` }; // prettier-ignore
}
const get = (path: string) => fetch(`${clinic.api.url}${path}`, { redirect: 'manual' });
const post = (path: string, form: Record<string, string> = {}) =>
  fetch(`${clinic.api.url}${path}`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams(form),
    headers: { origin: clinic.api.url, 'sec-fetch-site': 'same-origin' },
  });
const row = (id: string) => clinic.api.owner('appointment').where({ id }).first<Record<string, unknown>>();
const tasks = (id: string) => clinic.api.owner('staff_task').where({ subject_id: id, kind: 'call-patient' }).select<{ params: Record<string, unknown>; priority: string }[]>('params', 'priority'); // prettier-ignore

describe('joining by video', () => {
  it('asks where the patient is, gives a link that opens once, and who enters has arrived', async () => {
    const { id, path } = await visit({ licensed: ['NY'] });
    const shown = await get(path);
    const page = await shown.text();
    expect(shown.status).toBe(200);
    expect(page).toContain('Where are you now?');
    expect(page).not.toMatch(/<script|Dr\. Screen|Follow-up|Canary/);
    expect((await post(path)).status).toBe(422);
    expect(await clinic.api.owner('telehealth_link').where({ appointment_id: id })).toEqual([]);

    const asked = await post(path, { state: 'NY' });
    expect(asked.status).toBe(303);
    const link = asked.headers.get('location')!;
    expect(link).toMatch(/^\/video\/[A-Za-z0-9_-]{64}\?lang=en$/);
    // A scanner that follows the link uses nothing up.
    for (let k = 0; k < 2; k += 1) expect((await get(link)).status).toBe(200);
    const entered = await post(link);
    expect(entered.status).toBe(303);
    const room = entered.headers.get('location')!;
    expect(room).toMatch(/^\/sandbox\/video\//);
    expect(room).not.toContain(id);
    expect(await (await get(room)).text()).toMatch(/Patient \(you\):\s+here since/);
    expect(await row(id)).toMatchObject({ status: 'arrived' });

    // Once: afterwards a fresh one can be asked for.
    const again = await post(link);
    expect(again.status).toBe(410);
    expect(await again.text()).toContain(`href="${path}?lang=en"`);
    const fresh = await post(path, { state: 'NY' });
    const older = fresh.headers.get('location')!;
    const newest = (await post(path, { state: 'NY' })).headers.get('location')!;
    expect((await get(older)).status).toBe(410);
    expect((await post(newest)).status).toBe(303);
    const forged = `${link.slice(0, 7)}${link[7] === 'A' ? 'B' : 'A'}${link.slice(8)}`;
    expect((await get(forged)).status).toBe(404);
    expect((await auditRows(clinic.api, { entity_id: id, action: 'telehealth:enter' })).length).toBe(2);
  });

  it('lets who gives the visit in by a link of their own, into the same room', async () => {
    const { id, path } = await visit();
    const asked = await clinic.doctor.request('POST', `/telehealth/${id}/link`, { body: {} });
    expect(asked.status, JSON.stringify(asked.body)).toBe(200);
    const room = (await post(asked.body.url)).headers.get('location')!;
    const ours = (await post((await post(path, { state: 'NJ' })).headers.get('location')!)).headers.get('location')!;
    expect(ours.split('/').at(-1)!.split('.')[0]).toBe(room.split('/').at(-1)!.split('.')[0]);
    await get(room);
    expect(await (await get(ours)).text()).toMatch(/Clinician:\s+here since/);
    const seen = await clinic.desk.request('GET', `/telehealth/${id}`);
    expect(seen.body).toMatchObject({ stage: 'open', joinPath: null, entered: [{ participant: 'provider' }, { participant: 'patient' }], locations: [{ usState: 'NJ', licensed: null }] }); // prettier-ignore
    expect((await clinic.desk.request('POST', `/telehealth/${id}/link`, { body: {} })).status).toBe(403);
    expect((await clinic.patient.request('GET', `/telehealth/${id}`)).status).toBe(404);
  });

  it('keeps the video shut where the practitioner is not licensed, kindly, and a person calls', async () => {
    const { id, path } = await visit({ licensed: ['NY', 'NJ'] });
    const asked = await post(path, { state: 'CT' });
    const text = await asked.text();
    expect(asked.status).toBe(200);
    expect(text).toContain('You told us that you are in Connecticut.');
    expect(text).toContain('You did nothing wrong.');
    expect(await clinic.api.owner('telehealth_link').where({ appointment_id: id })).toEqual([]);
    await post(path, { state: 'CT' });
    expect(await tasks(id)).toMatchObject([{ params: { about: 'licensure', state: 'CT' }, priority: 'urgent' }]);
    // The wrong place was chosen.
    expect((await post(path, { state: 'NJ' })).status).toBe(303);
  });

  it('goes on by telephone when it does not work: nobody is missed, nobody pays, somebody calls at once', async () => {
    const { id, path } = await visit();
    const link = (await post(path, { state: 'NY' })).headers.get('location')!;
    for (let k = 0; k < 2; k += 1) expect((await post(`${path}/failed`)).status).toBe(303);
    expect(await row(id)).toMatchObject({ status: 'arrived', phone_fallback_at: expect.any(Date) });
    expect(await tasks(id)).toMatchObject([{ params: { about: 'telehealth-failed' }, priority: 'urgent' }]);
    expect(await (await get(path)).text()).toContain('We will call you');
    expect((await post(link)).status).toBe(410);
    expect((await clinic.act(clinic.desk, id, 'no-show')).body.code).toBe('invalid-transition');
    await clinic.act(clinic.desk, id, 'cancel', { reason: 'other' });
    expect(await clinic.api.owner('proposed_charge').where({ appointment_id: id })).toEqual([]);
    expect(await row(id)).toMatchObject({ late_cancel: false });
  });

  it('has its time: early it says when, and neither a moved visit nor another kind of link opens it', async () => {
    const { id, path, patientId } = await visit({ inMinutes: 180, patient: { language: 'es-MX' } });
    const early = await get(path);
    expect(early.status).toBe(200);
    expect(await early.text()).toContain('Todavía es temprano para entrar.');
    expect((await post(path, { state: 'NY' })).status).toBe(409);
    expect((await post(`${path}/failed`)).status).toBe(409);
    const staffs = await clinic.doctor.request('POST', `/telehealth/${id}/link`, { body: {} });
    expect(staffs.body).toMatchObject({ code: 'guard-failed', guard: 'too-early' });
    const secret = clinic.api.keys.tokenSecret;
    const claims = { organizationId: clinic.organizationId, appointmentId: id, version: 0 };
    const visitLink = signVisitToken(secret, { ...claims, kind: 'visit' }, patientRecipient(patientId));
    expect((await get(`/join/${visitLink}`)).status).toBe(404);
    expect((await get(`/v/${path.slice(6)}`)).status).toBe(404);
    // The visit's own page leads there.
    expect(await (await get(`/v/${visitLink}`)).text()).toContain(`href="${path}?lang=es"`);
    const moved = await clinic.act(clinic.desk, id, 'reschedule', { start: new Date(Math.ceil(Date.now() / 300_000) * 300_000 + 26 * 3_600_000).toISOString() }); // prettier-ignore
    expect(moved.status, JSON.stringify(moved.body)).toBe(200);
    expect((await get(path)).status).toBe(410);
  });
});
