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
