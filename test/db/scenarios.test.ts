/** Scenarios of scheduling-intake.md H, as far as the database decides them. Zone America/New_York; FU30. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkInvariants } from '../../db/invariants.ts';
import { findAvailability } from '../../db/schedule/availability.ts';
import { DomainError } from '../../domain/errors.ts';
import { codeOf, createClinic, patientActor, staffActor, type Clinic } from '../support/clinic-fixture.ts';

let clinic: Clinic;
beforeAll(async () => {
  clinic = await createClinic({ providers: 2, rooms: 2, patients: 24, poolMax: 12 });
});
afterAll(async () => {
  const violations = await clinic.read(checkInvariants);
  await clinic.stop();
  expect(violations).toEqual([]);
});

// Each scenario has a week of its own.
let week = 0;
beforeEach(() => {
  week += 1;
  clinic.clock.set('2027-01-04T12:00:00Z');
});
/** Wall-clock time of a day in this scenario's week (0 Monday), winter: EST is UTC-5. */
const local = (day: number, time: string): string => {
  const [hours, minutes] = time.split(':').map(Number) as [number, number];
  return new Date(Date.UTC(2027, 0, 4 + 7 * week + day, hours + 5, minutes)).toISOString();
};
const shift = (instant: string, ms: number): string => new Date(Date.parse(instant) + ms).toISOString();

async function refusal(promise: Promise<unknown>): Promise<DomainError> {
  const error: unknown = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (!(error instanceof DomainError)) throw error ?? new Error('it was accepted');
  return error;
}

