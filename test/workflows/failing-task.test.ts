/**
 * A run whose tasks keep being lost (killed workers, a faulty release): the engine refuses to take an update for it. That
 * is no fault of the request: 503 `outcome-unknown`, and the same key gets the truth later. Found by `npm run chaos`.
 */
import { join } from 'node:path';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { randomBytes, randomUUID } from 'node:crypto';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTemporalGateway, type TemporalGateway } from '../../api/temporal/temporal.ts';
import {
  appointmentOperationKey,
  appointmentWorkflow,
  appointmentWorkflowId,
} from '../../workflows/messages/appointment.ts';
import { connectTestTemporal, type TestTemporal } from '../support/test-temporal.ts';
import { staff } from './seed.ts';

const organizationId = randomUUID();
const appointmentId = randomUUID();
let temporal: TestTemporal;
let gateway: TemporalGateway;
let worker: Worker;
let working: Promise<void>;

beforeAll(async () => {
  // The fault is meant.
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  temporal = await connectTestTemporal();
  const { address, namespace, taskQueue, nativeConnection: connection } = temporal;
  worker = await Worker.create({ connection, namespace, taskQueue, workflowsPath: join(import.meta.dirname, 'failing.ts') }); // prettier-ignore
  working = worker.run();
  gateway = createTemporalGateway({
    config: { codecOff: false, temporal: { address, namespace } },
    keys: { current: 'k', keys: { k: randomBytes(32) } },
    log: pino({ level: 'silent' }),
    taskQueue,
  });
});
afterAll(async () => {
  const handle = temporal.client.workflow.getHandle(appointmentWorkflowId(appointmentId));
  await handle.terminate().catch(() => undefined);
  worker.shutdown();
  await working;
  await gateway.close();
  await temporal.close();
});

test('an action on it is 503 outcome-unknown, at once', async () => {
  const workflowId = appointmentWorkflowId(appointmentId);
  const { taskQueue, client } = temporal;
  const handle = await client.workflow.start(appointmentWorkflow, { workflowId, taskQueue, args: [], workflowTaskTimeout: '1 second' }); // prettier-ignore
  const attempt = async () => (await handle.describe()).raw.pendingWorkflowTask?.attempt ?? 0;
  await expect.poll(attempt, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
  const startedAt = performance.now();
  const asked = gateway.actOnAppointment(organizationId, appointmentId, {
    action: 'cancel',
    input: { reason: 'x' },
    actor: staff,
    operation: { key: appointmentOperationKey(appointmentId, randomUUID()), inputHash: 'x' },
  });
  await expect(asked).rejects.toMatchObject({ code: 'outcome-unknown' });
  // Not after the patience of five seconds: the engine has said so.
  expect(performance.now() - startedAt).toBeLessThan(3_000);
});
