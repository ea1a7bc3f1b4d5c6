/** The process of an escalation: its ladder in time, and what an acknowledgement ends. One clinic, its clock skips. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deliverNext } from '../../activities/outbox-delivery.ts';
import type { Delivery } from '../../activities/channels.ts';
import { raiseEscalation } from '../../db/escalations/escalations.ts';
import { checkInvariants } from '../../db/invariants.ts';
import { withOrganization, withTransaction } from '../../db/transaction.ts';
import { matrix, type Role } from '../../domain/access.ts';
import { systemActor, type Actor } from '../../domain/actor.ts';
import type { EscalationAction } from '../../domain/escalation.ts';
import { lookAfterEscalations } from '../../workers/escalation-watch.ts';
import {
  escalationMovedSignal,
  escalationOperationKey,
  escalationWorkflow,
  escalationWorkflowId,
  presenceLostSignal,
} from '../../workflows/messages/escalation.ts';
import type { EscalationActionInput, EscalationSettled } from '../../workflows/messages/escalation.ts';
import type { PlannedTimer } from '../../workflows/messages/appointment.ts';
import { openClinic } from './clinic.ts';
import type { TestClinic } from './clinic.ts';

let clinic: TestClinic;
let people: { assigned: string; clinician: string; director: string; administrator: string };
beforeAll(async () => {
  clinic = await openClinic();
  people = {
    assigned: await person('doctor'),
    clinician: await person('doctor', '+1 555 0101'),
    director: await person('doctor'),
    administrator: await person('administrator'),
  };
  for (const [role, userId] of [['on-call-clinician', people.clinician], ['medical-director', people.director]] as const)
    await clinic.admin('on_call_shift').insert({
      organization_id: clinic.organizationId, role, user_id: userId, from_at: '2020-01-01T00:00:00Z', until_at: '2120-01-01T00:00:00Z', created_by: 'test',
    });
}, 120_000); // prettier-ignore
afterAll(async () => {
  const violations = await withOrganization(clinic.db, clinic.organizationId, (trx) =>
    checkInvariants(trx, { requirementsUnchanged: false }),
  );
  await clinic?.close();
  expect(violations.filter(({ invariant }) => ['I12', 'I13', 'I17', 'I22', 'D5'].includes(invariant))).toEqual([]);
});

async function person(role: Role, telephone?: string): Promise<string> {
  const id = randomUUID();
  const of = { organization_id: clinic.organizationId };
  await clinic.admin('app_user').insert({ ...of, id, kind: 'staff', email: `${id}@example.test`, display_name: role });
  await clinic.admin('user_role').insert({ ...of, user_id: id, role, granted_by: 'test' });
  if (telephone !== undefined) await clinic.admin('staff_contact').insert({ ...of, user_id: id, telephone });
  return id;
}

const actorOf = (userId: string, role: Role = 'doctor'): Actor => ({ kind: 'staff', ref: `user:${userId}`, userId, permissions: matrix[role] }); // prettier-ignore

async function raise(more: { assigned?: boolean; start?: boolean } = {}): Promise<{ id: string; at: Date }> {
  const at = await clinic.engine.now();
  const { organizationId } = clinic;
  const { escalationId: id } = await withTransaction(clinic.db, { organizationId }, (trx) =>
    raiseEscalation(trx, {
      organizationId,
      subject: { kind: 'lab-result', id: randomUUID() },
      patientId: clinic.patientId,
      reasonCode: 'stroke-signs',
      level: 'urgent',
      assignedUserId: more.assigned === false ? undefined : people.assigned,
      operationKey: randomUUID(),
      actor: systemActor('test'),
      at,
    }),
  );
  if (more.start !== false)
    await clinic.client.workflow.start(escalationWorkflow, {
      workflowId: escalationWorkflowId(id),
      taskQueue: clinic.taskQueue,
      args: [{ organizationId, escalationId: id }],
    });
  return { id, at };
}

const run = (id: string) => clinic.client.workflow.getHandle(escalationWorkflowId(id));
const timers = (id: string) => run(id).query<readonly PlannedTimer[], []>('nextTimers');
const row = (id: string) => clinic.admin('escalation').where({ id }).first();

async function act(id: string, action: EscalationAction, actor: Actor, input: EscalationActionInput = {}) {
  const operation = { key: escalationOperationKey(id, randomUUID()), inputHash: 'hash' };
  const answer = await clinic.gateway.actOnEscalation(id, { action, input, actor, operation });
  return typeof answer === 'symbol' ? 'closed' : answer;
}

async function eventually<T>(look: () => Promise<T>, right: (seen: T) => boolean): Promise<T> {
  for (let n = 0; ; n += 1) {
    const seen = await look();
    if (right(seen) || n > 200) return seen;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
const inState = (id: string, wanted: Readonly<Record<string, unknown>>) =>
  eventually(() => row(id), (seen) => Object.entries(wanted).every(([name, value]) => seen[name] === value)); // prettier-ignore

/** By which minute after its beginning each step told somebody. */
async function told(id: string, from: Date): Promise<[number, string][]> {
  const notices: { at: Date; target: string; send: number }[] = await clinic.admin('escalation_notice').where({ escalation_id: id }).whereNot({ channel: 'banner' }).orderBy(['send', 'at', 'target']); // prettier-ignore
  return [...new Map(notices.map(({ at, target, send }) => [`${send} ${target}`, [Math.round((at.getTime() - from.getTime()) / 60_000), target] as [number, string]])).values()]; // prettier-ignore
}

