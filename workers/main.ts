/**
 * A worker process: carries out the workflows and activities of visits and of the waitlist, and beside them sends mail,
 * seals the audit trail and looks after the zones of visits to come. Any number may run. It waits for Temporal and Postgres
 * for as long as they are away, and never dies of that.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { NativeConnectionOptions } from '@temporalio/worker';
import type { Logger } from 'pino';
import { absenceActivities } from '../activities/absence.ts';
import { clamdScanner } from '../activities/adapters/clamd-scanner.ts';
import { eicarScanner } from '../activities/adapters/eicar-scanner.ts';
import { payerOverHttp } from '../activities/adapters/payer-http.ts';
import { appointmentActivities } from '../activities/appointment.ts';
import { eligibilityActivities } from '../activities/eligibility.ts';
import { escalationActivities } from '../activities/escalation.ts';
import { faultInjector } from './fault-points.ts';
import { groupSessionActivities } from '../activities/group-session.ts';
import { intakeActivities } from '../activities/intake.ts';
import { openingActivities } from '../activities/opening.ts';
import { startOutboxSender } from '../activities/outbox-sender.ts';
import { databaseClock } from '../activities/ports.ts';
import { patientMergeActivities } from '../activities/patient-merge.ts';
import { seriesActivities } from '../activities/series.ts';
import { walkInActivities } from '../activities/walk-in.ts';
import { loadConfig } from '../config.ts';
import type { Config } from '../config.ts';
import { connect } from '../db/connection.ts';
import { fieldSecrets } from '../db/field-secrets.ts';
import { createDocumentStore } from '../documents/store.ts';
import { loadKeys } from '../keys.ts';
import { createLog } from '../log.ts';
import { escalationMovedSignal, escalationWorkflowId } from '../workflows/messages/escalation.ts';
import { buildWorkflowBundle } from './bundle.ts';
import { dataConverter } from './data-converter.ts';
import { setCurrentVersion } from './deployment.ts';
import { startDocumentWatch } from './document-watch.ts';
import { startEligibilityWatch } from './eligibility-watch.ts';
import { startEscalationWatch } from './escalation-watch.ts';
import { runtimeOptions } from './metrics.ts';
import { startSealer } from './sealer.ts';
import { registerSearchAttributes } from './search-attributes.ts';
import { appointmentTaskQueue } from './task-queues.ts';
import { concurrentActivities, workerOptions } from './worker-options.ts';
import type { WorkerParts } from './worker-options.ts';
import { startZoneWatch } from './zone-watch.ts';

const config = loadConfig(undefined, { roles: ['worker', 'sealer'] });
const keys = loadKeys(config.keyFile);
const log = createLog({ component: 'worker', level: config.logLevel });
Runtime.install(runtimeOptions(config, log));

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());

const db = connect({ url: config.database.worker, applicationName: 'worker', poolMax: concurrentActivities + 4 });
const sealerDb = connect({ url: config.database.sealer, applicationName: 'sealer', poolMax: 2 });
const secrets = fieldSecrets(keys);
const ports = { db, clock: databaseClock(db), log, secrets };
const payer = config.payerUrl === undefined ? null : payerOverHttp(config.payerUrl);
// A stand-in is no scanner: in production nothing leaves quarantine until one is connected.
const standIn = config.environment === 'production' ? null : eicarScanner;
const scanner = config.clamavAddress === undefined ? standIn : clamdScanner(config.clamavAddress);
if (scanner === null) log.warn('no virus scanner is connected: documents stay in quarantine');
/** While there is a connection to the engine. */
let client: Client | undefined;

// What runs beside the workflows; each waits for the database by itself.
const besides = [
  startOutboxSender({ ...ports, keys, config, escalationMoved }),
  startSealer({
    db: sealerDb,
    auditSecret: keys.auditSecret,
    anchorDirectory: config.anchorDirectory,
    anchorPrivateKeyPem: keys.anchorPrivateKeyPem,
    log,
  }),
  startZoneWatch(ports),
  startEscalationWatch({ ...ports, client: () => client }),
  startDocumentWatch({ ...ports, store: createDocumentStore({ directory: config.documentDirectory, keys }), scanner }),
  startEligibilityWatch({ db, log, client: () => client, taskQueue: appointmentTaskQueue }),
];

