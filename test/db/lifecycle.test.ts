/** The effects column of D1's table: what each event leaves in the database besides the new status. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { queueReminder, raiseVisitTask } from '../../db/appointments/appointment-timers.ts';
import { settledState, stateToJudge } from '../../db/appointments/appointment-view.ts';
import { lookBefore, openAppointment } from '../../db/appointments/appointments.ts';
import { loadSchedulingFacts } from '../../db/schedule/scheduling-facts.ts';
import { displacedVisits } from '../../db/schedule/schedule-administration.ts';
import { checkInvariants } from '../../db/invariants.ts';
import type { Actor } from '../../domain/actor.ts';
import { allowedActions } from '../../domain/appointment/appointment.ts';
import type { PlannedTimer } from '../../workflows/messages/appointment.ts';
import { codeOf, createClinic, patientActor, staffActor, startOf, type Clinic } from '../support/clinic-fixture.ts';

let clinic: Clinic;
beforeAll(async () => {
  clinic = await createClinic({ providers: 2, rooms: 3, patients: 1 });
  await clinic.owner('policy').insert({
    organization_id: clinic.organizationId,
    kind: 'fee',
    value: JSON.stringify({ lateCancelCents: 2500, noShowCents: 4000 }),
    valid_from: '2026-01-01T00:00:00Z',
  });
});
afterAll(async () => {
  const violations = await clinic.read(checkInvariants);
  await clinic.stop();
  expect(violations).toEqual([]);
});

// Each test has a Wednesday and a patient of its own, in summer: EDT is UTC-4.
let week = 0;
let patientId = '';
const local = (time: string, day = 0): string => {
  const [hours, minutes] = time.split(':').map(Number) as [number, number];
  return new Date(Date.UTC(2027, 5, 2 + 7 * week + day, hours + 4, minutes)).toISOString();
};
beforeEach(async () => {
  week += 1;
  patientId = await clinic.addPatient();
  clinic.clock.set(local('09:00', -20));
});
const visit = async (time = '10:00') => (await clinic.open({ start: local(time), patientId })).appointment;
const messages = (id: string) =>
  clinic
    .owner('notification')
    .where({ aggregate_id: id })
    .orderBy('created_at')
    .select('kind', 'channel', 'state', 'aggregate_version', 'suppressed_reason');
/** A statement waits for a lock that another transaction holds. */
async function untilSomebodyWaits(): Promise<void> {
  const waiting = `SELECT count(*) AS n FROM pg_locks WHERE NOT granted
    AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())`;
  await expect
    .poll(async () => Number((await clinic.owner.raw<{ rows: { n: number }[] }>(waiting)).rows[0]!.n), {
      timeout: 5_000,
    })
    .toBeGreaterThan(0);
}
const live = (id: string) => clinic.count('reservation', { appointment_id: id, released_at: null });

