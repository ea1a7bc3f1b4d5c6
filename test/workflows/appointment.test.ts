/** D1 on a real database, with months skipped in milliseconds. S1, S8, S9, S10: scheduling-intake.md H. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appointmentWorkflowId, encounterStartedSignal } from '../../workflows/messages/appointment.ts';
import type { AppointmentView } from '../../workflows/messages/appointment.ts';
import { openClinic } from './clinic.ts';
import type { TestClinic } from './clinic.ts';
import { patientActor, staff } from './seed.ts';

let clinic: TestClinic;
beforeAll(async () => {
  clinic = await openClinic();
});
afterAll(() => clinic?.close());

/** Each test has a day of its own, later than the one before: the server's clock only goes forward. */
let day = 0;
const nextDay = (hour = '15:00'): string => {
  day += 1;
  return new Date(Date.parse(`2026-12-01T${hour}:00Z`) + day * 86_400_000).toISOString();
};
const plus = (instant: string, seconds: number): string => new Date(Date.parse(instant) + seconds * 1000).toISOString();
const stateOf = async (id: string): Promise<unknown> => (await clinic.row(id))['status'];
const ended = (id: string): Promise<unknown> => clinic.client.workflow.getHandle(appointmentWorkflowId(id)).result();
const remindersOf = (id: string) =>
  clinic
    .admin('notification')
    .where({ aggregate_id: id, kind: 'reminder' })
    .orderBy(['due_at', 'channel'])
    .select<
      { due_at: Date; channel: string; params: Record<string, unknown>; aggregate_version: number; state: string }[]
    >();
const seen = (rows: Awaited<ReturnType<typeof remindersOf>>) =>
  rows.map((r) => `${r.due_at.toISOString()} ${String(r.params['policyItem'])} ${r.channel}`);
const acceptedUpdates = async (id: string): Promise<number> => {
  const { events } = await clinic.client.workflow.getHandle(appointmentWorkflowId(id)).fetchHistory();
  return (events ?? []).filter((e) => e.workflowExecutionUpdateAcceptedEventAttributes).length;
};

describe('starting', () => {
  test('books, and a repeat gets the same answer from the running and from the closed run', async () => {
    const start = nextDay();
    const first = await clinic.open({ start });
    expect(first).toMatchObject({ ok: true, appointment: { status: 'booked', start } });
    expect(await clinic.open({ start }, { id: first.id })).toEqual(first);
    await clinic.act(first.id, 'cancel', { reason: 'x' });
    await ended(first.id);
    expect(await clinic.open({ start }, { id: first.id })).toEqual(first);
    expect(await clinic.changes(first.id)).toHaveLength(2);
  });

  test('refuses the same id with another body', async () => {
    const { id } = await clinic.open({ start: nextDay() });
    await expect(clinic.open({ start: nextDay() }, { id, inputHash: 'other' })).rejects.toMatchObject({
      code: 'idempotency-key-reused',
    });
  });

  test('a taken time is refused with alternatives, ends its run, and stays refused', async () => {
    const start = nextDay();
    await clinic.booked(start);
    const loser = await clinic.open({ start }, { patientId: clinic.otherPatientId });
    expect(loser).toMatchObject({ ok: false, problem: { code: 'slot-taken' } });
    const alternatives: unknown = loser.ok ? [] : loser.problem.data?.['alternatives'];
    expect(alternatives).toContainEqual(expect.objectContaining({ practitionerId: clinic.practitionerId }));
    await ended(loser.id);
    expect(await clinic.open({ start }, { id: loser.id, patientId: clinic.otherPatientId })).toEqual(loser);
  });

  test('names nobody in what the engine keeps in clear', async () => {
    const { id } = await clinic.booked(nextDay());
    const { events } = await clinic.client.workflow.getHandle(appointmentWorkflowId(id)).fetchHistory();
    // What is shown as base64 is as readable as the rest.
    const clear = JSON.stringify(events).replaceAll(
      /"([A-Za-z0-9+/]{4,}={0,2})"/g,
      (all, text: string) => `${all} ${Buffer.from(text, 'base64').toString('latin1')}`,
    );
    expect(clear).toContain('binary/encrypted');
    expect(clear).not.toContain(clinic.patientId);
    expect(clear).not.toContain('slot');
  });
});

