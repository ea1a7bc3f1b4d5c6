/** A group session on a real database, with weeks skipped in milliseconds (scheduling-intake.md C2). */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkInvariants } from '../../db/invariants.ts';
import { withOrganization } from '../../db/transaction.ts';
import { openClinic } from './clinic.ts';
import type { TestClinic } from './clinic.ts';
import { groupsOn } from './group-clinic.ts';
import type { Group } from './group-clinic.ts';

let clinic: TestClinic;
let of: Group;
const { group, open: opened, seat: seated, say, ended } = groupsOn(() => clinic);
beforeAll(async () => {
  clinic = await openClinic();
  of = await group();
});
afterAll(() => clinic?.close());

async function open(start: string): Promise<string> {
  const { id, outcome } = await opened(of, start);
  expect(outcome).toMatchObject({ ok: true, progress: { state: 'open', capacity: 3 } });
  return id;
}
const seat = (sessionId: string, patient: number, start: string) => seated(of, sessionId, patient, start);
const violations = () => withOrganization(clinic.db, clinic.organizationId, (trx) => checkInvariants(trx));

test('called off: every seat’s patient is told by their own visit, and the practitioner is free again', async () => {
  const start = '2027-02-01T15:00:00Z';
  const sessionId = await open(start);
  const booked = [await seat(sessionId, 0, start), await seat(sessionId, 1, start)];
  expect((await say(sessionId, 'set-capacity', { capacity: 2 })) as object).toMatchObject({ progress: { capacity: 2 } }); // prettier-ignore
  expect((await seat(sessionId, 2, start)).outcome).toMatchObject({
    ok: false,
    problem: { code: 'slot-taken', data: { resourceKind: 'seat' } },
  });
  await say(sessionId, 'cancel', { reason: 'leader-ill' });
  expect(await ended(sessionId)).toMatchObject({ state: 'cancelled' });
  for (const { id } of booked) {
    expect(await clinic.row(id)).toMatchObject({ status: 'cancelled', cancelled_by: 'clinic', cancel_reason: 'leader-ill', late_cancel: false }); // prettier-ignore
    const told = await clinic.admin('notification').where({ aggregate_id: id, kind: 'cancelled-by-clinic' });
    expect(told).toHaveLength(1);
    expect(await clinic.admin('proposed_charge').where({ appointment_id: id })).toEqual([]);
  }
  expect(await clinic.admin('opening').where({ start_at: start })).toEqual([]);
  await clinic.booked(start, { practitionerId: clinic.practitionerId });
  expect(await violations()).toEqual([]);
});

test('a seat has the timers of a visit; the session is over at its end, and a missed seat is no opening', async () => {
  const start = '2027-02-10T15:00:00Z';
  const sessionId = await open(start);
  const { id, outcome } = await seat(sessionId, 0, start);
  expect(outcome).toMatchObject({ ok: true, appointment: { status: 'booked', groupSessionId: sessionId } });
  const timers = await clinic.admin('case_timer').where({ aggregate_id: id, state: 'pending' }).pluck<string[]>('name');
  expect(timers).toEqual(expect.arrayContaining(['late', 'no-show']));
  expect(timers.some((name) => name.startsWith('reminder:'))).toBe(true);
  await clinic.until('2027-02-10T16:01:00Z');
  expect(await ended(sessionId)).toMatchObject({ state: 'over' });
  for (let tries = 0; (await clinic.row(id))['status'] !== 'noshow' && tries < 100; tries += 1) await sleep(50);
  expect(await clinic.row(id)).toMatchObject({ status: 'noshow' });
  expect(await clinic.admin('group_seat').where({ appointment_id: id }).whereNull('released_at')).toEqual([]);
  expect(await clinic.admin('opening').where({ source_appointment_id: id })).toEqual([]);
  expect(await violations()).toEqual([]);
});
