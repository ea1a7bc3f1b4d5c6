/** Consents over HTTP, against a real engine: a minor signs alone and in confidence, texts are published, a visit lacks papers. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { intakeCode, intakeLinkToken } from '../../activities/intake-token.ts';
import { intakeAnswers } from '../../scripts/seed/intake-answers.ts';
import { day, openClinicApi, quarterAfter, type ClinicApi } from './clinic-api.ts';
import type { Answer, Client } from './support.ts';

let clinic: ClinicApi;
beforeAll(async () => {
  clinic = await openClinicApi();
});
afterAll(() => clinic.close());

const good = (answer: Answer, status = 200): Answer['body'] => {
  expect(answer.status, JSON.stringify(answer.body)).toBe(status);
  return answer.body;
};
const yearsAgo = (years: number): string => `${new Date().getUTCFullYear() - years}-01-01`;

/** Through the door: date of birth and the code that was sent. */
async function throughTheDoor(intakeId: string, birthDate: string): Promise<Client> {
  const { api } = clinic;
  const origin = { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-origin' };
  const link = await api.owner('intake_link').where({ intake_id: intakeId }).whereNull('ended_at').first('id');
  const path = `/intake-links/${intakeLinkToken(api.keys, link.id)}`;
  const ask = (what: string, body: object) => api.client(undefined, origin).request('POST', `${path}/${what}`, { body, key: null }); // prettier-ignore
  good(await ask('code', { birthDate }), 202);
  const { code_expires_at: expires } = await api.owner('intake_link').where({ id: link.id }).first('code_expires_at');
  const answer = await ask('open', { birthDate, code: intakeCode(api.keys, link.id, expires) });
  good(answer, 201);
  const cookie = /(?:^|, )(sid=[^;]+)/.exec(answer.headers.get('set-cookie') ?? '')![1]!;
  return api.client(undefined, { ...origin, cookie });
}

it('a minor answers and signs alone under the clinic’s rule; guardian and account see nothing of it', async () => {
  const { api, admin, desk, organizationId } = clinic;
  const visitTypeId = await clinic.addVisitType({ name: JSON.stringify({ en: 'Advice', es: 'Consejo' }) });
  const rule = { visitTypeId, fromAge: 14, guardianAccess: 'none', basis: 'Health Code 1', owner: 'Dr. Ada Park' };
  expect((await desk.request('POST', '/minor-consent-rules', { body: rule })).status).toBe(403);
  expect((await admin.request('POST', '/minor-consent-rules', { body: { ...rule, jurisdiction: 'New York' } })).status).toBe(400); // prettier-ignore
  const made = good(await admin.request('POST', '/minor-consent-rules', { body: rule }), 201);
  expect(good(await desk.request('GET', '/minor-consent-rules')).items[0]).toMatchObject({ id: made.id, owner: 'Dr. Ada Park', validTo: null }); // prettier-ignore

  const birthDate = yearsAgo(15);
  const patientId = await clinic.addPatient({ birth_date: birthDate, created_at: new Date(Date.now() - 86_400_000) });
  const guardian = { name: 'Rosa Ortiz', relationship: 'parent', authority: 'parent', email: 'rosa@example.org' };
  good(await desk.request('POST', `/patients/${patientId}/guardians`, { body: guardian }), 201);
  const account = await api.signIn((await api.createPerson(organizationId, 'patient', { patientId })).email);
  const begun = good(await desk.request('POST', '/intakes', { body: { patientId, visitTypeId, privateContact: { email: 'mia@example.org' } } }), 201); // prettier-ignore
  expect(begun.minorConsent).toEqual({ confidential: true });
  const path = `/intakes/${begun.id}`;
  const mine = await throughTheDoor(begun.id, birthDate);
  expect(good(await mine.request('GET', `${path}/progress`)).minorConsent).toEqual({ confidential: true });
  const samples = intakeAnswers({ given: 'Mia', family: 'Ortiz', birthDate });
  for (const step of ['language', 'identity', 'medications', 'consents'] as const)
    good(await mine.request('PUT', `${path}/steps/${step}`, { body: { answers: samples[step], baseVersion: 0, complete: true } })); // prettier-ignore
  const signed = await api.owner('consent_record').where({ patient_id: patientId }).select('event', 'relationship', 'minor_consent_rule_id', 'signer'); // prettier-ignore
  expect(signed).toHaveLength(4);
  for (const row of signed) expect(row).toEqual({ event: 'signed', relationship: 'self', minor_consent_rule_id: made.id, signer: `patient:${patientId}` }); // prettier-ignore

  // The account of the chart may be a parent's.
  expect(good(await account.request('GET', '/intakes')).items).toEqual([]);
  expect((await account.request('GET', `${path}/progress`)).status).toBe(404);
  expect((await account.request('GET', `${path}/steps/medications`)).status).toBe(404);
  expect((await account.request('POST', `${path}/withdraw`, { body: {} })).status).toBe(404);
  expect(good(await account.request('GET', `/patients/${patientId}/consents`)).items).toEqual([]);
  const sent = good(await account.request('GET', `/patients/${patientId}/notifications`)).items;
  expect(sent).toEqual([]);
  expect(await api.owner('notification').where({ patient_id: patientId }).pluck('kind')).toContain('intake-invitation');
  const { id: consentId } = await api.owner('consent_record').where({ patient_id: patientId }).first('id');
  expect((await account.request('GET', `/patients/${patientId}/consents/${consentId}`)).status).toBe(404);
  // Nor does another intake, which a guardian answers, tell what was said in confidence.
  const other = good(await desk.request('POST', '/intakes', { body: { patientId } }), 201);
  expect(other.minorConsent).toBeNull();
  expect(good(await account.request('GET', `/intakes/${other.id}/steps/medications`)).prefill).toEqual({});
  // Staff see it, and by which rule.
  const seen = good(await desk.request('GET', `/patients/${patientId}/consents`)).items;
  expect(seen[0]).toMatchObject({ inForce: true, alone: { ruleId: made.id, basis: 'Health Code 1', service: { en: 'Advice' } } }); // prettier-ignore
  expect(good(await desk.request('GET', path)).consentsMissing).toEqual([]);

  // Another safe address ends what the one before could open.
  good(await desk.request('POST', `${path}/resend-link`, { body: { privateContact: { phone: '+12125550142' } } }));
  expect((await mine.request('GET', `${path}/progress`)).status).toBe(401);
  expect((await desk.request('POST', `/intakes/${other.id}/resend-link`, { body: { privateContact: { phone: '+12125550142' } } })).status).toBe(409); // prettier-ignore
  expect(good(await admin.request('POST', `/minor-consent-rules/${made.id}/end`, { body: {} })).validTo).not.toBeNull(); // prettier-ignore
  const third = good(await desk.request('POST', '/intakes', { body: { patientId, visitTypeId } }), 201);
  expect(third.minorConsent).toBeNull();
}, 120_000);

it('a visit without an intake shows what is missing; one request asks for it, and signing is all that is asked', async () => {
  const { api, admin, desk, patient, organizationId } = clinic;
  const booked = good(await clinic.book(desk, { patientId: patient.patientId, start: quarterAfter(30) }), 201);
  const papers = (client: Client, language = 'en') => client.request('GET', `/appointments/${booked.id}/consents?language=${language}`); // prettier-ignore
  const missing = good(await papers(desk));
  expect(missing).toMatchObject({ intake: null, canAsk: true, missing: [{ kind: 'treatment', reason: 'never-signed' }, { kind: 'financial-responsibility' }] }); // prettier-ignore
  expect(good(await papers(patient, 'es')).missing[0].title).not.toBe(missing.missing[0].title);
  const stranger = await api.signIn((await api.createPerson(organizationId, 'patient')).email);
  expect((await papers(stranger)).status).toBe(404);
  const ask = (client: Client) => client.request('POST', `/appointments/${booked.id}/consents/ask`, { body: {} });
  expect((await ask(stranger)).status).toBe(404);

  // Where the clinic says so, checking in waits for it.
  const policy = { kind: 'consent', value: { atCheckIn: 'require' }, validTo: new Date(Date.now() + 3_600_000).toISOString() }; // prettier-ignore
  good(await admin.request('POST', '/policies', { body: policy }), 201);
  const checkIn = () => clinic.act(desk, booked.id, 'check-in', { identifiersVerified: ['name', 'birth-date'] });
  expect((await checkIn()).body).toMatchObject({ code: 'guard-failed', guard: 'consents-missing' });

  const asked = good(await ask(patient));
  expect(asked.asked).toBe('begun');
  expect(good(await ask(patient))).toEqual({ intakeId: asked.intakeId, asked: 'again' });
  expect(good(await ask(desk))).toEqual({ intakeId: asked.intakeId, asked: 'again' });
  const path = `/intakes/${asked.intakeId}`;
  const progress = good(await patient.request('GET', `${path}/progress`));
  expect(progress).toMatchObject({ about: 'consents', step: 'consents' });
  expect(progress.steps.filter(({ state }: { state: string }) => state !== 'not-needed').map(({ step }: { step: string }) => step)).toEqual(['consents', 'review']); // prettier-ignore
  const samples = intakeAnswers({ given: 'Pat', family: 'Canary', birthDate: '1980-02-29' });
  for (const step of ['consents', 'review'] as const)
    good(await patient.request('PUT', `${path}/steps/${step}`, { body: { answers: samples[step], baseVersion: 0, complete: true } })); // prettier-ignore
  good(await patient.request('POST', `${path}/submit`, { body: {} }));
  expect(good(await papers(desk))).toMatchObject({ missing: [], canAsk: false });
  // An intake of signatures keeps nobody from being checked in.
  expect(good(await checkIn()).status).toBe('checked-in');
  // A patient asks for nothing but what is to be signed.
  expect((await patient.request('POST', '/intakes', { body: { patientId: patient.patientId } })).status).toBe(403);
}, 120_000);

it('an administrator publishes a version; who signed is asked again, and two publish no version twice', async () => {
  const { admin, desk, patient } = clinic;
  const start = quarterAfter(3 * day);
  const booked = good(await clinic.book(desk, { patientId: patient.patientId, start }), 201);
  const list = good(await admin.request('GET', '/consent-versions')).items;
  const before = list.find(({ kind }: { kind: string }) => kind === 'treatment');
  expect(before).toMatchObject({ present: '1', required: true, versions: [{ source: 'shipped', missing: [] }] });
  expect(before.signers).toBeGreaterThan(0);
  const whole = good(await admin.request('GET', '/consent-versions/treatment/1'));
  expect(whole.texts.map(({ locale }: { locale: string }) => locale)).toHaveLength(6);
  const body = { baseVersion: '1', texts: { en: { title: 'Care', text: 'We care for you.' } }, missing: ['es', 'zh-Hans', 'vi', 'pt', 'ar'], fallback: 'en' }; // prettier-ignore
  const publish = (more: object = {}) => admin.request('POST', '/consent-versions/treatment', { body: { ...body, ...more } }); // prettier-ignore
  expect((await desk.request('POST', '/consent-versions/treatment', { body })).status).toBe(403);
  expect((await publish({ missing: [] })).body.errors[0].code).toBe('missing-unsaid');
  const results = await Promise.all([publish(), publish()]);
  expect(results.map(({ status }) => status).toSorted()).toEqual([201, 409]);
  expect(results.find(({ status }) => status === 201)!.body).toMatchObject({ version: '2', present: true, askedAgain: before.signers, texts: [{ locale: 'en', text: 'Care\n\nWe care for you.' }] }); // prettier-ignore
  expect(good(await patient.request('GET', `/appointments/${booked.id}/consents?language=es`)).missing).toMatchObject([{ kind: 'treatment', version: '2', reason: 'new-version', title: 'Care' }]); // prettier-ignore
}, 60_000);
