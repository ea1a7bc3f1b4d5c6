/** The worklist of proposed charges over HTTP: who may decide, what is answered, and that a repeat decides once. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../api/routes.ts';
import type { Clinic } from './clinic-api.ts';
import { seedClinic, seedPatient } from './clinic-api.ts';
import { startTestApi, type Client, type TestApi } from './support.ts';

let api: TestApi;
let clinic: Clinic;
let biller: Client;
let desk: Client;
beforeAll(async () => {
  api = await startTestApi(routes);
  const organizationId = await api.createOrganization('Charges Clinic');
  clinic = await seedClinic(api.owner, organizationId);
  biller = await api.signIn((await api.createPerson(organizationId, 'biller')).email);
  desk = await api.signIn((await api.createPerson(organizationId, 'front-desk')).email);
});
afterAll(() => api.stop());

let minutes = 0;
/** As the process of a visit leaves it. */
async function proposed(columns: Record<string, unknown> = {}): Promise<string> {
  const { organizationId: organization_id, visitTypeId: visit_type_id, practitionerId, locationId } = clinic;
  const patient_id = await seedPatient(api.owner, organization_id);
  minutes += 60;
  const start = new Date(Date.UTC(2027, 0, 4, 14) + minutes * 60_000);
  const appointment_id = randomUUID();
  await api.owner('appointment').insert({
    id: appointment_id, organization_id, patient_id, visit_type_id, practitioner_id: practitionerId, location_id: locationId, mode: 'in-person',
    status: 'noshow', start_at: start, end_at: new Date(start.getTime() + 1_800_000), local_start: '2027-01-04T09:00:00', tz: 'America/New_York', noshow_at: start,
  }); // prettier-ignore
  const [row] = await api
    .owner('proposed_charge')
    .insert({ organization_id, appointment_id, kind: 'no-show', state: 'proposed', amount_cents: 4000, ...columns })
    .returning<{ id: string }[]>('id');
  return row!.id;
}
const decide = (client: Client, id: string, action: string, body: Record<string, unknown>, key?: string) =>
  client.request('POST', `/charges/${id}/${action}`, { body, ...(key !== undefined && { key }) });

describe('charges', () => {
  it('lists what waits longest first, a page at a time, with what this person may do', async () => {
    const ids = [await proposed(), await proposed(), await proposed()];
    const first = await desk.request('GET', '/charges?limit=2');
    expect(first.status).toBe(200);
    const items = first.body.items as { id: string; allowedActions: string[]; patient: { name: string } }[];
    expect(items.map((item) => item.id)).toEqual(ids.slice(0, 2));
    expect(items[0]).toMatchObject({ amountCents: 4000, currency: 'USD', allowedActions: ['waive'], visit: { state: 'noshow', name: 'Follow-up' } }); // prettier-ignore
    const rest = await biller.request(
      'GET',
      `/charges?limit=2&cursor=${encodeURIComponent(String(first.body.nextCursor))}`,
    );
    expect((rest.body.items as { id: string }[]).map((item) => item.id)).toEqual(ids.slice(2));
    expect(rest.body.items).toMatchObject([{ allowedActions: ['waive', 'post'] }]);
    expect((await biller.request('GET', '/charges?kind=deposit')).body.items).toEqual([]);
  });

  it('is waived with a reason, once for its key, and posted by billers only', async () => {
    const id = await proposed();
    const body = { version: 0, reason: 'hardship', note: 'lost the job' };
    const key = randomUUID();
    const waived = await decide(desk, id, 'waive', body, key);
    expect(waived).toMatchObject({ status: 200, body: { state: 'waived', waivedReason: 'hardship', version: 1 } });
    expect((await decide(desk, id, 'waive', body, key)).body).toEqual(waived.body);
    expect(await decide(biller, id, 'post', { version: 1 })).toMatchObject({ status: 409, body: { code: 'invalid-transition', allowed: ['undo-waive'] } }); // prettier-ignore
    expect((await decide(biller, id, 'undo-waive', { version: 1 })).status).toBe(200);
    expect((await decide(desk, id, 'post', { version: 2 })).status).toBe(403);
    expect((await decide(biller, id, 'post', { version: 1 })).body.code).toBe('version-conflict');
    expect(await decide(biller, id, 'post', { version: 2 })).toMatchObject({ status: 200, body: { state: 'posted' } });
    expect(await decide(biller, id, 'undo-post', { version: 3 })).toMatchObject({ body: { state: 'proposed' } });
    const told = await api.owner('state_change').where({ aggregate: 'charge', aggregate_id: id }).orderBy('seq').select('event'); // prettier-ignore
    expect(told.map((row: { event: string }) => row.event)).toEqual(['waive', 'undo-waive', 'post', 'undo-post']);
    expect(await api.owner('audit_event').where({ action: 'charge:waive', outcome: 'success', entity_id: id }).first('patient_id')).toHaveProperty('patient_id'); // prettier-ignore
  });

  it('asks for words where the list has no reason, and knows no other clinic’s charge', async () => {
    const id = await proposed();
    expect(await decide(desk, id, 'waive', { version: 0, reason: 'other' })).toMatchObject({ status: 400 });
    expect(await decide(desk, id, 'waive', { version: 0, reason: 'because' })).toMatchObject({ status: 400 });
    const elsewhere = await api.createOrganization('Elsewhere');
    const stranger = await api.signIn((await api.createPerson(elsewhere, 'biller')).email);
    expect((await decide(stranger, id, 'post', { version: 0 })).status).toBe(404);
    expect((await stranger.request('GET', '/charges?state=all')).body.items).toEqual([]);
  });
});
