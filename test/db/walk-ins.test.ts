/** A walk-in in the database: numbers, order, the visit of a call, and what the visit does to it (feature B26). */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkInvariants } from '../../db/invariants.ts';
import { readBoard, readDisplay, readQueues, type QueueBoard } from '../../db/walk-ins/walk-in-board.ts';
import { applyWalkInAction, arriveWalkIn, ringWalkInTimer } from '../../db/walk-ins/walk-ins.ts';
import { matrix } from '../../domain/access.ts';
import type { Actor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/errors.ts';
import type { TriageLevel, WalkInAction } from '../../domain/walk-in.ts';
import type { WalkInActionInput, WalkInSettled } from '../../workflows/messages/walk-in.ts';
import { createClinic, staffActor, type Clinic } from '../support/clinic-fixture.ts';

let clinic: Clinic;
let queues: readonly [string, string];
beforeAll(async () => {
  clinic = await createClinic({ patients: 1, providers: 2, rooms: 3 });
});
afterAll(async () => {
  const violations = await clinic.read(checkInvariants);
  await clinic.stop();
  expect(violations).toEqual([]);
});

const desk: Actor = { ...staffActor, permissions: matrix['front-desk'] };
const identifiers = ['name', 'birth-date'];
/** 10:00 in New York, a Monday. */
const morning = Date.parse('2027-03-01T15:00:00Z');
const at = (minutes: number): void => clinic.clock.set(new Date(morning + minutes * 60_000));

async function addQueue(name: string): Promise<string> {
  const id = randomUUID();
  const of = { organization_id: clinic.organizationId };
  await clinic.owner('walk_in_queue').insert({
    ...of,
    id,
    name: JSON.stringify({ en: name }),
    location_id: clinic.locationId,
    visit_type_id: clinic.visitTypeId,
  });
  await clinic
    .owner('walk_in_queue_provider')
    .insert(clinic.providers.map((resource_id) => ({ ...of, queue_id: id, resource_id })));
  return id;
}

beforeEach(async () => {
  queues = [await addQueue('Acute'), await addQueue('Wounds')];
  at((day += 1) * 7 * 24 * 60);
});
let day = 0;
const noon = (minutes: number): void => at(day * 7 * 24 * 60 + minutes);

async function arrive(
  options: {
    level?: TriageLevel | null;
    queue?: number;
    actor?: Actor;
    patientId?: string;
    id?: string;
    key?: string;
    identifiers?: string[];
  } = {},
): Promise<WalkInSettled> {
  const walkInId = options.id ?? randomUUID();
  return arriveWalkIn(clinic.ports, {
    organizationId: clinic.organizationId,
    walkInId,
    queueId: queues[options.queue ?? 0]!,
    patientId: options.patientId ?? (await clinic.addPatient()),
    level: options.level === undefined ? 3 : options.level,
    reason: 'cough',
    identifiersVerified: options.identifiers ?? identifiers,
    actor: options.actor ?? staffActor,
    operation: { key: options.key ?? `walkin:${walkInId}/arrive`, inputHash: 'hash' },
  });
}

const act = (
  { walkIn }: WalkInSettled,
  action: WalkInAction,
  input: WalkInActionInput = {},
  actor: Actor = staffActor,
  key: string = randomUUID(),
): Promise<WalkInSettled> =>
  applyWalkInAction(clinic.ports, {
    organizationId: clinic.organizationId,
    walkInId: walkIn.id,
    request: { action, input, actor, operation: { key: `walkin:${walkIn.id}/${key}`, inputHash: action } },
  });

const ring = ({ walkIn }: WalkInSettled, name: string): Promise<WalkInSettled> =>
  ringWalkInTimer(clinic.ports, {
    organizationId: clinic.organizationId,
    walkInId: walkIn.id,
    name,
    operation: { key: `walkin:${walkIn.id}/ring:${randomUUID()}`, inputHash: name },
  });

const board = (n = 0): Promise<QueueBoard> =>
  clinic.read(async (trx) => {
    const [queue] = await readQueues(trx, { organizationId: clinic.organizationId, id: queues[n]! });
    return readBoard(trx, queue!, await clinic.clock.now());
  });
const order = async (n = 0): Promise<number[]> =>
  (await board(n)).walkIns.filter(({ state }) => state === 'waiting').map(({ ticket }) => ticket);

async function refused(work: Promise<unknown>): Promise<DomainError['problem']> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DomainError) return error.problem;
    throw error;
  }
  throw new Error('it was accepted');
}

const visit = (id: string) => clinic.owner('appointment').where({ id }).first();

