/** Duplicates and merges over HTTP, against a real engine: the queue, a link, what stands against one, undoing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { duplicatePairs, seedDuplicates } from '../../scripts/seed/duplicates.ts';
import { openClinicApi, quarterAfter } from './clinic-api.ts';
import type { ClinicApi } from './clinic-api.ts';
import type { Answer } from './support.ts';

let clinic: ClinicApi;
beforeAll(async () => {
  clinic = await openClinicApi();
});
afterAll(() => clinic.close());

const good = (answer: Answer, status: number): Answer['body'] => {
  expect(answer.status, JSON.stringify(answer.body)).toBe(status);
  return answer.body;
};

const register = async (given: string[], family: string, birthDate: string) =>
  good(await clinic.desk.request('POST', '/patients', { body: { name: { given, family }, birthDate } }), 201);
const openOf = async (patientId: string) => {
  const { items } = good(await clinic.desk.request('GET', '/identity-matches'), 200);
  return items.find((item: { patient: { id: string } }) => item.patient.id === patientId);
};

describe('the queue', () => {
  it('S18: registering the same name and birth date again is nobody’s obstacle and a reviewer’s question', async () => {
    const first = await register(['José', 'María'], 'Casares', '1971-03-04');
    const second = await register(['JOSE', 'MARIA'], 'CASARES', '1971-03-04');
    expect(second.possibleDuplicates).toMatchObject([{ id: first.id }]);
    const question = await openOf(second.id);
    expect(question).toMatchObject({ grade: 'certain', score: 25.1, automatic: false, other: { id: first.id } });
    const one = good(await clinic.desk.request('GET', `/identity-matches/${question.id}`), 200);
    const known = one.weights.filter(({ level }: { level: string }) => level !== 'unknown');
    expect(
      known.map(({ field, bits }: { field: string; bits: number }) => [field, Math.round(bits * 10) / 10]),
    ).toEqual([
      ['surname', 7.2],
      ['given', 6.4],
      ['birthDate', 11.6],
    ]);
    expect(one).toMatchObject({ blockers: [], moves: { person: expect.any(Number), visits: 0 } });
    const key = crypto.randomUUID();
    const link = () => clinic.desk.request('POST', `/identity-matches/${question.id}/link`, { body: {}, key });
    const merged = good(await link(), 201);
    expect(merged).toMatchObject({ state: 'merged', survivor: { id: first.id }, merged: { id: second.id, mergedInto: first.id } }); // prettier-ignore
    expect(good(await link(), 201).id).toBe(merged.id);
    expect(await openOf(second.id)).toBeUndefined();
    const back = good(
      await clinic.desk.request('POST', `/patient-merges/${merged.id}/unmerge`, { body: { reason: 'two cousins' } }),
      200,
    );
    expect(back).toMatchObject({ state: 'unmerged', unmergeReason: 'two cousins', merged: { mergedInto: null } });
    expect(back.undone.changedSince).toBe(0);
    const again = await clinic.desk.request('POST', `/patient-merges/${merged.id}/unmerge`, { body: { reason: 'x' } });
    expect(again).toMatchObject({ status: 409, body: { code: 'conflict' } });
  });

  it('told apart once, a pair is asked about no more; who may not merge may not link', async () => {
    await register(['Rosa'], 'Quevedo', '1980-01-02');
    const second = await register(['Rosa'], 'Quevedo', '1980-01-02');
    const question = await openOf(second.id);
    const person = await clinic.api.createPerson(clinic.organizationId, 'nurse');
    const nurse = await clinic.api.signIn(person.email);
    expect((await nurse.request('POST', `/identity-matches/${question.id}/link`, { body: {} })).status).toBe(403);
    const told = good(
      await nurse.request('POST', `/identity-matches/${question.id}/new`, { body: { reason: 'cousins' } }),
      200,
    );
    expect(told).toMatchObject({ state: 'new', reason: 'cousins' });
    expect(await openOf(second.id)).toBeUndefined();
    const late = await clinic.desk.request('POST', `/identity-matches/${question.id}/dismiss`, { body: {} });
    expect(late).toMatchObject({ status: 409, body: { code: 'conflict' } });
  });

  it('pages by a cursor of its own', async () => {
    for (const day of ['03', '04', '05']) {
      await register(['Nuria'], `Ortega${day}`, `1990-06-${day}`);
      await register(['Nuria'], `Ortega${day}`, `1990-06-${day}`);
    }
    const first = good(await clinic.desk.request('GET', '/identity-matches?limit=2'), 200);
    const next = good(await clinic.desk.request('GET', `/identity-matches?limit=2&cursor=${first.nextCursor}`), 200);
    const ids = [...first.items, ...next.items].map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    expect((await clinic.desk.request('GET', '/identity-matches?cursor=x')).status).toBe(400);
  });

  it('the demonstration’s charts are found by the matching, each with its grade, and once', async () => {
    const post = async <T>(path: string, body: unknown, key: string): Promise<T> =>
      good(await clinic.desk.request('POST', path, { body, key }), 201) as T;
    for (const _again of [1, 2]) await seedDuplicates({ post });
    const { items } = good(await clinic.desk.request('GET', '/identity-matches?limit=50'), 200);
    type Item = { grade: string; automatic: boolean; patient: { name: { family: string } } };
    for (const [grade, [, later]] of Object.entries(duplicatePairs))
      expect(
        items.filter((item: Item) => item.patient.name.family === later.name.family),
        grade,
      ).toMatchObject([{ grade, automatic: false }]);
  });
});

it('questions, merges and questions to payers are cases: listed while they wait, each with its story', async () => {
  const first = await register(['Nadia'], 'Casework', '1979-04-01');
  const second = await register(['Nadia'], 'Casework', '1979-04-01');
  const cases = async (query: string) => good(await clinic.desk.request('GET', `/cases?${query}`), 200).items;
  const own = (items: { id: string }[], id: string) => items.find((item) => item.id === id);
  const question = await openOf(second.id);
  expect(own(await cases('kind=identity-match'), question.id)).toMatchObject({ state: 'open', waitingFor: { what: 'staff' }, patient: { id: second.id } }); // prettier-ignore
  expect(good(await clinic.desk.request('GET', `/cases/identity-match/${question.id}`), 200)).toMatchObject({
    state: 'open',
    waitingFor: { what: 'staff', who: 'staff' },
    nextTimers: [],
    allowedActions: ['link', 'new', 'dismiss'].map((action) => ({ action, possible: true })),
    timeline: [{ event: 'find' }],
    related: [{ relation: 'chart', id: second.id }, { relation: 'other-chart', id: first.id }],
    temporalWebUrl: null,
  }); // prettier-ignore
  const merged = good(await clinic.desk.request('POST', `/identity-matches/${question.id}/link`, { body: {} }), 201);
  expect(own(await cases('kind=identity-match'), question.id)).toBeUndefined();
  expect(own(await cases('kind=identity-match&stage=linked'), question.id)).toMatchObject({ waitingFor: null });
  expect(own(await cases('kind=patient-merge&stage=merged'), merged.id)).toMatchObject({ state: 'merged', patient: { id: first.id } }); // prettier-ignore
  const merge = good(await clinic.admin.request('GET', `/cases/patient-merge/${merged.id}`), 200);
  expect(merge).toMatchObject({ state: 'merged', waitingFor: null, allowedActions: [{ action: 'unmerge', possible: true }] }); // prettier-ignore
  expect(merge.temporalWebUrl).toContain(encodeURIComponent(`merge:${merged.id}`));
  expect(merge.timeline.map(({ event }: { event: string }) => event)).toContain('begin');
  // Who may look at duplicates and not join them is not offered it.
  expect(good(await clinic.doctor.request('GET', `/cases/patient-merge/${merged.id}`), 200)).toMatchObject({ allowedActions: [], temporalWebUrl: null }); // prettier-ignore

  const body = { position: 'primary', payerName: 'Blue River', memberId: 'XQ-7781', relation: 'self' };
  const [coverage] = good(await clinic.desk.request('POST', `/patients/${first.id}/coverages`, { body }), 201).items;
  expect(own(await cases('kind=eligibility'), coverage.id)).toMatchObject({ state: 'pending', waitingFor: { what: 'payer', until: null }, nextTimer: null }); // prettier-ignore
  const asked = new Date(Date.now() - 1_000);
  await clinic.api.owner('coverage').where({ id: coverage.id }).update({ asks_taken: 1 });
  await clinic.api.owner('eligibility_check').insert({ organization_id: clinic.organizationId, coverage_id: coverage.id, seq: 1, asked_at: asked, answered_at: asked, outcome: 'unanswered', code: 'timeout', trace: 't', op_key: `eligibility:${coverage.id}/ask:1.2` }); // prettier-ignore
  // Asked twice without an answer: again five minutes after that.
  const dueAt = new Date(asked.getTime() + 300_000).toISOString();
  expect(own(await cases('kind=eligibility'), coverage.id)).toMatchObject({ nextTimer: { name: 'ask', dueAt } });
  expect(good(await clinic.desk.request('GET', `/cases/eligibility/${coverage.id}`), 200)).toMatchObject({
    state: 'pending',
    waitingFor: { what: 'payer', who: 'time', until: dueAt },
    nextTimers: [{ name: 'ask', dueAt }],
    allowedActions: [{ action: 'ask-again', possible: true }],
    related: [{ relation: 'insured', id: first.id }],
  });
  for (const kind of ['identity-match', 'patient-merge', 'eligibility'])
    expect((await clinic.admin.request('GET', `/cases/${kind}/${crypto.randomUUID()}`)).status, kind).toBe(404);
}, 60_000);

it('F9: a visit follows the chart that stays and is moved afterwards; overlapping visits stand against a merge', async () => {
  const [stays, goes] = [await clinic.addPatient(), await clinic.addPatient()];
  const booked = await clinic.book(clinic.desk, { patientId: goes, start: quarterAfter(26 * 24 * 60) });
  const visit = good(booked, 201);
  const preview = good(await clinic.desk.request('GET', `/patient-merges/preview?a=${stays}&b=${goes}&survivorId=${stays}`), 200); // prettier-ignore
  expect(preview).toMatchObject({ survivor: { id: stays }, moves: { visits: 1 }, blockers: [] });
  const body = { survivorId: stays, mergedId: goes, reason: 'the same person' };
  const merged = good(await clinic.desk.request('POST', '/patient-merges', { body }), 201);
  expect(merged).toMatchObject({ state: 'merged', moved: { visits: 1 } });
  expect(good(await clinic.desk.request('GET', `/appointments/${visit.id}`), 200)).toMatchObject({ patientId: stays }); // prettier-ignore
  const moved = await clinic.act(clinic.desk, visit.id, 'reschedule', {
    start: quarterAfter(27 * 24 * 60),
    practitionerId: clinic.practitionerId,
  });
  expect(good(moved, 200)).toMatchObject({ patientId: stays });
  expect(good(await clinic.desk.request('GET', `/patient-merges?patientId=${goes}`), 200).items).toMatchObject([{ id: merged.id }]); // prettier-ignore
});
