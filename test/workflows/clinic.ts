/** A small clinic for workflow tests: real Postgres, the time-skipping server, a worker in this process, people by id. */
import { randomBytes, randomUUID } from 'node:crypto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import pino from 'pino';
import { appointmentActivities } from '../../activities/appointment.ts';
import type { Clock } from '../../activities/ports.ts';
import { createTemporalGateway } from '../../api/temporal.ts';
import type { TemporalGateway } from '../../api/temporal.ts';
import { connect } from '../../db/connection.ts';
import type { Db } from '../../db/connection.ts';
import type { Actor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/errors.ts';
import { buildWorkflowBundle } from '../../workers/bundle.ts';
import { dataConverter } from '../../workers/data-converter.ts';
import { registerSearchAttributes } from '../../workers/search-attributes.ts';
import { workerOptions } from '../../workers/worker-options.ts';
import { appointmentOperationKey } from '../../workflows/messages/appointment.ts';
import type {
  ActionInput,
  AppointmentAction,
  AppointmentOutcome,
  AppointmentView,
  OpeningCommand,
} from '../../workflows/messages/appointment.ts';
import { createTestDatabase } from '../support/test-postgres.ts';
import type { TestDatabase } from '../support/test-postgres.ts';
import { createTimeSkippingEnvironment } from '../support/test-time-skipping.ts';

export const timeZone = 'America/New_York';

/** Everything the appointment's events ask for, as the front desk and a doctor together would have it. */
export const staff: Actor = {
  kind: 'staff',
  ref: 'user:00000000-0000-4000-8000-000000000001',
  permissions: [
    'appointment:book',
    'appointment:cancel',
    'appointment:cancel-by-clinic',
    'appointment:confirm',
    'appointment:reschedule',
    'appointment:check-in',
    'appointment:complete',
    'appointment:approve',
    'appointment:correct',
    'appointment:overbook',
  ],
};

export const patientActor = (patientId: string): Actor => ({
  kind: 'patient',
  ref: `patient:${patientId}`,
  patientId,
  permissions: [
    'own-appointment:book',
    'own-appointment:cancel',
    'own-appointment:confirm',
    'own-appointment:reschedule',
  ],
});

export interface Seed {
  readonly organizationId: string;
  readonly locationId: string;
  readonly practitionerId: string;
  readonly patientId: string;
  readonly otherPatientId: string;
  /** 'FU30' of scheduling-intake.md H. */
  readonly visitTypeId: string;
  /** The same, but a missed visit becomes a no-show by itself. */
  readonly autoNoShowTypeId: string;
  /** The same, but the clinic has to approve. */
  readonly approvalTypeId: string;
}

/** Scheduling-intake.md H, defaults: New York, FU30 with buffers 5 / 10, two exam rooms, open 08:00 to 18:00 all week. */
export async function seedClinic(admin: Db): Promise<Seed> {
  const id = (): string => randomUUID();
  const seed: Seed = {
    organizationId: id(),
    locationId: id(),
    practitionerId: id(),
    patientId: id(),
    otherPatientId: id(),
    visitTypeId: id(),
    autoNoShowTypeId: id(),
    approvalTypeId: id(),
  };
  const { organizationId, locationId, practitionerId } = seed;
  const of = { organization_id: organizationId };
  await admin('organization').insert({ id: organizationId, name: `Clinic ${organizationId.slice(0, 8)}` });
  await admin('location').insert({ ...of, id: locationId, name: 'Main', time_zone: timeZone });
  const rooms = [id(), id()];
  await admin('resource').insert([
    { ...of, id: practitionerId, kind: 'provider', name: 'P', location_id: locationId, time_zone: timeZone },
    ...rooms.map((room, n) => ({
      ...of,
      id: room,
      kind: 'room',
      name: `R${n}`,
      location_id: locationId,
      time_zone: timeZone,
    })),
  ]);
  const pool = id();
  await admin('resource_pool').insert({ ...of, id: pool, name: 'Exam rooms', kind: 'room' });
  await admin('resource_pool_member').insert(rooms.map((room) => ({ ...of, pool_id: pool, resource_id: room })));
  const types = [
    { id: seed.visitTypeId, code: 'FU30' },
    { id: seed.autoNoShowTypeId, code: 'FU30-AUTO', auto_noshow: true },
    { id: seed.approvalTypeId, code: 'FU30-APPROVAL', needs_approval: true },
  ];
  for (const type of types) {
    await admin('visit_type').insert({
      ...of,
      name: JSON.stringify({ en: type.code }),
      duration_minutes: 30,
      buffer_before_minutes: 5,
      buffer_after_minutes: 10,
      ...type,
    });
    await admin('visit_type_requirement').insert([
      { ...of, visit_type_id: type.id, role: 'provider', kind: 'provider' },
      { ...of, visit_type_id: type.id, role: 'room', kind: 'room', pool_id: pool },
    ]);
    await admin('visit_type_provider').insert({ ...of, visit_type_id: type.id, resource_id: practitionerId });
  }
  await admin('availability_rule').insert(
    [practitionerId, ...rooms].map((resource) => ({
      ...of,
      resource_id: resource,
      location_id: locationId,
      by_day: ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'],
      start_local: '08:00',
      end_local: '18:00',
      time_zone: timeZone,
      valid_from: '2020-01-01',
    })),
  );
  await admin('patient').insert([
    {
      ...of,
      id: seed.patientId,
      mrn: '1',
      family: 'Quetzalcoatl',
      given: ['Ana'],
      email: 'ana@example.org',
      phone: '+12025550101',
    },
    { ...of, id: seed.otherPatientId, mrn: '2', family: 'Other', given: ['Ben'], email: 'ben@example.org' },
  ]);
  return seed;
}

/** Keys for tests; recorded histories have theirs in test/support/history-keys.ts. */
export const throwAwayKeys = () => ({ current: 'test', keys: { test: new Uint8Array(randomBytes(32)) } });

export interface TestClinic extends Seed {
  readonly environment: TestWorkflowEnvironment;
  readonly gateway: TemporalGateway;
  /** Role worker. */
  readonly db: Db;
  /** Superuser: looks at everything. */
  readonly admin: Db;
  readonly database: TestDatabase;
  /** Waits, by skipping, until an instant of the server's clock. */
  until(instant: string): Promise<void>;
  open(
    command: Partial<OpeningCommand> & { start?: string },
    options?: OpenOptions,
  ): Promise<AppointmentOutcome & { id: string }>;
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
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly id?: string;
  readonly actor?: Actor;
  readonly visitTypeId?: string;
  readonly patientId?: string;
  readonly inputHash?: string;
}

/** Starts everything; `close` stops it. One file, one clinic: time is skipped for all of it. */
export async function openClinic(): Promise<TestClinic> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const keys = throwAwayKeys();
  const config = { codecOff: false, deploymentBuildId: 'test', temporal: { address: '', namespace: 'default' } };
  const [environment, database, workflowBundle] = await Promise.all([
    createTimeSkippingEnvironment({ client: { dataConverter: dataConverter(config, keys) } }),
    createTestDatabase(),
    buildWorkflowBundle(),
  ]);
  config.temporal.address = environment.address;
  await registerSearchAttributes(environment.connection, 'default');
  const db = connect({ url: database.urls.worker, applicationName: 'test-worker' });
  const admin = connect({ url: database.adminUrl, applicationName: 'test-admin', poolMax: 2 });
  const seed = await seedClinic(admin);
  const clock: Clock = { now: async () => new Date(await environment.currentTimeMs()) };
  const log = pino({ level: 'silent' });
  const taskQueue = `test-${randomUUID()}`;
  const { workerDeploymentOptions: _unversioned, ...options } = workerOptions({
    config,
    keys,
    connection: environment.nativeConnection,
    activities: appointmentActivities({ db, clock, log }),
    workflowBundle,
  });
  const worker = await Worker.create({ ...options, taskQueue });
  const working = worker.run();
  const gateway = createTemporalGateway({ config, keys, log, taskQueue, answerWithinMs: 20_000 });

  const clinic: TestClinic = {
    ...seed,
    environment,
    gateway,
    db,
    admin,
    database,
    async until(instant) {
      const ms = Date.parse(instant) - (await environment.currentTimeMs());
      if (ms > 0) await environment.sleep(ms);
    },
    async open(command, { id = randomUUID(), actor = staff, inputHash = 'hash', ...ids } = {}) {
      const outcome = await gateway.bookAppointment({
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
      return { ...outcome, id };
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
    row: (id) => admin('appointment').where({ id }).first(),
    changes: (id) => admin('state_change').where({ aggregate: 'appointment', aggregate_id: id }).orderBy('seq'),
    async close() {
      worker.shutdown();
      await working;
      await gateway.close();
      await environment.teardown();
      await Promise.all([db.destroy(), admin.destroy()]);
      await database.drop();
    },
  };
  return clinic;
}
