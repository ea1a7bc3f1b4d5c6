/** Insurance over HTTP: filed and corrected by staff, read back to the patient, nobody else's business. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { routes } from '../../api/routes.ts';
import { withOrganization } from '../../db/transaction.ts';
import { owedAsks } from '../../db/patients/eligibility.ts';
import { auditRows, startTestApi, type Client, type TestApi } from './support.ts';

let api: TestApi;
let organizationId: string;
let desk: Client;
let nurse: Client;
let patient: Client;
let other: Client;
let patientId: string;
beforeAll(async () => {
  api = await startTestApi(routes);
  organizationId = await api.createOrganization('Coverage Clinic');
  desk = await api.signIn((await api.createPerson(organizationId, 'front-desk')).email);
  nurse = await api.signIn((await api.createPerson(organizationId, 'nurse')).email);
  const person = await api.createPerson(organizationId, 'patient');
  patientId = person.patientId!;
  patient = await api.signIn(person.email);
  other = await api.signIn((await api.createPerson(organizationId, 'patient')).email);
});
afterAll(() => api?.stop());

const card = { position: 'primary', payerName: 'Example Health', memberId: 'W 123-456', relation: 'self' };
const file = (body: object, by = desk) => by.request('POST', `/patients/${patientId}/coverages`, { body });
const owed = (): Promise<readonly { id: string; ask: number }[]> =>
  withOrganization(api.ports.db, organizationId, (trx) => owedAsks(trx, organizationId));

it('is filed, corrected by another row, asked about again, and ended', async () => {
  const filed = await file(card);
  expect(filed.status).toBe(201);
  const { id } = filed.body.items[0] as { id: string };
  expect(filed.body.items).toMatchObject([
    { memberId: 'W 123-456', status: 'captured', current: true, eligibility: { state: 'pending', checks: 0 } },
  ]);
  // The same once more is the same; another number is another row.
  expect((await file(card)).body.items).toHaveLength(1);
  const corrected = await file({ ...card, memberId: 'W 123-457' });
  expect(
    corrected.body.items.map((item: { memberId: string; current: boolean }) => [item.memberId, item.current]),
  ).toEqual([
    ['W 123-457', true],
    ['W 123-456', false],
  ]);
  const now = corrected.body.items[0].id as string;
  expect((await owed()).map(({ ask }) => ask)).toEqual([1, 1]);
  expect((await desk.request('POST', `/coverages/${now}/ask-again`, { body: {} })).status).toBe(202);
  expect(await owed()).toContainEqual({ id: now, ask: 2 });
  expect((await desk.request('POST', `/coverages/${id}/ask-again`, { body: {} })).body.code).toBe('invalid-transition');
  expect((await desk.request('POST', `/coverages/${now}/cancel`, { body: { reason: 'new job' } })).status).toBe(200);
  const after = await desk.request('GET', `/patients/${patientId}/coverages`);
  expect(
    after.body.items.map((item: { status: string; endedReason: string | null }) => [item.status, item.endedReason]),
  ).toContainEqual(['cancelled', 'new job']);
  const actions = (await auditRows(api, { patient_id: patientId })).map(({ action }) => action);
  for (const action of [
    'coverage:capture',
    'coverage:replace',
    'coverage:ask-again',
    'coverage:cancel',
    'coverage:read',
  ])
    expect(actions).toContain(action);
});

it('keeps the number sealed: neither rows nor logs hold it', async () => {
  await file({ ...card, memberId: 'CANARY-MEMBER-77' });
  const tables = await Promise.all(
    ['coverage', 'state_change', 'audit_event', 'operation'].map((table) => api.owner(table)),
  );
  expect(JSON.stringify(tables)).not.toMatch(/CANARY-?MEMBER/);
  expect(api.logs.join()).not.toMatch(/CANARY-?MEMBER/);
});

it('is read back to the patient by the own intake, and to nobody else', async () => {
  const intakeId = randomUUID();
  await api.owner('intake').insert({ id: intakeId, organization_id: organizationId, patient_id: patientId, state: 'in-progress', language: 'en', expires_at: new Date('2030-01-01'), created_by: 'test', created_at: new Date() }); // prettier-ignore
  const read = await patient.request('GET', `/intakes/${intakeId}/coverage`);
  expect(read.body.items.map((item: { memberId: string }) => item.memberId)).toEqual(['CANARY-MEMBER-77']);
  expect((await other.request('GET', `/intakes/${intakeId}/coverage`)).status).toBe(404);
  expect((await patient.request('GET', `/patients/${patientId}/coverages`)).status).toBe(403);
  expect((await file(card, nurse)).status).toBe(403);
  expect((await nurse.request('GET', `/patients/${patientId}/coverages`)).status).toBe(200);
});

it('refuses what cannot be', async () => {
  expect((await file({ ...card, memberId: '--' })).status).toBe(400);
  expect((await file({ ...card, relation: 'child' })).status).toBe(400);
  expect((await file({ ...card, startsOn: '2026-02-01', endsOn: '2026-01-01' })).status).toBe(400);
  // A card of another patient is no card of this one.
  const stranger = await file({ ...card, memberId: 'Z1', frontDocumentId: randomUUID() });
  expect(stranger.body.items[0].frontDocumentId).toBeNull();
});
