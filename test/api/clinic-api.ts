/**
 * The whole path of a booking: HTTP, a real Postgres, a real Temporal dev server, a worker in this process. Hours are all
 * day, every day, because the database's clock is the real one and tests run at any hour.
 */
import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import pino from 'pino';
import { absenceActivities } from '../../activities/absence.ts';
import { appointmentActivities } from '../../activities/appointment.ts';
import { escalationActivities } from '../../activities/escalation.ts';
import { eligibilityActivities } from '../../activities/eligibility.ts';
import { groupSessionActivities } from '../../activities/group-session.ts';
import { intakeActivities } from '../../activities/intake.ts';
import { openingActivities } from '../../activities/opening.ts';
import { databaseClock } from '../../activities/ports.ts';
import { seriesActivities } from '../../activities/series.ts';
import { patientMergeActivities } from '../../activities/patient-merge.ts';
import { walkInActivities } from '../../activities/walk-in.ts';
import { routes } from '../../api/routes.ts';
import { createTemporalGateway } from '../../api/temporal/temporal.ts';
import { connect, type Db } from '../../db/connection.ts';
import { fieldSecrets } from '../../db/field-secrets.ts';
import { dataConverter } from '../../workers/data-converter.ts';
import { lookAfterEscalations } from '../../workers/escalation-watch.ts';
import { registerSearchAttributes } from '../../workers/search-attributes.ts';
import { workerOptions } from '../../workers/worker-options.ts';
import { escalationMovedSignal, escalationWorkflowId } from '../../workflows/messages/escalation.ts';
import { workflowBundle } from '../support/builds.ts';
import { quietRuntime } from '../support/quiet-runtime.ts';
import { connectTestTemporal } from '../support/test-temporal.ts';
import { startTestApi, testKeys, type Answer, type Client as ApiClient, type TestApi } from './support.ts';

export interface Clinic {
  readonly organizationId: string;
  readonly locationId: string;
  readonly practitionerId: string;
  readonly otherPractitionerId: string;
  readonly rooms: readonly string[];
  readonly roomPoolId: string;
  /** 30 minutes, buffers 5 / 10, align 15, any exam room. */
  readonly visitTypeId: string;
}

export interface ClinicApi extends Clinic {
  readonly api: TestApi;
  /** Front desk. */
  readonly desk: ApiClient;
  readonly doctor: ApiClient;
  readonly admin: ApiClient;
  readonly patient: ApiClient & { readonly patientId: string };
  readonly worker: Db;
  /** As workers/escalation-watch.ts does: every open escalation has a run. */
  startEscalations(): Promise<void>;
  /** As workers/main.ts does: the run of an escalation hears that a failed message has moved it on. */
  escalationMoved(escalationId: string): void;
  addPatient(columns?: Record<string, unknown>): Promise<string>;
  addVisitType(columns: Record<string, unknown>): Promise<string>;
  /** With hours all week for the visit type above, and one more room in the pool: whoever books them competes with nobody. */
  addPractitioner(name: string): Promise<string>;
  book(client: ApiClient, body: Record<string, unknown>, key?: string): Promise<Answer>;
  act(client: ApiClient, id: string, action: string, body?: Record<string, unknown>, key?: string): Promise<Answer>;
  close(): Promise<void>;
}

export const timeZone = 'America/New_York';

