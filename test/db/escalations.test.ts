/** Escalations in the database: who is told, what a failed message leads to, who may take it on (scheduling-intake.md D5). */
import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Channels, Delivery } from '../../activities/channels.ts';
import { deliverNext, type DeliveryPorts } from '../../activities/outbox-delivery.ts';
import {
  applyEscalationAction,
  losePresence,
  raiseEscalation,
  ringEscalationTimer,
} from '../../db/escalations/escalations.ts';
import { checkInvariants } from '../../db/invariants.ts';
import { addShift, onCallAt, removeShift } from '../../db/escalations/on-call.ts';
import { withTransaction } from '../../db/transaction.ts';
import { matrix, type Role } from '../../domain/access.ts';
import { systemActor, type Actor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/errors.ts';
import type { EscalationAction, EscalationLevel, EscalationSubjectKind, OnCallRole } from '../../domain/escalation.ts';
import type { EscalationActionInput, EscalationSettled } from '../../workflows/messages/escalation.ts';
import { createClinic, staffActor, type Clinic } from '../support/clinic-fixture.ts';

let clinic: Clinic;
let people: Readonly<Record<'assigned' | OnCallRole | 'administrator', string>>;
beforeAll(async () => {
  clinic = await createClinic({ patients: 1, providers: 1, rooms: 1 });
  people = {
    'assigned': await person('doctor'),
    'on-call-clinician': await person('doctor', { telephone: '+1 555 0101' }),
    'charge-nurse': await person('nurse', { telephone: '+1 555 0102' }),
    'unit-lead': await person('doctor'),
    'medical-director': await person('doctor'),
    'administrator': await person('administrator'),
  }; // prettier-ignore
});
afterAll(async () => {
  const violations = await clinic.read(checkInvariants);
  await clinic.stop();
  expect(violations).toEqual([]);
});

const monday = Date.parse('2027-03-01T15:00:00Z');
let week = 0;
const at = (minutes: number): Date => new Date(monday + (week * 7 * 24 * 60 + minutes) * 60_000);
const now = (minutes: number): void => clinic.clock.set(at(minutes));
beforeEach(async () => {
  week += 1;
  now(0);
  await clinic.owner('on_call_shift').update({ removed_at: at(0) });
  await clinic.owner('notification').update({ state: 'suppressed', suppressed_reason: 'nothing-to-tell' });
});

async function person(role: Role, contact?: { telephone?: string; push_device?: string }): Promise<string> {
  const id = randomUUID();
  const of = { organization_id: clinic.organizationId };
  await clinic.owner('app_user').insert({ ...of, id, kind: 'staff', email: `${id}@example.test`, display_name: role });
  await clinic.owner('user_role').insert({ ...of, user_id: id, role, granted_by: 'test' });
  if (contact !== undefined) await clinic.owner('staff_contact').insert({ ...of, user_id: id, ...contact });
  return id;
}

const actorOf = (userId: string, role: Role = 'doctor'): Actor => ({
  kind: 'staff',
  ref: `user:${userId}`,
  userId,
  permissions: matrix[role],
});

const inClinic = <T>(work: Parameters<typeof withTransaction<T>>[2]): Promise<T> =>
  withTransaction(clinic.db, { organizationId: clinic.organizationId }, work);

const onCall = (role: OnCallRole, more: { from?: Date; until?: Date; userId?: string; locationId?: string; primary?: boolean } = {}) => {
  const id = randomUUID();
  const { from = at(-60), until = at(600), userId = people[role], locationId = null, primary = true } = more;
  const shift = { organizationId: clinic.organizationId, id, role, userId, locationId, from, until, primary };
  return inClinic((trx) => addShift(trx, { ...shift, actor: staffActor, at: at(0) })).then(() => id);
}; // prettier-ignore
const everybodyOnCall = async (): Promise<void> => {
  for (const role of ['on-call-clinician', 'charge-nurse', 'unit-lead', 'medical-director'] as const)
    await onCall(role);
};

async function raise(
  more: { kind?: EscalationSubjectKind; subjectId?: string; level?: EscalationLevel; assigned?: boolean; key?: string; actor?: Actor } = {},
): Promise<string> {
  const { escalationId } = await inClinic(async (trx) =>
    raiseEscalation(trx, {
      organizationId: clinic.organizationId,
      subject: { kind: more.kind ?? 'lab-result', id: more.subjectId ?? randomUUID() },
      patientId: clinic.patients[0]!,
      reasonCode: 'chest-pain-breathless',
      level: more.level ?? 'urgent',
      locationId: clinic.locationId,
      assignedUserId: more.assigned === false ? undefined : people.assigned,
      operationKey: more.key ?? randomUUID(),
      actor: more.actor ?? systemActor('test'),
      at: await clinic.clock.now(),
    }),
  );
  return escalationId;
} // prettier-ignore

const ring = (escalationId: string, name: string): Promise<EscalationSettled> =>
  ringEscalationTimer(clinic.ports, {
    organizationId: clinic.organizationId,
    escalationId,
    name,
    operation: { key: `emerg:${escalationId}/${randomUUID()}`, inputHash: name },
  });

const act = (
  escalationId: string,
  action: EscalationAction,
  actor: Actor,
  input: EscalationActionInput = {},
): Promise<EscalationSettled> =>
  applyEscalationAction(clinic.ports, {
    organizationId: clinic.organizationId,
    escalationId,
    request: { action, input, actor, operation: { key: `emerg:${escalationId}/${randomUUID()}`, inputHash: action } },
  });

async function refused(work: Promise<unknown>): Promise<DomainError['problem']> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DomainError) return error.problem;
    throw error;
  }
  throw new Error('it was accepted');
}