describe('a hold', () => {
  test('expires by its timer: cancelled, its time free as of the expiry', async () => {
    const hold = await clinic.booked(nextDay(), { event: 'hold' });
    expect(hold.status).toBe('pending');
    await clinic.until(plus(hold.holdExpiresAt!, 5));
    expect(await clinic.row(hold.id)).toMatchObject({ status: 'cancelled', cancel_reason: 'hold-expired' });
    const reservations = await clinic.admin('reservation').where({ appointment_id: hold.id });
    expect(reservations.map((r: { released_at: Date }) => r.released_at.toISOString())).toEqual(
      reservations.map(() => hold.holdExpiresAt),
    );
    expect(await clinic.refused(hold.id, 'confirm-hold')).toBe('closed');
  });

  test('can be extended once, and then the new end counts', async () => {
    const hold = await clinic.booked(nextDay(), { event: 'hold' });
    const longer = (await clinic.act(hold.id, 'extend-hold')) as AppointmentView;
    expect(longer.holdExpiresAt).toBe(plus(hold.holdExpiresAt!, 300));
    expect(await clinic.refused(hold.id, 'extend-hold')).toMatchObject({ code: 'guard-failed' });
    await clinic.until(plus(hold.holdExpiresAt!, 5));
    expect(await stateOf(hold.id)).toBe('pending');
    await clinic.until(plus(longer.holdExpiresAt!, 5));
    expect(await stateOf(hold.id)).toBe('cancelled');
  });

  test('becomes a visit when confirmed, and its timer is gone', async () => {
    const hold = await clinic.booked(nextDay(), { event: 'hold' });
    expect(await clinic.act(hold.id, 'confirm-hold')).toMatchObject({ status: 'booked', holdExpiresAt: null });
    await clinic.until(plus(hold.holdExpiresAt!, 60));
    expect(await stateOf(hold.id)).toBe('booked');
  });

  test('taken over by another booking at its expiry ends its own run too', async () => {
    const start = nextDay();
    const hold = await clinic.booked(start, { event: 'hold' });
    // The row says the hold is over before its timer can: as after an outage of the engine.
    await clinic.admin('appointment').where({ id: hold.id }).update({ hold_expires_at: '2026-01-01T00:00:00Z' });
    await clinic.admin('reservation').where({ appointment_id: hold.id }).update({ expires_at: '2026-01-01T00:00:00Z' });
    expect(await clinic.open({ start }, { patientId: clinic.otherPatientId })).toMatchObject({ ok: true });
    await clinic.until(plus(hold.holdExpiresAt!, 5));
    await ended(hold.id);
    expect(await clinic.changes(hold.id)).toHaveLength(2);
  });
});

describe('approval', () => {
  const asking = async () =>
    clinic.booked(nextDay(), { visitTypeId: clinic.approvalTypeId, actor: patientActor(clinic.patientId) });

  test('is waited for with the place kept; approve books it', async () => {
    const visit = await clinic.booked(plus(nextDay(), 0), {
      visitTypeId: clinic.approvalTypeId,
      actor: patientActor(clinic.patientId),
    });
    expect(visit).toMatchObject({ status: 'pending', awaitingApproval: true });
    expect(await clinic.act(visit.id, 'approve')).toMatchObject({ status: 'booked', awaitingApproval: false });
  });

  test('refused: cancelled, the run ends', async () => {
    const visit = await asking();
    expect(await clinic.act(visit.id, 'refuse', { reason: 'too soon' })).toMatchObject({ status: 'cancelled' });
    await ended(visit.id);
  });

  test('not given in time: cancelled by the timer', async () => {
    const visit = await asking();
    await clinic.until(plus(visit.holdExpiresAt!, 5));
    expect(await clinic.row(visit.id)).toMatchObject({ status: 'cancelled', cancel_reason: 'approval-expired' });
  });
});

