/**
 * A whole clinic: Postgres, Temporal, mail, a payer sandbox, two workers, API and web apps, each a process of its own, watched and started
 * again when it dies. `npm start` runs one; the tour, chaos, the bench and system tests run their own beside it, in a
 * home and on ports of their own.
 */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadLaunchConfig } from '../../config/launch.ts';
import type { ClinicPort, LaunchConfig } from '../../config/launch.ts';
import type { DatabaseRole } from '../../config/database.ts';
import type { Environment } from '../../config/environment.ts';
import { createKeyFile } from '../../keys.ts';
import { durableSettings, preparePostgres, runningPostgresPid } from '../provision/postgres.ts';
import { createProgress } from '../provision/progress.ts';
import type { Progress } from '../provision/progress.ts';
import { provisionTemporalServer } from '../provision/temporal-server.ts';
import { addressesOf, checkPorts, chooseEnvironment, environmentFor } from './addresses.ts';
import type { ClinicAddresses } from './addresses.ts';
import { superviseChild } from './child.ts';
import type { ChildSpec, SupervisedChild } from './child.ts';
import { apiChild, mailChild, payerChild, postgresChild, temporalChild, workerChild } from './children.ts';
import { prepareDatabase } from './database.ts';
import { prepareEngine } from './engine.ts';
import { makeHome, postgresDirectory, resetHome, rotateLog, writeClinicFile } from './home.ts';
import { endProcess, findLauncher, takeHome, writeProcesses } from './process-file.ts';
import { describeProcess } from './process-identity.ts';
import { seedWhenEmpty } from './seeding.ts';
import { buildWeb } from './web-build.ts';
import { buildWorkflowBundle } from './workflow-bundle.ts';

const root = join(import.meta.dirname, '..', '..');

export const clinicParts = ['postgres', 'temporal', 'mail', 'payer', 'workers', 'api', 'web', 'seed'] as const;
export type ClinicPart = (typeof clinicParts)[number];

export interface ClinicOptions {
  /** Directory of the data; default `HEALTHSPHERE_HOME` or `.healthsphere`. */
  home?: string;
  /** Default: those of `npm start`, from the environment. */
  ports?: 'random' | Partial<Record<ClinicPort, number>>;
  /** Added to the environment of this process, for every process of the clinic. */
  env?: Environment;
  /** Leave parts away; what depends on them must be left away too. Default: all. */
  parts?: readonly ClinicPart[];
  /** Default 2. */
  workers?: number;
  /** Delete the home's data before. */
  reset?: boolean;
  progress?: Progress;
  /** What happens to processes while the clinic runs; default: through `progress`. */
  report?: (line: string) => void;
  /** Aborting ends a start that is still under way. */
  signal?: AbortSignal;
}

export interface Clinic {
  home: string;
  addresses: ClinicAddresses;
  /** Connection strings by role, and the superuser's when Postgres is embedded. */
  database: Readonly<Record<DatabaseRole, string>> & { admin?: string };
  /** What `loadConfig` needs to speak with this clinic; also the environment of its processes. */
  environment: Environment;
  /** Living processes by name: postgres, temporal, mail, payer, worker-1, worker-2, api. */
  pids(): Record<string, number>;
  /** How often each was started again. */
  restarts(): Record<string, number>;
  /** Sends a signal (SIGKILL by default) as a fault; the supervisor starts the process again. False when it is not running. */
  kill(name: string, signal?: NodeJS.Signals): boolean;
  /** Resolves when the named process, or all, do their work again. */
  whenReady(name?: string, timeoutMs?: number): Promise<void>;
  stop(): Promise<void>;
}

