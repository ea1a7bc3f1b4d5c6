/** The process of a walk-in: what time asks for, and the visit that a call begins. One clinic, its clock skips. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Actor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/errors.ts';
import type { TriageLevel, WalkInAction } from '../../domain/walk-in.ts';
import { appointmentWorkflowId } from '../../workflows/messages/appointment.ts';
import type { AppointmentState, PlannedTimer } from '../../workflows/messages/appointment.ts';
import { walkInOperationKey, walkInWorkflowId } from '../../workflows/messages/walk-in.ts';
import type { WalkInActionInput, WalkInSettled, WalkInStart, WalkInView } from '../../workflows/messages/walk-in.ts';
import { openClinic } from './clinic.ts';
import type { TestClinic } from './clinic.ts';
import { staff as everybody } from './seed.ts';
import { localAt } from './waitlist-clinic.ts';

let clinic: TestClinic;
let queueId: string;
beforeAll(async () => {
  clinic = await openClinic();
  queueId = randomUUID();
  const of = { organization_id: clinic.organizationId };
  await clinic.admin('walk_in_queue').insert({
    ...of,
    id: queueId,
    name: JSON.stringify({ en: 'Acute' }),
    location_id: clinic.locationId,
    visit_type_id: clinic.visitTypeId,
  });
  await clinic.admin('walk_in_queue_provider').insert({ ...of, queue_id: queueId, resource_id: clinic.practitionerId });
}, 120_000);
afterAll(async () => {
  await clinic?.close();
});

const staff: Actor = { ...everybody, permissions: [...everybody.permissions, 'walk-in:manage', 'walk-in:triage'] };

async function patient(): Promise<string> {
  const id = randomUUID();
  await clinic.admin('patient').insert({
    id,
    organization_id: clinic.organizationId,
    mrn: id.slice(0, 8),
    family: 'F',
    given: ['G'],
  });
  return id;
}

async function startOf(level: TriageLevel | null = 2, patientId?: string): Promise<WalkInStart> {
  const walkInId = randomUUID();
  return {
    organizationId: clinic.organizationId,
    walkInId,
    queueId,
    patientId: patientId ?? (await patient()),
    level,
    reason: null,
    identifiersVerified: ['name', 'birth-date'],
    operation: { key: walkInOperationKey(walkInId, 'arrive'), inputHash: 'hash' },
    actor: staff,
  };
}

async function arrive(start: WalkInStart): Promise<WalkInView> {
  const outcome = await clinic.gateway.arriveWalkIn(start);
  if (!outcome.ok) throw new DomainError(outcome.problem.code, outcome.problem);
  return outcome.walkIn;
}

async function act(id: string, action: WalkInAction, input: WalkInActionInput = {}): Promise<WalkInView | 'closed'> {
  const operation = { key: walkInOperationKey(id, randomUUID()), inputHash: 'hash' };
  const answer = await clinic.gateway.actOnWalkIn(clinic.organizationId, id, {
    action,
    input,
    actor: staff,
    operation,
  });
  return typeof answer === 'symbol' ? 'closed' : answer;
}

const run = (id: string) => clinic.client.workflow.getHandle(walkInWorkflowId(id));
const timers = (id: string) => run(id).query<readonly PlannedTimer[], []>('nextTimers');
const tasks = (id: string): Promise<{ kind: string; state: string; due_at: Date }[]> =>
  clinic.admin('staff_task').where({ subject_id: id }).orderBy('created_at');

async function eventually<T>(look: () => Promise<T>, right: (seen: T) => boolean): Promise<T> {
  for (let n = 0; ; n += 1) {
    const seen = await look();
    if (right(seen) || n > 200) return seen;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

const plus = (instant: string, minutes: number): string =>
  new Date(Date.parse(instant) + minutes * 60_000).toISOString();

test('arriving answers once for its key, and a refused one stays refused', async () => {
  const start = await startOf();
  const first = await arrive(start);
  expect(await arrive(start)).toEqual(first);
  const again = await startOf(3, start.patientId);
  await expect(arrive(again)).rejects.toMatchObject({
    problem: { code: 'already-in-queue', data: { walkInId: first.id } },
  });
  await expect(arrive(again)).rejects.toMatchObject({ code: 'already-in-queue' });
  await act(first.id, 'leave');
});

test('level 2 is looked at again after 15 minutes, and again, until somebody has looked; at night the day is asked about', async () => {
  await clinic.until(localAt(await clinic.engine.now(), 1, '09:00'));
  const own = await arrive(await startOf(2));
  expect((await timers(own.id)).map(({ name, dueAt }) => [name, dueAt])).toEqual([
    ['re-triage', plus(own.arrivedAt, 15)],
    ['day-end', localAt(new Date(own.arrivedAt), 1, '00:00')],
  ]);
  await clinic.until(plus(own.arrivedAt, 15.1));
  expect(await eventually(() => tasks(own.id), (all) => all.length > 0)).toMatchObject([{ kind: 're-triage', state: 'open' }]); // prettier-ignore
  await clinic.until(plus(own.arrivedAt, 31));
  const looked = (await act(own.id, 'triage', { level: 5 })) as WalkInView;
  expect(await tasks(own.id)).toMatchObject([{ kind: 're-triage', state: 'cancelled' }]);
  expect((await timers(own.id))[0]).toMatchObject({ name: 're-triage', dueAt: plus(looked.triagedAt!, 60) });
  await clinic.until(localAt(new Date(own.arrivedAt), 1, '00:05'));
  const asked = await eventually(() => tasks(own.id), (all) => all.some(({ kind }) => kind === 'walk-in-left-open')); // prettier-ignore
  expect(asked.filter(({ state }) => state === 'open').map(({ kind }) => kind).toSorted()).toEqual(['re-triage', 'walk-in-left-open']); // prettier-ignore
  await act(own.id, 'leave', { reason: 'gone' });
  expect((await tasks(own.id)).map(({ state }) => state)).not.toContain('open');
  // Nobody comes back any more: the run ends with the day.
  expect(await timers(own.id)).toMatchObject([{ name: 'day-end' }]);
  await clinic.until(localAt(new Date(own.arrivedAt), 2, '00:05'));
  expect(await run(own.id).result()).toMatchObject({ outcome: { ok: true }, walkIn: { state: 'left' } });
  expect(await act(own.id, 'return')).toBe('closed');
}, 60_000);

test('a call begins a visit with a run of its own; the visit’s end ends the walk-in, and the other way round', async () => {
  await clinic.until(localAt(await clinic.engine.now(), 1, '10:00'));
  const stage = async (id: string) =>
    (await clinic.client.workflow.getHandle(appointmentWorkflowId(id)).query<AppointmentState, []>('state')).stage;
  const first = await arrive(await startOf(3));
  const called = (await act(first.id, 'call', { practitionerId: clinic.practitionerId })) as WalkInView;
  expect(called.state).toBe('called');
  const visit = called.appointmentId!;
  expect(await eventually(() => stage(visit).catch(() => ''), (seen) => seen === 'checked-in')).toBe('checked-in'); // prettier-ignore
  expect(await timers(first.id)).toEqual([]);
  // From the walk-in: the visit's run hears of it.
  expect(await act(first.id, 'start')).toMatchObject({ state: 'in-room' });
  // From the visit: the walk-in's run hears of it, and is over.
  expect(await clinic.act(visit, 'complete', { noNoteReason: 'short' })).toMatchObject({ status: 'fulfilled' });
  expect(await run(first.id).result()).toMatchObject({ walkIn: { state: 'done', appointmentId: visit } });

  const second = await arrive(await startOf(3));
  const again = (await act(second.id, 'call', { practitionerId: clinic.practitionerId })) as WalkInView;
  // A call that was wrong: the visit never was, and the patient waits on.
  expect(await act(second.id, 'undo-call')).toMatchObject({ state: 'waiting', appointmentId: null });
  const end = await clinic.client.workflow.getHandle(appointmentWorkflowId(again.appointmentId!)).result();
  expect(end).toMatchObject({ appointment: { status: 'entered-in-error' } });
  expect((await timers(second.id)).map(({ name }) => name)).toEqual(['re-triage', 'day-end']);
  const third = (await act(second.id, 'call', { practitionerId: clinic.practitionerId })) as WalkInView;
  expect(await act(second.id, 'finish', { noNoteReason: 'short' })).toMatchObject({ state: 'done' });
  const over = await clinic.client.workflow.getHandle(appointmentWorkflowId(third.appointmentId!)).result();
  expect(over).toMatchObject({ appointment: { status: 'fulfilled' } });
}, 60_000);

test('who made room in a queue is told, and what the table does not have is refused', async () => {
  const [a, b] = [await arrive(await startOf(4)), await arrive(await startOf(4))];
  await act(b.id, 'move', { direction: 'up', reason: 'a child' });
  const state = () => run(a.id).query<WalkInSettled | null, []>('state');
  expect((await eventually(state, (seen) => seen?.walkIn.version === 1))?.walkIn.position).toBe(b.arrivedAt);
  await expect(act(a.id, 'start')).rejects.toMatchObject({ code: 'invalid-transition' });
  for (const { id } of [a, b]) await act(id, 'entered-in-error', { reason: 'test' });
});

test('level 1 is asked about within five minutes, for a doctor at once', async () => {
  await clinic.until(localAt(await clinic.engine.now(), 1, '11:00'));
  const own = await arrive(await startOf(1));
  await clinic.until(plus(own.arrivedAt, 5.1));
  const asked = await eventually(() => tasks(own.id), (all) => all.length > 0); // prettier-ignore
  expect(asked).toMatchObject([{ kind: 're-triage', state: 'open', priority: 'stat' }]);
  await act(own.id, 'transfer-out', { reason: 'emergency department' });
  expect(await run(own.id).result()).toMatchObject({ walkIn: { state: 'transferred' } });
}, 60_000);
