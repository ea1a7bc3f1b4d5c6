/** What intakes left in a chart over HTTP: who sees it, how it is said, confirmed and refuted. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { routes } from '../../api/routes.ts';
import { commitSection, type SectionAnswers } from '../../db/charts/chart-sections.ts';
import { withTransaction } from '../../db/transaction.ts';
import type { Role } from '../../domain/access.ts';
import { systemActor } from '../../domain/actor.ts';
import type { IntakeStep } from '../../domain/intake/intake.ts';
import { auditRows, startTestApi, type Client, type TestApi } from './support.ts';

let api: TestApi;
let organizationId: string;
let doctor: Client;
beforeAll(async () => {
  api = await startTestApi(routes);
  organizationId = await api.createOrganization('Facts Clinic');
  doctor = await signedIn('doctor');
});
afterAll(() => api?.stop());

const signedIn = async (role: Role): Promise<Client> =>
  api.signIn((await api.createPerson(organizationId, role)).email);
let minutesAgo = 60;
const say = (patientId: string, intakeId: string, step: IntakeStep, answers: SectionAnswers) =>
  withTransaction(
    api.owner,
    { organizationId },
    (trx) =>
    commitSection(trx, { organizationId, patientId, intakeId, step, answers, actor: systemActor('test'), at: new Date(Date.now() - 60_000 * minutesAgo--) }), // prettier-ignore
  );
const penicillin = {
  'allergies.any': [{ code: 'some' }],
  'allergies.list': [{ 'allergies.substance': ['Penicillin'], 'allergies.reaction': ['Hives'], 'allergies.severity': [{ code: 'severe' }] }], // prettier-ignore
};
const none = { 'allergies.any': [{ code: 'none' }] };
const read = async (patientId: string, by = doctor, language = 'en') =>
  (await by.request('GET', `/patients/${patientId}/chart-facts?language=${language}`)).body.items as {
    id: string;
    kind: string;
    [field: string]: unknown;
  }[];

it('says each fact with its source; "none" is a fact, an option is read in one’s language', async () => {
  const patientId = await api.createPatient(organizationId);
  const intakeId = randomUUID();
  await say(patientId, intakeId, 'allergies', none);
  await say(patientId, intakeId, 'history', { 'history.problems': [{ code: 'diabetes' }], 'history.has-surgeries': [true], 'history.surgeries': [{ 'history.surgeries.what': ['Gallbladder'], 'history.surgeries.year': ['2015'] }] }); // prettier-ignore
  await say(patientId, intakeId, 'demographics', { 'demographics.race': [{ code: 'asked-declined' }], 'demographics.pronouns': [{ code: 'she' }] }); // prettier-ignore
  await say(patientId, intakeId, 'contact', { 'contact.has-address': [true], 'contact.address.line1': ['1 Pier'], 'contact.address.city': ['Boston'] }); // prettier-ignore
  const facts = await read(patientId);
  expect(facts.find(({ kind }) => kind === 'allergy')).toMatchObject({ noneKnown: true, verification: 'unconfirmed', intakeId, inForce: true, contradicted: false }); // prettier-ignore
  expect(facts.find(({ kind }) => kind === 'condition')).toMatchObject({ lines: [{ answers: ['Diabetes (high blood sugar)'] }] }); // prettier-ignore
  expect(facts.find(({ kind }) => kind === 'procedure')).toMatchObject({ lines: [{ answers: [true] }, { answers: ['Gallbladder'] }, { answers: ['2015'] }] }); // prettier-ignore
  const said = facts.find(({ kind }) => kind === 'demographics')!['lines'] as { answers: unknown[] }[];
  expect(said.map(({ answers }) => answers)).toEqual(expect.arrayContaining([['She, her'], ['asked-declined']]));
  expect(facts.find(({ kind }) => kind === 'address')).toMatchObject({ address: { use: 'home', text: '1 Pier, Boston' } }); // prettier-ignore
  const spanish = await read(patientId, doctor, 'es');
  expect(JSON.stringify(spanish)).not.toContain('high blood sugar');
  expect((await auditRows(api)).map(({ action }) => action)).toContain('chart:read');
});

it('marks what a later "none" speaks against, until somebody has looked at it', async () => {
  const patientId = await api.createPatient(organizationId);
  await say(patientId, randomUUID(), 'allergies', penicillin);
  await say(patientId, randomUUID(), 'allergies', none);
  const allergy = (await read(patientId)).find(({ inForce }) => inForce === true)!;
  expect(allergy).toMatchObject({ noneKnown: false, contradicted: true });
  const path = `/patients/${patientId}/chart-facts/${allergy.id}/verify`;
  const confirmed = await doctor.request('POST', path, { body: { kind: 'allergy', verdict: 'confirmed' } });
  expect(confirmed.status, JSON.stringify(confirmed.body)).toBe(200);
  expect(confirmed.body.items.find(({ id }: { id: string }) => id === allergy.id)).toMatchObject({ verification: 'confirmed', contradicted: false }); // prettier-ignore
  // Of another kind, another chart, or replaced since: there is nothing to say that of.
  expect((await doctor.request('POST', path, { body: { kind: 'medication', verdict: 'refuted' } })).status).toBe(404);
  const other = await api.createPatient(organizationId);
  const elsewhere = `/patients/${other}/chart-facts/${allergy.id}/verify`;
  expect((await doctor.request('POST', elsewhere, { body: { kind: 'allergy', verdict: 'refuted' } })).status).toBe(404);
  const story = await api.owner('state_change').where({ aggregate_id: patientId, event: 'verify-fact' });
  expect(story).toHaveLength(1);
  expect(JSON.stringify(story)).not.toContain('Penicillin');
});

it.each<Role>(['biller', 'support', 'front-desk', 'privacy-officer', 'patient'])(
  'is no business of the role %s',
  async (role) => {
    const patientId = await api.createPatient(organizationId);
    const client = await signedIn(role);
    expect((await client.request('GET', `/patients/${patientId}/chart-facts`)).status).toBe(403);
    const path = `/patients/${patientId}/chart-facts/${randomUUID()}/verify`;
    expect((await client.request('POST', path, { body: { kind: 'allergy', verdict: 'refuted' } })).status).toBe(403);
  },
);
