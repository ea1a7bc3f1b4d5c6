/**
 * A clinic that exists for one season: an organization in a throw-away database, the time-skipping server, and a worker in
 * this process with the real workflows and activities. Nothing is sent: the outbox has no sender here.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { WorkflowBundleOption } from '@temporalio/worker';
import pino from 'pino';
import { absenceActivities } from '../../activities/absence.ts';
import { appointmentActivities } from '../../activities/appointment.ts';
import { openingActivities } from '../../activities/opening.ts';
import { seriesActivities } from '../../activities/series.ts';
import { createTemporalGateway } from '../../api/temporal/temporal.ts';
import type { TemporalGateway } from '../../api/temporal/temporal.ts';
import { databaseRoles } from '../../config/database.ts';
import type { DatabaseRole } from '../../config/database.ts';
import { bootstrapDatabase, withDatabase } from '../../db/bootstrap.ts';
import { connect } from '../../db/connection.ts';
import type { Db } from '../../db/connection.ts';
import { migrateToLatest } from '../../db/migrate.ts';
import { registerSearchAttributes } from '../../workers/search-attributes.ts';
import { workerOptions } from '../../workers/worker-options.ts';
import { openingWorkflowId } from '../../workflows/messages/opening.ts';
import type { OpeningSettled } from '../../workflows/messages/opening.ts';

/** A migrated database; seasons are organizations in it. */
export interface SimulationDatabase {
  readonly worker: string;
  readonly admin: string;
}

export async function makeDatabase(adminUrl: string): Promise<SimulationDatabase> {
  const passwords = Object.fromEntries(databaseRoles.map((role) => [role, randomUUID()])) as Record<DatabaseRole, string>; // prettier-ignore
  const urls = await bootstrapDatabase({ adminUrl, database: 'simulation', passwords });
  await migrateToLatest(urls.migrator);
  return { worker: urls.worker, admin: withDatabase(adminUrl, 'simulation') };
}

/** What the activities did: one look of an opening, told when it has committed. */
export type LookDone = (settled: OpeningSettled, startedAs: number) => void;

export interface SimulatedClinic {
  readonly gateway: TemporalGateway;
  /** Superuser: looks at everything. */
  readonly admin: Db;
  readonly worker: Db;
  now(): Promise<number>;
  /** Jumps to an instant (epoch milliseconds) of the server's clock; everything due on the way happens on the way. */
  until(instant: number): Promise<void>;
  /** The run of a freed time is about to close: gives back the lock on the clock that its closing takes. */
  ended(openingId: string): Promise<void>;
  /** A number that grows with each look that begins. */
  looksBegun(): number;
  close(): Promise<void>;
}

/** Silences the SDK's own log; before the first connection is made. */
export function quietRuntime(): void {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
}

export interface ClinicParts {
  readonly database: SimulationDatabase;
  /** Of the time-skipping server. */
  readonly program: string;
  readonly workflowBundle: WorkflowBundleOption;
  readonly onLook: LookDone;
}

