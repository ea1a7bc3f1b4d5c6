/** Seats of a group session (scheduling-intake.md C2), on a real Postgres: who wins, who is told no, what is freed when. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  changeGroupSession,
  openGroupSession,
  readGroupProgress,
  settleGroupSession,
} from '../../db/groups/group-sessions.ts';
import { checkInvariants } from '../../db/invariants.ts';
import { openAppointment } from '../../db/appointments/appointments.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Actor } from '../../domain/actor.ts';
import type { GroupSessionCommand, GroupSessionRequest } from '../../workflows/messages/group-session.ts';
import { codeOf, createClinic, patientActor, staffActor, type Clinic } from '../support/clinic-fixture.ts';

let clinic: Clinic;
let visitTypeId: string;
let crowd: string[];
/** Each test has a Monday of its own. */
let monday = Date.parse('2027-04-05T14:00:00Z');

beforeAll(async () => {
  clinic = await createClinic({ at: '2027-03-01T15:00:00Z', providers: 2, rooms: 2, patients: 6 });
  visitTypeId = await clinic.addVisitType({ code: 'GROUP', group_capacity: 4, min_notice_minutes: 60, buffer_before_minutes: 0, buffer_after_minutes: 0 }); // prettier-ignore
  crowd = [];
  for (let k = 0; k < 200; k += 1) crowd.push(await clinic.addPatient());
});
afterAll(() => clinic?.stop());
beforeEach(() => void (monday += 7 * 86_400_000));

async function open(given: Partial<GroupSessionCommand> = {}, sessionId = randomUUID()): Promise<string> {
  await openGroupSession(clinic.ports, {
    organizationId: clinic.organizationId,
    sessionId,
    operation: { key: `group:${sessionId}/create`, inputHash: 'hash' },
    command: {
      visitTypeId,
      practitionerId: clinic.providers[0]!,
      locationId: clinic.locationId,
      mode: 'in-person',
      start: new Date(monday).toISOString(),
      ...given,
    },
    actor: staffActor,
  });
  return sessionId;
}
async function seat(sessionId: string, patientId: string, actor: Actor = staffActor): Promise<string> {
  const id = randomUUID();
  await openAppointment(clinic.ports, {
    organizationId: clinic.organizationId,
    appointmentId: id,
    operation: { key: `appt:${id}/create`, inputHash: 'hash' },
    command: { event: 'book', patientId, visitTypeId, mode: 'in-person', start: new Date(monday).toISOString(), practitionerId: clinic.providers[0]!, groupSessionId: sessionId },
    actor,
  }); // prettier-ignore
  return id;
}
/** An activity that found no connection in time is tried again; a refusal is an answer. */
async function asActivity<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof DomainError || tries === 10) throw error;
    }
  }
}
const change = (sessionId: string, action: GroupSessionRequest['action'], input: GroupSessionRequest['input']) =>
  changeGroupSession(clinic.ports, { organizationId: clinic.organizationId, sessionId, action, input, actor: staffActor, operation: { key: `group:${sessionId}/${randomUUID()}`, inputHash: 'hash' } }); // prettier-ignore
const settle = (sessionId: string) =>
  settleGroupSession(clinic.ports, { organizationId: clinic.organizationId, sessionId, operation: { key: `group:${sessionId}/${randomUUID()}`, inputHash: 'settle' } }); // prettier-ignore
const seats = (sessionId: string): Promise<number[]> =>
  clinic.owner('group_seat').where({ session_id: sessionId }).whereNull('released_at').orderBy('seat_no').pluck('seat_no'); // prettier-ignore
const violations = () => clinic.read((trx) => checkInvariants(trx));

describe('a session', () => {
  test('owns the practitioner and the room once, and its seats their patients alone', async () => {
    const sessionId = await open();
    const [first, second] = [await seat(sessionId, clinic.patients[0]!), await seat(sessionId, clinic.patients[1]!)];
    const kinds = await clinic
      .owner('reservation')
      .where({ group_session_id: sessionId })
      .orderBy('role')
      .pluck<string[]>('role');
    expect(kinds.toSorted()).toEqual(['provider', 'room']);
    for (const id of [first, second])
      expect(await clinic.owner('reservation').where({ appointment_id: id }).pluck('role')).toEqual(['patient']);
    // Nobody else gets the practitioner then.
    expect(await codeOf(clinic.open({ start: new Date(monday).toISOString(), patientId: clinic.patients[2]! }))).toBe('slot-taken'); // prettier-ignore
    expect(await violations()).toEqual([]);
  });

  test('is not opened for what is not given in groups, nor twice in one place, and a group visit is no visit alone', async () => {
    expect(await codeOf(open({ visitTypeId: clinic.visitTypeId }))).toBe('validation-failed');
    await open();
    expect(await codeOf(open())).toBe('slot-taken');
    expect(await codeOf(clinic.open({ start: new Date(monday + 3_600_000).toISOString(), visitTypeId }))).toBe('guard-failed'); // prettier-ignore
  });

  test('may be told its room', async () => {
    const room = clinic.rooms[1]!;
    const sessionId = await open({ roomId: room });
    expect(await clinic.owner('reservation').where({ group_session_id: sessionId, role: 'room' }).pluck('resource_id')).toEqual([room]); // prettier-ignore
    expect(await codeOf(open({ roomId: room, practitionerId: clinic.providers[1]! }))).toBe('slot-taken');
    expect(await codeOf(open({ roomId: randomUUID() }))).toBe('validation-failed');
  });
});

