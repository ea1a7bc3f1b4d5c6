/** Real worker processes, to be killed: a database, an engine's namespace and a gateway that outlive them. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import pino from 'pino';
import { createTemporalGateway } from '../../api/temporal/temporal.ts';
import type { TemporalGateway } from '../../api/temporal/temporal.ts';
import { connect } from '../../db/connection.ts';
import type { Db } from '../../db/connection.ts';
import { createKeyFile } from '../../keys.ts';
import { dataConverter } from '../../workers/data-converter.ts';
import { workflowBundle } from '../support/builds.ts';
import { createTestDatabase } from '../support/test-postgres.ts';
import { connectTestTemporal } from '../support/test-temporal.ts';
import { seedClinic } from './seed.ts';
import type { Seed } from './seed.ts';

const root = resolve(import.meta.dirname, '../..');

export interface WorkerProcesses extends Seed {
  /** Superuser: looks at everything. */
  readonly admin: Db;
  readonly gateway: TemporalGateway;
  readonly client: Client;
  /** Removed at the end. */
  readonly home: string;
  /** @param fault HEALTHSPHERE_FAULT */
  start(fault?: string): ChildProcess;
  close(): Promise<void>;
}

export async function workerProcesses(smtpUrl = 'smtp://127.0.0.1:9'): Promise<WorkerProcesses> {
  const home = mkdtempSync(join(tmpdir(), 'healthsphere-worker-'));
  const workers: ChildProcess[] = [];
  const temporal = await connectTestTemporal();
  // A namespace of its own, because the workers take the task queue of production.
  const namespace = `killed-${randomUUID()}`;
  await temporal.connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
  });
  await temporal.close();
  const database = await createTestDatabase();
  const admin = connect({ url: database.adminUrl, applicationName: 'test-admin', poolMax: 2 });
  const seed = await seedClinic(admin);
  const keyFile = join(home, 'keys.json');
  const keys = createKeyFile(keyFile);
  const environment = {
    HEALTHSPHERE_WORKFLOW_BUNDLE: (await workflowBundle()).codePath,
    PATH: process.env['PATH'],
    NODE_ENV: 'test',
    HEALTHSPHERE_HOME: home,
    HEALTHSPHERE_KEY_FILE: keyFile,
    DATABASE_URL_WORKER: database.urls.worker,
    DATABASE_URL_SEALER: database.urls.sealer,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: namespace,
    SMTP_URL: smtpUrl,
    LOG_LEVEL: 'warn',
  };
  const config = { codecOff: false, temporal: { address: temporal.address, namespace } };
  const gateway = createTemporalGateway({ config, keys, log: pino({ level: 'silent' }) });
  const connection = await Connection.connect({ address: temporal.address });
  return {
    ...seed,
    admin,
    gateway,
    client: new Client({ connection, namespace, dataConverter: dataConverter(config, keys) }),
    home,
    start(fault) {
      const worker = spawn(process.execPath, ['--import', 'tsx', 'workers/main.ts'], {
        cwd: root,
        env: { ...environment, ...(fault === undefined ? {} : { HEALTHSPHERE_FAULT: fault }) },
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      workers.push(worker);
      return worker;
    },
    async close() {
      await Promise.all(workers.map((worker) => stopped(worker, 'SIGTERM')));
      await gateway.close();
      await connection.close();
      await admin.destroy();
      await database.drop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

export const ready = (worker: ChildProcess): Promise<unknown> => new Promise((told) => worker.once('message', told));

/** Waits until it has ended; with a signal, ends it. */
export async function stopped(worker: ChildProcess, signal?: NodeJS.Signals): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const ended = new Promise<void>((done) => worker.once('exit', () => done()));
  if (signal !== undefined) worker.kill(signal);
  await ended;
}