describe('reservation', () => {
  it('S2 twenty patients book one start: one wins, nineteen hear of other times', async () => {
    const start = local(0, '09:00');
    const before = await clinic.count('audit_event');
    const outcomes = await Promise.all(
      clinic.patients.slice(0, 20).map((patientId) =>
        clinic.open({ start, patientId }).then(
          (settled) => ({ settled }),
          (error: unknown) => ({ error }),
        ),
      ),
    );
    const won = outcomes.flatMap((o) => ('settled' in o ? [o.settled] : []));
    const lost = outcomes.flatMap((o) => ('error' in o ? [o.error] : []));
    expect(won).toHaveLength(1);
    expect(lost).toHaveLength(19);
    for (const error of lost) {
      expect(error).toMatchObject({ code: 'slot-taken', problem: { data: { resourceKind: 'provider' } } });
      const { alternatives } = (error as DomainError).problem.data as { alternatives: { start: string }[] };
      expect(alternatives).toHaveLength(5);
      expect(alternatives[0]).toEqual({
        start: local(0, '09:45'),
        end: local(0, '10:15'),
        timeZone: 'America/New_York',
        practitionerId: clinic.providers[0],
        locationId: clinic.locationId,
      });
      // Never who holds it.
      expect(JSON.stringify((error as DomainError).problem)).not.toContain(won[0]!.appointment.patientId);
    }
    const id = won[0]!.appointment.id;
    expect(await clinic.count('reservation', { appointment_id: id, released_at: null })).toBe(3);
    expect(await clinic.count('state_change', { aggregate: 'appointment', aggregate_id: id })).toBe(1);
    expect((await clinic.count('audit_event')) - before).toBe(1);
  });

  it('S3 without a free room nothing is written, and the room is named', async () => {
    const start = local(1, '09:00');
    // Two rooms, taken by the second provider's visits at 08:45 and by another type that needs a room only at the same time.
    await clinic.open({ start, patientId: clinic.patients[1]!, practitionerId: clinic.providers[1]! });
    const roomOnly = await clinic.addVisitType({ code: `ROOM-${week}` }, [
      {
        role: 'provider',
        kind: 'provider',
        resource_id: clinic.providers[1]!,
        own_buffer_before_minutes: 0,
        own_buffer_after_minutes: 0,
      },
      {
        role: 'room',
        kind: 'room',
        pool_id: clinic.roomPoolId,
        own_buffer_before_minutes: 60,
        own_buffer_after_minutes: 60,
      },
    ]);
    await clinic.open({
      start: local(1, '09:45'),
      patientId: clinic.patients[2]!,
      practitionerId: clinic.providers[1]!,
      visitTypeId: roomOnly,
    });
    const counts = async (): Promise<number[]> =>
      Promise.all(
        ['reservation', 'appointment', 'notification', 'state_change', 'case_timer', 'operation'].map((t) =>
          clinic.count(t),
        ),
      );
    const before = await counts();
    const error = await refusal(clinic.open({ start }));
    expect(error.problem).toMatchObject({ code: 'slot-taken', data: { resourceKind: 'room' } });
    expect(await counts()).toEqual(before);
  });

  it('S4 crossed orders: 200 rounds in parallel, one winner each, never a fault', { timeout: 120_000 }, async () => {
    // A needs provider then room, B the room then the provider, by the order of their requirements and of their roles.
    const [provider, room] = [clinic.providers[0]!, clinic.rooms[0]!];
    const own = { own_buffer_before_minutes: 0, own_buffer_after_minutes: 0 };
    const a = await clinic.addVisitType({ code: `A-${week}`, duration_minutes: 5, align_minutes: 5 }, [
      { role: 'a', kind: 'provider', resource_id: provider, ...own },
      { role: 'b', kind: 'room', resource_id: room, ...own },
    ]);
    const b = await clinic.addVisitType({ code: `B-${week}`, duration_minutes: 5, align_minutes: 5 }, [
      { role: 'a', kind: 'room', resource_id: room, ...own },
      { role: 'b', kind: 'provider', resource_id: provider, ...own },
    ]);
    const round = (k: number): Promise<(string | undefined)[]> => {
      const start = shift(local(Math.floor(k / 100), '08:00'), (k % 100) * 5 * 60_000);
      return Promise.all(
        [a, b].map((visitTypeId, n) =>
          codeOf(clinic.open({ start, visitTypeId, practitionerId: provider, patientId: clinic.patients[n]! })),
        ),
      );
    };
    // As many rounds at once as there are connections, and more: they queue for the same two rows.
    for (let k = 0; k < 200; k += 20) {
      for (const codes of await Promise.all(Array.from({ length: 20 }, (_, n) => round(k + n)))) {
        expect(codes.toSorted()).toEqual(['slot-taken', undefined]);
      }
    }
  });

  it('S5 a hold can be confirmed until the millisecond before it expires', async () => {
    const start = local(3, '10:00');
    clinic.clock.set('2027-01-04T09:00:00.000Z');
    const hold = await clinic.open({ event: 'hold', start });
    expect(hold.appointment).toMatchObject({ status: 'pending', holdExpiresAt: '2027-01-04T09:10:00.000Z' });
    clinic.clock.set('2027-01-04T09:09:59.999Z');
    const booked = await clinic.act(hold.appointment.id, 'confirm-hold');
    expect(booked.appointment).toMatchObject({ status: 'booked', version: 0, holdExpiresAt: null });
    expect(
      await clinic.count('reservation', {
        appointment_id: hold.appointment.id,
        released_at: null,
        kind: 'appointment',
      }),
    ).toBe(3);
  });

  it('S5 at the instant of expiry it is over, though no timer ran: 410 for its owner, 201 for another', async () => {
    const start = local(3, '10:00');
    clinic.clock.set('2027-01-04T09:00:00.000Z');
    const hold = await clinic.open({ event: 'hold', start });
    const id = hold.appointment.id;
    clinic.clock.set('2027-01-04T09:09:59.999Z');
    expect(await codeOf(clinic.open({ start, patientId: clinic.patients[1]! }))).toBe('slot-taken');
    clinic.clock.set('2027-01-04T09:10:00.000Z');
    expect(await codeOf(clinic.act(id, 'confirm-hold'))).toBe('hold-expired');
    const other = await clinic.open({ start, patientId: clinic.patients[1]! });
    expect(other.appointment.status).toBe('booked');
    const released = await clinic.owner('reservation').where({ appointment_id: id }).distinct('released_at');
    expect(released).toEqual([{ released_at: new Date('2027-01-04T09:10:00.000Z') }]);
    const changes = await clinic
      .owner('state_change')
      .where({ aggregate_id: id })
      .orderBy('seq')
      .select('seq', 'event', 'from_state', 'to_state');
    expect(changes).toEqual([
      { seq: 1, event: 'hold', from_state: null, to_state: 'pending' },
      { seq: 2, event: 'hold-expired', from_state: 'pending', to_state: 'cancelled' },
    ]);
    expect(await codeOf(clinic.act(id, 'confirm-hold'))).toBe('hold-expired');
  });

  it('S6 buffers hold the provider and the room, not the patient', async () => {
    const start = local(0, '09:00');
    const { appointment } = await clinic.open({ start });
    const rows = await clinic
      .owner('reservation')
      .where({ appointment_id: appointment.id })
      .select('role', 'starts_at', 'ends_at');
    const spans = Object.fromEntries(
      rows.map((r: { role: string; starts_at: Date; ends_at: Date }) => [
        r.role,
        [r.starts_at.toISOString(), r.ends_at.toISOString()],
      ]),
    );
    expect(spans).toEqual({
      provider: [local(0, '08:55'), local(0, '09:40')],
      room: [local(0, '08:55'), local(0, '09:40')],
      patient: [start, local(0, '09:30')],
    });
    const next = async (visitTypeId: string): Promise<string> => {
      const times = await clinic.read((trx) =>
        findAvailability(trx, {
          visitTypeId,
          practitionerId: clinic.providers[0]!,
          from: new Date(start),
          to: new Date(local(0, '12:00')),
          limit: 1,
          at: new Date(),
          forPatientSelfService: false,
        }),
      );
      return times[0]!.start;
    };
    expect(await next(clinic.visitTypeId)).toBe(local(0, '09:45'));
    const none = { buffer_before_minutes: 0, buffer_after_minutes: 0 };
    expect(await next(await clinic.addVisitType({ code: `N15-${week}`, ...none, align_minutes: 15 }))).toBe(
      local(0, '09:45'),
    );
    expect(await next(await clinic.addVisitType({ code: `N10-${week}`, ...none, align_minutes: 10 }))).toBe(
      local(0, '09:40'),
    );
  });

  it('S7 a place asked for stays taken while approval is awaited', async () => {
    const visitTypeId = await clinic.addVisitType({ code: `APPR-${week}`, needs_approval: true });
    const start = local(1, '09:00');
    const [p1, p2] = [clinic.patients[0]!, clinic.patients[1]!];
    const first = await clinic.open({ visitTypeId, start, patientId: p1 }, patientActor(p1));
    expect(first.appointment).toMatchObject({ status: 'pending', awaitingApproval: true });
    expect(await codeOf(clinic.open({ visitTypeId, start, patientId: p2 }, patientActor(p2)))).toBe('slot-taken');
    const refused = await clinic.act(first.appointment.id, 'refuse', { reason: 'not indicated' });
    expect(refused.appointment).toMatchObject({ status: 'cancelled', cancelReason: 'refused' });
    expect(await clinic.count('opening', { source_appointment_id: first.appointment.id })).toBe(0);
    const second = await clinic.open({ visitTypeId, start, patientId: p2 }, patientActor(p2));
    const approved = await clinic.act(second.appointment.id, 'approve');
    expect(approved.appointment.status).toBe('booked');
  });

  it('S9 a reschedule frees the old time and secures the new one, over its own time too', async () => {
    const { appointment } = await clinic.open({ start: local(0, '09:00') });
    const moved = await clinic.act(appointment.id, 'reschedule', {
      slot: { start: local(0, '09:15'), practitionerId: clinic.providers[0]! },
    });
    expect(moved.appointment).toMatchObject({ status: 'booked', version: 1, start: local(0, '09:15') });
    // Only what is not used again.
    expect(
      await clinic
        .owner('opening')
        .where({ source_appointment_id: appointment.id })
        .select('start_at', 'end_at', 'state', 'cascade_depth'),
    ).toEqual([
      {
        start_at: new Date(local(0, '09:00')),
        end_at: new Date(local(0, '09:15')),
        state: 'released',
        cascade_depth: 0,
      },
    ]);
    expect(await codeOf(clinic.act(appointment.id, 'confirm', { confirmToken: { version: 0 } }))).toBe('stale-token');
    const timers = await clinic
      .owner('case_timer')
      .where({ aggregate_id: appointment.id })
      .select('version', 'name', 'state');
    expect(timers.filter((t: { version: number; state: string }) => t.version === 0 && t.state === 'pending')).toEqual(
      [],
    );
    expect(
      timers.filter((t: { version: number; state: string }) => t.version === 1 && t.state === 'pending').length,
    ).toBeGreaterThan(2);
    const changes = await clinic
      .owner('state_change')
      .where({ aggregate_id: appointment.id })
      .orderBy('seq')
      .select('event', 'from_state', 'to_state', 'data');
    expect(changes[1]).toMatchObject({
      event: 'reschedule',
      from_state: 'booked',
      to_state: 'booked',
      data: { start: local(0, '09:15'), movedFrom: { start: local(0, '09:00') } },
    });
  });

  it('S9 a refused reschedule leaves the old place untouched', async () => {
    const { appointment } = await clinic.open({ start: local(0, '09:00') });
    await clinic.open({ start: local(0, '11:00'), patientId: clinic.patients[1]! });
    const before = await clinic.owner('reservation').where({ appointment_id: appointment.id }).orderBy('id');
    const error = await refusal(
      clinic.act(appointment.id, 'reschedule', {
        slot: { start: local(0, '11:00'), practitionerId: clinic.providers[0]! },
      }),
    );
    expect(error.problem).toMatchObject({
      code: 'slot-taken',
      data: { alternatives: expect.arrayContaining([expect.objectContaining({ start: local(0, '11:45') })]) },
    });
    expect(await clinic.owner('reservation').where({ appointment_id: appointment.id }).orderBy('id')).toEqual(before);
  });

  it('S10 edges outside the table are refused with what is allowed', async () => {
    const { appointment } = await clinic.open({ start: local(0, '09:00') });
    await clinic.act(appointment.id, 'cancel', { reason: 'ill' });
    const error = await refusal(clinic.act(appointment.id, 'arrive'));
    expect(error.problem).toMatchObject({ code: 'invalid-transition', allowed: ['entered-in-error'] });
    expect(await clinic.count('state_change', { aggregate_id: appointment.id })).toBe(2);
  });
});

describe('one key, one answer (I5)', () => {
  it('gives the stored answer to a repeat and refuses another body', async () => {
    const key = randomUUID();
    const start = local(2, '09:00');
    const first = await clinic.open({ start }, staffActor, key);
    expect(await clinic.open({ start }, staffActor, key)).toEqual(JSON.parse(JSON.stringify(first)));
    expect(await codeOf(clinic.open({ start: local(2, '10:00') }, staffActor, key))).toBe('idempotency-key-reused');
    expect(await clinic.count('appointment', { id: key })).toBe(1);
  });
});