describe('arriving', () => {
  test('takes the next number of the day, once for its key, and nobody waits twice', async () => {
    const first = await arrive();
    expect(first.walkIn).toMatchObject({ state: 'waiting', ticket: 1, level: 3 });
    expect((await arrive({ queue: 1 })).walkIn.ticket).toBe(2);
    const again = await arrive({ id: first.walkIn.id, patientId: first.walkIn.patientId });
    expect(again.walkIn).toEqual(first.walkIn);
    expect(await refused(arrive({ patientId: first.walkIn.patientId, queue: 1 }))).toMatchObject({
      code: 'already-in-queue',
      data: { walkInId: first.walkIn.id },
    });
    expect(first.timers.map(({ name }) => name)).toEqual(['re-triage', 'day-end']);
  });

  test('many at once get a number each', async () => {
    const many = await Promise.all(Array.from({ length: 8 }, () => arrive()));
    expect(new Set(many.map(({ walkIn }) => walkIn.ticket))).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8]));
  });

  test('the desk may sound the alarm and not judge; who is deceased and a closed queue are refused', async () => {
    expect((await arrive({ level: 1, actor: desk })).walkIn.level).toBe(1);
    expect((await arrive({ level: null, actor: desk })).walkIn.level).toBeNull();
    expect(await refused(arrive({ level: 4, actor: desk }))).toMatchObject({ code: 'guard-failed' });
    const patientId = await clinic.addPatient({ deceased: true });
    expect(await refused(arrive({ patientId }))).toMatchObject({ code: 'patient-not-eligible' });
    await clinic.owner('walk_in_queue').where({ id: queues[0] }).update({ active: false });
    expect(await refused(arrive())).toMatchObject({ code: 'validation-failed' });
  });
});

describe('the queue', () => {
  test('is in the order of level, place, arrival; says a wait', async () => {
    const [a, b] = [await arrive({ level: 4 }), (noon(1), await arrive({ level: 4 }))];
    noon(2);
    await arrive({ level: null });
    noon(3);
    await arrive({ level: 1 });
    expect(await order()).toEqual([4, 3, 1, 2]);
    expect(await refused(act(b, 'move', { direction: 'up' }))).toMatchObject({ code: 'validation-failed' });
    const moved = await act(b, 'move', { direction: 'up', reason: 'has a child with her' });
    expect(moved.walkIns).toEqual([a.walkIn.id]);
    expect(await order()).toEqual([4, 3, 2, 1]);
    expect(await refused(act(b, 'move', { direction: 'up', reason: 'again' }))).toMatchObject({ code: 'conflict' });
    // Who comes after them is behind both.
    noon(4);
    await arrive({ level: 4 });
    expect(await order()).toEqual([4, 3, 2, 1, 5]);
    expect((await board()).walkIns.map(({ wait }) => wait)).toEqual([
      { from: 0, to: 5 },
      { from: 0, to: 5 },
      { from: 20, to: 45 },
      { from: 20, to: 45 },
      { from: 40, to: 90 },
    ]);
    // Another level: the place among the old one is given back.
    expect((await act(b, 'triage', { level: 5 })).walkIn).toMatchObject({ level: 5, position: null });
    expect(await order()).toEqual([4, 3, 1, 5, 2]);
  });

  test('a transfer keeps number, level and arrival', async () => {
    await arrive({ queue: 0 });
    const own = (noon(1), await arrive({ queue: 0 }));
    noon(2);
    await arrive({ queue: 1 });
    const there = await act(own, 'transfer', { queueId: queues[1] });
    expect(there.walkIn).toMatchObject({ queueId: queues[1], ticket: 2, arrivedAt: own.walkIn.arrivedAt });
    expect([await order(0), await order(1)]).toEqual([[1], [2, 3]]);
    expect(await refused(act(own, 'transfer', { queueId: queues[1] }))).toMatchObject({ code: 'conflict' });
    const gone = await act(own, 'transfer-out', { reason: 'emergency department' });
    expect(gone).toMatchObject({ open: false, timers: [], walkIn: { state: 'transferred' } });
    expect(await order(1)).toEqual([3]);
  });

  test('who left may come back on the same day, and who was entered in error not', async () => {
    const own = await arrive();
    const left = await act(own, 'leave', { reason: 'could not wait' });
    expect(left).toMatchObject({ open: true, walkIn: { state: 'left', endedReason: 'could not wait' } });
    expect(left.timers.map(({ name }) => name)).toEqual(['day-end']);
    const back = await act(own, 'return');
    expect(back.walkIn).toMatchObject({ state: 'waiting', arrivedAt: own.walkIn.arrivedAt, endedAt: null });
    await act(own, 'leave');
    await arrive({ patientId: own.walkIn.patientId });
    expect(await refused(act(own, 'return'))).toMatchObject({ code: 'already-in-queue' });
    expect((await act(own, 'entered-in-error', { reason: 'wrong person' })).open).toBe(false);
    expect(await refused(act(own, 'return'))).toMatchObject({ code: 'invalid-transition', allowed: [] });
  });
});

