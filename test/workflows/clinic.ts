/** The engines of the test run, and a clinic on one of them. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { workflowBundle } from '../support/builds.ts';
import { quietRuntime } from '../support/quiet-runtime.ts';
import { createTestDatabase } from '../support/test-postgres.ts';
import { connectTestTemporal } from '../support/test-temporal.ts';
import { createTimeSkippingEnvironment } from '../support/test-time-skipping.ts';
import { assembleClinic, skippingEngine } from './assemble.ts';
import type { ClinicParts, Engine, TestClinic } from './assemble.ts';

export type { TestClinic } from './assemble.ts';

/** Its clock jumps over waiting times. */
export const timeSkippingEngine = async (): Promise<Engine> => skippingEngine(await createTimeSkippingEnvironment());

/** The shared dev server: everything works there, and time passes as it does. */
export async function devEngine(): Promise<Engine> {
  const { address, namespace, connection, nativeConnection, close } = await connectTestTemporal();
  return {
    address,
    namespace,
    connection,
    nativeConnection,
    now: async () => new Date(),
    until: (instant) => sleep(Math.max(0, Date.parse(instant) - Date.now())),
    close,
  };
}

/** `close` stops everything. */
export async function openClinic(
  startEngine: () => Promise<Engine> = timeSkippingEngine,
  afterCommit?: ClinicParts['afterCommit'],
  tick?: ClinicParts['tick'],
  payer?: ClinicParts['payer'],
): Promise<TestClinic> {
  quietRuntime();
  const engine = await startEngine();
  const keys = { current: 'test', keys: { test: new Uint8Array(randomBytes(32)) } };
  const [database, bundle] = await Promise.all([createTestDatabase(), workflowBundle()]);
  return assembleClinic({ engine, database, keys, workflowBundle: bundle, afterCommit, tick, payer });
}
