/** B20, B21 over HTTP: who would be affected, the process, everybody's path, and a person's word. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openClinicApi, quarterAfter, day, type ClinicApi } from './clinic-api.ts';
import type { Answer } from './support.ts';

let clinic: ClinicApi;
beforeAll(async () => {
  clinic = await openClinicApi();
});
afterAll(() => clinic.close());

/** A practitioner of its own, with visits of different patients on one day. */
async function someoneWith(
  count: number,
  from: number,
): Promise<{ practitionerId: string; visits: string[]; span: { start: string; end: string } }> {
  const practitionerId = await clinic.addPractitioner('Dr. Sick');
  const visits: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const patientId = await clinic.addPatient();
    const booked = await clinic.book(clinic.desk, { patientId, practitionerId, start: quarterAfter(from + n * 60) });
    expect(booked.status, JSON.stringify(booked.body)).toBe(201);
    visits.push(booked.body.id);
  }
  return {
    practitionerId,
    visits,
    span: { start: quarterAfter(from - 120), end: quarterAfter(from + count * 60 + 60) },
  };
}
const declare = (body: Record<string, unknown>, key?: string): Promise<Answer> =>
  clinic.desk.request('POST', '/absences', { body: { reason: 'ill', ...body }, ...(key !== undefined && { key }) });
const show = (id: string): Promise<Answer> => clinic.desk.request('GET', `/absences/${id}`);
const say = (id: string, path: string, body: Record<string, unknown> = {}, key?: string): Promise<Answer> =>
  clinic.desk.request('POST', `/absences/${id}/${path}`, { body, ...(key !== undefined && { key }) });
