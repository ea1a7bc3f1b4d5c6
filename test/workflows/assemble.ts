/**
 * A small clinic for workflow tests and for recording histories: a real database, an engine, a worker in this process,
 * people by id. Knows nothing of vitest: scripts/record-histories.ts uses it too.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import type { Connection } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import type { NativeConnection } from '@temporalio/worker';
import pino from 'pino';
import type { Logger } from 'pino';
import { absenceActivities } from '../../activities/absence.ts';
import { appointmentActivities } from '../../activities/appointment.ts';
import { eligibilityActivities } from '../../activities/eligibility.ts';
import type { Payer } from '../../activities/adapters/payer-http.ts';
import { escalationActivities } from '../../activities/escalation.ts';
import { groupSessionActivities } from '../../activities/group-session.ts';
import { intakeActivities } from '../../activities/intake.ts';
import { openingActivities } from '../../activities/opening.ts';
import type { Clock } from '../../activities/ports.ts';
import { patientMergeActivities } from '../../activities/patient-merge.ts';
import { seriesActivities } from '../../activities/series.ts';
import { walkInActivities } from '../../activities/walk-in.ts';
import { createTemporalGateway } from '../../api/temporal/temporal.ts';
import type { TemporalGateway } from '../../api/temporal/temporal.ts';
import { connect } from '../../db/connection.ts';
import type { Db } from '../../db/connection.ts';
import { fieldSecrets } from '../../db/field-secrets.ts';
import type { FieldSecrets } from '../../db/field-secrets.ts';
import type { Actor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/errors.ts';
import { dataConverter } from '../../workers/data-converter.ts';
import { registerSearchAttributes } from '../../workers/search-attributes.ts';
import { workerOptions } from '../../workers/worker-options.ts';
import type { WorkerParts } from '../../workers/worker-options.ts';
import { appointmentOperationKey } from '../../workflows/messages/appointment.ts';
import type {
  ActionInput,
  AppointmentAction,
  AppointmentOutcome,
  AppointmentStart,
  AppointmentView,
  OpeningCommand,
} from '../../workflows/messages/appointment.ts';
import type { KeyRing } from '../../keys.ts';
import type { TestDatabase } from '../support/test-postgres.ts';
import { seedClinic, staff } from './seed.ts';
import type { Seed } from './seed.ts';

export interface TestClinic extends Seed {
  readonly engine: Engine;
  readonly keys: Pick<KeyRing, 'current' | 'keys'>;
  readonly secrets: FieldSecrets;
  readonly gateway: TemporalGateway;
  readonly taskQueue: string;
  /** Waits without skipping: time stands while it looks. */
  readonly client: Client;
  /** Role worker. */
  readonly db: Db;
  /** Superuser: looks at everything. */
  readonly admin: Db;
  /** Waits, by skipping, until an instant of the server's clock. */
  until(instant: string): Promise<void>;
  readonly log: Logger;
  startOf(start: string, options?: OpenOptions): AppointmentStart;
  open(command: OpenCommand, options?: OpenOptions): Promise<AppointmentOutcome & { id: string }>;
  /** Opens and expects success. */
  booked(start: string, options?: OpenOptions & { event?: 'book' | 'hold' }): Promise<AppointmentView>;
  act(id: string, action: AppointmentAction, input?: ActionInput, actor?: Actor): Promise<AppointmentView | 'closed'>;
  /** The refusal's problem; fails when the action is accepted. */
  refused(
    id: string,
    action: AppointmentAction,
    input?: ActionInput,
    actor?: Actor,
  ): Promise<DomainError['problem'] | 'closed'>;
  row(id: string): Promise<Record<string, unknown>>;
  changes(
    id: string,
  ): Promise<{ event: string; from_state: string | null; to_state: string; data: Record<string, unknown> }[]>;
  /** An outage of the workers: time may pass meanwhile. */
  pauseWorker(): Promise<void>;
  /**
   * @param release another bundle, deployed meanwhile
   * @param cached false: each task replays its run from the beginning, and the engine never waits for a worker that is gone
   * (the time-skipping one would wait for ever)
   */
  resumeWorker(release?: WorkerParts['workflowBundle'], cached?: boolean): Promise<void>;
  close(): Promise<void>;
}

type OpenCommand = Partial<OpeningCommand> & { readonly start?: string };