describe('booking', () => {
  it('queues one mail and records the plan: reminders, late, no-show', async () => {
    const { appointment, timers } = await clinic.open({ start: local('10:00'), patientId });
    expect(await messages(appointment.id)).toMatchObject([
      { kind: 'booked', channel: 'email', state: 'queued', aggregate_version: 0 },
    ]);
    expect(timers.map((t) => [t.name, t.dueAt])).toEqual([
      ['reminder:P7D:email', local('10:00', -7)],
      ['reminder:P3D:email', local('10:00', -3)],
      ['reminder:P3D:sms', local('10:00', -3)],
      ['reminder:P1D:sms', local('10:00', -1)],
      ['reminder:PT3H:sms', local('07:00')],
      ['late', local('10:10')],
      ['no-show', local('10:20')],
    ]);
    const state = await clinic.read((trx) => settledState(trx, appointment.id, Date.now()));
    expect(state).toMatchObject({ appointment: { id: appointment.id, status: 'booked' }, timers });
  });

  it('becomes a call by staff for who has no mail, or does not want it', async () => {
    const silent = await clinic.addPatient({ email: null, phone: null });
    const { appointment } = await clinic.open({ start: local('10:00'), patientId: silent });
    expect(await messages(appointment.id)).toEqual([]);
    expect(await clinic.count('staff_task', { subject_id: appointment.id, kind: 'call-patient', state: 'open' })).toBe(
      1,
    );
    await clinic.owner('contact_consent').insert({
      organization_id: clinic.organizationId,
      patient_id: patientId,
      channel: 'email',
      category: 'appointment',
      permitted: false,
      actor: 'user:x',
    });
    expect(await messages((await visit('11:00')).id)).toEqual([]);
  });

  it('refuses who may not have it, and says why', async () => {
    const refusal = async (
      columns: Readonly<Record<string, unknown>>,
      person: Readonly<Record<string, unknown>> = {},
    ): Promise<string | undefined> =>
      codeOf(
        clinic.open({
          start: local('10:00'),
          patientId: await clinic.addPatient(person),
          visitTypeId: await clinic.addVisitType(columns),
        }),
      );
    expect(await refusal({ age_max: 17 })).toBe('patient-not-eligible');
    expect(await refusal({ age_min: 65 }, { birth_date: '1962-08' })).toBe('patient-not-eligible');
    expect(await refusal({ age_min: 65 }, { birth_date: '1962' })).toBeUndefined();
    expect(await refusal({ new_patient: false })).toBe('patient-not-eligible');
    expect(await refusal({}, { deceased: true })).toBe('patient-not-eligible');
    expect(await refusal({ modes: ['video'] })).toBe('validation-failed');
    expect(await codeOf(clinic.open({ start: local('07:00'), patientId }))).toBe('outside-availability');
    expect(await codeOf(clinic.open({ start: local('10:05'), patientId }))).toBe('outside-availability');
  });

  it('asks again whom a visit is for at every step that gives it a place', async () => {
    const visitTypeId = await clinic.addVisitType({ age_max: 17 });
    const child = await clinic.addPatient({ birth_date: local('10:00', 1).slice(0, 10).replace('2027', '2009') });
    const open = (who: string) => clinic.open({ start: local('10:00'), patientId: who, visitTypeId });
    const slot = (day: number) => ({
      slot: { start: local('14:00', day), practitionerId: clinic.providers[0]!, locationId: clinic.locationId },
    });
    const { id } = (await open(child)).appointment;
    // The day before the birthday, then the birthday.
    expect(await codeOf(clinic.act(id, 'reschedule', slot(0)))).toBeUndefined();
    expect(await codeOf(clinic.act(id, 'reschedule', slot(1)))).toBe('patient-not-eligible');
    await clinic.owner('visit_type').where({ id: visitTypeId }).update({ active: false });
    expect(await codeOf(clinic.act(id, 'reschedule', slot(-1)))).toBe('outside-availability');
    await clinic.owner('visit_type').where({ id: visitTypeId }).update({ active: true });
    await clinic.owner('patient').where({ id: child }).update({ deceased: true });
    expect(await codeOf(clinic.act(id, 'reschedule', slot(-1)))).toBe('patient-not-eligible');
    expect(await live(id)).toBe(3);
    const judged = await clinic.read((trx) => stateToJudge(trx, id, Date.now()));
    const at = Date.parse(local('09:00', -20));
    const allowed = allowedActions(judged!.facts, { at, actor: staffActor });
    expect(allowed.find(({ action }) => action === 'reschedule')).toMatchObject({ possible: false });
    expect(allowed.find(({ action }) => action === 'cancel')).toMatchObject({ possible: true });
    // What a run keeps for months says nothing about it.
    expect((await clinic.read((trx) => settledState(trx, id, Date.now())))!.facts).not.toHaveProperty('unfit');
  });

  it('a request becomes a visit only of whom it is for; a held place only of the living', async () => {
    const request = await clinic.open({ event: 'request', patientId } as Parameters<Clinic['open']>[0]);
    const held = await clinic.open({ event: 'hold', start: local('10:00'), patientId });
    await clinic.owner('patient').where({ id: patientId }).update({ deceased: true });
    const slot = { start: local('14:00'), practitionerId: clinic.providers[0]!, locationId: clinic.locationId };
    expect(await codeOf(clinic.act(request.appointment.id, 'book', { slot }))).toBe('patient-not-eligible');
    expect(await codeOf(clinic.act(held.appointment.id, 'confirm-hold'))).toBe('patient-not-eligible');
    await clinic.owner('patient').where({ id: patientId }).update({ deceased: false });
    expect(await codeOf(clinic.act(held.appointment.id, 'confirm-hold'))).toBeUndefined();
    expect(await codeOf(clinic.act(request.appointment.id, 'book', { slot }))).toBeUndefined();
  });

  it('a patient who books alone needs a known age where there is a limit; staff may ask', async () => {
    const visitTypeId = await clinic.addVisitType({ age_min: 18 });
    const unknown = await clinic.addPatient({ birth_date: null });
    const book = (actor: Actor) =>
      codeOf(clinic.open({ start: local('10:00'), patientId: unknown, visitTypeId }, actor));
    expect(await book(patientActor(unknown))).toBe('patient-not-eligible');
    expect(await book(staffActor)).toBeUndefined();
  });

  it('looks before with the same eyes', async () => {
    const { id } = await visit();
    const other = await clinic.addPatient();
    const look = (time: string, who: string) =>
      clinic.read(async (trx) => {
        const { command } = startOf(
          clinic,
          { start: local(time), patientId: who, practitionerId: clinic.providers[0]! },
          staffActor,
          'x',
        );
        return (await lookBefore(trx, command, await clinic.clock.now(), staffActor))?.code ?? null;
      });
    expect(await look('10:00', other)).toBe('slot-taken');
    expect(await look('07:00', other)).toBe('outside-availability');
    expect(await look('11:00', other)).toBeNull();
    expect(await codeOf(clinic.open({ start: local('10:00'), patientId, practitionerId: clinic.providers[1]! }))).toBe(
      'patient-overlap',
    );
    await clinic.act(id, 'cancel', { reason: 'ill' });
    expect(await look('10:00', other)).toBeNull();
  });

  it('never more than the limit, also when ten ask at the same moment', async () => {
    const actor = patientActor(patientId);
    await clinic.owner('policy').insert({
      organization_id: clinic.organizationId,
      kind: 'hold',
      value: JSON.stringify({ maxPerPatient: 2 }),
      valid_from: local('00:00', -21),
      valid_to: local('00:00', -19),
    });
    const times = Array.from({ length: 5 }, (_, k) => local(`${9 + k}:00`));
    const asked = clinic.providers.flatMap((practitionerId, n) =>
      times.map((_, k) => ({ event: 'hold' as const, start: local(`${9 + k}:00`, n), patientId, practitionerId })),
    );
    const codes = await Promise.all(asked.map((command) => codeOf(clinic.open(command, actor))));
    expect(codes.filter((code) => code === undefined)).toHaveLength(2);
    expect(codes.filter((code) => code === 'hold-limit')).toHaveLength(8);
    expect(await clinic.count('appointment', { patient_id: patientId, status: 'pending' })).toBe(2);
  });

  it('sees a closure that was committed while it waited, and a closure sees the booking it waited for', async () => {
    const { organizationId, locationId } = clinic;
    const resourceId = clinic.providers[0]!;
    const [start, end] = [new Date(local('09:00')), new Date(local('12:00'))];
    const closing = await clinic.owner.transaction();
    await closing('resource').where({ id: resourceId }).forUpdate().select('id');
    const waiting = codeOf(clinic.open({ start: local('10:00'), patientId }));
    await untilSomebodyWaits();
    await closing('availability_exception').insert({
      organization_id: organizationId,
      resource_id: resourceId,
      starts_at: start,
      ends_at: end,
      kind: 'closed',
      created_by: 'user:x',
    });
    await closing.commit();
    expect(await waiting).toBe('outside-availability');

    const booking = await clinic.db.transaction();
    await booking.raw(`SELECT set_config('app.organization', ?, true)`, [organizationId]);
    const { command } = startOf(
      clinic,
      { start: local('14:00'), patientId, practitionerId: resourceId },
      staffActor,
      'x',
    );
    if (command.event === 'request') throw new Error('not a booking');
    const window = { start: Date.parse(command.start), end: Date.parse(command.start) + 1 };
    await loadSchedulingFacts(booking, { ...command, window, at: Date.parse(local('09:00', -20)) }, { lock: true });
    const afternoon = { resourceId: null, locationId, start: new Date(local('13:00')), end: new Date(local('17:00')) };
    let seen = false;
    const closure = clinic.read((trx) => displacedVisits(trx, organizationId, afternoon)).then(() => (seen = true));
    await untilSomebodyWaits();
    expect(seen).toBe(false);
    await booking.rollback();
    await closure;
  });

  it('holds at most three times for a patient by themselves', async () => {
    const actor = patientActor(patientId);
    for (const time of ['09:00', '10:00', '11:00'])
      await clinic.open({ event: 'hold', start: local(time), patientId }, actor);
    expect(await codeOf(clinic.open({ event: 'hold', start: local('12:00'), patientId }, actor))).toBe('hold-limit');
  });
});