describe('a call', () => {
  const call = { practitionerId: '' };
  beforeEach(() => Object.assign(call, { practitionerId: clinic.providers[0] }));

  test('is a visit from now on, checked in, with what its visit type needs; the steps of the visit move the walk-in', async () => {
    const own = await arrive();
    noon(12);
    const called = await act(own, 'call', call);
    const { appointmentId } = called.walkIn;
    expect(called.walkIn).toMatchObject({ state: 'called', calledProviderId: call.practitionerId });
    expect(called.startAppointment).toMatchObject({ appointmentId, command: { event: 'book' } });
    const row = await visit(appointmentId!);
    expect(row).toMatchObject({
      status: 'checked-in',
      overbook_reason: null,
      arrived_at: new Date(own.walkIn.arrivedAt),
    });
    expect(row.end_at - row.start_at).toBe(30 * 60_000);
    expect(await clinic.count('reservation', { appointment_id: appointmentId, released_at: null })).toBe(3);
    // Nothing is sent: the patient stands there.
    expect(await clinic.count('notification', { aggregate_id: appointmentId })).toBe(0);

    expect(await refused(act(own, 'start', {}, desk))).toMatchObject({ code: 'forbidden' });
    noon(14);
    const started = await act(own, 'start');
    expect(started).toMatchObject({ appointmentId, walkIn: { state: 'in-room' } });
    // Finished from the visit's own page.
    noon(20);
    const settled = await clinic.act(appointmentId!, 'complete', { noNoteReason: 'short' });
    expect(settled.walkIns).toEqual([own.walkIn.id]);
    expect(await clinic.owner('walk_in').where({ id: own.walkIn.id }).first()).toMatchObject({ state: 'done' });
  });

  test('needs two identifiers, somebody of the queue’s visit type, and room', async () => {
    const own = await arrive({ identifiers: [] });
    expect(await refused(act(own, 'call', call))).toMatchObject({
      code: 'guard-failed',
      data: { guard: 'identifiers-not-verified' },
    });
    expect(await refused(act(own, 'call', { ...call, practitionerId: randomUUID() }))).toMatchObject({ code: 'outside-availability' }); // prettier-ignore
    const called = await act(own, 'call', { ...call, identifiersVerified: identifiers });
    const next = await arrive();
    expect(await refused(act(next, 'call', call))).toMatchObject({
      code: 'slot-taken',
      data: { resourceKind: 'provider' },
    });
    expect((await act(next, 'call', { practitionerId: clinic.providers[1]! })).walkIn.state).toBe('called');
    // With the limit raised, a second one is overbooked, and says so.
    await clinic.owner('resource').where({ id: call.practitionerId }).update({ overbook_limit: 1 });
    const third = await act(await arrive(), 'call', call);
    expect(await visit(third.walkIn.appointmentId!)).toMatchObject({ overbook_reason: 'walk-in' });
    for (const one of [called, next, third]) await act(one, 'finish', { noNoteReason: 'x' });
    await clinic.owner('resource').where({ id: call.practitionerId }).update({ overbook_limit: 0 });
  });

  test('is taken back: the visit was an error, and the patient waits where they waited', async () => {
    const [first, own] = [await arrive(), (noon(1), await arrive())];
    noon(5);
    const called = await act(first, 'call', call);
    expect(await order()).toEqual([2]);
    const back = await act(first, 'undo-call', {}, desk);
    expect(back.walkIn).toMatchObject({ state: 'waiting', appointmentId: null, calledAt: null });
    expect(await visit(called.walkIn.appointmentId!)).toMatchObject({ status: 'entered-in-error' });
    expect(await order()).toEqual([1, 2]);
    // Called again, and gone when somebody looked.
    const again = await act(first, 'call', call);
    const left = await act(first, 'leave', { reason: 'did not come when called' });
    expect(left.walkIn.state).toBe('left');
    expect(await visit(again.walkIn.appointmentId!)).toMatchObject({ status: 'cancelled' });
    expect(await clinic.count('proposed_charge', { appointment_id: again.walkIn.appointmentId })).toBe(0);
    // Entered in error from a call: the visit goes with it.
    const wrong = await act(own, 'call', call);
    await act(own, 'entered-in-error', { reason: 'wrong person' });
    expect(await visit(wrong.walkIn.appointmentId!)).toMatchObject({ status: 'entered-in-error' });
  });

  test('the screen in the waiting room has numbers and rooms, and no name', async () => {
    const own = await arrive();
    await arrive();
    await act(own, 'call', call);
    const shown = await clinic.read(async (trx) => {
      const [queue] = await readQueues(trx, { organizationId: clinic.organizationId, id: queues[0] });
      return readDisplay(trx, queue!, await clinic.clock.now());
    });
    expect(shown).toMatchObject({ called: [{ ticket: 1, room: expect.stringContaining('room') }], waiting: [2] });
    expect(JSON.stringify(shown)).not.toMatch(/patient|family|name/i);
    await act(own, 'finish', { noNoteReason: 'x' });
  });
});

