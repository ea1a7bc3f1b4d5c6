/** The door of an intake: what a link tells (nothing), how often it may be tried, and what its session may do (one intake). */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  hashIntakeCode,
  intakeCode,
  intakeDraftKey,
  intakeLinkToken,
  readIntakeLinkToken,
} from '../../activities/intake-token.ts';
import { requireIntake } from '../../api/intakes/own-intake.ts';
import { route, type AnyRoute } from '../../api/route.ts';
import { routes } from '../../api/routes.ts';
import { idParams } from '../../api/schemas.ts';
import { fileIntakeLink } from '../../db/intakes/intake-links.ts';
import { withTransaction } from '../../db/transaction.ts';
import { recordGuardian, revokeGuardian } from '../../db/patients/guardians.ts';
import { systemActor } from '../../domain/actor.ts';
import { z } from 'zod';
import { startTestApi, type Answer, type TestApi } from './support.ts';

/** Stands for every route of an intake: the same policy, the same narrowing. */
const touch = route({
  method: 'POST',
  path: '/test-intakes/:id/touch',
  summary: 'Only for this test',
  params: idParams,
  answer: z.object({ ok: z.boolean(), actor: z.string(), onBehalfOf: z.string().nullable() }),
  policy: { action: 'own-intake:write' },
  audit: { none: 'a route of a test' },
  withoutIdempotencyKey: 'a route of a test',
  handler: async (context, { params }) => {
    const row = await context.read((trx) =>
      trx('intake').where({ id: params.id }).first<{ id: string; patient_id: string } | undefined>('id', 'patient_id'),
    );
    requireIntake(context, row && { id: row.id, patientId: row.patient_id });
    return { ok: true, actor: context.actor.ref, onBehalfOf: context.actor.onBehalfOf ?? null };
  },
});

let api: TestApi;
let organizationId = '';
beforeAll(async () => {
  api = await startTestApi([...(routes as readonly AnyRoute[]), touch as unknown as AnyRoute]);
  organizationId = await api.createOrganization('Harbor Clinic');
});
afterAll(() => api.stop());

let patientId = '';
let intakeId = '';
const actor = systemActor('test');
const makeIntake = async (patient: string, older = true): Promise<string> => {
  const id = randomUUID();
  await api.owner('intake').insert({ id, organization_id: organizationId, patient_id: patient, state: 'invited', language: 'es', expires_at: new Date(Date.now() + 30 * 86_400_000), created_by: 'test', created_at: new Date(Date.now() + (older ? 300_000 : 0)) }); // prettier-ignore
  return id;
};
const inOrganization = <T>(work: (trx: never) => Promise<T>): Promise<T> =>
  withTransaction(api.owner, { organizationId }, work as never);
const file = async (id = intakeId, patient = patientId, more: object = {}) =>
  (await inOrganization((trx) => fileIntakeLink(trx, { organizationId, intakeId: id, patientId: patient, actor, at: new Date(), mail: 'intake-invitation', dedupeKey: randomUUID(), ...more }))).linkId; // prettier-ignore
beforeEach(async () => {
  patientId = await api.createPatient(organizationId, { birthDate: '1980-02-29' });
  intakeId = await makeIntake(patientId);
});

