/** Recurring series through the API (feature B13): the report, booking, one and all that follow, who may, and repeats. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openClinicApi, timeZone, type ClinicApi } from './clinic-api.ts';
import type { Answer, Client } from './support.ts';
import { addDays, localOf, resolveLocalTime } from '../../domain/calendar/calendar.ts';

let clinic: ClinicApi;
let patientId: string;
beforeAll(async () => {
  clinic = await openClinicApi();
  patientId = await clinic.addPatient();
});
afterAll(() => clinic?.close());

/** Each test has a week of its own, from the week after next on. */
let week = 1;
const nextDay = (): string => {
  week += 5;
  return addDays(localOf(Date.now(), timeZone).slice(0, 10), 7 * week);
};
const instant = (local: string): string => {
  const resolved = resolveLocalTime(local, timeZone);
  if (!resolved.ok) throw new Error(resolved.code);
  return new Date(resolved.instant).toISOString();
};
const bodyOf = (start: string, given: Record<string, unknown> = {}, rule: Record<string, unknown> = {}) => ({
  patientId,
  visitTypeId: clinic.visitTypeId,
  practitionerId: clinic.practitionerId,
  locationId: clinic.locationId,
  rule: { frequency: 'weekly', count: 3, start, ...rule },
  ...given,
});
const post = (path: string, body: unknown, options: { client?: Client; key?: string } = {}): Promise<Answer> =>
  (options.client ?? clinic.desk).request('POST', path, {
    body,
    ...(options.key !== undefined && { key: options.key }),
  });
async function settled(id: string, client = clinic.desk): Promise<Answer['body']> {
  for (let tries = 0; tries < 200; tries += 1) {
    const { body } = await client.request('GET', `/series/${id}`);
    if (['booked', 'refused', 'ended'].includes(body.state)) return body;
    await sleep(100);
  }
  throw new Error('the series does not settle');
}
const outcomes = (series: Answer['body']): string[] =>
  series.occurrences.map((o: Answer['body']) => o.steps.map((s: Answer['body']) => `${s.kind} ${s.code ?? s.outcome}`).join(', ')); // prettier-ignore

describe('the report', () => {
  test('says of each what it would find, with other times, and keeps nothing', async () => {
    const day = nextDay();
    await clinic.book(clinic.desk, {
      patientId: await clinic.addPatient(),
      start: instant(`${addDays(day, 7)}T09:00`),
    });
    const answer = await post('/series/preview', bodyOf(`${day}T09:00`));
    expect(answer.status).toBe(200);
    expect(answer.body.timeZone).toBe(timeZone);
    expect(answer.body.items.map((item: Answer['body']) => [item.occurrence, item.localStart, item.finding])).toEqual([[1, `${day}T09:00`, 'free'], [2, `${addDays(day, 7)}T09:00`, 'taken'], [3, `${addDays(day, 14)}T09:00`, 'free']]); // prettier-ignore
    expect(answer.body.items[1].alternatives).toHaveLength(3);
    expect(await clinic.api.owner('series').where({ patient_id: patientId })).toEqual([]);
    const audit = await clinic.api.owner('audit_event').where({ action: 'series:preview', patient_id: patientId });
    expect(audit.length).toBeGreaterThan(0);
  });

  test('says what is wrong with a rule, field by field', async () => {
    const answer = await post('/series/preview', bodyOf('2027-03-01T09:00', {}, { count: 53 }));
    expect(answer.status).toBe(400);
    const both = await post('/series/preview', bodyOf('2027-03-01T09:00', {}, { until: '2027-04-01' }));
    expect(both.body).toMatchObject({
      code: 'validation-failed',
      errors: [{ path: '/body/rule/count', code: 'one-end' }],
    });
    const nobody = await post('/series/preview', bodyOf('2027-03-01T09:00', { locationId: randomUUID() }));
    expect(nobody.status).toBe(404);
  });
});