const maybeDie = config.fault === undefined ? undefined : faultInjector(config.fault);
const activities = {
  ...appointmentActivities(ports),
  ...openingActivities(ports),
  ...seriesActivities(ports),
  ...absenceActivities(ports),
  ...groupSessionActivities(ports),
  ...walkInActivities(ports),
  ...patientMergeActivities(ports),
  ...intakeActivities(ports),
  ...eligibilityActivities({ ...ports, payer }),
  ...escalationActivities(ports),
};
const workflowBundle =
  config.workflowBundle === undefined ? await buildWorkflowBundle() : { codePath: config.workflowBundle };
while (!stopping.signal.aborted) {
  try {
    await workUntilStopped({ config, keys, activities, maybeDie, workflowBundle }, log, stopping.signal);
  } catch (error) {
    log.warn({ error }, 'the worker is waiting for Temporal');
    await sleep(1_000, undefined, { signal: stopping.signal }).catch(() => undefined);
  }
}
await Promise.all(besides.map((beside) => beside.stop()));
await Promise.all([db.destroy(), sealerDb.destroy()]);
log.info('the worker has stopped');
process.exit(0);

/** A run that does not hear of it meets the change with its next timer. */
function escalationMoved(escalationId: string): void {
  client?.workflow
    .getHandle(escalationWorkflowId(escalationId))
    .signal(escalationMovedSignal)
    .catch(() => undefined);
}

/** Connects and works; returns when it was told to stop, throws when the engine is away or ends the worker. */
async function workUntilStopped(
  parts: Omit<WorkerParts, 'connection'>,
  workerLog: Logger,
  stop: AbortSignal,
): Promise<void> {
  const { namespace } = config.temporal;
  const connection = await NativeConnection.connect(connectionOptions(config));
  try {
    await registerSearchAttributes(connection, namespace);
    client = new Client({ connection, namespace, dataConverter: dataConverter(config, keys) });
    const worker = await Worker.create(workerOptions({ ...parts, connection }));
    const shutDown = (): void => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
    };
    const running = worker.run();
    const over = new AbortController();
    // Told to stop while the worker was being made.
    if (stop.aborted) shutDown();
    stop.addEventListener('abort', shutDown);
    try {
      // It works while it becomes ready: what an older process made ready, or the next one, needs nothing of this one.
      const becoming = becomeReady(connection, workerLog, AbortSignal.any([over.signal, stop]));
      becoming.catch(() => undefined);
      await running;
    } finally {
      over.abort();
      stop.removeEventListener('abort', shutDown);
      shutDown();
      await running.catch(() => undefined);
    }
  } finally {
    client = undefined;
    await connection.close();
  }
}

async function becomeReady(connection: NativeConnection, workerLog: Logger, signal: AbortSignal): Promise<void> {
  // In production whoever rolls out a release says which build is current (docs/operations.md).
  if (config.environment !== 'production') {
    await setCurrentVersion(connection, {
      namespace: config.temporal.namespace,
      buildId: config.deploymentBuildId,
      signal,
      onFailure: (error) => workerLog.debug({ error }, 'the engine does not make this build the current one yet'),
    });
  }
  workerLog.info({ version: config.deploymentBuildId }, 'the worker is ready');
  process.send?.('ready');
}

function connectionOptions({ temporal }: Pick<Config, 'temporal'>): NativeConnectionOptions {
  return {
    address: temporal.address,
    ...(temporal.tls === undefined ? {} : { tls: temporal.tls }),
    ...(temporal.apiKey === undefined ? {} : { apiKey: temporal.apiKey }),
  };
}