interface Notice {
  readonly user_id: string | null;
  readonly target: string;
  readonly channel: string;
  readonly state: string;
  readonly send: number;
  readonly at: Date;
  readonly error: string | null;
}
const notices = (id: string): Promise<Notice[]> =>
  clinic.owner('escalation_notice').where({ escalation_id: id }).orderBy(['send', 'target', 'channel']);
const told = async (id: string): Promise<string[]> => (await notices(id)).map(({ send: n, target, channel, state }) => `${n} ${target} ${channel} ${state}`); // prettier-ignore
const row = (id: string) => clinic.owner('escalation').where({ id }).first();
const timers = async (id: string): Promise<[string, number][]> =>
  (await clinic.owner('case_timer').where({ aggregate_id: id, state: 'pending' }).orderBy('due_at')).map((timer) => [timer.name, (timer.due_at.getTime() - at(0).getTime()) / 60_000]); // prettier-ignore

/** Sends what is due, urgent or not; each channel answers what it is told to. */
async function deliver(answers: Partial<Record<'email' | 'sms' | 'push', Delivery>> = {}): Promise<string[]> {
  const sent: string[] = [];
  const moved: string[] = [];
  const channel = (name: 'email' | 'sms' | 'push') => ({
    send: async ({ text }: { text: string }) => {
      const delivery = answers[name] ?? { kind: 'accepted' };
      if (delivery.kind === 'accepted') sent.push(`${name}: ${text}`);
      return delivery;
    },
    close: () => {},
  });
  const channels: Channels = { email: channel('email'), sms: channel('sms'), push: channel('push') };
  const ports: DeliveryPorts = {
    ...clinic.ports,
    log: pino({ level: 'silent' }),
    publicUrl: 'https://clinic.test',
    tokenSecret: new Uint8Array(32),
    from: { name: 'Clinic', email: 'clinic@clinic.test' },
    accountLinks: { url: () => '', code: () => '' },
    channels,
    random: () => 0.5,
    escalationMoved: (id) => void moved.push(id),
  };
  while ((await deliverNext(ports, clinic.organizationId, undefined, 'urgent')) !== 'idle');
  return sent;
}