const plus = (from: Date, minutes: number): string => new Date(from.getTime() + minutes * 60_000).toISOString();

async function fail(delivery: Delivery): Promise<void> {
  const moved: string[] = [];
  const channel = { send: async () => delivery, close: () => {} };
  const ports = {
    db: clinic.db, clock: { now: () => clinic.engine.now() }, log: clinic.log, publicUrl: 'https://clinic.test', tokenSecret: new Uint8Array(32),
    from: { name: 'C', email: 'c@c.test' }, accountLinks: { url: () => '', code: () => '' }, random: () => 0.5,
    channels: { email: channel, sms: channel, push: channel }, escalationMoved: (id: string) => void moved.push(id),
  };
  while ((await deliverNext(ports, clinic.organizationId, undefined, 'urgent')) !== 'idle');
  for (const id of new Set(moved)) await run(id).signal(escalationMovedSignal).catch(() => undefined);
} // prettier-ignore

test('the ladder in time, twice, then exhausted with repeats; an acknowledgement stops every step in its own workflow task', async () => {
  const { id, at } = await raise();
  // Nobody leads the house: that step is passed over at once, and the director comes five minutes earlier.
  await clinic.until(plus(at, 36));
  expect(await inState(id, { state: 'exhausted' })).toMatchObject({ state: 'exhausted' });
  await clinic.until(plus(at, 41));
  await eventually(() => told(id, at), (all) => all.some(([minute]) => minute === 40)); // prettier-ignore
  expect(await told(id, at)).toEqual([
    [0, 'assigned'], [5, 'on-call-clinician'], [10, 'charge-nurse'], [10, 'unit-lead'], [10, 'medical-director'],
    [15, 'assigned'], [20, 'on-call-clinician'], [25, 'charge-nurse'], [25, 'unit-lead'], [25, 'medical-director'],
    [30, 'medical-director'], [35, 'medical-director'], [40, 'medical-director'],
  ]); // prettier-ignore
  expect(await act(id, 'ack', actorOf(people.administrator, 'administrator'))).toMatchObject({ state: 'acknowledged' });
  expect(await act(id, 'resolve', actorOf(people.administrator, 'administrator'), { outcome: 'not-reached' })).toMatchObject({ state: 'resolved' }); // prettier-ignore
  expect(await run(id).result()).toMatchObject({ state: 'resolved' });
  expect(await act(id, 'ack', actorOf(people.assigned))).toBe('closed');
}, 60_000);