describe('the day of the visit', () => {
  test('late, then missed: two staff tasks, and the visit stays booked where a person decides', async () => {
    const start = nextDay();
    const { id } = await clinic.booked(start);
    await clinic.until(plus(start, 600 + 5));
    const kinds = async () =>
      (await clinic.admin('staff_task').where({ subject_id: id }).orderBy('created_at')).map(
        (t: { kind: string }) => t.kind,
      );
    expect(await kinds()).toEqual(['late']);
    await clinic.until(plus(start, 1200 + 5));
    expect(await kinds()).toEqual(['late', 'no-show']);
    expect(await stateOf(id)).toBe('booked');
    expect(await clinic.act(id, 'no-show')).toMatchObject({ status: 'noshow' });
  });

  test('a no-show by itself, undone the same day, and left open at the end of it', async () => {
    const start = nextDay();
    const { id } = await clinic.booked(start, { visitTypeId: clinic.autoNoShowTypeId });
    await clinic.until(plus(start, 1200 + 5));
    expect(await stateOf(id)).toBe('noshow');
    expect(await clinic.act(id, 'undo-no-show')).toMatchObject({ status: 'arrived' });
    await clinic.until(plus(start, 15 * 3600));
    expect(await clinic.admin('staff_task').where({ subject_id: id, kind: 'visit-left-open' })).toHaveLength(1);
    expect(await stateOf(id)).toBe('arrived');
    const identifiersVerified = ['name', 'birth-date'];
    expect(await clinic.act(id, 'check-in', { identifiersVerified })).toMatchObject({ status: 'checked-in' });
    expect(await clinic.act(id, 'complete', { noNoteReason: 'seen by phone' })).toMatchObject({ status: 'fulfilled' });
    await ended(id);
  });

  test('a no-show that nobody undoes closes when the day does', async () => {
    const start = nextDay();
    const { id } = await clinic.booked(start, { visitTypeId: clinic.autoNoShowTypeId });
    await clinic.until(plus(start, 3600));
    expect(await stateOf(id)).toBe('noshow');
    await clinic.until(plus(start, 15 * 3600));
    await ended(id);
    expect(await clinic.refused(id, 'undo-no-show')).toBe('closed');
    expect(await clinic.admin('staff_task').where({ subject_id: id, kind: 'visit-left-open' })).toHaveLength(0);
  });

  test('arrive, check in, the chart is opened, complete', async () => {
    const start = nextDay();
    const { id } = await clinic.booked(start);
    await clinic.until(plus(start, -600));
    await clinic.act(id, 'arrive');
    await clinic.act(id, 'check-in', { identifiersVerified: ['name', 'birth-date'] });
    const handle = clinic.client.workflow.getHandle(appointmentWorkflowId(id));
    const signal = {
      actor: { kind: 'system', ref: 'system:encounter', permissions: [] },
      operation: { key: randomUUID(), inputHash: '' },
    };
    await handle.signal(encounterStartedSignal, signal);
    await handle.signal(encounterStartedSignal, signal);
    await expect.poll(async () => (await clinic.row(id))['seen_at']).not.toBeNull();
    await clinic.act(id, 'complete', { noNoteReason: 'none yet' });
    await ended(id);
    expect((await clinic.changes(id)).map((c) => c.event)).toEqual([
      'book',
      'arrive',
      'check-in',
      'start-encounter',
      'complete',
    ]);
  });
});

