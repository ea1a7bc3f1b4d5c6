/** B20: the worker is killed while it asks the patients of an absence; nobody is asked twice, and nobody is left out. */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { absenceOperationKey, absenceWorkflowId } from '../../workflows/messages/absence.ts';
import type { AbsenceEnd } from '../../workflows/messages/absence.ts';
import { appointmentOperationKey, appointmentWorkflowId } from '../../workflows/messages/appointment.ts';
import { waitlistEntryWorkflowId } from '../../workflows/messages/waitlist-entry.ts';
import { patientActor, staff } from './seed.ts';
import { localAt, waitlistOf } from './waitlist-clinic.ts';
import { ready, stopped, workerProcesses } from './worker-processes.ts';
import type { WorkerProcesses } from './worker-processes.ts';

let clinic: WorkerProcesses;
beforeAll(async () => {
  clinic = await workerProcesses();
});
afterAll(() => clinic?.close());

test('killed while it asks: nobody is asked twice, and nobody is left out', { timeout: 180_000 }, async () => {
  const { admin, client, gateway, organizationId } = clinic;
  const waitlist = waitlistOf(clinic);
  const deadly = join(clinic.home, 'deadly');
  // It dies after the first commit once the file is there: what it did, it cannot tell.
  const first = clinic.start(`after-commit-before-complete@${deadly}`);
  await ready(first);
  const service = await waitlist.service();
  const now = new Date();
  const patients = await Promise.all([0, 1, 2].map(() => waitlist.patient()));
  const visits = await Promise.all(
    patients.map((patientId, n) => waitlist.book(service, localAt(now, 5, `${10 + n}:00`), patientId)),
  );
  const absenceId = randomUUID();
  const declared = await gateway.declareAbsence({
    organizationId,
    absenceId,
    resourceId: service.practitionerId,
    start: localAt(now, 5, '08:00'),
    end: localAt(now, 5, '18:00'),
    reason: 'ill',
    actor: staff,
    operation: { key: absenceOperationKey(absenceId, 'declare'), inputHash: 'hash' },
  });
  expect(declared).toMatchObject({ ok: true });
  const states = async (): Promise<string[]> =>
    (await admin('absence_case').where({ absence_id: absenceId }).orderBy('visit_start').select('state')).map(
      (row: { state: string }) => row.state,
    );
  await expect.poll(async () => (await states())[0], { timeout: 30_000, interval: 10 }).toBe('offered');
  writeFileSync(deadly, '');
  await stopped(first);
  expect(first.signalCode).toBe('SIGKILL');
  expect(await states()).toContain('affected');

  const second = clinic.start();
  await ready(second);
  await expect.poll(states, { timeout: 60_000, interval: 100 }).toEqual(['offered', 'offered', 'offered']);
  // The step that was lost is repeated, and finds everything done.
  const running = (id: string): Promise<string> =>
    client.workflow.getHandle(id).describe().then(({ status }) => status.name, () => 'none'); // prettier-ignore
  for (const [n, visit] of visits.entries()) {
    expect(await admin('state_change').where({ aggregate_id: visit.id, event: 'cancel-by-clinic' })).toHaveLength(1);
    expect(await admin('notification').where({ aggregate_id: visit.id, kind: 'cancelled-by-clinic' })).toHaveLength(1);
    const held = await admin('appointment').where({ replaces_id: visit.id }).select('id', 'status');
    expect(held.map(({ status }) => status)).toEqual(['pending', 'pending', 'pending']);
    for (const { id } of held)
      await expect.poll(() => running(appointmentWorkflowId(id)), { timeout: 30_000 }).toBe('RUNNING');
    const wishes = await admin('waitlist_entry').where({ patient_id: patients[n] }).select('id', 'urgency', 'state');
    expect(wishes).toMatchObject([{ urgency: 'displaced', state: 'active' }]);
    await expect.poll(() => running(waitlistEntryWorkflowId(wishes[0].id)), { timeout: 30_000 }).toBe('RUNNING');
  }

  // And it goes on as if nothing had been: everybody takes a time, nobody waits any more.
  for (const [n, visit] of visits.entries()) {
    const held = await admin('appointment').where({ replaces_id: visit.id, status: 'pending' }).orderBy('start_at').first('id'); // prettier-ignore
    await gateway.actOnAppointment(organizationId, held.id, {
      action: 'confirm-hold',
      input: {},
      actor: patientActor(patients[n]!),
      operation: { key: appointmentOperationKey(held.id, randomUUID()), inputHash: 'hash' },
    });
  }
  const end = (await client.workflow.getHandle(absenceWorkflowId(absenceId)).result()) as AbsenceEnd;
  expect(end.absence).toMatchObject({ state: 'resolved', progress: { percent: 100, byState: { rebooked: 3 } } });
  expect(await admin('waitlist_entry').whereIn('patient_id', patients).select('state')).toEqual(
    patients.map(() => ({ state: 'withdrawn' })),
  );
  await stopped(second, 'SIGTERM');
});