export interface OpenOptions {
  readonly id?: string;
  readonly actor?: Actor;
  readonly visitTypeId?: string;
  readonly patientId?: string;
  readonly practitionerId?: string;
  readonly inputHash?: string;
}

/** A server, its clock, and a way to wait. */
export interface Engine {
  readonly address: string;
  readonly namespace: string;
  readonly connection: Connection;
  readonly nativeConnection: NativeConnection;
  now(): Promise<Date>;
  /**
   * Waits for an instant of the server's clock.
   * @param isIdle whether nothing is under way in the worker; makes it quicker to see that time is not skipped
   */
  until(instant: string, isIdle?: () => boolean): Promise<void>;
  close(): Promise<void>;
}

/** One engine, one clinic: time is skipped for all of it. */
export function skippingEngine(environment: TestWorkflowEnvironment): Engine {
  const { address, connection, nativeConnection } = environment;
  return {
    address,
    namespace: 'default',
    connection,
    nativeConnection,
    now: async () => new Date(await environment.currentTimeMs()),
    async until(instant, isIdle) {
      const ms = Date.parse(instant) - (await environment.currentTimeMs());
      if (ms > 0) await unstuck(environment, environment.sleep(ms), isIdle);
    },
    close: () => environment.teardown(),
  };
}

/**
 * The server keeps its clock from skipping for each run that ends after the one which began it (openings outlive visits):
 * when its time passes no faster than ours for a while, one of those locks is given back.
 */
async function unstuck(
  environment: TestWorkflowEnvironment,
  skipping: Promise<void>,
  isIdle: () => boolean = () => false,
): Promise<void> {
  const service = environment.connection as unknown as { testService: { unlockTimeSkipping(_: object): Promise<unknown> } }; // prettier-ignore
  const done = skipping.then(() => true);
  for (;;) {
    const [began, before] = [Date.now(), await environment.currentTimeMs()];
    let idleSince = began;
    do {
      if (await Promise.race([done, sleep(50, false, { ref: false })])) return;
      if (!isIdle()) idleSince = Date.now();
    } while (Date.now() - began < stuckAfterMs && Date.now() - idleSince < stuckIdleMs);
    const passed = (await environment.currentTimeMs()) - before;
    if (passed < 2 * (Date.now() - began)) await service.testService.unlockTimeSkipping({});
  }
}

/** Longer than a step takes on a busy machine. */
const stuckAfterMs = 3_000;
/** Longer than the server takes to hand a task to a worker that waits for one. */
const stuckIdleMs = 800;

export interface ClinicParts {
  readonly engine: Engine;
  /** Migrated; dropped at the end. */
  readonly database: Pick<TestDatabase, 'urls' | 'adminUrl' | 'drop'>;
  readonly keys: Pick<KeyRing, 'current' | 'keys'>;
  readonly workflowBundle: WorkerParts['workflowBundle'];
  /** Between the commit of an action and its report to the engine. */
  readonly afterCommit?: ((event: string) => Promise<void>) | undefined;
  /** What the activities' clock makes of the server's. A clock of whole minutes makes instants exact. */
  readonly tick?: ((at: Date) => Date) | undefined;
  /** Who is asked whether a patient is insured; nobody unless told. */
  readonly payer?: Payer | undefined;
}

