/** A group session on a real database, with weeks skipped in milliseconds (scheduling-intake.md C2). */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkInvariants } from '../../db/invariants.ts';
import { withOrganization } from '../../db/transaction.ts';
import { appointmentOperationKey } from '../../workflows/messages/appointment.ts';
import { groupOperationKey, groupSessionWorkflowId } from '../../workflows/messages/group-session.ts';
import type { GroupSessionAction, GroupSessionEnd } from '../../workflows/messages/group-session.ts';
import { openClinic } from './clinic.ts';
import type { TestClinic } from './clinic.ts';
import { staff } from './seed.ts';

let clinic: TestClinic;
let visitTypeId: string;
const patients: string[] = [];
beforeAll(async () => {
  clinic = await openClinic();
  const of = { organization_id: clinic.organizationId };
  visitTypeId = randomUUID();
  await clinic.admin('visit_type').insert({ ...of, id: visitTypeId, code: 'GROUP', name: JSON.stringify({ en: 'Group' }), duration_minutes: 60, min_notice_minutes: 0, group_capacity: 3, auto_noshow: true }); // prettier-ignore
  await clinic.admin('visit_type_requirement').insert({ ...of, visit_type_id: visitTypeId, role: 'provider', kind: 'provider' }); // prettier-ignore
  await clinic.admin('visit_type_provider').insert({ ...of, visit_type_id: visitTypeId, resource_id: clinic.practitionerId }); // prettier-ignore
  for (let k = 0; k < 4; k += 1) {
    const id = randomUUID();
    patients.push(id);
    await clinic.admin('patient').insert({ ...of, id, mrn: id.slice(0, 13), family: 'Canary', given: ['Pat'], birth_date: '1980-02-29', email: `${id}@example.org` }); // prettier-ignore
  }
});
afterAll(() => clinic?.close());

async function open(start: string): Promise<string> {
  const sessionId = randomUUID();
  const outcome = await clinic.gateway.openGroupSession({
    organizationId: clinic.organizationId,
    sessionId,
    operation: { key: groupOperationKey(sessionId, 'create'), inputHash: 'hash' },
    command: { visitTypeId, practitionerId: clinic.practitionerId, locationId: clinic.locationId, mode: 'in-person', start },
    actor: staff,
  }); // prettier-ignore
  expect(outcome).toMatchObject({ ok: true, progress: { state: 'open', capacity: 3 } });
  return sessionId;
}
async function seat(sessionId: string, patient: number, start: string) {
  const id = randomUUID();
  const outcome = await clinic.gateway.bookAppointment({
    organizationId: clinic.organizationId,
    appointmentId: id,
    operation: { key: appointmentOperationKey(id, 'create'), inputHash: 'hash' },
    command: { event: 'book', patientId: patients[patient]!, visitTypeId, mode: 'in-person', start, practitionerId: clinic.practitionerId, groupSessionId: sessionId },
    actor: staff,
  }); // prettier-ignore
  return { id, outcome };
}
const say = (sessionId: string, action: GroupSessionAction, input: { reason?: string; capacity?: number }) =>
  clinic.gateway.changeGroupSession(sessionId, { action, input, actor: staff, operation: { key: groupOperationKey(sessionId, randomUUID()), inputHash: 'hash' } }); // prettier-ignore
const ended = (id: string): Promise<GroupSessionEnd> =>
  clinic.client.workflow.getHandle<() => Promise<GroupSessionEnd>>(groupSessionWorkflowId(id)).result();
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
