/** A series whose worker stops half-way, on a server whose time passes as it does. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { devEngine, openClinic } from './clinic.ts';
import type { TestClinic } from './clinic.ts';
import { seriesOn, stepsOf } from './series-clinic.ts';

let clinic: TestClinic;
beforeAll(async () => {
  clinic = await openClinic(devEngine);
});
afterAll(() => clinic?.close());
const { begin, view, reached } = seriesOn(() => clinic);

test('a worker that stops half-way loses nothing and does nothing twice', { timeout: 120_000 }, async () => {
  const { id } = await begin({
    mode: 'all',
    rule: { frequency: 'daily', startLocal: '2027-06-01T09:00', count: 12 },
  });
  for (;;) {
    const { steps } = (await view(id)).occurrences[3]!;
    if (steps.some(({ outcome }) => outcome === 'done')) break;
    await sleep(10);
  }
  await clinic.pauseWorker();
  const before = await view(id);
  expect(before.state).toBe('booking');
  const done = before.occurrences.filter(({ status }) => status === 'booked').length;
  expect(done).toBeGreaterThanOrEqual(4);
  expect(done).toBeLessThan(12);
  await clinic.resumeWorker();
  const shown = await reached(id, 'booked', 'refused');
  expect(stepsOf(shown)).toEqual(Array.from({ length: 12 }, () => 'book done'));
  expect(await clinic.admin('appointment').where({ series_id: id })).toHaveLength(12);
  expect(await clinic.admin('state_change').where({ aggregate_id: id })).toHaveLength(2);
  for (const { appointmentId } of shown.occurrences) expect(await clinic.changes(appointmentId!)).toHaveLength(1);
});