describe('time', () => {
  const tasks = (id: string) =>
    clinic.owner('staff_task').where({ subject_id: id }).orderBy('created_at').select('kind', 'state', 'priority');

  test('asks for another look, once until somebody has looked, and at night for who still waits', async () => {
    const own = await arrive({ level: 2 });
    const due = (settled: WalkInSettled, name: string) => settled.timers.find((timer) => timer.name === name)?.dueAt;
    expect(due(own, 're-triage')).toBe(new Date(Date.parse(own.walkIn.arrivedAt) + 15 * 60_000).toISOString());
    expect((await ring(own, 're-triage')).walkIn.version).toBe(0);
    noon(15);
    const rung = await ring(own, 're-triage');
    expect(due(rung, 're-triage')).toBe(new Date(Date.parse(own.walkIn.arrivedAt) + 30 * 60_000).toISOString());
    noon(30);
    await ring(own, 're-triage');
    expect(await tasks(own.walkIn.id)).toEqual([{ kind: 're-triage', state: 'open', priority: 'stat' }]);
    const looked = await act(own, 'triage', { level: 4 });
    expect(due(looked, 're-triage')).toBe(new Date(Date.parse(own.walkIn.arrivedAt) + 90 * 60_000).toISOString());
    expect(await tasks(own.walkIn.id)).toMatchObject([{ kind: 're-triage', state: 'cancelled' }]);

    clinic.clock.set(due(looked, 'day-end')!);
    const night = await ring(own, 'day-end');
    expect(night).toMatchObject({ open: true, walkIn: { state: 'waiting' } });
    expect(Date.parse(due(night, 'day-end')!) - Date.parse(due(looked, 'day-end')!)).toBe(86_400_000);
    expect((await tasks(own.walkIn.id)).map(({ kind }) => kind)).toContain('walk-in-left-open');
    await act(own, 'leave');
    expect((await tasks(own.walkIn.id)).every(({ state }) => state === 'cancelled')).toBe(true);
  });

  test('who left is gone for good when the day is over', async () => {
    const left = await act(await arrive(), 'leave');
    clinic.clock.set(left.timers[0]!.dueAt);
    expect(await ring(left, 'day-end')).toMatchObject({ open: false, timers: [] });
  });
});

describe('the constraints', () => {
  const insert = (columns: Record<string, unknown>) =>
    clinic.owner('walk_in').insert({
      id: randomUUID(),
      organization_id: clinic.organizationId,
      queue_id: queues[0],
      location_id: clinic.locationId,
      patient_id: clinic.patients[0],
      local_day: '2020-01-01',
      ticket: 1,
      arrived_at: new Date(),
      created_by: 'test',
      ...columns,
    });

  test.each([
    [{ level: 6, triaged_at: new Date() }],
    [{ level: 2 }],
    [{ state: 'called' }],
    [{ state: 'done' }],
    [{ state: 'cancelled', ended_at: new Date() }],
    [{ called_at: new Date() }],
    [{ state: 'somewhere' }],
    [{ ticket: 0 }],
  ])('refuse %j', async (columns) => {
    await expect(insert(columns)).rejects.toMatchObject({ code: '23514' });
  });

  test('one number a place and day, one live walk-in a patient', async () => {
    await insert({ ticket: 7 });
    await expect(insert({ ticket: 8 })).rejects.toMatchObject({ constraint: 'one_live_walk_in' });
    await expect(insert({ ticket: 7, patient_id: await clinic.addPatient() })).rejects.toMatchObject({ constraint: 'one_ticket' }); // prettier-ignore
    await clinic.owner('walk_in').where({ ticket: 7, local_day: '2020-01-01' }).delete();
  });
});