describe('booking', () => {
  test('201 at once, the visits one by one; the repeat gets the same series, another body is refused', async () => {
    const day = nextDay();
    const [key, body] = [randomUUID(), bodyOf(`${day}T09:00`)];
    const first = await post('/series', body, { key });
    expect(first.status).toBe(201);
    expect(first.headers.get('location')).toBe(`/api/v1/series/${first.body.id}`);
    const series = await settled(first.body.id);
    expect(series).toMatchObject({ state: 'booked', onConflict: 'all', timeZone, rule: { frequency: 'weekly', interval: 1, count: 3, until: null, start: `${day}T09:00` } }); // prettier-ignore
    expect(outcomes(series)).toEqual(['book done', 'book done', 'book done']);
    expect((await post('/series', body, { key })).body.id).toBe(first.body.id);
    expect((await post('/series', bodyOf(`${day}T10:00`), { key })).body.code).toBe('idempotency-key-reused');
    const visit = await clinic.desk.request('GET', `/appointments/${series.occurrences[1].appointmentId}`);
    expect(visit.body).toMatchObject({
      status: 'booked',
      series: { id: first.body.id, occurrence: 2 },
      localStart: `${addDays(day, 7)}T09:00:00`,
    });
    const audit = await clinic.api.owner('audit_event').where({ entity_id: first.body.id, outcome: 'success' }).orderBy('id').select('action'); // prettier-ignore
    expect(audit.map(({ action }: { action: string }) => action)).toEqual(expect.arrayContaining(['series:book', 'series:settle', 'series:read'])); // prettier-ignore
  });

  test('all: 409 with what cannot be had; with a choice for it all of it can', async () => {
    const day = nextDay();
    await clinic.book(clinic.desk, {
      patientId: await clinic.addPatient(),
      start: instant(`${addDays(day, 7)}T09:00`),
    });
    const refused = await post('/series', bodyOf(`${day}T09:00`));
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({
      code: 'conflict',
      reason: 'series',
      occurrences: [{ occurrence: 2, finding: 'taken' }],
    });
    const [other] = refused.body.occurrences[0].alternatives;
    const booked = await post('/series', bodyOf(`${day}T09:00`, { choices: [{ occurrence: 2, start: other.start }, { occurrence: 3, skip: true }] })); // prettier-ignore
    expect(booked.status).toBe(201);
    const series = await settled(booked.body.id);
    expect(outcomes(series)).toEqual(['book done', 'book done', 'book skipped']);
    expect(series.occurrences[1].start).toBe(other.start);
  });

  test('somebody else for one of them: chosen from the report, kept with that visit', async () => {
    const day = nextDay();
    const taken = { patientId: await clinic.addPatient(), start: instant(`${addDays(day, 7)}T09:00`) };
    await clinic.book(clinic.desk, taken);
    const choices = [{ occurrence: 2, practitionerId: clinic.otherPractitionerId }];
    const report = await post('/series/preview', bodyOf(`${day}T09:00`, { choices }));
    expect(report.body.items.map(({ finding }: Answer['body']) => finding)).toEqual(['free', 'free', 'free']);
    const unknown = [{ occurrence: 2, practitionerId: randomUUID() }];
    expect((await post('/series', bodyOf(`${day}T09:00`, { choices: unknown }))).status).toBeGreaterThanOrEqual(400);
    const { body } = await post('/series', bodyOf(`${day}T09:00`, { choices }));
    const series = await settled(body.id);
    expect(series.occurrences.map(({ practitioner }: Answer['body']) => practitioner.name)).toEqual(['Dr. One', 'Dr. Two', 'Dr. One']); // prettier-ignore
  });

  test('skip-conflicts books what can be had, and nothing when nothing can', async () => {
    const day = nextDay();
    const other = await clinic.addPatient();
    for (const start of [`${day}T09:00`, `${addDays(day, 7)}T09:00`]) await clinic.book(clinic.desk, { patientId: other, start: instant(start) }); // prettier-ignore
    const none = await post('/series', bodyOf(`${day}T09:00`, { onConflict: 'skip-conflicts' }, { count: 2 }));
    expect(none.body).toMatchObject({ code: 'conflict', reason: 'series' });
    const some = await post('/series', bodyOf(`${day}T09:00`, { onConflict: 'skip-conflicts' }));
    expect(outcomes(await settled(some.body.id))).toEqual(['book slot-taken', 'book slot-taken', 'book done']);
  });

  test('is for staff; a patient sees the own series and no other', async () => {
    const day = nextDay();
    const own = clinic.patient.patientId;
    const body = bodyOf(`${day}T09:00`, { patientId: own });
    expect((await post('/series', body, { client: clinic.patient })).status).toBe(403);
    expect((await post('/series/preview', body, { client: clinic.patient })).status).toBe(403);
    const { body: mine } = await post('/series', body);
    const { body: foreign } = await post('/series', bodyOf(`${day}T12:00`));
    expect((await settled(mine.id, clinic.patient)).occurrences).toHaveLength(3);
    expect((await clinic.patient.request('GET', `/series/${foreign.id}`)).status).toBe(404);
    await settled(foreign.id);
    for (const action of ['change', 'cancel']) {
      const asked = {
        from: 1,
        scope: 'this-and-following',
        ...(action === 'change' ? { start: `${day}T10:00` } : { reason: 'x' }),
      };
      expect((await post(`/series/${mine.id}/${action}`, asked, { client: clinic.patient })).status).toBe(403);
    }
  });
});

