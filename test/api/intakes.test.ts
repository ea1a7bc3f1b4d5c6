/** Intakes over HTTP, against a real engine: begun, answered in two tabs, refused and shown as they stand. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openMatchesOf } from '../../db/identity/identity-matches.ts';
import { withOrganization } from '../../db/transaction.ts';
import { intakeActions, type IntakeAction } from '../../domain/intake/intake.ts';
import { intakeAnswers } from '../../scripts/seed/intake-answers.ts';
import type { ApiSession } from '../../scripts/seed/api-session.ts';
import { seedIntakes } from '../../scripts/seed/intakes.ts';
import { openClinicApi } from './clinic-api.ts';
import type { ClinicApi } from './clinic-api.ts';
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
const samples = intakeAnswers({ given: 'Eva', family: 'Quill', birthDate: '1991-03-07' });

it('a patient answers, the older of two tabs is told both values, what is allowed is what is accepted', async () => {
  const { patient, doctor, desk } = clinic;
  const begun = good(
    await desk.request('POST', '/intakes', { body: { patientId: patient.patientId, language: 'es' } }),
    201,
  );
  expect(begun).toMatchObject({ state: 'invited', step: 'language' });
  const path = `/intakes/${begun.id}`;
  const put = (step: string, body: Record<string, unknown>) =>
    patient.request('PUT', `${path}/steps/${step}`, { body });
  const page = good(await patient.request('GET', `${path}/steps/language?language=es`));
  expect(page).toMatchObject({ step: 'language', version: 0, answers: {}, questionnaire: { language: 'es' } });
  // What seals unsent words in the browser is this person's, the same each time, and nobody else's.
  expect(Buffer.from(page.draftKey as string, 'base64')).toHaveLength(32);
  expect(good(await patient.request('GET', `${path}/steps/reason`)).draftKey).toBe(page.draftKey);
  expect(good(await desk.request('GET', `${path}/steps/reason`)).draftKey).toBeNull();
  for (const step of ['language', 'identity'] as const)
    good(await put(step, { answers: samples[step], baseVersion: 0, complete: true }));
  const wrong = await put('reason', { answers: {}, baseVersion: 0, complete: true });
  expect(wrong.body).toMatchObject({ code: 'validation-failed', errors: expect.arrayContaining([expect.objectContaining({ code: 'required' })]) }); // prettier-ignore
  const saved = good(await put('reason', { answers: samples.reason, baseVersion: 0, complete: false }));
  expect(saved).toMatchObject({
    step: 'reason',
    version: 1,
    answers: samples.reason,
    crisis: [],
    nextStep: 'contact',
  });
  const stale = await put('reason', { answers: { 'reason.main': ['Other.'] }, baseVersion: 0, complete: false });
  expect(stale.status).toBe(409);
  expect(stale.body).toMatchObject({
    code: 'stale-step',
    current: { answers: samples.reason, version: 1 },
    yours: { answers: { 'reason.main': ['Other.'] }, baseVersion: 0 },
  });
  const danger = { ...samples.reason, 'reason.safe-at-home': [{ code: 'no' }], 'reason.stroke': [true] };
  expect(good(await put('reason', { answers: danger, baseVersion: 1, complete: true, language: 'es' })).crisis).toMatchObject([{ rule: 'stroke-signs' }, { rule: 'not-safe-at-home' }]); // prettier-ignore
  expect(good(await patient.request('GET', `${path}/progress`))).toMatchObject({ state: 'in-progress', waitingOn: 'patient', crisis: [{ rule: 'stroke-signs' }, { rule: 'not-safe-at-home' }] }); // prettier-ignore
  const bundle = good(await doctor.request('GET', `${path}/fhir`));
  expect(bundle.entry.map(({ resource }: { resource: { id: string } }) => resource.id)).toEqual(
    ['language', 'identity', 'reason'].map((step) => `${begun.id}.${step}`),
  );
  expect(bundle.entry[2].resource).toMatchObject({
    resourceType: 'QuestionnaireResponse',
    status: 'in-progress',
    language: 'en',
    subject: { reference: `Patient/${patient.patientId}` },
    item: expect.arrayContaining([expect.objectContaining({ linkId: 'reason.main', answer: [{ valueString: 'My knee has hurt for two weeks.' }] })]),
  }); // prettier-ignore
  expect((await patient.request('GET', `${path}/fhir`)).status).toBe(403);
  const detail = good(await doctor.request('GET', path));
  expect(detail).toMatchObject({
    escalation: 'open',
    raised: expect.arrayContaining([
      expect.objectContaining({ rule: 'not-safe-at-home', linkId: 'reason.safe-at-home' }),
      expect.objectContaining({ rule: 'stroke-signs', linkId: 'reason.stroke' }),
    ]),
  });
  const story = good(await doctor.request('GET', `/cases/intake/${begun.id}`));
  expect(story.timeline.map((entry: { event: string }) => entry.event)).toContain('save-step');
  expect(story.allowedActions).toEqual(detail.allowedActions);
  expect(good(await desk.request('GET', '/cases?kind=intake')).items.map((one: { id: string }) => one.id)).toContain(
    begun.id,
  );
  for (const { action, possible } of detail.allowedActions as { action: string; possible: boolean }[])
    if (!possible)
      expect([403, 409], action).toContain((await doctor.request('POST', `${path}/${action}`, { body: {} })).status);
  expect(good(await doctor.request('POST', `${path}/cancel`, { body: { reason: 'test' } }))).toMatchObject({
    state: 'cancelled',
  });
  expect(good(await patient.request('GET', `${path}/steps/reason`)).draftKey).toBeNull();
}, 60_000);

it('the demonstration’s intakes stand in five states; made again, nothing changes', async () => {
  const send = (method: string) => async (path: string, body: unknown, key: string) =>
    good(await clinic.doctor.request(method, path, { body, headers: { 'idempotency-key': key } }), path === '/intakes' ? 201 : 200); // prettier-ignore
  const session: Pick<ApiSession, 'post' | 'put'> = { post: send('POST'), put: send('PUT') };
  await seedIntakes(session);
  const board = async () => good(await clinic.doctor.request('GET', '/intakes')).items.map((one: { id: string; state: string; version: number }) => [one.id, one.state, one.version]); // prettier-ignore
  const first = await board();
  expect(first.map(([, state]: [string, string]) => state).toSorted()).toEqual(['in-progress', 'in-review', 'invited', 'returned', 'submitted']); // prettier-ignore
  await seedIntakes(session);
  expect(await board()).toEqual(first);
}, 90_000);

const code = (value: string) => [{ code: value }];
const inputs: Readonly<Record<IntakeAction, Record<string, unknown>>> = {
  submit: {}, withdraw: {}, 'assign-review': {}, approve: {}, 'resend-link': {}, 'ack-escalation': {},
  return: { steps: ['reason'], notes: { reason: 'Since when?' } }, waive: { step: 'insurance', reason: 'pays cash' }, cancel: { reason: 'test' }, reopen: { reason: 'test' },
  'verify-identity': { identifiers: ['name', 'birth-date'] }, 'resolve-match': { decision: 'new', reason: 'twins' },
}; // prettier-ignore

it('every action that is listed as possible is accepted, every other is refused and changes nothing', async () => {
  const { doctor, desk, admin } = clinic;
  const { organizationId: organization_id } = clinic;
  const { id: userId } = await clinic.api.owner('app_user').where({ organization_id, display_name: 'Canary doctor' }).first();
  const [from, until] = [-1, 8].map((n) => new Date(Date.now() + n * 3_600_000).toISOString());
  good(await admin.request('POST', '/on-call/shifts', { body: { role: 'on-call-clinician', userId, from, until } }), 201);

  type Copy = { readonly id: string; readonly patientId: string };
  const post = (client: Client, id: string, action: string, body: object) => client.request('POST', `/intakes/${id}/${action}`, { body });
  const put = async (id: string, step: string, answers: object, complete = true) => void good(await desk.request('PUT', `/intakes/${id}/steps/${step}`, { body: { answers, baseVersion: 0, complete } }));
  async function invited(person = somebody()): Promise<Copy & { person: typeof person }> {
    const patientId = await clinic.addPatient({ given: [person.given], family: person.family, birth_date: person.birthDate, phone: null });
    const { id } = good(await desk.request('POST', '/intakes', { body: { patientId } }), 201);
    return { id, patientId, person };
  }
  async function alarmed(): Promise<Copy> {
    const copy = await invited();
    await put(copy.id, 'reason', { ...samples.reason, 'reason.safe-at-home': code('no') }, false);
    return copy;
  }
  async function submitted(person = somebody()): Promise<Copy> {
    const copy = await invited(person);
    for (const [step, answers] of Object.entries(intakeAnswers(person))) await put(copy.id, step, answers);
    good(await post(desk, copy.id, 'submit', {}));
    return copy;
  }
  async function inReview(person = somebody()): Promise<Copy> {
    const copy = await submitted(person);
    good(await post(doctor, copy.id, 'assign-review', {}));
    return copy;
  }
  async function doubtful(): Promise<Copy> {
    const { phone: _other, ...person } = somebody();
    good(await desk.request('POST', '/intakes', { body: { person } }), 201);
    return inReview({ ...person, phone: somebody().phone });
  }
  async function say(client: Client, { id, patientId }: Copy, action: IntakeAction) {
    const [match] = action === 'resolve-match' ? await withOrganization(clinic.worker, organization_id, (trx) => openMatchesOf(trx, patientId)) : [];
    return post(client, id, action, { ...inputs[action], ...(action === 'resolve-match' && { matchId: match?.id ?? randomUUID() }) });
  }
  async function listed(client: Client, { id }: Copy): Promise<{ possible: IntakeAction[]; rest: IntakeAction[]; version: number }> {
    const { allowedActions, version } = good(await client.request('GET', `/intakes/${id}`));
    const all = allowedActions as { action: IntakeAction; possible: boolean }[];
    expect(all.map(({ action }) => action)).toEqual(intakeActions);
    return { possible: all.filter((one) => one.possible).map(({ action }) => action), rest: all.filter((one) => !one.possible).map(({ action }) => action), version };
  }
  async function othersRefused(copy: Copy, clients: readonly Client[]): Promise<void> {
    for (const client of clients) {
      const { rest, version } = await listed(client, copy);
      for (const action of rest) expect([403, 409], action).toContain((await say(client, copy, action)).status);
      expect((await listed(client, copy)).version).toBe(version);
    }
  }

  const order: readonly IntakeAction[] = [
    'verify-identity', 'waive', 'resend-link', 'assign-review', 'ack-escalation', 'resolve-match', 'approve', 'return', 'cancel',
  ];
  const seen = new Map<string, IntakeAction[]>();
  async function stand(name: string, make: () => Promise<Copy>): Promise<void> {
    const first = await make();
    await othersRefused(first, [doctor, desk]);
    const { possible } = await listed(doctor, first);
    const atTheDesk = (await listed(desk, first)).possible;
    seen.set(name, possible);
    // As many as still are listed on one copy, what ends it last; then the rest on a fresh one.
    const left = new Set(possible);
    for (let copy = first; left.size > 0; copy = await make()) {
      for (;;) {
        const now = (await listed(doctor, copy)).possible;
        const action = order.find((one) => left.has(one) && now.includes(one));
        if (action === undefined) break;
        // By each of them in turn, where both may.
        const answer = await say(left.size % 2 === 0 && atTheDesk.includes(action) ? desk : doctor, copy, action);
        expect(answer.status, `${name}: ${action} ${JSON.stringify(answer.body)}`).toBe(200);
        left.delete(action);
      }
      await othersRefused(copy, [doctor]);
      if (left.size === 0) break;
    }
  }
  await stand('invited', invited);
  await stand('alarmed', alarmed);
  await stand('submitted', submitted);
  await stand('in-review', inReview);
  await stand('doubtful', doubtful);
  // What is possible where, so that an empty list would not pass for a kept promise.
  expect(Object.fromEntries(seen)).toEqual({
    invited: ['waive', 'resend-link', 'cancel', 'verify-identity'],
    alarmed: ['waive', 'ack-escalation', 'resend-link', 'cancel', 'verify-identity'],
    submitted: ['assign-review', 'cancel', 'verify-identity'],
    'in-review': ['assign-review', 'return', 'approve', 'cancel', 'verify-identity'],
    doubtful: ['assign-review', 'return', 'resolve-match', 'cancel'],
  });
}, 120_000); // prettier-ignore

/** Nobody could take them for another. */
function somebody(): { given: string; family: string; birthDate: string; phone: string } {
  const letters = randomUUID()
    .replace(/[^a-f]/g, '')
    .slice(0, 12);
  const [year, number] = [1930 + Math.floor(Math.random() * 60), 1000 + Math.floor(Math.random() * 9000)];
  return {
    given: `G${letters.slice(6)}`,
    family: `F${letters}`,
    birthDate: `${year}-03-07`,
    phone: `212 ${(number % 900) + 100} ${number}`,
  };
}