describe('the ladder', () => {
  test('the assigned clinician at once; then the on-call clinician, the house, the director; twice; then exhausted, and again and again', async () => {
    await everybodyOnCall();
    const id = await raise();
    expect(await told(id)).toEqual(['1 assigned email queued', '1 assigned push failed', '1 assigned sms failed']);
    expect(await timers(id)).toEqual([['step:1:2', 5], ['step:1:3', 10], ['step:1:4', 15], ['step:2:1', 20], ['step:2:2', 25], ['step:2:3', 30], ['step:2:4', 35], ['exhaust', 40]]); // prettier-ignore
    const who = async () => [...new Set((await notices(id)).filter((one) => one.send === sends).map(({ target }) => target))]; // prettier-ignore
    let sends = 1;
    const steps = [['step:1:2', ['on-call-clinician']], ['step:1:3', ['charge-nurse', 'unit-lead']], ['step:1:4', ['medical-director']], ['step:2:1', ['assigned']]] as const; // prettier-ignore
    for (const [n, [name, targets]] of steps.entries()) {
      now((n + 1) * 5 - 0.01);
      expect((await ring(id, name)).escalation.version).toBe(sends);
      now((n + 1) * 5);
      await ring(id, name);
      sends += 1;
      expect(await who()).toEqual(targets);
    }
    for (const [n, name] of ['step:2:2', 'step:2:3', 'step:2:4', 'exhaust'].entries()) {
      now(25 + n * 5);
      await ring(id, name);
    }
    expect(await row(id)).toMatchObject({ state: 'exhausted', sends: 9 });
    sends = 9;
    expect(await who()).toEqual(['administrator', 'medical-director']);
    expect(await timers(id)).toEqual([['repeat', 45]]);
    now(45);
    await ring(id, 'repeat');
    sends = 10;
    expect(await who()).toEqual(['medical-director']);
    expect(await timers(id)).toEqual([['repeat', 50]]);
    // An administrator was told by the banner, and takes it on.
    expect((await act(id, 'ack', actorOf(people.administrator, 'administrator'))).escalation.state).toBe(
      'acknowledged',
    );
  });

  test('of an intake the on-call clinician is told at once; with nobody assigned, of anything', async () => {
    await everybodyOnCall();
    const intake = await raise({ kind: 'intake' });
    expect((await told(intake)).filter((line) => line.includes('email'))).toEqual(['1 assigned email queued', '1 on-call-clinician email queued']); // prettier-ignore
    const unassigned = await raise({ assigned: false });
    expect(await told(unassigned)).toEqual([
      '1 assigned none nobody',
      '2 on-call-clinician email queued',
      '2 on-call-clinician sms queued',
      '2 on-call-clinician voice-task sent',
    ]);
    expect((await timers(unassigned))[0]).toEqual(['step:1:3', 5]);
    const text = 'Urgent item for you in HealthSphere';
    const sent = await deliver();
    expect(sent.toSorted()).toContain(`sms: ${text}: https://clinic.test/escalations/${unassigned}`);
    expect(sent).toContain(`email: ${text}\n\nhttps://clinic.test/escalations/${intake}\n`);
    expect((await notices(unassigned)).filter(({ state }) => state === 'queued')).toEqual([]);
  });

  test('nobody on call anywhere: at once exhausted, on every administrator’s page, and on record', async () => {
    const id = await raise({ assigned: false });
    expect(await row(id)).toMatchObject({ state: 'exhausted' });
    const all = await notices(id);
    expect(all.filter(({ channel }) => channel === 'banner').map(({ user_id: userId }) => userId)).toEqual([people.administrator]); // prettier-ignore
    expect(all.filter(({ state }) => state === 'nobody')).toHaveLength(11);
    expect(await timers(id)).toEqual([['repeat', 5]]);
  });

  test('level code: everybody at once, again after a minute', async () => {
    await everybodyOnCall();
    const id = await raise({ level: 'code' });
    const targets = new Set((await notices(id)).map(({ target }) => target));
    expect([...targets].toSorted()).toEqual(['assigned', 'charge-nurse', 'medical-director', 'on-call-clinician', 'unit-lead']); // prettier-ignore
    expect(await timers(id)).toEqual([['step:2:1', 1], ['exhaust', 2]]); // prettier-ignore
    now(1);
    await ring(id, 'step:2:1');
    now(2);
    await ring(id, 'exhaust');
    expect(await timers(id)).toEqual([['repeat', 3]]);
  });

  test('once for its key, and once for its reason while nobody has answered', async () => {
    await everybodyOnCall();
    const subjectId = randomUUID();
    const id = await raise({ subjectId, key: `k${subjectId}` });
    expect(await raise({ subjectId, key: `k${subjectId}` })).toBe(id);
    expect(await raise({ subjectId })).toBe(id);
    await act(id, 'ack', actorOf(people.assigned));
    expect(await raise({ subjectId })).not.toBe(id);
  });
});

