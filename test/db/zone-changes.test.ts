/** Zone data change (B6): visits are not moved, staff hear of each once, and what is settled needs nobody any more. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { fileZoneChanges } from '../../db/schedule/zone-changes.ts';
import { withTransaction } from '../../db/transaction.ts';
import { localOf } from '../../domain/calendar/calendar.ts';
import { createLog } from '../../log.ts';
import { startZoneWatch } from '../../workers/zone-watch.ts';
import { createClinic, type Clinic } from '../support/clinic-fixture.ts';

let clinic: Clinic;
beforeAll(async () => {
  clinic = await createClinic({ at: '2027-06-01T15:00:00Z', patients: 6 });
});
afterAll(() => clinic.stop());
beforeEach(() => clinic.owner('staff_task').del());

/** New York keeps winter time from now on: every instant reads as an hour earlier. */
const newData = (instant: number, timeZone: string): string => localOf(instant - 3_600_000, timeZone);
const look = (localTimeOf?: typeof localOf): Promise<number> =>
  withTransaction(clinic.db, { organizationId: clinic.organizationId }, async (trx) =>
    fileZoneChanges(trx, clinic.organizationId, await clinic.clock.now(), localTimeOf),
  );
const tasks = () =>
  clinic.owner('staff_task').orderBy('subject_id').select('subject_id', 'state', 'params', 'priority');

it('files nothing while every clock is as it was meant', async () => {
  await clinic.open({ start: '2027-07-01T14:00:00Z', patientId: clinic.patients[0]! });
  expect(await look()).toBe(0);
  expect(await tasks()).toEqual([]);
});

it('files one task for each visit to come, none for one that is over, and none twice', async () => {
  const { id } = (await clinic.open({ start: '2027-07-02T14:00:00Z', patientId: clinic.patients[1]! })).appointment;
  const gone = (await clinic.open({ start: '2027-07-02T16:00:00Z', patientId: clinic.patients[2]! })).appointment;
  await clinic.act(gone.id, 'cancel', { reason: 'ill' });
  const before = await clinic.owner('appointment').where({ id }).first();
  expect(await look(newData)).toBe(2);
  expect(await look(newData)).toBe(0);
  const found = await tasks();
  expect(found.map((task) => task.subject_id)).not.toContain(gone.id);
  expect(found.find((task) => task.subject_id === id)).toMatchObject({
    state: 'open',
    priority: 'routine',
    params: { timeZone: 'America/New_York', meant: '2027-07-02T10:00:00', now: '2027-07-02T09:00:00' },
  });
  expect(await clinic.owner('appointment').where({ id }).first()).toEqual(before);

  const slot = { start: '2027-07-05T14:00:00Z', practitionerId: clinic.providers[0]!, locationId: clinic.locationId };
  await clinic.act(id, 'reschedule', { slot });
  expect((await tasks()).find((task) => task.subject_id === id)).toMatchObject({ state: 'cancelled' });
});

it('is looked after by a worker, from its start on', async () => {
  const { id } = (await clinic.open({ start: '2027-07-06T14:00:00Z', patientId: clinic.patients[3]! })).appointment;
  // As if it had been booked with the data of last year.
  await clinic.owner('appointment').where({ id }).update({ local_start: '2027-07-06 09:00:00' });
  const lines: string[] = [];
  const log = createLog({ component: 'worker', level: 'warn' }, { write: (line) => void lines.push(line) });
  const watch = startZoneWatch({ ...clinic.ports, log });
  try {
    await expect.poll(async () => (await tasks()).map((task) => task.subject_id)).toEqual([id]);
  } finally {
    await watch.stop();
  }
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([{ count: 1, level: 'warn' }]);
});