describe('seats', () => {
  test('200 at once for the last seats: exactly as many win as there are', async () => {
    const sessionId = await open({ capacity: 7 });
    await seat(sessionId, clinic.patients[0]!);
    await seat(sessionId, clinic.patients[1]!);
    const outcomes = await Promise.allSettled(crowd.map((patient) => asActivity(() => seat(sessionId, patient))));
    const refused = outcomes.flatMap((o) => (o.status === 'rejected' ? [(o.reason as DomainError).problem] : []));
    expect(outcomes.length - refused.length).toBe(5);
    expect(new Set(refused.map(({ code, data }) => `${code} ${String(data?.['resourceKind'])}`))).toEqual(new Set(['slot-taken seat'])); // prettier-ignore
    expect(await seats(sessionId)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(await clinic.count('appointment', { group_session_id: sessionId })).toBe(7);
    expect(await violations()).toEqual([]);
  }, 60_000);

  test('are given out from the lowest; one that is given back is free at once, and nobody is asked about it', async () => {
    const sessionId = await open();
    const booked = [];
    for (const patient of clinic.patients.slice(0, 4)) booked.push(await seat(sessionId, patient));
    expect(await codeOf(seat(sessionId, clinic.patients[4]!))).toBe('slot-taken');
    await clinic.act(booked[1]!, 'cancel', { reason: 'other' });
    expect(await seats(sessionId)).toEqual([0, 2, 3]);
    expect(await clinic.count('opening', { source_appointment_id: booked[1]! })).toBe(0);
    await seat(sessionId, clinic.patients[4]!);
    expect(await seats(sessionId)).toEqual([0, 1, 2, 3]);
    expect(await violations()).toEqual([]);
  });

  test('are one a patient, never over another visit, and cannot be moved', async () => {
    const sessionId = await open();
    const [patient, other] = [clinic.patients[0]!, clinic.patients[1]!];
    const id = await seat(sessionId, patient);
    expect(await codeOf(seat(sessionId, patient))).toBe('duplicate');
    await clinic.open({
      start: new Date(monday).toISOString(),
      patientId: other,
      practitionerId: clinic.providers[1]!,
    });
    expect(await codeOf(seat(sessionId, other))).toBe('patient-overlap');
    const slot = { start: new Date(monday + 86_400_000).toISOString(), practitionerId: clinic.providers[0]! };
    expect(await codeOf(clinic.act(id, 'reschedule', { slot }))).toBe('guard-failed');
  });

  test('are booked by patients themselves in time, for themselves only', async () => {
    const sessionId = await open();
    const [patient, other] = [clinic.patients[0]!, clinic.patients[1]!];
    expect(await codeOf(seat(sessionId, other, patientActor(patient)))).toBe('forbidden');
    await seat(sessionId, patient, patientActor(patient));
    clinic.clock.set(new Date(monday - 5 * 60_000));
    expect(await codeOf(seat(sessionId, other, patientActor(other)))).toBe('outside-availability');
    await seat(sessionId, other);
    clinic.clock.set('2027-03-01T15:00:00Z');
  });

  test('go through the day as visits do: arrival, check-in, end; a missed one is free, and taken again by who comes after all', async () => {
    const sessionId = await open({ capacity: 2 });
    const [first, second] = [await seat(sessionId, clinic.patients[0]!), await seat(sessionId, clinic.patients[1]!)];
    clinic.clock.set(new Date(monday - 5 * 60_000));
    await clinic.act(first, 'check-in', { identifiersVerified: ['name', 'birth-date'] });
    clinic.clock.set(new Date(monday + 21 * 60_000));
    await clinic.act(second, 'no-show');
    expect(await seats(sessionId)).toEqual([0]);
    await clinic.act(second, 'undo-no-show');
    expect(await seats(sessionId)).toEqual([0, 1]);
    await clinic.act(first, 'complete', { noNoteReason: 'group' });
    expect(await seats(sessionId)).toEqual([0, 1]);
    expect(await violations()).toEqual([]);
    clinic.clock.set(new Date(monday + 30 * 60_000));
    expect((await settle(sessionId)).state).toBe('over');
    expect(await violations()).toEqual([]);
    clinic.clock.set('2027-03-01T15:00:00Z');
  });
});

describe('changing a session', () => {
  test('fewer seats, not below those taken; the highest move to lower numbers', async () => {
    const sessionId = await open();
    const booked = [];
    for (const patient of clinic.patients.slice(0, 4)) booked.push(await seat(sessionId, patient));
    expect(await codeOf(change(sessionId, 'set-capacity', { capacity: 3 }))).toBe('guard-failed');
    await clinic.act(booked[0]!, 'cancel', { reason: 'other' });
    expect((await change(sessionId, 'set-capacity', { capacity: 3 })).capacity).toBe(3);
    expect(await seats(sessionId)).toEqual([0, 1, 2]);
    expect(await codeOf(seat(sessionId, clinic.patients[4]!))).toBe('slot-taken');
    await change(sessionId, 'set-capacity', { capacity: 5 });
    await seat(sessionId, clinic.patients[4]!);
    expect(await violations()).toEqual([]);
  });

  test('called off: no more seats from then on, over when every visit is called off', async () => {
    const sessionId = await open();
    const id = await seat(sessionId, clinic.patients[0]!);
    expect(await codeOf(change(sessionId, 'cancel', {}))).toBe('validation-failed');
    const begun = await change(sessionId, 'cancel', { reason: 'leader-ill' });
    expect(begun).toMatchObject({ state: 'cancelling', seats: [{ appointmentId: id, action: 'cancel-by-clinic' }] });
    expect(await codeOf(seat(sessionId, clinic.patients[1]!))).toBe('invalid-transition');
    expect((await settle(sessionId)).state).toBe('cancelling');
    const told = await clinic.act(id, 'cancel-by-clinic', { reason: 'leader-ill' });
    expect(told.alternatives).toBeUndefined();
    expect((await settle(sessionId)).state).toBe('cancelled');
    expect(await codeOf(change(sessionId, 'set-capacity', { capacity: 9 }))).toBe('invalid-transition');
    // The practitioner is free again.
    await clinic.open({ start: new Date(monday).toISOString(), patientId: clinic.patients[2]! });
    expect(await violations()).toEqual([]);
  });
});

test('whatever is asked for in whichever order, seats and visits agree', async () => {
  const operation = fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('seat' as const), patient: fc.nat({ max: 5 }), self: fc.boolean() }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('cancel', 'cancel-by-clinic', 'arrive', 'check-in', 'no-show', 'undo-no-show', 'complete', 'entered-in-error'), which: fc.nat({ max: 9 }) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('capacity' as const), capacity: fc.integer({ min: 1, max: 5 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('call-off' as const, 'settle' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('advance' as const), minutes: fc.integer({ min: 1, max: 15 }) }) },
  ); // prettier-ignore
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(operation, { minLength: 1, maxLength: 4 }), { maxLength: 10 }),
      async (rounds) => {
        monday += 7 * 86_400_000;
        let now = monday - 20 * 60_000;
        clinic.clock.set(new Date(now));
        const sessionId = await open({ capacity: 3 });
        const booked: string[] = [];
        const input = { reason: 'other', identifiersVerified: ['name', 'birth-date'], noNoteReason: 'group' };
        for (const round of rounds)
          await Promise.all(
            round.map(async (op) => {
              try {
                if (op.kind === 'seat')
                  booked.push(await seat(sessionId, clinic.patients[op.patient]!, op.self ? patientActor(clinic.patients[op.patient]!) : staffActor)); // prettier-ignore
                else if (op.kind === 'capacity') await change(sessionId, 'set-capacity', { capacity: op.capacity });
                else if (op.kind === 'call-off') await change(sessionId, 'cancel', { reason: 'other' });
                else if (op.kind === 'settle') await settle(sessionId);
                else if (op.kind === 'advance') clinic.clock.set(new Date((now += op.minutes * 60_000)));
                else if ('which' in op && booked.length > 0)
                  await clinic.act(booked[op.which % booked.length]!, op.kind as 'cancel', input);
              } catch (error) {
                if (!(error instanceof DomainError)) throw error;
              }
            }),
          );
        expect(await violations()).toEqual([]);
        // Out of the way of the next run.
        for (const id of booked) await clinic.act(id, 'cancel-by-clinic', input).catch(() => undefined);
        expect((await readGroupProgress(clinic.ports, { organizationId: clinic.organizationId, sessionId })).capacity).toBeLessThanOrEqual(5); // prettier-ignore
      },
    ),
    { numRuns: 25 },
  );
}, 120_000);