describe('a channel that fails', () => {
  const down: Delivery = { kind: 'temporary', code: 'connection-refused', down: true };

  test('the mail server is away: the next channel at once, and where nobody is reached the next step at once, down to the banner', async () => {
    await everybodyOnCall();
    const id = await raise();
    await deliver({ email: down });
    const lines = await told(id);
    // No telephone, no device: a person of ours has to ring up, and the next are told without waiting.
    expect(lines).toContain('1 assigned voice-task sent');
    expect(lines).toContain('2 on-call-clinician email failed');
    // Their telephone was reached: the ladder waits here.
    expect(lines).toContain('2 on-call-clinician sms sent');
    expect(await row(id)).toMatchObject({ state: 'notifying', cycle: 1, step: 2 });
    expect((await timers(id))[0]).toEqual(['step:1:3', 5]);
    expect(await clinic.owner('staff_task').where({ subject_id: id, kind: 'call-responder', state: 'open' })).toHaveLength(2); // prettier-ignore

    const other = await raise();
    await deliver({ email: down, sms: { kind: 'permanent', code: 'sms-400' } });
    expect(await row(other)).toMatchObject({ state: 'exhausted' });
    expect((await notices(other)).filter(({ channel }) => channel === 'banner')).toHaveLength(1);
    expect(await timers(other)).toEqual([['repeat', 5]]);
    // The mail goes on being tried, and what was acknowledged meanwhile is not sent any more.
    await act(other, 'ack', actorOf(people.assigned));
    now(1);
    await deliver();
    expect((await notices(other)).filter(({ channel, state }) => channel === 'email' && state === 'sent')).toEqual([]);
    expect(await clinic.owner('staff_task').where({ subject_id: other, state: 'open' })).toEqual([]);
  });

  test('a failure that comes back late changes nothing once somebody has it', async () => {
    await everybodyOnCall();
    const id = await raise();
    await act(id, 'ack', actorOf(people.assigned));
    const before = await told(id);
    await deliver({ email: down });
    expect((await told(id)).filter((line) => !before.includes(line))).toEqual(['1 assigned email not-sent']);
  });
});