/** @throws with what happened and what to do; whatever was started is stopped before */
export async function startClinic(options: ClinicOptions = {}): Promise<Clinic> {
  const progress = options.progress ?? createProgress();
  const report = options.report ?? progress.note;
  const baseEnv = await chooseEnvironment(options);
  const launch = loadLaunchConfig(baseEnv);
  const parts = chooseParts(options.parts ?? clinicParts, launch);
  makeHome(launch.home);
  await takeHome(launch.home, report);
  if (options.reset) resetHome(launch.home);
  const crew = createCrew(launch.home, report);
  const stop = async () => {
    await crew.stop();
    for (const name of ['clinic.json', 'processes.json', 'supervisor.lock'])
      rmSync(join(launch.home, name), { force: true });
  };
  const start = async (): Promise<Clinic> => {
    await checkPorts(launch, portsOf(parts));
    const environment = environmentFor(launch, baseEnv);
    const keyFile = environment['HEALTHSPHERE_KEY_FILE'];
    if (keyFile !== undefined && !existsSync(keyFile)) createKeyFile(keyFile);

    const [database, , , , bundle] = await Promise.all([
      startDatabase(launch, parts, baseEnv, crew, report),
      startEngine(launch, parts, crew, progress),
      parts.has('mail') ? crew.begin(mailChild(root, launch, environment)) : undefined,
      parts.has('web') ? buildWeb(root, baseEnv, progress) : undefined,
      parts.has('workers') ? buildWorkflowBundle(root, baseEnv, progress) : undefined,
      parts.has('payer') ? crew.begin(payerChild(root, launch, environment)) : undefined,
    ]);
    for (const [role, url] of Object.entries(database)) {
      if (role !== 'admin') environment[`DATABASE_URL_${role.toUpperCase()}`] = url;
    }
    if (bundle !== undefined) environment['HEALTHSPHERE_WORKFLOW_BUNDLE'] = bundle;
    writeClinicFile(launch.home, environment);

    const workers = Array.from({ length: options.workers ?? 2 }, (_, index) => index + 1);
    await Promise.all([
      ...(parts.has('workers')
        ? workers.map((number) => crew.begin(workerChild(root, launch.home, number, environment)))
        : []),
      parts.has('api') ? crew.begin(apiChild(root, launch, environment)) : undefined,
      parts.has('seed') ? seedWhenEmpty(root, launch.home, database.migrator, environment, progress) : undefined,
    ]);
    return {
      home: launch.home,
      addresses: addressesOf(launch, environment),
      database,
      environment,
      ...crew.clinic,
      stop,
    };
  };
  try {
    return await Promise.race([start(), aborted(options.signal)]);
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What the person brings is not started; what is not written yet is not there. */
function chooseParts(wanted: readonly ClinicPart[], launch: LaunchConfig): ReadonlySet<ClinicPart> {
  const parts = new Set(wanted);
  if (launch.databaseUrl !== undefined) parts.delete('postgres');
  if (launch.temporal !== undefined) parts.delete('temporal');
  if (launch.smtpUrl !== undefined) parts.delete('mail');
  if (launch.payerUrl !== undefined) parts.delete('payer');
  if (!existsSync(join(root, 'workers', 'main.ts'))) parts.delete('workers');
  if (!existsSync(join(root, 'api', 'main.ts'))) parts.delete('api');
  return parts;
}

function portsOf(parts: ReadonlySet<ClinicPart>): ClinicPort[] {
  const ports: Partial<Record<ClinicPart, ClinicPort[]>> = {
    api: ['web'],
    temporal: ['temporal', 'temporalWeb'],
    mail: ['mailInbox', 'smtp'],
    payer: ['payer'],
    postgres: ['postgres'],
  };
  return [...parts].flatMap((part) => ports[part] ?? []);
}

async function startDatabase(
  launch: LaunchConfig,
  parts: ReadonlySet<ClinicPart>,
  env: Environment,
  crew: Crew,
  report: (line: string) => void,
): Promise<Clinic['database']> {
  if (!parts.has('postgres')) {
    if (launch.databaseUrl === undefined) return {} as Clinic['database'];
    return prepareDatabase(launch, env, undefined);
  }
  const cluster = await preparePostgres({
    dataDir: postgresDirectory(launch.home),
    port: launch.ports.postgres,
    settings: durableSettings,
  });
  if (cluster.dataDirectory !== postgresDirectory(launch.home)) {
    report(`Postgres may not run as root and cannot reach ${launch.home}; its data is in ${cluster.dataDirectory}`);
  }
  const stray = runningPostgresPid(cluster.dataDirectory);
  if (stray !== undefined) await endProcess(describeProcess(stray), 'SIGINT', 10_000);
  await crew.begin(postgresChild(launch.home, cluster));
  const urls = await prepareDatabase(launch, env, cluster.adminUrl);
  return { ...urls, admin: cluster.adminUrl };
}

async function startEngine(
  launch: LaunchConfig,
  parts: ReadonlySet<ClinicPart>,
  crew: Crew,
  progress: Progress,
): Promise<void> {
  if (parts.has('temporal')) {
    const { path } = await provisionTemporalServer(progress);
    await Promise.all([crew.begin(temporalChild(launch, path)), prepareEngine(launch)]);
  } else if (launch.temporal !== undefined) {
    await prepareEngine(launch);
  }
}

interface Crew {
  begin(spec: ChildSpec): Promise<SupervisedChild>;
  stop(): Promise<void>;
  clinic: Pick<Clinic, 'pids' | 'restarts' | 'kill' | 'whenReady'>;
}

/** The children of one clinic, together with the record of them on disk. */
function createCrew(home: string, report: (line: string) => void): Crew {
  const children = new Map<string, SupervisedChild>();
  const begun: Promise<unknown>[] = [];
  const launcher = findLauncher();
  let stopping = false;
  const pids = () =>
    Object.fromEntries(
      [...children].flatMap(([name, child]) => {
        const pid = child.pid();
        return pid === undefined ? [] : [[name, pid] as const];
      }),
    );
  const record = () =>
    writeProcesses(
      home,
      launcher,
      Object.entries(pids()).map(([name, pid]) => ({ name, pid })),
    );
  const named = (name: string) => {
    const child = children.get(name);
    if (child === undefined)
      throw new Error(`There is no process named ${name}; there are ${[...children.keys()].join(', ')}.`);
    return child;
  };
  return {
    async begin(spec) {
      if (stopping) throw new Error('The clinic is stopping.');
      rotateLog(spec.logFile);
      const starting = superviseChild(spec, {
        started: (child) => children.set(child.name, child),
        changed: record,
        report,
      });
      begun.push(starting.catch(() => undefined));
      return starting;
    },
    async stop() {
      stopping = true;
      for (const pattern of stopOrder) {
        await Promise.all([...children.values()].filter(({ name }) => pattern.test(name)).map((child) => child.stop()));
      }
      await Promise.all(begun);
    },
    clinic: {
      pids,
      restarts: () => Object.fromEntries([...children].map(([name, child]) => [name, child.restarts()])),
      kill: (name, signal = 'SIGKILL') => named(name).kill(signal),
      async whenReady(name, timeoutMs) {
        const wanted = name === undefined ? [...children.values()] : [named(name)];
        await Promise.all(wanted.map((child) => child.whenReady(timeoutMs)));
      },
    },
  };
}

/** Those who ask stop before those who answer. */
const stopOrder = [/^api$/, /^worker-/, /^payer$/, /^mail$/, /^temporal$/, /^postgres$/];

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal?.aborted) reject(new Error('The start was interrupted.'));
    signal?.addEventListener('abort', () => reject(new Error('The start was interrupted.')), { once: true });
  });
}