describe('overbooking', () => {
  it('needs permission, reason, consent, and stays below lane limit and daily cap', async () => {
    await visit();
    const again = async (overbookReason?: string, permissions = staffActor.permissions) =>
      clinic.open(
        { start: local('10:00'), patientId: await clinic.addPatient(), ...(overbookReason && { overbookReason }) },
        { ...staffActor, permissions },
      );
    expect(await codeOf(again())).toBe('slot-taken');
    expect(await codeOf(again('urgent', ['appointment:book']))).toBe('overbook-not-permitted');
    expect(await codeOf(again('urgent'))).toBe('slot-taken');
    const provider = clinic.owner('resource').where({ id: clinic.providers[0] });
    await provider.clone().update({ overbook_limit: 1 });
    expect(await codeOf(again('urgent'))).toBe('overbook-not-permitted');
    await provider.clone().update({ overbook_consent: true });
    const { appointment } = await again('urgent');
    expect(appointment.overbookReason).toBe('urgent');
    const rows = await clinic
      .owner('reservation')
      .where({ appointment_id: appointment.id })
      .select('role', 'lane', 'overbook_reason');
    expect(rows.toSorted((a: { role: string }, b: { role: string }) => (a.role < b.role ? -1 : 1))).toEqual([
      { role: 'patient', lane: 0, overbook_reason: null },
      { role: 'provider', lane: 1, overbook_reason: 'urgent' },
      { role: 'room', lane: 0, overbook_reason: null },
    ]);
    expect(await codeOf(again('urgent'))).toBe('slot-taken');
    // Hours and alignment give way to the same word.
    expect(
      (await clinic.open({ start: local('19:07'), patientId, overbookReason: 'evening' })).appointment.status,
    ).toBe('booked');
  });
});

