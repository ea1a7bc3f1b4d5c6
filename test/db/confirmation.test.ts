/** B17 in the database: what the deadline to confirm leaves behind, to the millisecond. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { queueReminder, raiseVisitTask } from '../../db/appointments/appointment-timers.ts';
import { checkInvariants } from '../../db/invariants.ts';
import { systemActor } from '../../domain/actor.ts';
import type { PlannedTimer } from '../../workflows/messages/appointment.ts';
import { codeOf, createClinic, patientActor, staffActor, type Clinic } from '../support/clinic-fixture.ts';
import { waitlistOf } from '../support/waitlist.ts';

let clinic: Clinic;
beforeAll(async () => {
  clinic = await createClinic({ patients: 1 });
  await clinic.owner('policy').insert({
    organization_id: clinic.organizationId,
    kind: 'confirmation',
    value: JSON.stringify({ otherwise: 'release' }),
    valid_from: '2026-01-01T00:00:00Z',
  });
});
afterAll(async () => {
  const violations = await clinic.read(checkInvariants);
  await clinic.stop();
  expect(violations).toEqual([]);
});

// Each test has a Wednesday and a patient of its own; New York is at UTC-4 then.
let week = 0;
let patientId = '';
const local = (time: string, day = 0, ms = 0): string => {
  const [hours, minutes] = time.split(':').map(Number) as [number, number];
  return new Date(Date.UTC(2027, 5, 2 + 7 * week + day, hours + 4, minutes) + ms).toISOString();
};
const system = systemActor('timer');
beforeEach(async () => {
  week += 1;
  patientId = await clinic.addPatient();
  clinic.clock.set(local('09:00', -20));
});
const visit = async () => {
  const settled = await clinic.open({ start: local('15:00'), patientId });
  return { id: settled.appointment.id, timers: settled.timers };
};
const timerIn = (timers: readonly PlannedTimer[], name = 'confirmation') => timers.find((t) => t.name === name);
const step = (id: string, timer: PlannedTimer, version = 0) => ({
  organizationId: clinic.organizationId,
  appointmentId: id,
  version,
  timer,
});
/** The reminder of three days before asks, and leaves. */
async function ask(id: string, timers: readonly PlannedTimer[], version = 0): Promise<void> {
  expect(await queueReminder(clinic.ports, step(id, timerIn(timers, 'reminder:P3D:email')!, version))).toBe('queued');
  await clinic
    .owner('notification')
    .where({ aggregate_id: id, state: 'queued' })
    .update({ state: 'sent', sent_at: new Date() });
}
const calls = (id: string) =>
  clinic
    .owner('staff_task')
    .where({ subject_id: id, kind: 'call-patient' })
    .select('state', 'due_at', 'params', 'priority');

it('gives the time away at the instant, and asks who waits for it in the same transaction', async () => {
  const waiting = await clinic.addPatient();
  await waitlistOf(clinic).join(waiting);
  const { id, timers } = await visit();
  expect(timerIn(timers)).toMatchObject({ dueAt: local('09:00'), detail: { event: 'unconfirmed' } });
  await ask(id, timers);
  const sent = await clinic.owner('notification').where({ aggregate_id: id, kind: 'reminder' }).first('params');
  expect(sent.params).toMatchObject({ askConfirm: true, confirmBy: local('09:00') });

  clinic.clock.set(local('09:00', 0, -1));
  expect(await codeOf(clinic.act(id, 'unconfirmed', {}, system))).toBe('guard-failed');
  expect(await codeOf(clinic.act(id, 'unconfirmed', {}, staffActor))).toBe('forbidden');
  clinic.clock.set(local('09:00'));
  const released = await clinic.act(id, 'unconfirmed', {}, system);
  expect(released.appointment).toMatchObject({ status: 'cancelled', cancelReason: 'unconfirmed', lateCancel: false });
  expect(released.openings).toHaveLength(1);
  expect(await clinic.owner('opening').where({ source_appointment_id: id }).select('state', 'start_at')).toEqual([
    { state: 'open', start_at: new Date(local('15:00')) },
  ]);
  expect(await clinic.count('reservation', { appointment_id: id, released_at: null })).toBe(0);
  expect(await clinic.count('proposed_charge', { appointment_id: id })).toBe(0);
  expect(await clinic.count('notification', { aggregate_id: id, kind: 'unconfirmed', channel: 'email' })).toBe(1);
  const rows = await clinic.owner('case_timer').where({ aggregate_id: id }).select('name', 'state');
  expect(rows).toContainEqual({ name: 'confirmation', state: 'fired' });
  expect(rows.filter((r: { state: string }) => r.state === 'pending')).toEqual([]);
  const change = await clinic.owner('state_change').where({ aggregate_id: id, event: 'unconfirmed' }).first();
  expect(change).toMatchObject({ from_state: 'booked', to_state: 'cancelled', actor: system.ref });
});

