/** The processes of a clinic: how each is started, and how one knows that it does its work. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../../config/environment.ts';
import type { LaunchConfig } from '../../config/launch.ts';
import { waitForPostgres } from '../provision/postgres.ts';
import type { PostgresCluster } from '../provision/postgres.ts';
import type { ChildSpec, Incarnation } from './child.ts';
import { temporalServerArguments, waitForPort } from './temporal-dev-server.ts';

export const logFile = (home: string, name: string): string => join(home, 'logs', `${name}.log`);

export function postgresChild(home: string, cluster: PostgresCluster): ChildSpec {
  return {
    name: 'postgres',
    command: cluster.command,
    args: cluster.args,
    env: cluster.env,
    ...(cluster.uid === undefined ? {} : { uid: cluster.uid }),
    ...(cluster.gid === undefined ? {} : { gid: cluster.gid }),
    logFile: logFile(home, 'postgres'),
    ready: ({ ended }) => waitForPostgres(cluster.adminUrl, 60_000, ended),
    // After kill -9 the old backends hold the shared memory for a moment, and the new postmaster refuses to start.
    retries: 5,
    // Fast shutdown: what runs is rolled back, the cluster is left clean. Immediate shutdown is the last resort.
    stopSignal: 'SIGINT',
    lastSignal: 'SIGQUIT',
    stopGraceMs: 20_000,
  };
}

export function temporalChild(launch: LaunchConfig, program: string): ChildSpec {
  const { home, ports, publicUrl } = launch;
  return {
    name: 'temporal',
    command: program,
    args: temporalServerArguments({
      port: ports.temporal,
      webPort: ports.temporalWeb,
      file: join(home, 'temporal.sqlite'),
      webPublicPath: '/temporal',
      codecEndpoint: `${publicUrl}/api/v1/codec`,
    }),
    // The CLI reads TEMPORAL_* too, and must not be led elsewhere by it.
    env: { HOME: home },
    logFile: logFile(home, 'temporal'),
    ready: ({ ended }) => waitForPort(ports.temporal, 60_000, ended),
    retries: 2,
  };
}

/** A process of this project. One process, not two: `node --import tsx` rather than the `tsx` command, so that the pid is the real one. */
function projectChild(
  root: string,
  home: string,
  name: string,
  script: string,
  env: Environment,
): Omit<ChildSpec, 'ready'> {
  return {
    name,
    command: process.execPath,
    args: ['--enable-source-maps', '--import', 'tsx', join(root, script)],
    cwd: root,
    env,
    logFile: logFile(home, name),
  };
}

export function mailChild(root: string, { home, ports }: LaunchConfig, env: Environment): ChildSpec {
  const own = { ...env, MAIL_SMTP_PORT: String(ports.smtp), MAIL_INBOX_PORT: String(ports.mailInbox) };
  return {
    ...projectChild(root, home, 'mail', 'scripts/mail-inbox.ts', own),
    ready: async ({ ended }) => {
      await waitForPort(ports.smtp, 30_000, ended);
      await waitForPort(ports.mailInbox, 30_000, ended);
    },
  };
}

export function payerChild(root: string, { home, ports }: LaunchConfig, env: Environment): ChildSpec {
  return {
    ...projectChild(root, home, 'payer', 'payer/main.ts', { ...env, PAYER_PORT: String(ports.payer) }),
    ready: ({ ended }) => waitForPort(ports.payer, 30_000, ended),
  };
}

/** @param number from 1 */
export function workerChild(root: string, home: string, number: number, env: Environment): ChildSpec {
  const name = `worker-${number}`;
  return {
    ...projectChild(root, home, name, 'workers/main.ts', {
      ...env,
      ...metricsPortAfter(env, number),
      HEALTHSPHERE_WORKER: name,
    }),
    speaks: true,
    ready: saidReady,
    stopGraceMs: 20_000,
  };
}

/** The API serves its metrics on METRICS_PORT itself, the workers on the ports after it: two cannot share one. */
export function metricsPortAfter(env: Environment, number: number): Environment {
  const first = Number(env['METRICS_PORT']);
  // What is no number is reported by the process that reads it.
  return env['METRICS_PORT'] && Number.isInteger(first) ? { METRICS_PORT: String(first + number) } : {};
}

export function apiChild(root: string, { home, ports }: LaunchConfig, env: Environment): ChildSpec {
  return {
    ...projectChild(root, home, 'api', 'api/main.ts', env),
    ready: ({ ended }) => answersOk(`http://127.0.0.1:${ports.web}/health/ready`, 60_000, ended),
  };
}

async function saidReady({ spoke, ended }: Incarnation): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!spoke()) {
    if (ended()) throw new Error('the process ended');
    if (Date.now() > deadline) throw new Error('it did not say that it is ready');
    await sleep(20);
  }
}

async function answersOk(url: string, timeoutMs: number, ended: () => boolean): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(5000), headers: { connection: 'close' } });
      await response.arrayBuffer();
      if (response.ok) return;
    } catch {
      // Not listening yet.
    }
    if (ended()) throw new Error('the process ended');
    if (Date.now() > deadline) throw new Error(`${url} did not answer 200 within ${timeoutMs} ms`);
    await sleep(50);
  }
}