const origin = { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-origin' };
const ask = (linkId: string, what: 'code' | 'open' | 'renew', body: object = {}, headers: Record<string, string> = {}) =>
  api.client(undefined, origin).request('POST', `/intake-links/${intakeLinkToken(api.keys, linkId)}/${what}`, { body, key: null, headers }); // prettier-ignore
const look = async (linkId: string): Promise<Answer> =>
  api.client().request('GET', `/intake-links/${intakeLinkToken(api.keys, linkId)}`);
const codeOf = async (linkId: string): Promise<string> => {
  const { code_expires_at: expires } = await api.owner('intake_link').where({ id: linkId }).first('code_expires_at');
  return intakeCode(api.keys, linkId, expires);
};
const cookieOf = (answer: Answer): string => /(?:^|, )(sid=[^;]+)/.exec(answer.headers.get('set-cookie') ?? '')![1]!;
const opened = async (linkId: string): Promise<string> => {
  await ask(linkId, 'code', { birthDate: '1980-02-29' });
  const answer = await ask(linkId, 'open', { birthDate: '1980-02-29', code: await codeOf(linkId) });
  expect(answer.status).toBe(201);
  return cookieOf(answer);
};
const touchWith = (cookie: string, id: string) =>
  api.client(undefined, { ...origin, cookie }).request('POST', `/test-intakes/${id}/touch`, { body: {}, key: null });

it('a link tells the clinic and a language, and nothing about the person', async () => {
  const answer = await look(await file());
  expect(answer.body).toEqual({ state: 'step-up', clinic: { name: 'Harbor Clinic', phone: null }, language: 'en', lockedUntil: null, asks: 'birth-date' }); // prettier-ignore
  expect(JSON.stringify(answer.body)).not.toContain('Canary');
  const token = intakeLinkToken(api.keys, randomUUID());
  expect((await api.client().request('GET', `/intake-links/${token}`)).body.code).toBe('token-invalid');
  expect((await api.client().request('GET', `/intake-links/${'A'.repeat(64)}`)).body.code).toBe('token-invalid');
  expect(readIntakeLinkToken(api.keys, token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A'))).toBeNull();
});

it('unsent words of a patient, of a guardian and of another intake are sealed with keys of their own', () => {
  const keys = new Set(
    [`patient:${patientId}`, 'guardian:1'].flatMap((holder) =>
      [intakeId, randomUUID()].map((of) => intakeDraftKey(api.keys, of, holder)),
    ),
  );
  expect(keys.size).toBe(4);
});

it('date and code open this intake in this browser and no other; the code works once', async () => {
  const linkId = await file();
  await ask(linkId, 'code', { birthDate: '1980-02-29' });
  const code = await codeOf(linkId);
  const mail = await api.owner('notification').where({ aggregate_id: linkId, kind: 'intake-code' }).first();
  expect(JSON.stringify(mail)).not.toContain(code);
  expect(await api.owner('intake_link').where({ id: linkId }).first('code_hash')).toEqual({ code_hash: hashIntakeCode(api.keys, linkId, code) }); // prettier-ignore
  const answer = await ask(linkId, 'open', { birthDate: '1980-02-29', code });
  expect(answer.body).toMatchObject({ intakeId });
  expect(answer.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Lax/);
  const cookie = cookieOf(answer);
  expect((await touchWith(cookie, intakeId)).body).toEqual({ ok: true, actor: `patient:${patientId}`, onBehalfOf: null }); // prettier-ignore
  // The same patient's other intake, another patient's, and one that does not exist: all the same.
  const other = await makeIntake(patientId);
  const foreign = await makeIntake(await api.createPatient(organizationId));
  for (const id of [other, foreign, randomUUID()]) expect((await touchWith(cookie, id)).body.code).toBe('not-found');
  expect((await ask(linkId, 'open', { birthDate: '1980-02-29', code })).body.code).toBe('sign-in-failed');
  // As a token in a header it opens nothing.
  expect((await api.client(cookie.slice(4)).request('POST', `/test-intakes/${intakeId}/touch`, { body: {}, key: null })).status).toBe(401); // prettier-ignore
});

it('a session of a link may do nothing else: every route that is not of an intake refuses it', async () => {
  const cookie = await opened(await file());
  const client = api.client(undefined, { ...origin, cookie });
  const wrong: string[] = [];
  for (const { method, path, policy } of routes as readonly AnyRoute[]) {
    if ('public' in policy || ('signedIn' in policy && policy.ofLink === true)) continue;
    if ('action' in policy && [policy.action].flat().includes('own-intake:write')) continue;
    const answer = await client.request(method, path.replaceAll(/:(\w+)/g, randomUUID()), method === 'GET' ? {} : { body: {} }); // prettier-ignore
    if (answer.status !== 403) wrong.push(`${method} ${path}: ${answer.status}`);
  }
  expect(wrong).toEqual([]);
  // It can end itself.
  expect((await client.request('DELETE', '/sessions/current')).status).toBe(204);
  expect((await touchWith(cookie, intakeId)).status).toBe(401);
});

it('fifty tries at once are fifty tries: five are looked at, then a quarter of an hour nothing is', async () => {
  const linkId = await file();
  await ask(linkId, 'code', { birthDate: '1980-02-29' });
  const code = await codeOf(linkId);
  const wrong = code === '00000000' ? '11111111' : '00000000';
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask(linkId, 'open', { birthDate: '1980-02-29', code: wrong }))); // prettier-ignore
  expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(45);
  expect((await ask(linkId, 'open', { birthDate: '1980-02-29', code })).status).toBe(429);
  const locked = await look(linkId);
  expect(locked.body.state).toBe('locked');
  const minutes = (Date.parse(locked.body.lockedUntil) - Date.now()) / 60_000;
  expect(minutes).toBeGreaterThan(14);
  expect(minutes).toBeLessThanOrEqual(15);
  // Another link does not open the lock.
  await ask(linkId, 'renew');
  const next = await api.owner('intake_link').where({ intake_id: intakeId }).whereNull('ended_at').first();
  expect((await look(next.id)).body.state).toBe('locked');
  await api
    .owner('intake_link')
    .where({ id: next.id })
    .update({ locked_until: new Date(Date.now() - 1) });
  expect(await opened(next.id)).toMatch(/^sid=/);
}, 30_000);

it('asking for a code says the same, in the same time, whether the date was right; a wrong one sends nothing and counts', async () => {
  const linkId = await file();
  const timed = async (birthDate: string) => {
    const began = performance.now();
    const { status, body } = await ask(linkId, 'code', { birthDate });
    return { status, body, took: performance.now() - began };
  };
  const wrong = await timed('1980-02-28');
  expect(await api.owner('notification').where({ aggregate_id: linkId, kind: 'intake-code' })).toEqual([]);
  expect(await api.owner('intake_link').where({ id: linkId }).first('failed_attempts')).toEqual({ failed_attempts: 1 });
  const right = await timed('1980-02-29');
  expect([wrong.status, wrong.body]).toEqual([right.status, right.body]);
  // Both wait for the same floor; what a busy machine adds is not of the answer.
  expect(Math.min(wrong.took, right.took)).toBeGreaterThanOrEqual(395);
  for (let n = 0; n < 4; n += 1) await timed('1999-01-01');
  expect((await look(linkId)).body.state).toBe('locked');
  expect((await timed('1980-02-29')).status).toBe(202);
  expect(await api.owner('notification').where({ aggregate_id: linkId, kind: 'intake-code' })).toHaveLength(1);
}, 20_000);

it('without a whole date of birth its year is asked, without any the postcode; where nothing is known it says that the code is all', async () => {
  const codesTo = async (id: string): Promise<number> => (await api.owner('intake_link').where({ id }).first<{ codes_sent: number }>('codes_sent')).codes_sent; // prettier-ignore
  const rows = [
    { of: { birth_date: '1980' }, asks: 'birth-year', wrong: { birthYear: '1981' }, right: { birthYear: '1980' } },
    { of: { birth_date: '1980-02' }, asks: 'birth-year', wrong: { birthYear: '2001' }, right: { birthYear: '1980' } },
    { of: { birth_date: null, address: JSON.stringify({ postalCode: '02139-4307' }) }, asks: 'postcode', wrong: { postcode: '02138' }, right: { postcode: ' 02139 ' } },
    { of: { birth_date: null, address: '{}' }, asks: 'code-alone', wrong: null, right: {} },
  ]; // prettier-ignore
  for (const { of, asks, wrong, right } of rows) {
    const who = await api.createPatient(organizationId);
    await api.owner('patient').where({ id: who }).update(of);
    const linkId = await file(await makeIntake(who), who);
    expect((await look(linkId)).body.asks).toBe(asks);
    for (const body of wrong === null ? [] : [wrong, {}]) await ask(linkId, 'code', body);
    expect(await codesTo(linkId)).toBe(0);
    await ask(linkId, 'code', right);
    expect(await codesTo(linkId), asks).toBe(1);
    const code = await codeOf(linkId);
    if (wrong !== null) expect((await ask(linkId, 'open', { ...wrong, code })).status).toBe(401);
    expect((await ask(linkId, 'open', { ...right, code })).status).toBe(201);
  }
});

it('an untouched invitation to a new chart opens directly, once; what was saved is behind the step-up', async () => {
  intakeId = await makeIntake(patientId, false);
  const linkId = await file();
  expect((await look(linkId)).body.state).toBe('ready');
  const answer = await ask(linkId, 'open');
  expect(answer.status).toBe(201);
  expect((await touchWith(cookieOf(answer), intakeId)).status).toBe(200);
  const session = await api.owner('session').where({ intake_link_id: linkId }).first('stepped_up_at', 'user_id');
  expect(session).toEqual({ stepped_up_at: null, user_id: null });
  expect((await look(linkId)).body.state).toBe('step-up');
  expect((await ask(linkId, 'open')).status).toBe(401);
});

it('a replaced, an expired and a closed link say so and open nothing; a new one goes to the address on file', async () => {
  const first = await file();
  const cookie = await opened(first);
  await ask(first, 'renew');
  expect((await look(first)).body.state).toBe('replaced');
  const refused = await ask(first, 'open', { birthDate: '1980-02-29', code: '00000000' });
  expect([refused.status, refused.body.code]).toEqual([410, 'token-expired']);
  // Who was inside goes on: nothing was wrong with them.
  expect((await touchWith(cookie, intakeId)).status).toBe(200);
  const next = await api.owner('intake_link').where({ intake_id: intakeId }).whereNull('ended_at').first();
  const mail = await api.owner('notification').where({ aggregate_id: next.id }).first();
  expect(mail).toMatchObject({ kind: 'intake-new-link', to_ref: `intake-link:${next.id}` });
  await api
    .owner('intake_link')
    .where({ id: next.id })
    .update({ expires_at: new Date(Date.now() - 1) });
  expect((await look(next.id)).body.state).toBe('expired');
  // The address was wrong: whoever has the old link is out at once.
  const sent = await file(intakeId, patientId, { endSessions: true });
  expect((await touchWith(cookie, intakeId)).status).toBe(401);
  await api.owner('intake_link').where({ id: sent }).update({ ended_at: new Date(), ended_because: 'closed' });
  expect((await look(sent)).body.state).toBe('closed');
  const before = await api.owner('intake_link').where({ intake_id: intakeId }).count('id');
  expect((await ask(sent, 'renew')).status).toBe(202);
  expect(await api.owner('intake_link').where({ intake_id: intakeId }).count('id')).toEqual(before);
});

it('a guardian acts for the child, by name of both, until the authority is taken back: then at once no more', async () => {
  patientId = await api.createPatient(organizationId, { birthDate: '2020-02-29' });
  intakeId = await makeIntake(patientId);
  const about = { organizationId, patientId, actor, at: new Date(Date.now() - 1_000) };
  const { id } = await inOrganization((trx) => recordGuardian(trx, { ...about, name: 'Maria', relationship: 'parent', authority: 'parent', email: 'maria@example.org' })); // prettier-ignore
  const linkId = await file();
  await ask(linkId, 'code', { birthDate: '2020-02-29' });
  const cookie = cookieOf(await ask(linkId, 'open', { birthDate: '2020-02-29', code: await codeOf(linkId) }));
  expect((await touchWith(cookie, intakeId)).body).toEqual({ ok: true, actor: `guardian:${id}`, onBehalfOf: `patient:${patientId}` }); // prettier-ignore
  // The day of majority needs no timer.
  await api.owner('patient_guardian').where({ id }).update({ valid_until: new Date() });
  expect((await touchWith(cookie, intakeId)).status).toBe(401);
  expect((await look(linkId)).body.state).toBe('closed');
  await api.owner('patient_guardian').where({ id }).update({ valid_until: null });
  expect((await touchWith(cookie, intakeId)).status).toBe(200);
  await inOrganization((trx) => revokeGuardian(trx, { ...about, guardianId: id, because: 'court' }));
  expect((await touchWith(cookie, intakeId)).status).toBe(401);
});

it('consents: texts for everybody, own words for the patient, taken back once, 404 for another chart', async () => {
  const person = await api.createPerson(organizationId, 'patient');
  const nurse = await api.signIn((await api.createPerson(organizationId, 'nurse')).email);
  const own = await api.signIn(person.email);
  const texts = (await own.request('GET', '/consent-documents?language=es-MX')).body.items;
  const treatment = texts.find((one: { kind: string }) => one.kind === 'treatment');
  expect(treatment.locale).toBe('es');
  const { commitSection } = await import('../../db/charts/chart-sections.ts');
  await inOrganization((trx) => commitSection(trx, { organizationId, step: 'consents', patientId: person.patientId!, intakeId, actor, at: new Date(), language: 'es', answers: { 'consents.agree.treatment': [true], 'consents.relationship': [{ code: 'self' }], 'consents.typed-name': ['P'], 'consents.intent': [true] } })); // prettier-ignore
  const chart = `/patients/${person.patientId}/consents`;
  const [signed] = (await own.request('GET', chart)).body.items;
  expect(signed).toMatchObject({ kind: 'treatment', event: 'signed', inForce: true, sha256: treatment.sha256 });
  expect((await nurse.request('GET', `${chart}/${signed.id}`)).body.text).toBe(treatment.text);
  const after = await own.request('POST', `${chart}/${signed.id}/revoke`, { body: {} });
  expect(after.body.items[0]).toMatchObject({ event: 'revoked', revokes: signed.id });
  expect(after.body.missing).toContainEqual({ kind: 'treatment', version: treatment.version, reason: 'revoked' });
  expect((await nurse.request('POST', `${chart}/${signed.id}/revoke`, { body: {} })).body.code).toBe('conflict');
  expect((await own.request('GET', `/patients/${patientId}/consents`)).status).toBe(404);
  expect((await own.request('POST', `/patients/${patientId}/consents/${signed.id}/revoke`, { body: {} })).status).toBe(404); // prettier-ignore
  expect((await own.request('GET', `/patients/${person.patientId}/guardians`)).status).toBe(403);
  const guardian = { name: 'Maria', relationship: 'parent', authority: 'parent', evidence: 'birth certificate' };
  expect((await own.request('POST', `/patients/${person.patientId}/guardians`, { body: guardian })).status).toBe(403);
  const child = await api.createPatient(organizationId, { birthDate: '2019-05-05' });
  const kept = await nurse.request('POST', `/patients/${child}/guardians`, { body: guardian });
  expect(kept.body).toMatchObject({ minor: true, items: [{ name: 'Maria', inAuthority: true }] });
  const ended = await nurse.request('POST', `/patients/${child}/guardians/${kept.body.items[0].id}/revoke`, { body: { reason: 'moved' } }); // prettier-ignore
  expect(ended.body.items[0].inAuthority).toBe(false);
});