/** Places, people with hours all week, two rooms in a pool, and a visit type: by the owner, as a migration would. */
export async function seedClinic(owner: Db, organizationId: string): Promise<Clinic> {
  const of = { organization_id: organizationId };
  const ids = {
    locationId: randomUUID(),
    practitionerId: randomUUID(),
    otherPractitionerId: randomUUID(),
    roomPoolId: randomUUID(),
    visitTypeId: randomUUID(),
  };
  const rooms = [randomUUID(), randomUUID()].toSorted();
  await owner('location').insert({ ...of, id: ids.locationId, name: 'Main', time_zone: timeZone });
  const place = { location_id: ids.locationId, time_zone: timeZone };
  await owner('resource').insert([
    {
      ...of,
      ...place,
      id: ids.practitionerId,
      kind: 'provider',
      name: 'Dr. One',
      overbook_consent: true,
      overbook_limit: 1,
    },
    {
      ...of,
      ...place,
      id: ids.otherPractitionerId,
      kind: 'provider',
      name: 'Dr. Two',
      overbook_consent: false,
      overbook_limit: 0,
    },
    ...rooms.map((id, n) => ({
      ...of,
      ...place,
      id,
      kind: 'room',
      name: `Room ${n + 1}`,
      overbook_consent: false,
      overbook_limit: 0,
    })),
  ]);
  await owner('resource_pool').insert({ ...of, id: ids.roomPoolId, name: 'Exam rooms', kind: 'room' });
  await owner('resource_pool_member').insert(rooms.map((id) => ({ ...of, pool_id: ids.roomPoolId, resource_id: id })));
  const clinic = { organizationId, rooms, ...ids };
  await owner('availability_rule').insert(
    [ids.practitionerId, ids.otherPractitionerId].map((id) => allWeek(clinic, id)),
  );
  await seedVisitType(owner, clinic, { id: ids.visitTypeId, code: 'FU30' });
  return clinic;
}

const allWeek = (clinic: Clinic, practitionerId: string): Record<string, unknown> => ({
  organization_id: clinic.organizationId, resource_id: practitionerId, location_id: clinic.locationId,
  by_day: ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'], start_local: '00:00', end_local: '00:00', time_zone: timeZone,
  valid_from: '2020-01-01',
}); // prettier-ignore

export async function seedVisitType(owner: Db, clinic: Clinic, columns: Record<string, unknown>): Promise<string> {
  const of = { organization_id: clinic.organizationId };
  const id = (columns['id'] as string | undefined) ?? randomUUID();
  await owner('visit_type').insert({
    ...of, id, code: `T${id.slice(0, 8)}`, name: JSON.stringify({ en: 'Follow-up', es: 'Seguimiento' }),
    duration_minutes: 30, buffer_before_minutes: 5, buffer_after_minutes: 10, align_minutes: 15, min_notice_minutes: 0, ...columns,
  }); // prettier-ignore
  await owner('visit_type_requirement').insert([
    { ...of, visit_type_id: id, role: 'provider', kind: 'provider' },
    { ...of, visit_type_id: id, role: 'room', kind: 'room', pool_id: clinic.roomPoolId },
  ]);
  await owner('visit_type_provider').insert(
    [clinic.practitionerId, clinic.otherPractitionerId].map((resource) => ({
      ...of,
      visit_type_id: id,
      resource_id: resource,
    })),
  );
  return id;
}

async function seedPractitioner(owner: Db, clinic: Clinic, name: string): Promise<string> {
  const of = { organization_id: clinic.organizationId };
  const [id, room] = [randomUUID(), randomUUID()];
  const place = { location_id: clinic.locationId, time_zone: timeZone, overbook_consent: false, overbook_limit: 0 };
  await owner('resource').insert([
    { ...of, ...place, id, kind: 'provider', name },
    { ...of, ...place, id: room, kind: 'room', name: `Room of ${name}` },
  ]);
  await owner('resource_pool_member').insert({ ...of, pool_id: clinic.roomPoolId, resource_id: room });
  await owner('availability_rule').insert(allWeek(clinic, id));
  await owner('visit_type_provider').insert({ ...of, visit_type_id: clinic.visitTypeId, resource_id: id });
  return id;
}

export async function seedPatient(
  owner: Db,
  organizationId: string,
  columns: Record<string, unknown> = {},
): Promise<string> {
  const id = randomUUID();
  await owner('patient').insert({
    id, organization_id: organizationId, mrn: id.slice(0, 13), family: 'Canary', given: ['Pat'], birth_date: '1980-02-29',
    email: `${id}@example.org`, phone: '+12125550100', ...columns,
  }); // prettier-ignore
  return id;
}

