/** A worker process that is killed in the middle of a series, twice: nothing is lost and nothing is done twice. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stepsOf, seriesOn } from './series-clinic.ts';
import { ready, stopped, workerProcesses } from './worker-processes.ts';
import type { WorkerProcesses } from './worker-processes.ts';

let clinic: WorkerProcesses;
beforeAll(async () => {
  clinic = await workerProcesses();
}, 120_000);
afterAll(() => clinic?.close());
const { begin, change, view, reached } = seriesOn(() => ({ ...clinic, db: clinic.admin }));

const done = async (id: string, kind: string): Promise<number> =>
  (await view(id)).occurrences.filter(({ steps }) =>
    steps.some((step) => step.kind === kind && step.outcome === 'done'),
  ).length;

test('killed while it books, and again while it cancels', { timeout: 240_000 }, async () => {
  const deadly = join(clinic.home, 'deadly');
  const first = clinic.start(`after-commit-before-complete@${deadly}`);
  await ready(first);
  const { id } = await begin({ mode: 'all', rule: { frequency: 'daily', startLocal: '2027-06-01T09:00', count: 6 } });
  while ((await done(id, 'book')) < 3) await sleep(10);
  // It dies right after a commit, before anybody is told of it.
  writeFileSync(deadly, '');
  await stopped(first);
  expect(first.signalCode).toBe('SIGKILL');
  expect((await view(id)).state).toBe('booking');

  const second = clinic.start(`after-commit-before-complete@${deadly}`);
  await ready(second);
  const booked = await reached(id, 'booked', 'refused');
  expect(stepsOf(booked)).toEqual(Array.from({ length: 6 }, () => 'book done'));
  const visits = booked.occurrences.map(({ appointmentId }) => appointmentId!);
  expect(await clinic.admin('appointment').where({ series_id: id })).toHaveLength(6);
  for (const visit of visits) {
    expect(await clinic.admin('state_change').where({ aggregate_id: visit })).toHaveLength(1);
    // Each is reminded by itself.
    const reminders = clinic.admin('case_timer').where({ aggregate_id: visit, state: 'pending' });
    expect((await reminders.where('name', 'like', 'reminder:%')).length).toBeGreaterThan(0);
  }
  const told = () => clinic.admin('notification').whereIn('aggregate_id', visits).whereNot({ kind: 'reminder' });
  expect(await told().where({ kind: 'booked' })).toHaveLength(1);

  await change(id, { kind: 'cancel', from: 1, reason: 'moved-away' });
  while ((await done(id, 'cancel')) < 2) await sleep(10);
  writeFileSync(deadly, '');
  await stopped(second);
  expect(second.signalCode).toBe('SIGKILL');
  const third = clinic.start();
  await ready(third);
  const ended = await reached(id, 'ended', 'booked');
  // What was cancelled just before the end counts as cancelled: its visit refuses to be cancelled once more.
  expect(stepsOf(ended)).toEqual(Array.from({ length: 6 }, () => 'book done, cancel done'));
  for (const visit of visits) expect(await clinic.admin('state_change').where({ aggregate_id: visit })).toHaveLength(2);
  expect(await told().where({ kind: 'cancelled' })).toHaveLength(1);
  await stopped(third, 'SIGTERM');
});