export async function openSimulatedClinic(parts: ClinicParts): Promise<SimulatedClinic> {
  const environment = await startEnvironment(parts.program);
  const { address, connection, nativeConnection } = environment;
  const keys = { current: 'simulation', keys: { simulation: new Uint8Array(randomBytes(32)) } };
  const config = { codecOff: false, deploymentBuildId: 'simulation', temporal: { address, namespace: 'default' } };
  await registerSearchAttributes(connection, 'default');
  const worker = connect({ url: parts.database.worker, applicationName: 'simulate-worker' });
  const admin = connect({ url: parts.database.admin, applicationName: 'simulate', poolMax: 2 });
  // Whole minutes: how long a step takes on this machine leaves little trace in what is counted.
  const clock = { now: async () => new Date(wholeMinute(await environment.currentTimeMs())) };
  const log = pino({ level: 'silent' });
  const ports = { db: worker, clock, log };
  const openings = openingActivities(ports);
  let begun = 0;
  let busy = 0;
  const counted = <A extends object>(activities: A): A =>
    Object.fromEntries(
      Object.entries(activities).map(([name, run]: [string, (...given: unknown[]) => Promise<unknown>]) => [
        name,
        async (...given: unknown[]) => {
          busy += 1;
          try {
            return await run(...given);
          } finally {
            busy -= 1;
          }
        },
      ]),
    ) as A;
  const taskQueue = `simulate-${randomUUID()}`;
  const { workerDeploymentOptions: _unversioned, ...settings } = workerOptions({
    config,
    keys,
    connection: nativeConnection,
    activities: counted({
      ...appointmentActivities(ports),
      ...openings,
      ...seriesActivities(ports),
      ...absenceActivities(ports),
      advanceOpening: async (which: Parameters<typeof openings.advanceOpening>[0]) => {
        const startedAs = (begun += 1);
        const settled = await openings.advanceOpening(which);
        parts.onLook(settled, startedAs);
        return settled;
      },
    }),
    workflowBundle: parts.workflowBundle,
  });
  const working = await Worker.create({ ...settings, taskQueue });
  const ran = working.run();
  const gateway = createTemporalGateway({ config, keys, log, taskQueue, answerWithinMs: 20_000 });
  return {
    gateway,
    admin,
    worker,
    now: () => environment.currentTimeMs(),
    until: (instant) => skipTo(environment, instant, () => busy),
    looksBegun: () => begun,
    async ended(openingId) {
      const run = environment.client.workflow.getHandle(openingWorkflowId(openingId));
      const giveUp = performance.now() + 10_000;
      while ((await run.describe()).status.name === 'RUNNING') {
        if (performance.now() > giveUp) return;
        await sleep(5);
      }
      await giveBack(environment);
    },
    async close() {
      working.shutdown();
      await ran;
      await gateway.close();
      await environment.teardown();
      await Promise.all([worker.destroy(), admin.destroy()]);
    },
  };
}

/** What the processes' clock says at an instant of the engine. */
export const wholeMinute = (at: number): number => Math.floor(at / MINUTE) * MINUTE;
/** When their clock has reached an instant. */
export const seenAt = (at: number): number => Math.ceil(at / MINUTE) * MINUTE;
const MINUTE = 60_000;

async function startEnvironment(path: string): Promise<TestWorkflowEnvironment> {
  // The SDK gives the server 5 s, which a busy machine may need more than of.
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await TestWorkflowEnvironment.createTimeSkipping({
        server: { executable: { type: 'existing-path', path } },
      });
    } catch (error) {
      if (attempt === 4 || !/did not start within/.test(String(error))) throw error;
    }
  }
}

/** Long, because a lock given back too early lets time skip under a running step. With nothing under way for so long, the server's clock is kept by a lock that nobody will give back. */
const stuckAfterMs = 15_000;

/**
 * The server keeps its clock from skipping while a run that closes tells the run that began it; when that one has closed
 * before (openings outlive the visits that were cancelled), nobody takes the lock away again. One is given back for each.
 */
async function giveBack(environment: TestWorkflowEnvironment): Promise<void> {
  const service = environment.connection as unknown as { testService: { unlockTimeSkipping(_: object): Promise<unknown> } }; // prettier-ignore
  await service.testService.unlockTimeSkipping({});
}

async function skipTo(environment: TestWorkflowEnvironment, instant: number, busy: () => number): Promise<void> {
  const left = instant - (await environment.currentTimeMs());
  if (left <= 0) return;
  const skipping = environment.sleep(left).then(() => true);
  for (;;) {
    const before = await environment.currentTimeMs();
    const began = Date.now();
    let idle = true;
    for (let k = 0; k < 60; k += 1) {
      if (await Promise.race([skipping, sleep(stuckAfterMs / 60, false, { ref: false })])) return;
      idle &&= busy() === 0;
    }
    const passed = (await environment.currentTimeMs()) - before;
    // Another run than that of a freed time has closed after the one which began it.
    if (idle && passed < 2 * (Date.now() - began)) await giveBack(environment);
  }
}