export async function openClinicApi(options: { webDirectory?: string } = {}): Promise<ClinicApi> {
  quietRuntime();
  const temporal = await connectTestTemporal();
  await registerSearchAttributes(temporal.connection, temporal.namespace);
  const keys = testKeys();
  const config = {
    codecOff: false,
    deploymentBuildId: 'test',
    temporal: { address: temporal.address, namespace: temporal.namespace },
  };
  const log = pino({ level: 'silent' });
  const gateway = createTemporalGateway({ config, keys, log, taskQueue: temporal.taskQueue, answerWithinMs: 20_000 });
  const api = await startTestApi(routes, { temporal: gateway, config: { temporal: config.temporal }, ...options });
  const worker = connect({ url: api.database.urls.worker, applicationName: 'test-worker', poolMax: 24 });
  const ports = { db: worker, clock: databaseClock(worker), log, secrets: fieldSecrets(keys) };
  const { workerDeploymentOptions: _unversioned, ...unversioned } = workerOptions({
    config,
    keys,
    connection: temporal.nativeConnection,
    activities: {
      ...appointmentActivities(ports),
      ...openingActivities(ports),
      ...seriesActivities(ports),
      ...absenceActivities(ports),
      ...groupSessionActivities(ports),
      ...walkInActivities(ports),
      ...patientMergeActivities(ports),
      ...intakeActivities(ports),
      ...eligibilityActivities({ ...ports, payer: null }),
      ...escalationActivities(ports),
    },
    workflowBundle: await workflowBundle(),
  });
  const runs = await Worker.create({ ...unversioned, taskQueue: temporal.taskQueue });
  const running = runs.run();

  const engine = new Client({
    connection: temporal.connection,
    namespace: temporal.namespace,
    dataConverter: dataConverter(config, keys),
  });

  const organizationId = await api.createOrganization(`Clinic ${randomUUID().slice(0, 8)}`);
  const clinic = await seedClinic(api.owner, organizationId);
  const signIn = async (role: Parameters<TestApi['createPerson']>[1]) => {
    const person = await api.createPerson(organizationId, role);
    return { ...(await api.signIn(person.email)), patientId: person.patientId ?? '' };
  };
  return {
    ...clinic,
    api,
    worker,
    desk: await signIn('front-desk'),
    doctor: await signIn('doctor'),
    admin: await signIn('administrator'),
    patient: await signIn('patient'),
    addPatient: (columns) => seedPatient(api.owner, organizationId, columns),
    addVisitType: (columns) => seedVisitType(api.owner, clinic, columns),
    addPractitioner: (name) => seedPractitioner(api.owner, clinic, name),
    book: (client, body, key) =>
      client.request('POST', '/appointments', {
        body: { visitTypeId: clinic.visitTypeId, practitionerId: clinic.practitionerId, ...body },
        ...(key !== undefined && { key }),
      }),
    act: (client, id, action, body = {}, key) =>
      client.request('POST', `/appointments/${id}/${action}`, { body, ...(key !== undefined && { key }) }),
    escalationMoved: (id) =>
      void engine.workflow.getHandle(escalationWorkflowId(id)).signal(escalationMovedSignal).catch(() => undefined), // prettier-ignore
    async startEscalations() {
      // Rows of this moment too: the watch leaves them to whoever raised them.
      const clock = { now: async () => new Date(Date.now() + 10_000) };
      await lookAfterEscalations({ db: worker, clock, log, client: () => engine, taskQueue: temporal.taskQueue });
    },
    async close() {
      runs.shutdown();
      await running;
      await gateway.close();
      await temporal.close();
      await worker.destroy();
      await api.stop();
    },
  };
}

/** A start on the quarter hour, this many minutes from now at the earliest; every number of minutes apart is another one. */
export function quarterAfter(minutes: number): string {
  const quarter = 15 * 60_000;
  return new Date(Math.ceil((Date.now() + minutes * 60_000) / quarter) * quarter).toISOString();
}

export const day = 24 * 60;
