/** Urgent items and the roster over HTTP, against a real engine: who sees what, who may take it on, what is refused and on record. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fileCall } from '../../db/escalations/escalation-calls.ts';
import { withTransaction } from '../../db/transaction.ts';
import { raiseUrgent } from '../support/escalations.ts';
import { openClinicApi } from './clinic-api.ts';
import type { ClinicApi } from './clinic-api.ts';
import { auditRows, password, type Answer, type Client } from './support.ts';

let clinic: ClinicApi;
let assigned: Client & { id: string };
let onCall: Client & { id: string; email: string };
let director: Client & { id: string };
beforeAll(async () => {
  clinic = await openClinicApi();
  const person = async () => {
    const { id, email } = await clinic.api.createPerson(clinic.organizationId, 'doctor');
    return { ...(await clinic.api.signIn(email)), id, email };
  };
  [assigned, onCall, director] = [await person(), await person(), await person()];
});
afterAll(() => clinic.close());

const good = (answer: Answer, status = 200): Answer['body'] => {
  expect(answer.status, JSON.stringify(answer.body)).toBe(status);
  return answer.body;
};
const hours = (n: number): string => new Date(Date.now() + n * 3_600_000).toISOString();
const raise = async (more: Parameters<typeof raiseUrgent>[1] | object = {}): Promise<string> => {
  const patientId = await clinic.addPatient();
  const { organizationId, locationId } = clinic;
  return raiseUrgent(clinic.worker, { organizationId, patientId, locationId, assignedUserId: assigned.id, ...more });
};
const act = (client: Client, id: string, action: string, body: object = {}, key?: string) =>
  client.request('POST', `/escalations/${id}/${action}`, { body, ...(key !== undefined && { key }) });
const see = async (client: Client, id: string) => good(await client.request('GET', `/escalations/${id}`));

it('the roster: an administrator’s, half-open, with gaps shown; one primary at a time', async () => {
  const shift = { role: 'on-call-clinician', userId: onCall.id, from: hours(-1), until: hours(8) };
  expect((await onCall.request('POST', '/on-call/shifts', { body: shift })).status).toBe(403);
  const own = good(await clinic.admin.request('POST', '/on-call/shifts', { body: shift }), 201);
  expect(own).toMatchObject({ role: 'on-call-clinician', person: { id: onCall.id }, primary: true, locationId: null });
  const again = { ...shift, from: hours(7), until: hours(9), userId: director.id };
  expect((await clinic.admin.request('POST', '/on-call/shifts', { body: again })).body).toMatchObject({ code: 'conflict' });
  good(await clinic.admin.request('POST', '/on-call/shifts', { body: { ...again, from: shift.until } }), 201);
  good(await clinic.admin.request('POST', '/on-call/shifts', { body: { ...shift, role: 'medical-director', userId: director.id } }), 201);
  const clerk = await clinic.api.createPerson(clinic.organizationId, 'biller');
  expect((await clinic.admin.request('POST', '/on-call/shifts', { body: { ...shift, role: 'unit-lead', userId: clerk.id } })).body).toMatchObject({ errors: [{ code: 'cannot-respond' }] });
  expect((await clinic.admin.request('POST', '/on-call/shifts', { body: { ...shift, until: shift.from } })).status).toBe(400);

  good(await clinic.admin.request('PUT', `/on-call/people/${onCall.id}`, { body: { telephone: '+1 555 0101', pushDevice: null } }));
  expect((await clinic.admin.request('PUT', `/on-call/people/${onCall.id}`, { body: { telephone: 'ring me', pushDevice: null } })).status).toBe(400);
  const people = good(await clinic.admin.request('GET', '/on-call/people')).items;
  expect(people.find((one: { person: { id: string } }) => one.person.id === onCall.id)).toMatchObject({ telephone: '+1 555 0101' });
  const now = good(await clinic.desk.request('GET', '/on-call/now')).roles;
  expect(now).toMatchObject([
    { role: 'on-call-clinician', people: [{ id: onCall.id, telephone: true, push: false }] },
    { role: 'charge-nurse', people: [] }, { role: 'unit-lead', people: [] }, { role: 'medical-director', people: [{ id: director.id }] },
  ]);
  const list = good(await clinic.desk.request('GET', `/on-call/shifts?from=${hours(0)}&until=${hours(24)}`)).items;
  expect(list).toHaveLength(3);
  good(await clinic.admin.request('DELETE', `/on-call/shifts/${list.at(-1).id}`), 204);
  expect((await clinic.admin.request('DELETE', `/on-call/shifts/${list.at(-1).id}`)).status).toBe(404);
  expect((await clinic.desk.request('GET', `/on-call/shifts?from=${hours(0)}&until=${hours(-1)}`)).status).toBe(400);
}); // prettier-ignore

it('who was told sees it among theirs, takes it on once, and says what came of it', async () => {
  const id = await raise();
  const mine = good(await assigned.request('GET', '/escalations?scope=mine')).items;
  expect(mine).toMatchObject([{ id, state: 'notifying', toldMe: true, mine: false, reasonCode: 'chest-pain-breathless', allowedActions: ['ack'], next: { name: 'step:1:2', targets: ['on-call-clinician'] } }]);
  expect(good(await onCall.request('GET', '/escalations?scope=mine')).items).toEqual([]);
  // The run is not there yet: nothing is lost, a worker begins it.
  expect((await act(assigned, id, 'ack')).body).toMatchObject({ code: 'unavailable' });
  await clinic.startEscalations();

  expect(await see(onCall, id)).toMatchObject({ allowedActions: [], told: [{ person: { id: assigned.id } }, {}, {}] });
  expect((await act(onCall, id, 'ack')).body).toMatchObject({ code: 'guard-failed', guard: 'was-target' });
  expect((await act(clinic.desk, id, 'ack')).status).toBe(403);
  expect((await clinic.desk.request('GET', `/escalations/${id}`)).body).toMatchObject({ reasonCode: null });
  expect(JSON.stringify((await see(clinic.desk, id)).timeline)).not.toContain('chest-pain');
  const refusals = (await auditRows(clinic.api, { organization_id: clinic.organizationId })).filter((row) => row.entity_id === id);
  expect(refusals.map((row) => [row.outcome, row.code])).toEqual(expect.arrayContaining([['refused', 'guard-failed'], ['denied', 'forbidden']]));

  const key = randomUUID();
  const taken = good(await act(assigned, id, 'ack', { etaMinutes: 5 }, key));
  expect(taken).toMatchObject({ state: 'acknowledged', mine: true, acknowledgedBy: { id: assigned.id }, next: { name: 'unresolved' }, allowedActions: ['extend', 'resolve'] });
  expect(good(await act(assigned, id, 'ack', { etaMinutes: 5 }, key)).version).toBe(taken.version);
  expect((await act(assigned, id, 'ack', { etaMinutes: 6 }, key)).body).toMatchObject({ code: 'idempotency-key-reused' });
  expect((await act(assigned, id, 'extend')).body).toMatchObject({ code: 'validation-failed', errors: [{ path: '/body/reason' }] });
  good(await act(assigned, id, 'extend', { reason: 'on the telephone' }));
  const ended = good(await act(assigned, id, 'resolve', { outcome: 'patient-reached', note: 'called' }));
  expect(ended).toMatchObject({ state: 'resolved', outcome: 'patient-reached', outcomeNote: 'called', next: null, allowedActions: [] });
  expect((await act(assigned, id, 'extend', { reason: 'x' })).body).toMatchObject({ code: 'invalid-transition' });
  expect(good(await clinic.desk.request('GET', '/escalations?scope=ended')).items[0]).toMatchObject({ id });
  const story = await see(assigned, id);
  expect(story.timeline.map((entry: { event: string }) => entry.event)).toEqual(expect.arrayContaining(['raise', 'notify', 'ack', 'extend', 'resolve']));
  expect(story.responders).toMatchObject([{ person: { id: assigned.id }, first: true }]);
}); // prettier-ignore

it('it is among the cases, due first on top; what is allowed is what is accepted', async () => {
  const id = await raise({ assignedUserId: undefined });
  await clinic.startEscalations();
  const cases = good(await clinic.desk.request('GET', '/cases?kind=escalation')).items;
  expect(cases).toMatchObject([{ id, kind: 'escalation', state: 'notifying', waitingFor: { what: 'staff' }, nextTimer: { name: 'step:1:3' } }]);
  expect((await see(onCall, id)).told.map((one: { channel: string; state: string }) => [one.channel, one.state])).toEqual(expect.arrayContaining([['email', 'queued'], ['sms', 'queued'], ['voice-task', 'sent'], ['none', 'nobody']]));
  const bodies: Record<string, object> = { ack: {}, extend: { reason: 'x' }, resolve: { outcome: 'other' }, cancel: { reason: 'x' } };
  for (const client of [assigned, clinic.desk, director, onCall, clinic.admin]) {
    const { allowedActions } = await see(client, id);
    for (const action of ['extend', 'resolve', 'ack', 'cancel']) {
      if (allowedActions.includes(action)) continue;
      const { status } = await act(client, id, action, bodies[action]);
      expect([403, 409, 422, 400]).toContain(status);
    }
  }
  expect((await see(clinic.admin, id)).allowedActions).toEqual(['cancel']);
  expect(good(await act(clinic.admin, id, 'cancel', { reason: 'test' }))).toMatchObject({ state: 'cancelled' });
  expect((await clinic.admin.request('GET', `/escalations/${randomUUID()}`)).status).toBe(404);
}); // prettier-ignore

const call = (client: Client, patientId: string, more: object = {}, key?: string) =>
  client.request('POST', '/escalations', {
    body: { subject: { kind: 'patient', id: patientId }, reasonCode: 'collapsed', level: 'urgent', note: 'canary fell in the hall', ...more },
    ...(key !== undefined && { key }),
  }); // prettier-ignore

it('raised by hand: whoever is at the desk, told at once, once; the note leaves Postgres for the page alone', async () => {
  const patientId = await clinic.addPatient();
  const told = good(
    await clinic.desk.request(
      'GET',
      `/escalations/preview?subjectKind=patient&subjectId=${patientId}&level=urgent&locationId=${clinic.locationId}`,
    ),
  );
  expect(told).toMatchObject({
    cancelWithin: 'PT2M',
    steps: [
      { after: 'PT0S', targets: ['assigned'], people: [] },
      { after: 'PT300S', people: [{ id: onCall.id }] },
      {},
      {},
    ],
  });
  const biller = await clinic.api.signIn((await clinic.api.createPerson(clinic.organizationId, 'biller')).email);
  expect((await call(biller, patientId)).status).toBe(403);
  expect((await call(clinic.desk, randomUUID())).status).toBe(404);
  expect((await call(clinic.desk, patientId, { reasonCode: 'anything' })).status).toBe(400);

  const key = randomUUID();
  const raised = good(await call(clinic.desk, patientId, {}, key), 201);
  const { id } = raised.escalation;
  expect(raised).toMatchObject({
    callId: id,
    joined: false,
    escalation: {
      state: 'notifying',
      reasonCode: 'collapsed',
      allowedActions: ['cancel'],
      cancelUntil: expect.any(String),
    },
  });
  expect(good(await call(clinic.desk, patientId, {}, key), 201).escalation.id).toBe(id);
  expect((await call(clinic.desk, patientId, { level: 'code' }, key)).body).toMatchObject({
    code: 'idempotency-key-reused',
  });
  // Somebody else sees the same: it is one item.
  expect(good(await call(assigned, patientId, { note: undefined }), 201)).toMatchObject({
    joined: true,
    escalation: { id, cancelUntil: null },
  });
  expect(await see(onCall, id)).toMatchObject({
    toldMe: true,
    calls: [{ note: 'canary fell in the hall' }, { by: { id: assigned.id }, note: null }],
  });
  expect((await see(clinic.desk, id)).calls[0].note).toBe('canary fell in the hall');
  const other = await clinic.api.signIn((await clinic.api.createPerson(clinic.organizationId, 'front-desk')).email);
  expect(await see(other, id)).toMatchObject({
    reasonCode: null,
    cancelUntil: null,
    calls: [{ note: null }, { note: null }],
  });
  for (const table of ['notification', 'state_change', 'audit_event', 'escalation_notice', 'operation'])
    expect(
      JSON.stringify(await clinic.api.owner(table).where({ organization_id: clinic.organizationId })),
      table,
    ).not.toContain('canary fell');

  expect((await act(other, id, 'cancel', { reason: 'x' })).status).toBe(403);
  expect((await act(clinic.desk, id, 'ack')).status).toBe(403);
  expect(good(await act(clinic.desk, id, 'cancel', { reason: 'he only sat down' }))).toMatchObject({
    state: 'cancelled',
    cancelUntil: null,
  });
});

it('taken back within two minutes, not later; on an open intake it stands against approval, on one that is over it is the patient’s', async () => {
  const patientId = await clinic.addPatient();
  const { id } = good(await call(clinic.desk, patientId), 201).escalation;
  await clinic.api
    .owner('escalation')
    .where({ id })
    .update({ raised_at: new Date(Date.now() - 121_000) });
  expect((await act(clinic.desk, id, 'cancel', { reason: 'x' })).body).toMatchObject({
    code: 'guard-failed',
    guard: 'cancel-within',
  });
  good(await act(clinic.admin, id, 'cancel', { reason: 'test' }));

  const intake = good(await clinic.desk.request('POST', '/intakes', { body: { patientId } }), 201);
  const subject = { kind: 'intake', id: intake.id };
  const first = good(await call(clinic.desk, patientId, { subject }), 201).escalation;
  expect(first).toMatchObject({ subject, patient: { id: patientId } });
  await expect
    .poll(async () => good(await clinic.desk.request('GET', `/intakes/${intake.id}`)).escalation)
    .toBe('open');
  good(await act(clinic.desk, first.id, 'cancel', { reason: 'test' }));
  good(await clinic.desk.request('POST', `/intakes/${intake.id}/cancel`, { body: { reason: 'test' } }));
  const second = good(await call(clinic.desk, patientId, { subject }), 201).escalation;
  expect(second).toMatchObject({ subject: { kind: 'patient', id: patientId } });
  good(await act(clinic.desk, second.id, 'cancel', { reason: 'test' }));
}, 30_000);

it('with the engine away the call is on file, and a worker’s round tells people', async () => {
  const patientId = await clinic.addPatient();
  const id = randomUUID();
  const { organizationId } = clinic;
  await withTransaction(clinic.api.ports.db, { organizationId }, (trx) =>
    fileCall(trx, {
      id,
      organizationId,
      subject: { kind: 'patient', id: patientId },
      reasonCode: 'violence',
      level: 'code',
      locationId: null,
      note: null,
      actor: { kind: 'staff', ref: `user:${assigned.id}`, permissions: [] },
      at: new Date(Date.now() - 5_000),
    }),
  );
  await clinic.startEscalations();
  expect(await see(onCall, id)).toMatchObject({ state: 'notifying', level: 'code', toldMe: true });
  // Its run is begun by the next round.
  await clinic.api
    .owner('escalation')
    .where({ id })
    .update({ raised_at: new Date(Date.now() - 10_000) });
  await clinic.startEscalations();
  good(await act(assigned, id, 'cancel', { reason: 'test' }));
});

it('presence: who has a `code` item and is seen on no stream begins it anew, once; any sign keeps it', async () => {
  const patientId = await clinic.addPatient();
  const { id } = good(await call(clinic.desk, patientId, { level: 'code', reasonCode: 'breathing' }), 201).escalation;
  const taken = good(await act(onCall, id, 'ack'));
  expect(taken).toMatchObject({ state: 'acknowledged', presenceWithin: 'PT2M', round: 1 });
  const long = new Date(Date.now() - 10 * 60_000);
  const forget = async () => {
    await clinic.api.owner('escalation').where({ id }).update({ acknowledged_at: long, since: long });
    await clinic.api.owner('escalation_responder').where({ escalation_id: id }).update({ at: long });
  };
  await forget();
  // A page is open: the stream says so, and whoever looks sees it.
  const leave = new AbortController();
  const { token } = good(
    await clinic.api.client().request('POST', '/sessions', { body: { email: onCall.email, password } }),
    201,
  );
  const stream = await fetch(`${clinic.api.url}/api/v1/events`, {
    headers: { authorization: `Bearer ${token}` },
    signal: leave.signal,
  });
  expect(stream.status).toBe(200);
  const seen = () => clinic.api.owner('responder_presence').where({ user_id: onCall.id }).first();
  await expect.poll(seen).toMatchObject({ seen_at: expect.any(Date) });
  await clinic.startEscalations();
  expect(await see(onCall, id)).toMatchObject({ state: 'acknowledged', round: 1 });
  leave.abort();

  // Gone for longer than the policy says: everybody is told once more.
  await clinic.api.owner('responder_presence').where({ user_id: onCall.id }).update({ seen_at: long });
  await clinic.startEscalations();
  await expect.poll(async () => (await see(onCall, id)).round, { timeout: 10_000 }).toBe(2);
  const anew = await see(onCall, id);
  expect(anew).toMatchObject({ state: 'notifying', acknowledgedBy: null, toldMe: true });
  expect(anew.timeline.map((entry: { event: string }) => entry.event)).toContain('presence-lost');

  // Taken on again: a telephone that locks does not ring everybody a second time.
  good(await act(onCall, id, 'ack'));
  await forget();
  await clinic.startEscalations();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(await see(onCall, id)).toMatchObject({ state: 'acknowledged', round: 2 });
  good(await act(onCall, id, 'resolve', { outcome: 'seen-at-once' }));

  // Nobody is asked for it at the level `urgent`, and nothing is written of who has no item.
  const urgent = good(await call(clinic.desk, patientId), 201).escalation;
  expect(urgent).toMatchObject({ presenceWithin: null });
  good(await act(clinic.desk, urgent.id, 'cancel', { reason: 'test' }));
  expect(await clinic.api.owner('responder_presence').count('* as n').first()).toMatchObject({ n: 1 });
}, 60_000);
