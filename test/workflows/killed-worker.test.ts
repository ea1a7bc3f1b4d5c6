/** A worker process that is killed between the commit and its report: the booking stands, once, and is told. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTemporalGateway } from '../../api/temporal.ts';
import type { TemporalGateway } from '../../api/temporal.ts';
import { connect } from '../../db/connection.ts';
import type { Db } from '../../db/connection.ts';
import { createKeyFile } from '../../keys.ts';
import { buildWorkflowBundle } from '../../workers/bundle.ts';
import { appointmentOperationKey } from '../../workflows/messages/appointment.ts';
import type { AppointmentStart } from '../../workflows/messages/appointment.ts';
import { createTestDatabase } from '../support/test-postgres.ts';
import type { TestDatabase } from '../support/test-postgres.ts';
import { connectTestTemporal } from '../support/test-temporal.ts';
import { seedClinic, staff } from './seed.ts';
import type { Seed } from './seed.ts';

const root = resolve(import.meta.dirname, '../..');
const home = mkdtempSync(join(tmpdir(), 'healthsphere-worker-'));
const workers: ChildProcess[] = [];
let database: TestDatabase;
let admin: Db;
let seed: Seed;
let gateway: TemporalGateway;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  const temporal = await connectTestTemporal();
  // A namespace of its own, because the workers take the task queue of production.
  const namespace = `killed-${randomUUID()}`;
  await temporal.connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
  });
  database = await createTestDatabase();
  admin = connect({ url: database.adminUrl, applicationName: 'test-admin', poolMax: 2 });
  seed = await seedClinic(admin);
  const keyFile = join(home, 'keys.json');
  const keys = createKeyFile(keyFile);
  const { code: bundleCode } = await buildWorkflowBundle();
  const workflowBundle = join(home, 'workflows.js');
  writeFileSync(workflowBundle, bundleCode);
  environment = {
    HEALTHSPHERE_WORKFLOW_BUNDLE: workflowBundle,
    PATH: process.env['PATH'],
    NODE_ENV: 'test',
    HEALTHSPHERE_HOME: home,
    HEALTHSPHERE_KEY_FILE: keyFile,
    DATABASE_URL_WORKER: database.urls.worker,
    DATABASE_URL_SEALER: database.urls.sealer,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: namespace,
    SMTP_URL: 'smtp://127.0.0.1:9',
    LOG_LEVEL: 'warn',
  };
  const config = { codecOff: false, temporal: { address: temporal.address, namespace } };
  gateway = createTemporalGateway({ config, keys, log: pino({ level: 'silent' }) });
  await temporal.close();
});

afterAll(async () => {
  await Promise.all(workers.map((worker) => stopped(worker, 'SIGTERM')));
  await gateway?.close();
  await admin?.destroy();
  await database?.drop();
  rmSync(home, { recursive: true, force: true });
});

function startWorker(fault?: string): ChildProcess {
  const worker = spawn(process.execPath, ['--import', 'tsx', 'workers/main.ts'], {
    cwd: root,
    env: { ...environment, ...(fault === undefined ? {} : { HEALTHSPHERE_FAULT: fault }) },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  workers.push(worker);
  return worker;
}

const ready = (worker: ChildProcess): Promise<unknown> => new Promise((told) => worker.once('message', told));

async function stopped(worker: ChildProcess, signal?: NodeJS.Signals): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const ended = new Promise<void>((done) => worker.once('exit', () => done()));
  if (signal !== undefined) worker.kill(signal);
  await ended;
}

test(
  'the booking of a killed worker recovers, and the repeat of its key gets the truth',
  { timeout: 120_000 },
  async () => {
    const id = randomUUID();
    const start: AppointmentStart = {
      organizationId: seed.organizationId,
      appointmentId: id,
      operation: { key: appointmentOperationKey(id, 'start'), inputHash: 'hash' },
      actor: staff,
      command: {
        event: 'book',
        patientId: seed.patientId,
        visitTypeId: seed.visitTypeId,
        practitionerId: seed.practitionerId,
        mode: 'in-person',
        start: new Date(Math.ceil(Date.now() / 86_400_000 + 3) * 86_400_000 + 15 * 3_600_000).toISOString(),
      },
    };
    const doomed = startWorker('after-commit-before-complete');
    await ready(doomed);
    const first = gateway.bookAppointment(start).catch((error: { code?: string }) => error.code);
    await stopped(doomed);
    expect(doomed.signalCode).toBe('SIGKILL');
    expect(await admin('appointment').where({ id })).toHaveLength(1);

    const healthy = startWorker();
    const killedAt = Date.now();
    await ready(healthy);
    const readyAt = Date.now();
    expect(['outcome-unknown', undefined]).toContain(await first.then((f) => (typeof f === 'string' ? f : undefined)));
    for (;;) {
      const answer = await gateway.bookAppointment(start).catch(() => null);
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
    expect(await admin('state_change').where({ aggregate_id: id })).toHaveLength(1);
    expect(await admin('reservation').where({ appointment_id: id })).toHaveLength(3);

    await stopped(healthy, 'SIGTERM');
    expect(healthy.exitCode).toBe(0);
  },
);