describe('endings', () => {
  it('cancel: late after the notice, the first fee waived, the second proposed; time opened; reminders off', async () => {
    const first = await visit();
    clinic.clock.set(local('10:00', -1));
    const inTime = await clinic.act(first.id, 'cancel', { reason: 'ill' });
    expect(inTime.appointment).toMatchObject({ status: 'cancelled', lateCancel: false, cancelReason: 'ill' });
    expect(inTime.timers).toEqual([]);
    expect(await live(first.id)).toBe(0);
    expect(
      await clinic.owner('opening').where({ source_appointment_id: first.id }).select('start_at', 'end_at', 'state'),
    ).toEqual([{ start_at: new Date(local('10:00')), end_at: new Date(local('10:30')), state: 'released' }]);
    const late = [await visit(), await visit('11:00')];
    clinic.clock.set(new Date(Date.parse(local('10:00', -1)) + 1));
    for (const { id } of late)
      expect((await clinic.act(id, 'cancel', { reason: 'ill' })).appointment.lateCancel).toBe(id === late[0]!.id);
    clinic.clock.set(local('11:30', -1));
    const third = await visit('11:15');
    clinic.clock.set(local('11:20', -1));
    await clinic.act(third.id, 'cancel', { reason: 'ill' });
    expect(
      await clinic.owner('proposed_charge').where({ appointment_id: late[0]!.id }).first('state', 'waived_reason'),
    ).toEqual({ state: 'waived', waived_reason: 'first-occurrence' });
    expect(
      await clinic.owner('proposed_charge').where({ appointment_id: third.id }).first('state', 'waived_reason'),
    ).toEqual({ state: 'proposed', waived_reason: null });
    expect((await messages(third.id)).map((m: { kind: string }) => m.kind)).toEqual(['booked', 'cancelled']);
  });

  it('arrive, check in, complete: the rest of the time is free at once', async () => {
    const { id } = await visit();
    clinic.clock.set(local('09:50'));
    expect((await clinic.act(id, 'arrive')).timers.map((t) => t.name)).toEqual(['day-end']);
    clinic.clock.set(local('09:55'));
    await clinic.act(id, 'check-in', { identifiersVerified: ['name', 'birth-date'] });
    await clinic.act(id, 'start-encounter');
    clinic.clock.set(local('10:05'));
    expect((await clinic.act(id, 'complete', { noNoteReason: 'phone note' })).appointment.status).toBe('fulfilled');
    expect(await live(id)).toBe(0);
    expect(
      (await clinic.open({ start: local('10:30'), patientId: await clinic.addPatient() })).appointment.status,
    ).toBe('booked');
  });

  it('checking in without an arrival leaves both edges in the history', async () => {
    const { id } = await visit();
    clinic.clock.set(local('10:00'));
    await clinic.act(id, 'check-in', { identifiersVerified: ['name', 'birth-date'] });
    const edges = await clinic
      .owner('state_change')
      .where({ aggregate_id: id })
      .orderBy('seq')
      .select('event', 'from_state', 'to_state');
    expect(edges.slice(1)).toEqual([
      { event: 'arrive', from_state: 'booked', to_state: 'arrived' },
      { event: 'check-in', from_state: 'arrived', to_state: 'checked-in' },
    ]);
  });

  it('a no-show frees its time, and can be undone onto what is left of it', async () => {
    const { id } = await visit();
    clinic.clock.set(local('10:20'));
    const missed = await clinic.act(id, 'no-show');
    expect(missed.timers).toMatchObject([{ name: 'day-end', detail: { event: null } }]);
    expect(await live(id)).toBe(0);
    expect(await clinic.count('opening', { source_appointment_id: id })).toBe(1);
    clinic.clock.set(new Date(Date.parse(local('10:24')) + 31_250));
    const undone = await clinic.act(id, 'undo-no-show');
    expect(undone.appointment).toMatchObject({ status: 'arrived', start: local('10:00'), end: local('10:30') });
    const rows = await clinic
      .owner('reservation')
      .where({ appointment_id: id, released_at: null })
      .select('role', 'starts_at', 'ends_at');
    expect(rows).toHaveLength(3);
    for (const row of rows) expect(row.starts_at).toEqual(new Date(Date.parse(local('10:24')) + 31_250));
    expect(await clinic.owner('proposed_charge').where({ appointment_id: id }).first('state', 'void_reason')).toEqual({
      state: 'void',
      void_reason: 'undone',
    });
  });

  it('the clinic cancels a day: never late, and three places held for the patient, of which one is taken', async () => {
    const { id } = await visit();
    clinic.clock.set(local('10:15'));
    const settled = await clinic.act(id, 'cancel-by-clinic', { reason: 'practitioner ill' });
    expect(settled.appointment).toMatchObject({ status: 'cancelled', lateCancel: false });
    expect(settled.alternatives).toHaveLength(3);
    const held = [];
    for (const command of settled.alternatives!) {
      held.push(
        await openAppointment(clinic.ports, startOf(clinic, command as never, staffActor, crypto.randomUUID())),
      );
    }
    expect(new Set(held.map((h) => h.appointment.start!.slice(0, 10))).size).toBe(3);
    // A day, but never beyond the start of what is held.
    expect(held[0]!.appointment).toMatchObject({
      status: 'pending',
      replacesId: id,
      // At the time of day the patient had chosen.
      start: local('10:00', 1),
      holdExpiresAt: local('10:00', 1),
    });
    expect(held[1]!.appointment).toMatchObject({ start: local('10:00', 2), holdExpiresAt: local('10:15', 1) });
    expect(held[0]!.appointment.start! > local('23:59')).toBe(true);
    const taken = await clinic.act(held[1]!.appointment.id, 'confirm-hold', {}, patientActor(patientId));
    expect(taken.appointment.status).toBe('booked');
    expect([...taken.alsoClosed!].toSorted()).toEqual([held[0]!.appointment.id, held[2]!.appointment.id].toSorted());
    expect(await live(held[0]!.appointment.id)).toBe(0);
  });
});