describe('who takes it on', () => {
  test('only who was told; the first has it, others join; no step is left', async () => {
    await everybodyOnCall();
    const id = await raise();
    expect(await refused(act(id, 'ack', actorOf(people['on-call-clinician'])))).toMatchObject({ code: 'guard-failed', data: { guard: 'was-target' } }); // prettier-ignore
    expect(await refused(act(id, 'ack', actorOf(people.assigned, 'front-desk')))).toMatchObject({ code: 'forbidden' });
    now(5);
    await ring(id, 'step:1:2');
    now(6);
    const first = await act(id, 'ack', actorOf(people['on-call-clinician']), { etaMinutes: 10 });
    expect(first.escalation).toMatchObject({ state: 'acknowledged', acknowledgedBy: people['on-call-clinician'], etaAt: at(16).toISOString() }); // prettier-ignore
    expect(await timers(id)).toEqual([['unresolved', 21]]);
    now(10);
    await ring(id, 'step:1:3');
    const joined = await act(id, 'ack', actorOf(people.assigned));
    expect(joined.escalation.acknowledgedBy).toBe(people['on-call-clinician']);
    expect(await timers(id)).toEqual([['unresolved', 21]]);
    expect(await refused(act(id, 'ack', actorOf(people.assigned)))).toMatchObject({ code: 'conflict' });
    expect(await refused(act(id, 'extend', actorOf(people['medical-director']), { reason: 'x' }))).toMatchObject({ code: 'guard-failed' }); // prettier-ignore
    await act(id, 'extend', actorOf(people.assigned), { reason: 'on the way' });
    expect(await timers(id)).toEqual([['unresolved', 25]]);
    now(24);
    const ended = await act(id, 'resolve', actorOf(people.assigned), { outcome: 'patient-reached' });
    expect(ended).toMatchObject({ open: false, timers: [], escalation: { state: 'resolved' } });
    expect(await refused(act(id, 'cancel', staffActor, { reason: 'x' }))).toMatchObject({ code: 'invalid-transition' });
    await expect(clinic.owner('escalation_notice').insert({ organization_id: clinic.organizationId, escalation_id: id, round: 1, send: 99, cycle: 1, step: 1, target: 'assigned', user_id: people.assigned, channel: 'sms', at: at(25), state: 'queued' })).rejects.toMatchObject({ constraint: 'notice_while_notifying' }); // prettier-ignore
  });

  test('nothing is heard of it for 15 minutes, or they are not there any more: from the first step again', async () => {
    await everybodyOnCall();
    const id = await raise();
    now(1);
    await act(id, 'ack', actorOf(people.assigned));
    now(16);
    await ring(id, 'unresolved');
    expect(await row(id)).toMatchObject({ state: 'notifying', round: 2, step: 1, acknowledged_by: null });
    expect((await timers(id))[0]).toEqual(['step:1:2', 21]);
    await act(id, 'ack', actorOf(people.assigned));
    const lost = await losePresence(clinic.ports, { organizationId: clinic.organizationId, escalationId: id, operation: { key: randomUUID(), inputHash: 'p' } }); // prettier-ignore
    expect(lost.escalation).toMatchObject({ state: 'notifying', round: 3 });
  });

  test('who raised it takes it back within two minutes; a lead at any time', async () => {
    await everybodyOnCall();
    const nurse = actorOf(people['charge-nurse'], 'nurse');
    const early = await raise({ actor: nurse });
    now(1.9);
    expect((await act(early, 'cancel', nurse, { reason: 'by mistake' })).escalation.state).toBe('cancelled');
    now(0);
    const late = await raise({ actor: nurse });
    now(2);
    expect(await refused(act(late, 'cancel', nurse, { reason: 'by mistake' }))).toMatchObject({ code: 'guard-failed' });
    expect(await refused(act(late, 'cancel', actorOf(people.assigned), { reason: 'x' }))).toMatchObject({ code: 'forbidden' }); // prettier-ignore
    expect((await act(late, 'cancel', actorOf(people.administrator, 'administrator'), { reason: 'x' })).open).toBe(
      false,
    );
  });

  test('whatever comes at once, one is first and nothing follows the acknowledgement', async () => {
    await everybodyOnCall();
    const id = await raise({ kind: 'intake' });
    now(5);
    const outcomes = await Promise.allSettled([
      act(id, 'ack', actorOf(people.assigned)),
      ring(id, 'step:1:2'),
      act(id, 'ack', actorOf(people['on-call-clinician'])),
      ring(id, 'step:1:3'),
      deliver({ email: { kind: 'temporary', code: 'x', down: true } }),
    ]);
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);
    expect(await clinic.owner('escalation_responder').where({ escalation_id: id, is_first: true })).toHaveLength(1);
    expect(await clinic.read(checkInvariants)).toEqual([]);
  });
});

describe('the roster', () => {
  test('half-open, one primary for a role and place, the place’s own before the house’s, the primary before the others', async () => {
    const other = await person('doctor');
    const third = await person('nurse');
    const shift = await onCall('on-call-clinician', { from: at(0), until: at(60) });
    await expect(onCall('on-call-clinician', { from: at(59), until: at(90), userId: other })).rejects.toMatchObject({ code: 'conflict' }); // prettier-ignore
    await onCall('on-call-clinician', { from: at(60), until: at(90), userId: other });
    await onCall('on-call-clinician', { from: at(0), until: at(90), userId: third, primary: false });
    const who = (minutes: number, place: string | null = null) =>
      clinic.read((trx) => onCallAt(trx, 'on-call-clinician', place, at(minutes)));
    expect(await who(-1)).toEqual([]);
    expect(await who(0)).toEqual([people['on-call-clinician']]);
    expect(await who(60)).toEqual([other]);
    await onCall('on-call-clinician', { from: at(0), until: at(90), userId: people.assigned, locationId: clinic.locationId }); // prettier-ignore
    expect(await who(10, clinic.locationId)).toEqual([people.assigned]);
    expect(await who(10)).toEqual([people['on-call-clinician']]);
    await inClinic((trx) => removeShift(trx, { organizationId: clinic.organizationId, id: shift, actor: staffActor, at: at(5) })); // prettier-ignore
    expect(await who(10)).toEqual([third]);
    await expect(onCall('charge-nurse', { userId: await person('biller') })).rejects.toMatchObject({ code: 'validation-failed' }); // prettier-ignore
  });
});
