/** B17 with time skipped: the deadline to confirm rings by itself, and does what the clinic's policy says. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { appointmentWorkflowId, nextTimersQuery } from '../../workflows/messages/appointment.ts';
import type { PlannedTimer } from '../../workflows/messages/appointment.ts';
import { openClinic } from './clinic.ts';
import type { TestClinic } from './clinic.ts';

let clinic: TestClinic;
beforeAll(async () => {
  clinic = await openClinic();
  await clinic.admin('policy').insert({
    organization_id: clinic.organizationId,
    kind: 'confirmation',
    value: JSON.stringify({ otherwise: 'release' }),
    valid_from: '2020-01-01T00:00:00Z',
  });
});
afterAll(() => clinic?.close());

let day = 0;
/** 15:00 in New York in winter; each test's day is later than the one before. */
const nextDay = (): string => new Date(Date.parse('2026-12-01T20:00:00Z') + (day += 7) * 86_400_000).toISOString();
const plus = (instant: string, seconds: number): string => new Date(Date.parse(instant) + seconds * 1000).toISOString();
const timersOf = (id: string): Promise<readonly PlannedTimer[]> =>
  clinic.client.workflow.getHandle(appointmentWorkflowId(id)).query<readonly PlannedTimer[]>(nextTimersQuery);
/** No sender runs here: what was queued counts as sent. */
const send = (id: string) =>
  clinic
    .admin('notification')
    .where({ aggregate_id: id, state: 'queued' })
    .update({ state: 'sent', sent_at: new Date() });

test('told, silent: the time is given away at the deadline, and the run ends', async () => {
  const start = nextDay();
  const { id } = await clinic.booked(start);
  expect((await timersOf(id)).find(({ name }) => name === 'confirmation')?.dueAt).toBe(plus(start, -6 * 3600));
  await clinic.until(plus(start, -12 * 3600));
  await send(id);
  await clinic.until(plus(start, -6 * 3600 - 5));
  expect(await clinic.row(id)).toMatchObject({ status: 'booked' });
  await clinic.until(plus(start, -6 * 3600 + 30));
  expect(await clinic.row(id)).toMatchObject({ status: 'cancelled', cancel_reason: 'unconfirmed', late_cancel: false });
  await clinic.client.workflow.getHandle(appointmentWorkflowId(id)).result();
});

test('confirmed: the timer is gone and the visit stands', async () => {
  const start = nextDay();
  const { id } = await clinic.booked(start);
  await clinic.act(id, 'confirm');
  expect((await timersOf(id)).map(({ name }) => name)).not.toContain('confirmation');
  await clinic.until(plus(start, -60));
  expect(await clinic.row(id)).toMatchObject({ status: 'booked' });
  await clinic.act(id, 'cancel', { reason: 'x' });
});

test('not told: a person calls, and the visit stands', async () => {
  const start = nextDay();
  const { id } = await clinic.booked(start);
  await clinic.until(plus(start, -6 * 3600 + 30));
  expect(await clinic.row(id)).toMatchObject({ status: 'booked' });
  const calls = await clinic
    .admin('staff_task')
    .where({ subject_id: id, kind: 'call-patient' })
    .select('state', 'params');
  expect(calls).toMatchObject([{ state: 'open', params: { about: 'confirmation' } }]);
  expect((await timersOf(id)).map(({ name }) => name)).not.toContain('confirmation');
  await clinic.act(id, 'cancel', { reason: 'x' });
});
