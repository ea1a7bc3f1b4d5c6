/** The pages behind a link, over HTTP, against a real engine: S9, and that GET never changes anything. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patientRecipient, signVisitToken } from '../../activities/visit-token.ts';
import { visitPages } from '../../api/visit-pages/pages.ts';
import { day, openClinicApi, quarterAfter } from './clinic-api.ts';
import type { ClinicApi } from './clinic-api.ts';
import { auditRows } from './support.ts';

let clinic: ClinicApi;
beforeAll(async () => {
  clinic = await openClinicApi();
});
afterAll(() => clinic.close());

let offset = 30;
/** On a day of its own, at the first time that is not held for somebody whose visit the clinic cancelled. */
async function visit(patient: Record<string, unknown> = {}, body: Record<string, unknown> = {}) {
  offset += 1;
  const patientId = await clinic.addPatient(patient);
  for (let later = 0; ; later += 30) {
    const booked = await clinic.book(clinic.desk, { patientId, start: quarterAfter(offset * day + later), ...body });
    if (booked.body.code === 'slot-taken' && later < 300) continue;
    expect(booked.status, JSON.stringify(booked.body)).toBe(201);
    const id = booked.body.id as string;
    return { id, patientId, token: tokenOf(id, patientId, 0) };
  }
}
const tokenOf = (appointmentId: string, patientId: string, version: number, recipient = patientRecipient(patientId)) =>
  signVisitToken(
    clinic.api.keys.tokenSecret,
    { organizationId: clinic.organizationId, appointmentId, version, kind: 'visit' },
    recipient,
  );