it('a word in time stops it, and a new time begins anew with a question of its own', async () => {
  const { id, timers } = await visit();
  await ask(id, timers);
  clinic.clock.set(local('09:00', -1));
  const confirmed = await clinic.act(id, 'confirm', {}, patientActor(patientId));
  expect(timerIn(confirmed.timers)).toBeUndefined();
  clinic.clock.set(local('09:00'));
  expect(await codeOf(clinic.act(id, 'unconfirmed', {}, system))).toBe('guard-failed');

  const slot = { start: local('16:00', 7), practitionerId: clinic.providers[0]! };
  const moved = await clinic.act(id, 'reschedule', { slot });
  expect(timerIn(moved.timers)).toMatchObject({ dueAt: local('10:00', 7), detail: { event: 'unconfirmed' } });
  // The question about the old time binds nobody to the new one.
  clinic.clock.set(local('10:00', 7));
  expect(await codeOf(clinic.act(id, 'unconfirmed', {}, system))).toBe('guard-failed');
  expect(await clinic.owner('appointment').where({ id }).first('status')).toEqual({ status: 'booked' });
});

it('who was not told of it is called: once, within the time, and never after an answer', async () => {
  const { id, timers } = await visit();
  clinic.clock.set(local('09:00'));
  expect(await codeOf(clinic.act(id, 'unconfirmed', {}, system))).toBe('guard-failed');
  const call = { ...step(id, timerIn(timers)!), kind: 'confirmation' } as const;
  expect(await raiseVisitTask(clinic.ports, call)).toBe(true);
  await raiseVisitTask(clinic.ports, call);
  expect(await calls(id)).toMatchObject([
    { state: 'open', due_at: new Date(local('11:00')), priority: 'urgent', params: { about: 'confirmation' } },
  ]);
  await clinic.act(id, 'confirm');
  expect(await calls(id)).toMatchObject([{ state: 'cancelled' }]);
  expect(await raiseVisitTask(clinic.ports, call)).toBe(false);
});

it('a patient whom no message reaches has a timer that asks for a call, whatever the policy says', async () => {
  await clinic.owner('patient').where({ id: patientId }).update({ email: null, phone: null });
  const { timers } = await visit();
  expect(timerIn(timers)).toMatchObject({ detail: { event: null } });
});

it('what was booked late needs no confirmation, and the rule of the day of booking holds', async () => {
  clinic.clock.set(local('21:00', -1));
  const late = await visit();
  expect(timerIn(late.timers)).toBeUndefined();
  clinic.clock.set(local('20:59', -1, 59_999));
  const other = await clinic.open({ start: local('15:45'), patientId: await clinic.addPatient() });
  expect(timerIn(other.timers)).toMatchObject({ dueAt: local('09:45') });

  week += 1;
  clinic.clock.set(local('09:00', -20));
  const { id, timers } = await visit();
  await ask(id, timers);
  const kept = await clinic
    .owner('policy')
    .insert({
      organization_id: clinic.organizationId,
      kind: 'confirmation',
      value: JSON.stringify({ otherwise: 'keep' }),
      valid_from: local('09:00', -10),
    })
    .returning<{ id: string }[]>('id');
  clinic.clock.set(local('09:00'));
  expect((await clinic.act(id, 'unconfirmed', {}, system)).appointment.status).toBe('cancelled');
  await clinic.owner('policy').where({ id: kept[0]!.id }).delete();
});

it('the word and the deadline at once: one of them wins, and the story says which', async () => {
  for (let round = 0; round < 10; round += 1) {
    week += 1;
    patientId = await clinic.addPatient();
    clinic.clock.set(local('09:00', -20));
    const { id, timers } = await visit();
    await ask(id, timers);
    clinic.clock.set(local('09:00'));
    const outcomes = await Promise.all([
      codeOf(clinic.act(id, 'confirm', {}, patientActor(patientId))),
      codeOf(clinic.act(id, 'unconfirmed', {}, system)),
    ]);
    expect(outcomes.filter((o) => o === undefined)).toHaveLength(1);
    const row = await clinic.owner('appointment').where({ id }).first('status', 'confirmed_at');
    expect(row.status).toBe(outcomes[0] === undefined ? 'booked' : 'cancelled');
    expect(row.confirmed_at === null).toBe(outcomes[0] !== undefined);
  }
});
