/** Intakes over HTTP, against a real engine: begun, answered in two tabs, refused and shown as they stand. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { intakeAnswers } from '../../scripts/seed/intake-answers.ts';
import type { ApiSession } from '../../scripts/seed/api-session.ts';
import { seedIntakes } from '../../scripts/seed/intakes.ts';
import { openClinicApi } from './clinic-api.ts';
import type { ClinicApi } from './clinic-api.ts';
import type { Answer } from './support.ts';

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
