/** A worker process that is killed between the commit and its report: the booking stands, once, and is told. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { appointmentOperationKey } from '../../workflows/messages/appointment.ts';
import type { AppointmentStart } from '../../workflows/messages/appointment.ts';
import { staff } from './seed.ts';
import { ready, stopped, workerProcesses } from './worker-processes.ts';
import type { WorkerProcesses } from './worker-processes.ts';

let clinic: WorkerProcesses;
beforeAll(async () => {
  clinic = await workerProcesses();
});
afterAll(() => clinic?.close());

test(
  'the booking of a killed worker recovers, and the repeat of its key gets the truth',
  { timeout: 120_000 },
  async () => {
    const id = randomUUID();
    const start: AppointmentStart = {
      organizationId: clinic.organizationId,
      appointmentId: id,
      operation: { key: appointmentOperationKey(id, 'start'), inputHash: 'hash' },
      actor: staff,
      command: {
        event: 'book',
        patientId: clinic.patientId,
        visitTypeId: clinic.visitTypeId,
        practitionerId: clinic.practitionerId,
        mode: 'in-person',
        start: new Date(Math.ceil(Date.now() / 86_400_000 + 3) * 86_400_000 + 15 * 3_600_000).toISOString(),
      },
    };
    const doomed = clinic.start('after-commit-before-complete');
    await ready(doomed);
    const first = clinic.gateway.bookAppointment(start).catch((error: { code?: string }) => error.code);
    await stopped(doomed);
    expect(doomed.signalCode).toBe('SIGKILL');
    expect(await clinic.admin('appointment').where({ id })).toHaveLength(1);

    const healthy = clinic.start();
    const killedAt = Date.now();
    await ready(healthy);
    const readyAt = Date.now();
    expect(['outcome-unknown', undefined]).toContain(await first.then((f) => (typeof f === 'string' ? f : undefined)));
    for (;;) {
      const answer = await clinic.gateway.bookAppointment(start).catch(() => null);
      if (answer !== null) {
        expect(answer).toMatchObject({ ok: true, appointment: { id, status: 'booked' } });
        break;
      }
      if (Date.now() - readyAt > 20_000) throw new Error('the booking did not recover');
      await sleep(200);
    }
    // security-reliability.md section 7: recovery within 10 s of the restart.
    expect(Date.now() - readyAt).toBeLessThan(10_000);
    expect(readyAt - killedAt).toBeLessThan(60_000);
    expect(await clinic.admin('state_change').where({ aggregate_id: id })).toHaveLength(1);
    expect(await clinic.admin('reservation').where({ appointment_id: id })).toHaveLength(3);

    await stopped(healthy, 'SIGTERM');
    expect(healthy.exitCode).toBe(0);
  },
);