describe('changing', () => {
  const book = async (day: string): Promise<string> => {
    const { body } = await post('/series', bodyOf(`${day}T09:00`));
    await settled(body.id);
    return body.id as string;
  };

  test('one leaves the rest alone; this and following move together, once for their key', async () => {
    const day = nextDay();
    const id = await book(day);
    const one = await post(`/series/${id}/change`, { from: 1, scope: 'one', start: `${day}T11:00` });
    expect(one.status).toBe(202);
    expect(one.body.occurrences.map((o: Answer['body']) => o.start)).toEqual([`${day}T11:00`, `${addDays(day, 7)}T09:00`, `${addDays(day, 14)}T09:00`].map(instant)); // prettier-ignore
    const key = randomUUID();
    const asked = { from: 2, scope: 'this-and-following', start: `${addDays(day, 8)}T13:00` };
    expect((await post(`/series/${id}/change`, asked, { key })).status).toBe(202);
    const moved = await settled(id);
    expect(outcomes(moved)).toEqual(['book done', 'book done, move done', 'book done, move done']);
    expect(moved.occurrences.map((o: Answer['body']) => o.start)).toEqual([`${day}T11:00`, `${addDays(day, 8)}T13:00`, `${addDays(day, 15)}T13:00`].map(instant)); // prettier-ignore
    expect((await post(`/series/${id}/change`, asked, { key })).body.version).toBe(moved.version);
    expect((await post(`/series/${id}/change`, { ...asked, from: 3 }, { key })).body.code).toBe(
      'idempotency-key-reused',
    );
  });

  test('cancelling: one, then all that follow; what is over says so', async () => {
    const day = nextDay();
    const id = await book(day);
    await post(`/series/${id}/cancel`, { from: 2, scope: 'one', reason: 'holiday' });
    const one = await settled(id);
    expect(one.occurrences.map((o: Answer['body']) => o.status)).toEqual(['booked', 'cancelled', 'booked']);
    await post(`/series/${id}/cancel`, { from: 1, scope: 'this-and-following', reason: 'moved-away', byClinic: true });
    const all = await settled(id);
    expect(all).toMatchObject({ state: 'ended' });
    expect(outcomes(all)).toEqual([
      'book done, cancel done',
      'book done, cancel invalid-transition',
      'book done, cancel done',
    ]);
    const late = await post(`/series/${id}/cancel`, { from: 1, scope: 'this-and-following', reason: 'again' });
    expect(late.status).toBe(409);
    expect(late.body).toMatchObject({ code: 'invalid-transition', from: 'ended' });
  });

  test('as a case: what may be done is what is accepted, to whom it may be done, and its story', async () => {
    const day = nextDay();
    const id = await book(day);
    const asCase = async (client = clinic.desk) => (await client.request('GET', `/cases/series/${id}`)).body;
    const allowed = ({ allowedActions }: Answer['body']) => allowedActions.map((one: Answer['body']) => [one.action, one.possible, one.reason?.code]); // prettier-ignore
    const booked = await asCase();
    expect(booked).toMatchObject({
      kind: 'series',
      state: 'booked',
      waitingFor: { what: 'visit', who: 'time', until: instant(`${day}T09:00`) },
      nextTimers: [{ name: 'series-end' }],
      patient: { id: patientId, name: 'Pat Canary' },
      practitioner: { name: 'Dr. One' },
      visitType: { name: 'Follow-up' },
    });
    expect(booked.related).toHaveLength(3);
    expect(booked.timeline.map(({ event, to }: Answer['body']) => `${event} ${to}`)).toEqual(['series:book booking', 'series:settle booked']); // prettier-ignore
    expect(allowed(booked)).toEqual([
      ['change', true, undefined],
      ['cancel', true, undefined],
      ['cancel-by-clinic', true, undefined],
    ]);
    expect((await clinic.patient.request('GET', `/cases/series/${id}`)).status).toBe(403);
    const listed = await clinic.desk.request('GET', `/series?patientId=${patientId}&limit=1`);
    expect(listed.body.items).toMatchObject([{ id, state: 'booked', occurrences: 3, visits: 3, planned: 0, refused: 0, nextStart: instant(`${day}T09:00`) }]); // prettier-ignore
    expect(listed.body.nextCursor).not.toBeNull();
    const more = await clinic.desk.request('GET', `/series?patientId=${patientId}&cursor=${listed.body.nextCursor}`);
    expect(more.body.items.map((one: Answer['body']) => one.id)).not.toContain(id);
    await post(`/series/${id}/cancel`, { from: 1, scope: 'this-and-following', reason: 'moved-away' });
    await settled(id);
    const ended = await asCase();
    expect(ended).toMatchObject({ state: 'ended', waitingFor: null, nextTimers: [] });
    expect(allowed(ended).map(([, possible, code]: unknown[]) => [possible, code])).toEqual(Array.from({ length: 3 }, () => [false, 'invalid-transition'])); // prettier-ignore
    const refused = await post(`/series/${id}/cancel`, { from: 1, scope: 'this-and-following', reason: 'again' });
    expect(refused.body.code).toBe('invalid-transition');
    expect((await asCase()).timeline.at(-1)).toMatchObject({ kind: 'refused', code: 'invalid-transition' });
    expect((await clinic.desk.request('GET', `/cases/series/${randomUUID()}`)).status).toBe(404);
  });

  test('answers 404 and 400 for what is not there and what is not said', async () => {
    const nowhere = `/series/${randomUUID()}`;
    expect((await clinic.desk.request('GET', nowhere)).status).toBe(404);
    for (const scope of ['one', 'this-and-following']) {
      expect((await post(`${nowhere}/cancel`, { from: 1, scope, reason: 'x' })).status).toBe(404);
      expect((await post(`${nowhere}/change`, { from: 1, scope, start: '2027-03-01T09:00' })).status).toBe(404);
    }
    expect(
      (await post(`${nowhere}/change`, { from: 1, scope: 'this-and-following', start: '2027-03-01T09:00Z' })).status,
    ).toBe(400);
    expect((await post(`${nowhere}/cancel`, { from: 0, scope: 'one', reason: 'x' })).status).toBe(400);
  });
});