const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${clinic.api.url}${path}`, { redirect: 'manual', headers });
const post = (path: string, form: Record<string, string> = {}, headers: Record<string, string> = {}) =>
  fetch(`${clinic.api.url}${path}`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams(form),
    headers: { origin: clinic.api.url, 'sec-fetch-site': 'same-origin', ...headers },
  });
const statusOf = async (id: string) =>
  clinic.api
    .owner('appointment')
    .where({ id })
    .first<Record<string, unknown>>('status', 'confirmed_at', 'cancel_reason', 'revision');

describe('the status page', () => {
  it('shows state, time, place and what can be done, in the patient’s language, and changes nothing', async () => {
    const { id, token } = await visit({ language: 'es-MX' });
    const before = await statusOf(id);
    const page = await get(`/v/${token}`);
    const text = await page.text();
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(text).toContain('<html lang="es" dir="ltr">');
    expect(text).toContain('Sí, iré');
    expect(text).not.toMatch(/<script|style=|Follow-up|Seguimiento|Dr\. One|Canary/);
    for (const path of ['/cancel', '/visit.ics', '?lang=en'])
      expect((await get(`/v/${token}${path}`)).status).toBe(200);
    expect(await statusOf(id)).toEqual(before);
    expect((await auditRows(clinic.api, { entity_id: id, action: 'visit-link:read' })).length).toBe(3);
  });

  it('switches language', async () => {
    const { token } = await visit({ language: 'es' });
    expect(await (await get(`/v/${token}?lang=en`)).text()).toContain('Yes, I will come');
  });

  it('gives a calendar file without the kind of visit', async () => {
    const { id, token } = await visit();
    const file = await get(`/v/${token}/visit.ics`);
    const text = await file.text();
    expect(file.headers.get('content-type')).toContain('text/calendar');
    expect(text).toContain(`UID:${id}@`);
    expect(text).not.toMatch(/Follow-up|Dr\. One/);
  });
});

describe('acting by link', () => {
  it('confirms once, however often it is pressed', async () => {
    const { id, token, patientId } = await visit();
    const answers = await Promise.all([post(`/v/${token}/confirm`), post(`/v/${token}/confirm`)]);
    for (const answer of answers) {
      expect(answer.status).toBe(303);
      expect(answer.headers.get('location')).toBe(`/v/${token}?lang=en&done=confirm`);
    }
    expect((await post(`/v/${token}/confirm`)).status).toBe(303);
    expect((await statusOf(id))?.['confirmed_at']).not.toBeNull();
    const changes = await clinic.api
      .owner('state_change')
      .where({ aggregate_id: id, event: 'confirm' })
      .select('actor');
    expect(changes).toEqual([{ actor: patientRecipient(patientId) }]);
    expect(await (await get(`/v/${token}?done=confirm`)).text()).toContain('We know that you will come');
  });

  it('cancels with a reason, in a second step; without one it says so', async () => {
    const { id, token } = await visit();
    const without = await post(`/v/${token}/cancel`);
    expect(without.status).toBe(422);
    const page = await without.text();
    expect(page).toMatch(/<title>\s*Error:/);
    expect(page).toContain('href="#reason-0"');
    expect((await statusOf(id))?.['status']).toBe('booked');
    expect((await post(`/v/${token}/cancel`, { reason: 'made-up' })).status).toBe(422);

    expect((await post(`/v/${token}/cancel`, { reason: 'patient-transport' })).status).toBe(303);
    expect(await statusOf(id)).toMatchObject({ status: 'cancelled', cancel_reason: 'patient-transport' });
    // Pressed again with another reason: the first answer stands.
    expect((await post(`/v/${token}/cancel`, { reason: 'patient-better' })).status).toBe(303);
    expect(await statusOf(id)).toMatchObject({ cancel_reason: 'patient-transport' });
    const after = await (await get(`/v/${token}?done=cancel`)).text();
    expect(after).toContain('Book another time');
    expect(after).not.toContain('Yes, I will come');
    // What is not possible any more is refused with a page, and audited.
    expect((await post(`/v/${token}/confirm`)).status).toBe(409);
    const [refused] = await auditRows(clinic.api, { entity_id: id, outcome: 'refused' });
    expect(refused).toMatchObject({ action: 'appointment:confirm', code: 'invalid-transition' });
  });

  it('S9: a link from before the move answers 410 with the way to the present page', async () => {
    const { id, patientId, token } = await visit();
    offset += 1;
    const moved = await clinic.act(clinic.desk, id, 'reschedule', {
      start: quarterAfter(offset * day),
      practitionerId: clinic.practitionerId,
      reason: 'patient asked',
    });
    expect(moved.status, JSON.stringify(moved.body)).toBe(200);
    for (const answer of [await post(`/v/${token}/confirm`), await get(`/v/${token}`)]) {
      expect(answer.status).toBe(410);
      expect(await answer.text()).toContain(`/v/${tokenOf(id, patientId, 1)}`);
    }
    expect((await statusOf(id))?.['confirmed_at']).toBeNull();
    const current = tokenOf(id, patientId, 1);
    expect((await get(`/v/${current}`)).status).toBe(200);
    expect((await post(`/v/${current}/confirm`)).status).toBe(303);
  });

  it('takes one of the times held instead of a visit that the clinic cancelled', async () => {
    const { id, patientId, token } = await visit();
    const cancelled = await clinic.act(clinic.desk, id, 'cancel-by-clinic', { reason: 'provider-sick' });
    expect(cancelled.status, JSON.stringify(cancelled.body)).toBe(200);
    expect(await (await get(`/v/${token}`)).text()).toContain('Cancelled by the clinic');
    const held = () =>
      clinic.api.owner('appointment').where({ replaces_id: id, status: 'pending' }).select<{ id: string }[]>('id');
    await expect.poll(async () => (await held()).length, { timeout: 15_000 }).toBeGreaterThanOrEqual(2);
    const [first, second] = await held();
    const [one, other] = [tokenOf(first!.id, patientId, 0), tokenOf(second!.id, patientId, 0)];
    expect(await (await get(`/v/${one}`)).text()).toContain('Book this time');
    expect((await post(`/v/${other}/decline`)).status).toBe(303);
    expect(await statusOf(second!.id)).toMatchObject({ status: 'cancelled' });
    expect((await post(`/v/${one}/take`)).status).toBe(303);
    expect(await statusOf(first!.id)).toMatchObject({ status: 'booked' });
    expect((await post(`/v/${one}/take`)).status).toBe(303);
  });

  it('refuses forged, foreign and malformed links alike, and tells nothing', async () => {
    const { id, token } = await visit();
    const foreign = tokenOf(id, 'x', 0, 'patient:someone-else');
    const pages = await Promise.all(
      [`${token.slice(0, -3)}AAA`, foreign, 'x', 'a'.repeat(71)].map(async (bad) => {
        const answer = await get(`/v/${bad}`);
        return [answer.status, await answer.text()] as const;
      }),
    );
    expect(new Set(pages.map(([status]) => status))).toEqual(new Set([404]));
    expect(new Set(pages.map(([, text]) => text)).size).toBe(1);
    expect((await post(`/v/${foreign}/cancel`, { reason: 'patient-better' })).status).toBe(404);
    expect((await statusOf(id))?.['status']).toBe('booked');
  });

  it('refuses forms of other sites, and what is not a form', async () => {
    const { id, token } = await visit();
    expect(
      (await post(`/v/${token}/confirm`, {}, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }))
        .status,
    ).toBe(403);
    const xml = await fetch(`${clinic.api.url}/v/${token}/confirm`, {
      method: 'POST',
      body: '<x/>',
      headers: { 'content-type': 'text/xml' },
    });
    expect(xml.status).toBe(415);
    expect((await statusOf(id))?.['confirmed_at']).toBeNull();
  });

  it('ends with the start of the visit', async () => {
    const { id, token } = await visit();
    await clinic.api
      .owner('appointment')
      .where({ id })
      .update({
        start_at: new Date(Date.now() - 60_000),
        end_at: new Date(Date.now() + 60_000),
      });
    expect((await get(`/v/${token}`)).status).toBe(410);
    expect((await post(`/v/${token}/cancel`, { reason: 'patient-better' })).status).toBe(410);
    expect((await statusOf(id))?.['status']).toBe('booked');
  });
});

describe('the inventory', () => {
  it('each page says who may see it and what is recorded', () => {
    for (const page of visitPages.pages) {
      expect(page.policy.public.length, page.path).toBeGreaterThan(10);
      expect(Object.keys(page.audit).length, page.path).toBeGreaterThan(0);
      if (page.method === 'POST') expect(page.audit).toHaveProperty('change');
    }
  });
});