describe('updates', () => {
  test('a repeat with the same key runs once and gets the same answer; another body is refused', async () => {
    const { id } = await clinic.booked(nextDay());
    const request = {
      action: 'confirm',
      input: {},
      actor: staff,
      operation: { key: `appt:${id}/k1`, inputHash: 'a' },
    } as const;
    const act = (inputHash = 'a') =>
      clinic.gateway.actOnAppointment(clinic.organizationId, id, {
        ...request,
        operation: { ...request.operation, inputHash },
      });
    const answers = await Promise.all([act(), act(), act()]);
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
    expect(await clinic.changes(id)).toHaveLength(2);
    await expect(act('b')).rejects.toMatchObject({ code: 'idempotency-key-reused' });
  });

  test('of two that exclude each other one wins, in turn', async () => {
    const { id } = await clinic.booked(nextDay());
    const outcomes = await Promise.allSettled([
      clinic.act(id, 'cancel', { reason: 'a' }),
      clinic.act(id, 'cancel', { reason: 'b' }),
      clinic.act(id, 'confirm'),
    ]);
    expect(outcomes.filter((o) => o.status === 'fulfilled' && o.value !== 'closed').length).toBeLessThanOrEqual(2);
    expect(await stateOf(id)).toBe('cancelled');
    expect((await clinic.changes(id)).filter((c) => c.to_state === 'cancelled')).toHaveLength(1);
  });

  test('the run says its state, what it waits for and its next timers', async () => {
    const start = nextDay();
    const { id } = await clinic.booked(start);
    const described = await clinic.gateway.describeAppointment(id);
    expect(described).toMatchObject({ stage: 'booked', waitingFor: 'visit' });
    expect(described?.nextTimers.map((t) => t.name)).toEqual(expect.arrayContaining(['late', 'no-show']));
    expect(described?.timeline.map((e) => [e.event, e.result])).toEqual([['start:book', 'booked']]);
    await clinic.act(id, 'cancel', { reason: 'x' });
    await ended(id);
    expect(await clinic.gateway.describeAppointment(id)).toBeNull();
  });

  test('a cancelled visit can be called an error, by a short run of its own, once', async () => {
    const { id } = await clinic.booked(nextDay());
    await clinic.act(id, 'cancel', { reason: 'x' });
    await ended(id);
    expect(await clinic.act(id, 'entered-in-error', { reason: 'wrong patient' })).toMatchObject({
      status: 'entered-in-error',
    });
    expect(await clinic.refused(id, 'entered-in-error', { reason: 'again' })).toMatchObject({
      code: 'invalid-transition',
    });
  });
});

describe('S10 Illegal edges', () => {
  test('S10 cancelled -> booked and arrived: the run is closed, nothing is accepted', async () => {
    const { id } = await clinic.booked(nextDay());
    await clinic.act(id, 'cancel', { reason: 'x' });
    const before = await acceptedUpdates(id);
    for (const action of ['book', 'arrive', 'confirm', 'reschedule'] as const) {
      const problem = await clinic.refused(id, action);
      if (problem !== 'closed') expect(problem).toMatchObject({ code: 'invalid-transition' });
    }
    expect(await acceptedUpdates(id)).toBe(before);
  });

  test('S10 fulfilled -> cancelled: the run is closed, nothing is accepted, the visit stays fulfilled', async () => {
    const start = nextDay();
    const { id } = await clinic.booked(start);
    await clinic.until(plus(start, -600));
    await clinic.act(id, 'check-in', { identifiersVerified: ['name', 'birth-date'] });
    await clinic.act(id, 'complete', { noNoteReason: 'paper' });
    await ended(id);
    const before = await acceptedUpdates(id);
    for (const action of ['cancel', 'cancel-by-clinic', 'arrive'] as const) {
      expect(await clinic.refused(id, action, { reason: 'x' })).toBe('closed');
    }
    expect(await acceptedUpdates(id)).toBe(before);
    // The one action that starts a run of its own on a closed one is refused by the transaction.
    expect(await clinic.refused(id, 'entered-in-error', { reason: 'x' })).toMatchObject({ code: 'invalid-transition' });
    expect(await stateOf(id)).toBe('fulfilled');
  });

  test('S10 noshow -> checked-in: 409 invalid-transition with what is allowed, and no history', async () => {
    const start = nextDay();
    const { id } = await clinic.booked(start, { visitTypeId: clinic.autoNoShowTypeId });
    await clinic.until(plus(start, 1200 + 5));
    const before = await acceptedUpdates(id);
    expect(await clinic.refused(id, 'check-in', { identifiersVerified: ['a', 'b'] })).toMatchObject({
      code: 'invalid-transition',
      allowed: expect.arrayContaining(['undo-no-show']),
      data: { from: 'noshow', event: 'check-in' },
    });
    expect(await clinic.refused(id, 'cancel', { reason: 'x' })).toMatchObject({ code: 'invalid-transition' });
    expect(await acceptedUpdates(id)).toBe(before);
  });
});