/** Starts everything; `close` stops it and the parts too. */
export async function assembleClinic({
  engine,
  database,
  keys,
  workflowBundle,
  afterCommit,
  tick = (at) => at,
  payer,
}: ClinicParts): Promise<TestClinic> {
  const { address, namespace, connection, nativeConnection } = engine;
  const config = { codecOff: false, deploymentBuildId: 'test', temporal: { address, namespace } };
  await registerSearchAttributes(connection, namespace);
  const db = connect({ url: database.urls.worker, applicationName: 'test-worker' });
  const admin = connect({ url: database.adminUrl, applicationName: 'test-admin', poolMax: 2 });
  const seed = await seedClinic(admin);
  const clock: Clock = { now: async () => tick(await engine.now()) };
  const log = pino({ level: 'silent' });
  const taskQueue = `test-${randomUUID()}`;
  const secrets = fieldSecrets({ ...keys, tokenSecret: new Uint8Array(32) });
  const activities = appointmentActivities({ db, clock, log });
  const openings = openingActivities({ db, clock, log });
  const { workerDeploymentOptions: _unversioned, ...workerSettings } = workerOptions({
    config,
    keys,
    connection: nativeConnection,
    activities: {
      ...activities,
      ...openings,
      ...seriesActivities({ db, clock, log }),
      ...absenceActivities({ db, clock, log }),
      ...groupSessionActivities({ db, clock, log }),
      ...walkInActivities({ db, clock, log }),
      ...patientMergeActivities({ db, clock, log }),
      ...intakeActivities({ db, clock, log, secrets }),
      ...eligibilityActivities({ db, clock, log, secrets, payer: payer ?? null }),
      ...escalationActivities({ db, clock, log }),
      applyAction: async (command: Parameters<typeof activities.applyAction>[0]) => {
        const settled = await activities.applyAction(command);
        await afterCommit?.(command.event);
        return settled;
      },
      applyOpeningAction: async (command: Parameters<typeof openings.applyOpeningAction>[0]) => {
        const settled = await openings.applyOpeningAction(command);
        await afterCommit?.(command.request.action);
        return settled;
      },
    },
    workflowBundle,
  });
  let isIdle = (): boolean => false;
  const startWorker = async (release = workflowBundle, cached = true) => {
    const worker = await Worker.create({
      ...workerSettings,
      workflowBundle: release,
      taskQueue,
      ...(!cached && { maxCachedWorkflows: 0 }),
    });
    const working = worker.run();
    isIdle = () => {
      const status = worker.getStatus();
      return status.numInFlightWorkflowActivations + status.numInFlightActivities === 0;
    };
    return async () => {
      isIdle = () => false;
      worker.shutdown();
      await working;
    };
  };
  let stopWorker: (() => Promise<void>) | undefined = await startWorker();
  const pauseWorker = async (): Promise<void> => {
    await stopWorker?.();
    stopWorker = undefined;
  };
  const gateway = createTemporalGateway({ config, keys, log, taskQueue, answerWithinMs: 20_000 });

  const startCommand = (
    command: OpenCommand,
    { id = randomUUID(), actor = staff, inputHash = 'hash', ...ids }: OpenOptions = {},
  ): AppointmentStart => ({
    organizationId: seed.organizationId,
    appointmentId: id,
    operation: { key: appointmentOperationKey(id, 'start'), inputHash },
    actor,
    command: {
      event: 'book',
      patientId: seed.patientId,
      visitTypeId: seed.visitTypeId,
      practitionerId: seed.practitionerId,
      mode: 'in-person',
      ...ids,
      ...command,
    } as OpeningCommand,
  });

  const clinic: TestClinic = {
    ...seed,
    engine,
    keys,
    secrets,
    gateway,
    taskQueue,
    client: new Client({ connection, namespace, dataConverter: dataConverter(config, keys) }),
    db,
    admin,
    until: (instant) => engine.until(instant, () => isIdle()),
    log,
    startOf: (start, options) => startCommand({ start }, options),
    async open(command, options) {
      const start = startCommand(command, options);
      return { ...(await gateway.bookAppointment(start)), id: start.appointmentId };
    },
    async booked(start, { event = 'book', ...options } = {}) {
      const outcome = await clinic.open({ event, start }, options);
      if (!outcome.ok) throw new Error(`not booked: ${JSON.stringify(outcome.problem)}`);
      return outcome.appointment;
    },
    async act(id, action, input = {}, actor = staff) {
      const operation = { key: appointmentOperationKey(id, randomUUID()), inputHash: 'hash' };
      const answer = await gateway.actOnAppointment(seed.organizationId, id, { action, input, actor, operation });
      return typeof answer === 'symbol' ? 'closed' : answer;
    },
    async refused(id, action, input, actor) {
      try {
        const answer = await clinic.act(id, action, input, actor);
        if (answer === 'closed') return answer;
      } catch (error) {
        if (error instanceof DomainError) return error.problem;
        throw error;
      }
      throw new Error(`${action} was accepted`);
    },
    pauseWorker,
    async resumeWorker(release, cached) {
      stopWorker = await startWorker(release, cached);
    },
    row: (id) => admin('appointment').where({ id }).first(),
    changes: (id) => admin('state_change').where({ aggregate: 'appointment', aggregate_id: id }).orderBy('seq'),
    async close() {
      await pauseWorker();
      await gateway.close();
      await engine.close();
      await Promise.all([db.destroy(), admin.destroy()]);
      await database.drop();
    },
  };
  return clinic;
}