describe('reminders', () => {
  const reminder = async (id: string, name: string): Promise<PlannedTimer> => {
    const state = await clinic.read((trx) => settledState(trx, id, Date.now()));
    return state!.timers.find((t) => t.name === name)!;
  };

  it('S8 a cancellation just before leaves nothing to send, and the timer shows as cancelled', async () => {
    const { id } = await visit();
    const timer = await reminder(id, 'reminder:P3D:email');
    clinic.clock.set(new Date(Date.parse(timer.dueAt) - 100));
    await clinic.act(id, 'cancel', { reason: 'ill' });
    clinic.clock.set(timer.dueAt);
    expect(
      await queueReminder(clinic.ports, {
        organizationId: clinic.organizationId,
        appointmentId: id,
        version: 0,
        timer,
      }),
    ).toBe('superseded');
    expect((await messages(id)).map((m: { kind: string }) => m.kind)).toEqual(['booked', 'cancelled']);
    expect(await clinic.owner('case_timer').where({ aggregate_id: id, name: timer.name }).first('state')).toEqual({
      state: 'cancelled',
    });
  });

  it('S8 one that waits in the outbox is suppressed by the cancellation', async () => {
    const { id } = await visit();
    const timer = await reminder(id, 'reminder:P3D:email');
    clinic.clock.set(timer.dueAt);
    const step = { organizationId: clinic.organizationId, appointmentId: id, version: 0, timer };
    expect(await queueReminder(clinic.ports, step)).toBe('queued');
    expect(await queueReminder(clinic.ports, step)).toBe('queued');
    await clinic.act(id, 'cancel', { reason: 'ill' });
    expect((await messages(id)).filter((m: { kind: string }) => m.kind === 'reminder')).toMatchObject([
      { state: 'suppressed', suppressed_reason: 'superseded' },
    ]);
  });

  it('S9 of an earlier version never go out; a confirmed patient is not asked again', async () => {
    const { id } = await visit();
    const old = await reminder(id, 'reminder:P3D:email');
    await clinic.act(id, 'reschedule', { slot: { start: local('11:00'), practitionerId: clinic.providers[0]! } });
    const step = { organizationId: clinic.organizationId, appointmentId: id };
    expect(await queueReminder(clinic.ports, { ...step, version: 0, timer: old })).toBe('superseded');
    await clinic.act(id, 'confirm');
    expect(
      await queueReminder(clinic.ports, { ...step, version: 1, timer: await reminder(id, 'reminder:P1D:sms') }),
    ).toBe('skipped');
  });

  it('a late patient is a task, which an arrival closes', async () => {
    const { id } = await visit();
    const timer = await reminder(id, 'late');
    clinic.clock.set(timer.dueAt);
    const step = { organizationId: clinic.organizationId, appointmentId: id, version: 0, timer, kind: 'late' as const };
    expect(await raiseVisitTask(clinic.ports, step)).toBe(true);
    expect(await raiseVisitTask(clinic.ports, step)).toBe(true);
    expect(await clinic.count('staff_task', { subject_id: id, kind: 'late', state: 'open' })).toBe(1);
    await clinic.act(id, 'arrive');
    expect(await clinic.count('staff_task', { subject_id: id, kind: 'late', state: 'open' })).toBe(0);
    expect(await raiseVisitTask(clinic.ports, step)).toBe(false);
  });
});