async function seen(id: string, so: (body: Answer['body']) => boolean): Promise<Answer['body']> {
  for (let tries = 0; ; tries += 1) {
    const { body } = await show(id);
    if (so(body)) return body;
    if (tries > 150) throw new Error(`never seen: ${JSON.stringify(body.absence)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
const statesOf = (body: Answer['body']): string[] => body.cases.map((one: { state: string }) => one.state);

describe('absences', () => {
  it('shows who would be affected, then does it once for the key, and brings everybody to a resolution', async () => {
    const { practitionerId, visits, span } = await someoneWith(3, 10 * day);
    const closures = () => clinic.desk.request('GET', `/availability-exceptions?resourceId=${practitionerId}`);
    const preview = await declare({ resourceId: practitionerId, ...span, dryRun: true });
    expect(preview).toMatchObject({ status: 200, body: { dryRun: true, absence: null } });
    expect(preview.body.affected.map((one: Answer['body']) => [one.appointment.id, one.state])).toEqual(visits.map((id) => [id, 'affected'])); // prettier-ignore
    expect((await closures()).body.items).toEqual([]);

    const key = randomUUID();
    const declared = await declare({ resourceId: practitionerId, ...span }, key);
    expect(declared.status, JSON.stringify(declared.body)).toBe(201);
    const { id } = declared.body.absence;
    expect(declared.headers.get('location')).toBe(`/api/v1/absences/${id}`);
    expect(declared.body.absence).toMatchObject({
      kind: 'absence',
      resource: { id: practitionerId, name: 'Dr. Sick' },
    });
    expect(declared.body.affected.map((one: Answer['body']) => one.state)).toEqual([
      'affected',
      'affected',
      'affected',
    ]);
    expect((await declare({ resourceId: practitionerId, ...span }, key)).body.absence.id).toBe(id);
    expect((await declare({ resourceId: practitionerId, ...span, reason: 'else' }, key)).status).toBe(422);
    expect((await closures()).body.items).toHaveLength(1);

    const asked = await seen(id, (body) => statesOf(body).every((state) => state === 'offered'));
    expect(asked.cases[0]).toMatchObject({
      appointment: { id: visits[0], status: 'cancelled' },
      allowedActions: ['cancel', 'call', 'retry', 'pause'],
      held: [{}, {}, {}],
    });
    expect(asked.cases[0].path.map((step: Answer['body']) => [step.event, step.to])).toEqual([['list', 'affected'], ['ask', 'offered']]); // prettier-ignore
    expect(asked.cases[0].path[0].actor.name).not.toBeNull();
    // The first takes a time at the desk, the second is cancelled for good, the third is called.
    const taken = await clinic.act(clinic.desk, asked.cases[0].held[0].appointmentId, 'confirm-hold');
    expect(taken.status, JSON.stringify(taken.body)).toBe(200);
    const once = randomUUID();
    const word = `cases/${visits[1]}/cancel`;
    expect(await say(id, word, { reason: 'moved away' }, once)).toMatchObject({
      status: 200,
      body: { state: 'running' },
    });
    expect((await say(id, word, { reason: 'moved away' }, once)).status).toBe(200);
    expect(await say(id, word)).toMatchObject({ status: 409, body: { code: 'invalid-transition' } });
    expect((await say(id, `cases/${visits[2]}/call`)).status).toBe(200);
    const called = await seen(id, (body) => statesOf(body)[2] === 'to-call' && statesOf(body)[0] === 'rebooked');
    expect(called.cases[0].replacement.id).toBe(asked.cases[0].held[0].appointmentId);
    const done = await clinic.desk.request('POST', `/staff-tasks/${called.cases[2].task.id}/finish`, { body: { outcome: 'reached' } }); // prettier-ignore
    expect(done.status, JSON.stringify(done.body)).toBe(200);
    // A finished call is noticed at once, long before the next look.
    const over = await seen(id, (body) => body.absence.state === 'resolved');
    expect(over.absence).toMatchObject({ progress: { total: 3, settled: 3, percent: 100 }, allowedActions: [] });
    expect(statesOf(over)).toEqual(['rebooked', 'cancelled', 'called']);
    const audit = await clinic.api.owner('audit_event').where({ entity_id: id }).select('action', 'outcome');
    expect(audit.map((row: { action: string }) => row.action)).toEqual(expect.arrayContaining(['absence:declare', 'absence:resolve', 'absence:read'])); // prettier-ignore
  });

  it('can be paused, resumed and stopped, and is listed by state', async () => {
    const { practitionerId, visits, span } = await someoneWith(1, 20 * day);
    const { id } = (await declare({ resourceId: practitionerId, ...span })).body.absence;
    await seen(id, (body) => statesOf(body)[0] === 'offered');
    expect(await say(id, 'pause')).toMatchObject({ status: 200, body: { state: 'paused', allowedActions: ['resume', 'stop'] } }); // prettier-ignore
    expect(await say(id, 'pause')).toMatchObject({ status: 409, body: { code: 'invalid-transition', allowed: ['resume', 'stop'] } }); // prettier-ignore
    const paused = await clinic.desk.request('GET', `/absences?state=paused&resourceId=${practitionerId}`);
    expect(paused.body.items.map((one: Answer['body']) => one.id)).toEqual([id]);
    expect(await say(id, 'resume')).toMatchObject({ status: 200, body: { state: 'running' } });
    expect(await say(id, 'stop', { reason: 'back at work', reopen: true })).toMatchObject({ status: 200, body: { state: 'stopped' } }); // prettier-ignore
    expect(await say(id, 'resume')).toMatchObject({ status: 409, body: { code: 'invalid-transition' } });
    expect(statesOf((await show(id)).body)).toEqual(['stopped']);
    const tasks = await clinic.desk.request('GET', `/staff-tasks?subjectId=${visits[0]}`);
    expect(tasks.body.items.map((task: Answer['body']) => task.kind)).toContain('call-patient');
    const closures = await clinic.desk.request('GET', `/availability-exceptions?resourceId=${practitionerId}`);
    expect(closures.body.items).toEqual([]);
  });

  it('pages through the list without losing one', async () => {
    const practitionerId = await clinic.addPractitioner('Dr. Often');
    for (const days of [30, 31, 32]) {
      const span = { start: quarterAfter(days * day), end: quarterAfter(days * day + 60) };
      const declared = await declare({ resourceId: practitionerId, ...span });
      // Nobody is affected: it is over at once.
      await seen(declared.body.absence.id, (body) => body.absence.state === 'resolved');
    }
    const ids: string[] = [];
    let cursor = '';
    for (let pages = 0; pages < 5; pages += 1) {
      const page = await clinic.desk.request('GET', `/absences?resourceId=${practitionerId}&limit=1${cursor && `&cursor=${cursor}`}`); // prettier-ignore
      ids.push(...page.body.items.map((one: Answer['body']) => one.id));
      if (page.body.nextCursor === null) break;
      cursor = page.body.nextCursor;
    }
    expect(new Set(ids).size).toBe(3);
    expect(ids).toHaveLength(3);
  });

  it('takes a whole place, and times as they are typed on its clock', async () => {
    const { practitionerId } = await someoneWith(1, 50 * day);
    const local = { locationId: clinic.locationId, start: '2099-03-08T02:30', end: '2099-03-09T00:00' };
    // The clocks go forward over it.
    expect(await declare({ ...local, dryRun: true })).toMatchObject({ status: 422, body: { code: 'local-time-does-not-exist' } }); // prettier-ignore
    const soon = { start: quarterAfter(50 * day - 60), end: quarterAfter(50 * day + 60) };
    const preview = await declare({ locationId: clinic.locationId, ...soon, dryRun: true });
    expect(preview.body.affected).toMatchObject([{ appointment: { practitioner: { id: practitionerId } } }]);
    const declared = await declare({ locationId: clinic.locationId, ...soon });
    expect(declared.status, JSON.stringify(declared.body)).toBe(201);
    expect(declared.body.absence).toMatchObject({ kind: 'outage', resource: null, location: { name: 'Main' }, timeZone: 'America/New_York' }); // prettier-ignore
    const { id } = declared.body.absence;
    const asked = await seen(id, (body) => statesOf(body).every((state) => state === 'offered'));
    expect(asked.cases[0]).toMatchObject({ times: [{}, {}, {}], notices: [{ channel: 'email' }] });
    await expect.poll(async () => (await show(id)).body.cases[0].wish, { timeout: 10_000 }).toMatchObject({ state: 'active' }); // prettier-ignore
    const open = await clinic.desk.request('GET', '/absences?state=open');
    expect(open.body.items.map((one: Answer['body']) => one.id)).toContain(id);
    const cases = await clinic.desk.request('GET', `/cases?kind=absence&locationId=${clinic.locationId}&limit=200`);
    expect(cases.body.items.map((one: Answer['body']) => one.id)).toContain(id);
    expect(await say(id, 'stop', { reopen: true })).toMatchObject({ status: 200 });
    expect(await declare({ resourceId: practitionerId, locationId: clinic.locationId, ...soon })).toMatchObject({ status: 400 }); // prettier-ignore
  });

  it('refuses what makes no sense, and whom it is not for', async () => {
    const span = { start: quarterAfter(40 * day), end: quarterAfter(40 * day + 60) };
    expect(await declare({ resourceId: randomUUID(), ...span })).toMatchObject({ status: 404 });
    expect(await declare({ resourceId: clinic.practitionerId, start: span.end, end: span.start })).toMatchObject({ status: 400, body: { code: 'validation-failed' } }); // prettier-ignore
    expect(await show(randomUUID())).toMatchObject({ status: 404 });
    expect(await say(randomUUID(), 'stop')).toMatchObject({ status: 404 });
    const body = { resourceId: clinic.practitionerId, ...span, reason: 'x' };
    expect((await clinic.patient.request('POST', '/absences', { body })).status).toBe(403);
    expect((await clinic.patient.request('GET', '/absences')).status).toBe(403);
  });
});