test('every pending step is cancelled in the task that completes the acknowledgement; a second person joins', async () => {
  const { id, at } = await raise();
  expect((await eventually(() => timers(id), (all) => all.length > 0)).map(({ name }) => name)).toEqual(['step:1:2', 'step:1:3', 'step:1:4', 'step:2:1', 'step:2:2', 'step:2:3', 'step:2:4', 'exhaust']); // prettier-ignore
  await clinic.until(plus(at, 5.1));
  await inState(id, { step: 2 });
  await eventually(() => timers(id), (all) => all.length === 7 || all.length === 6); // prettier-ignore
  const pending = (await timers(id)).length;
  await expect(act(id, 'ack', actorOf(people.director))).rejects.toMatchObject({ problem: { code: 'guard-failed', data: { guard: 'was-target' } } }); // prettier-ignore
  await act(id, 'ack', actorOf(people.clinician), { etaMinutes: 3 });
  expect((await timers(id)).map(({ name }) => name)).toEqual(['unresolved']);

  // The task whose commands hold the answer is the one that cancelled them, each of them.
  const events = (await run(id).fetchHistory()).events ?? [];
  const answered = events.findIndex((event) => event.workflowExecutionUpdateCompletedEventAttributes?.outcome?.success);
  const task = events.findLastIndex((event, n) => n < answered && event.workflowTaskCompletedEventAttributes != null);
  const end = events.findIndex((event, n) => n > answered && event.workflowTaskScheduledEventAttributes != null);
  const cancelled = events.slice(task, end < 0 ? undefined : end).filter((event) => event.timerCanceledEventAttributes != null); // prettier-ignore
  expect(pending).toBeGreaterThanOrEqual(6);
  expect(cancelled).toHaveLength(pending);

  await act(id, 'ack', actorOf(people.assigned));
  const before = await told(id, at);
  await clinic.until(plus(at, 19));
  expect(await told(id, at)).toEqual(before);
  // Nothing is heard of it for fifteen minutes: from the first step again.
  await clinic.until(plus(at, 21));
  expect(await inState(id, { round: 2 })).toMatchObject({ state: 'notifying', acknowledged_by: null });
  expect((await told(id, at)).at(-1)).toEqual([20, 'assigned']);
  await act(id, 'ack', actorOf(people.assigned));
  await run(id).signal(presenceLostSignal);
  expect(await inState(id, { round: 3 })).toMatchObject({ state: 'notifying' });
  await act(id, 'cancel', actorOf(people.administrator, 'administrator'), { reason: 'test' });
  expect(await run(id).result()).toMatchObject({ state: 'cancelled' });
}, 60_000);

test('with mail and telephone away nobody is waited for: exhausted at once, and its run knows', async () => {
  const { id, at } = await raise();
  await eventually(() => run(id).query<EscalationSettled | null, []>('state'), (seen) => seen !== null); // prettier-ignore
  await fail({ kind: 'temporary', code: 'connection-refused', down: true });
  expect(await row(id)).toMatchObject({ state: 'exhausted' });
  const known = await eventually(() => run(id).query<EscalationSettled | null, []>('state'), (seen) => seen?.escalation.state === 'exhausted'); // prettier-ignore
  expect(known).toMatchObject({ escalation: { state: 'exhausted' }, timers: [{ name: 'repeat' }] });
  expect((await told(id, at)).every(([minute]) => minute === 0)).toBe(true);
  expect(await clinic.admin('staff_task').where({ subject_id: id, kind: 'call-responder', state: 'open' })).toHaveLength(3); // prettier-ignore
  await clinic.until(plus(at, 6));
  await eventually(() => told(id, at), (all) => all.some(([minute]) => minute === 5)); // prettier-ignore
  await act(id, 'ack', actorOf(people.assigned));
  await act(id, 'resolve', actorOf(people.assigned), { outcome: 'patient-reached' });
  await run(id).result();
}, 60_000);

test('one whose starter died, or whose run was ended by hand, has a run again; its steps go on', async () => {
  const { id, at } = await raise({ assigned: false, start: false });
  const look = async (later: number) =>
    lookAfterEscalations({
      db: clinic.db,
      clock: { now: async () => new Date((await clinic.engine.now()).getTime() + later) },
      log: clinic.log,
      client: () => clinic.client,
      taskQueue: clinic.taskQueue,
    });
  expect(await look(0)).toEqual([]);
  expect(await look(5_000)).toEqual([id]);
  expect(await look(5_000)).toEqual([]);
  await clinic.until(plus(at, 6));
  await eventually(() => told(id, at), (all) => all.some(([, target]) => target === 'medical-director')); // prettier-ignore
  await run(id).terminate('by hand');
  expect(await look(5_000)).toEqual([id]);
  expect(await act(id, 'ack', actorOf(people.clinician))).toMatchObject({ state: 'acknowledged' });
  expect(await act(id, 'resolve', actorOf(people.clinician), { outcome: 'no-danger' })).toMatchObject({
    state: 'resolved',
  });
  await run(id).result();
}, 60_000);