describe('reminders', () => {
  test('S1 Reminders over DST', async () => {
    await clinic.until('2027-03-01T15:00:00Z');
    const start = '2027-03-17T14:00:00.000Z';
    const unconfirmed = await clinic.booked(start);
    const confirmed = await clinic.booked('2027-03-17T16:00:00.000Z', { patientId: clinic.patientId });
    await clinic.act(confirmed.id, 'confirm');
    await clinic.until('2027-03-17T13:59:00Z');
    expect(seen(await remindersOf(unconfirmed.id))).toEqual([
      '2027-03-10T15:00:00.000Z P7D email',
      '2027-03-14T14:00:00.000Z P3D email',
      '2027-03-14T14:00:00.000Z P3D sms',
      '2027-03-16T14:00:00.000Z P1D sms',
      '2027-03-17T11:00:00.000Z PT3H sms',
    ]);
    expect(seen(await remindersOf(confirmed.id)).some((line) => line.includes('P1D'))).toBe(false);
  });

  test('S8 Cancel just before a reminder', async () => {
    const start = '2027-04-14T14:00:00.000Z';
    const { id } = await clinic.booked(start);
    await clinic.until('2027-04-11T13:59:59.900Z');
    expect(seen(await remindersOf(id))).toEqual(['2027-04-07T14:00:00.000Z P7D email']);
    await clinic.act(id, 'cancel', { reason: 'x' });
    await clinic.until('2027-04-12T00:00:00Z');
    expect(seen(await remindersOf(id))).toEqual(['2027-04-07T14:00:00.000Z P7D email']);
    const timers = await clinic.admin('case_timer').where({ aggregate_id: id }).whereLike('name', 'reminder:P3D%');
    expect(timers.map((t: { state: string }) => t.state)).toEqual(['cancelled', 'cancelled']);
  });

  test('S9 Reschedule', async () => {
    const from = '2027-05-12T14:00:00.000Z';
    const to = '2027-05-19T15:00:00.000Z';
    const { id } = await clinic.booked(from);
    const slot = { start: to, practitionerId: clinic.practitionerId };
    expect(await clinic.act(id, 'reschedule', { slot })).toMatchObject({ status: 'booked', version: 1, start: to });
    expect(
      await clinic.refused(id, 'confirm', { confirmToken: { version: 0 } }, patientActor(clinic.patientId)),
    ).toMatchObject({
      code: 'stale-token',
    });
    await clinic.until('2027-05-19T14:59:00Z');
    const reminders = await remindersOf(id);
    expect(reminders.map((r) => r.aggregate_version)).toEqual(reminders.map(() => 1));
    expect(seen(reminders)[0]).toBe('2027-05-12T15:00:00.000Z P7D email');
    const moves = (await clinic.changes(id)).filter((c) => c.event === 'reschedule');
    expect(moves).toMatchObject([
      { from_state: 'booked', to_state: 'booked', data: { start: to, movedFrom: { start: from } } },
    ]);
    const [opening] = await clinic.admin('opening').where({ source_appointment_id: id });
    expect(opening).toMatchObject({ cascade_depth: 0, start_at: new Date(from) });
  });
});
