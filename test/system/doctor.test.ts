import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect, type Db } from '../../db/connection.ts';
import { pendingTimers, readAppointment } from '../../db/appointments/appointment-view.ts';
import { diagnose, type Diagnosis, type DoctorOptions } from '../../scripts/doctor/diagnose.ts';
import type { Engine } from '../../scripts/doctor/engine.ts';
import type { AppointmentStart, AppointmentState } from '../../workflows/messages/appointment.ts';
import { createClinic, type Clinic } from '../support/clinic-fixture.ts';

/** Runs as the engine would tell of them; what they believe is read from the database unless a test says otherwise. */
interface FakeEngine extends Engine {
  /** By the id of the visit, or by the workflow id of another process. */
  readonly runs: Map<string, { status: string; startedAt: Date; believes?: Partial<AppointmentState> }>;
  readonly adopted: AppointmentStart[];
  readonly openings: string[];
}

let clinic: Clinic;
let auditDb: Db;
let engine: FakeEngine;
let visit: string;
const day = 86_400_000;
/** An hour ago or two: what is written then is old enough for every limit, and a visit in 20 days is not. */
const now = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000 - 3_600_000);

function fakeEngine(): FakeEngine {
  const runs: FakeEngine['runs'] = new Map();
  const adopted: AppointmentStart[] = [];
  const openings: string[] = [];
  return {
    runs,
    adopted,
    running: async () =>
      [...runs].filter(([id, run]) => run.status === 'RUNNING' && !id.includes(':')).map(([id]) => id),
    statusOf: async (id) => runs.get(id) ?? null,
    stateOf: async (id) => {
      const appointment = await clinic.read((trx) => readAppointment(trx, id));
      if (appointment === null) return undefined;
      const nextTimers = await clinic.read((trx) => pendingTimers(trx, id, appointment.version));
      return { stage: appointment.status, waitingFor: null, appointment, nextTimers, ...runs.get(id)?.believes };
    },
    adopt: async (start) => void adopted.push(start),
    isRunning: async (id) => runs.get(id)?.status === 'RUNNING',
    adoptOpening: async ({ openingId }) => void openings.push(openingId),
    openings,
    close: async () => undefined,
  };
}

const examine = (options: DoctorOptions = {}): Promise<Diagnosis> =>
  diagnose({ db: clinic.db, auditDb, engine }, { settleMs: 1, ...options });
/** Without the audit chain, which no sealer seals here. */
const kinds = ({ organizations, findings }: Diagnosis): string[] =>
  [...findings, ...organizations.flatMap((report) => report.findings)].map(({ kind }) => kind).filter((kind) => kind !== 'audit-unsealed'); // prettier-ignore

beforeAll(async () => {
  clinic = await createClinic({
    at: now.toISOString(),
    patients: 3,
    hours: { byDay: ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'], start: '00:00', end: '00:00' },
  });
  auditDb = connect({ url: clinic.database.urls.auditor, applicationName: 'test-auditor' });
});
afterAll(async () => {
  await auditDb.destroy();
  await clinic.stop();
});
beforeEach(async () => {
  engine = fakeEngine();
  await clinic.owner('case_timer').update({ state: 'cancelled' }).where({ state: 'pending' });
  // What the test before left behind is put away by hand: the first test alone begins without a past.
  await clinic.owner('appointment').whereNotIn('status', ['cancelled']).update({ status: 'cancelled', cancel_reason: 'test', hold_expires_at: null }).then(() => clinic.owner('reservation').whereNull('released_at').update({ released_at: new Date() })); // prettier-ignore
  const start = new Date(now.getTime() + 20 * day).toISOString();
  const settled = await clinic.open({ start });
  visit = settled.appointment.id;
  await clinic.owner('notification').update({ state: 'sent', sent_at: new Date() });
  engine.runs.set(visit, { status: 'RUNNING', startedAt: new Date() });
});

describe('npm run doctor', () => {
  it('finds nothing where everything agrees', async () => {
    expect(kinds(await examine({ all: true }))).toEqual([]);
  });

  it('finds what must not be, by its invariant', async () => {
    await clinic.owner('appointment').where({ id: visit }).update({ status: 'arrived' });
    const { organizations } = await examine();
    expect(JSON.stringify(organizations)).toContain('I12: history does not end in the present state');
  });

  it('finds a visit that no workflow watches over, and starts one that reads the database', async () => {
    engine.runs.set(visit, { status: 'TERMINATED', startedAt: new Date() });
    const diagnosis = await examine();
    expect(kinds(diagnosis)).toContain('no-workflow');
    expect(diagnosis.drift).toBeGreaterThan(0);
    await examine({ repair: true });
    const [start] = engine.adopted;
    expect(start).toMatchObject({ appointmentId: visit, organizationId: clinic.organizationId });
    const operation = await clinic.owner('operation').where({ op_key: start!.operation.key }).first('input_hash');
    expect(operation?.input_hash).toBe(start!.operation.inputHash);
  });

  it('finds a freed time that no workflow watches over, and starts one that goes on from its rows', async () => {
    const id = randomUUID();
    await clinic.owner('opening').insert({
      id,
      organization_id: clinic.organizationId,
      start_at: new Date(now.getTime() + 10 * day),
      end_at: new Date(now.getTime() + 10 * day + 1_800_000),
      tz: 'UTC',
      visit_type_ids: [clinic.visitTypeId],
      state: 'offering',
      release_at: new Date(now.getTime() + 9 * day),
      op_key: 'doctor-test',
      created_at: now,
    });
    try {
      const found = (await examine({ repair: true })).organizations.flatMap((one) => one.findings);
      expect(found).toContainEqual(
        expect.objectContaining({ kind: 'process-unattended', subject: `opening:${id}`, repaired: true }),
      );
      expect(engine.openings).toEqual([id]);
      engine.runs.set(`opening:${id}`, { status: 'RUNNING', startedAt: new Date() });
      expect(kinds(await examine())).not.toContain('process-unattended');
    } finally {
      await clinic.owner('opening').where({ id }).delete();
    }
  });

  it('finds a series that no workflow watches over', async () => {
    const id = randomUUID();
    await clinic.owner('series').insert({
      id,
      organization_id: clinic.organizationId,
      patient_id: clinic.patients[0],
      visit_type_id: clinic.visitTypeId,
      practitioner_id: clinic.providers[0],
      location_id: clinic.locationId,
      visit_mode: 'in-person',
      mode: 'all',
      freq: 'weekly',
      interval: 1,
      by_day: [],
      count: 2,
      start_local: '2027-05-03T09:00',
      tz: 'America/New_York',
      state: 'booked',
      created_by: 'user:1',
      created_at: now,
    });
    try {
      const unattended = expect.objectContaining({ kind: 'process-unattended', subject: `series:${id}` });
      const found = async () => (await examine()).organizations.flatMap((one) => one.findings);
      expect(await found()).toContainEqual(unattended);
      engine.runs.set(`series:${id}`, { status: 'RUNNING', startedAt: new Date() });
      expect(await found()).not.toContainEqual(unattended);
    } finally {
      await clinic.owner('series').where({ id }).delete();
    }
  });

  it('finds a workflow whose visit is over, and one without any', async () => {
    await clinic.act(visit, 'cancel', { reason: 'test' });
    const unknown = randomUUID();
    engine.runs.set(unknown, { status: 'RUNNING', startedAt: new Date(Date.now() - 60_000) });
    const found = kinds(await examine());
    expect(found).toContain('workflow-outlives-visit');
    expect(found).toContain('workflow-without-visit');
    // A booking that is being made looks like this for a moment.
    engine.runs.set(unknown, { status: 'RUNNING', startedAt: new Date() });
    expect(kinds(await examine())).not.toContain('workflow-without-visit');
  });

  it('finds a workflow that believes something else, and one that nobody answers for', async () => {
    engine.runs.get(visit)!.believes = { stage: 'arrived' };
    const diagnosis = await examine();
    expect(kinds(diagnosis)).toContain('state-differs');
    expect(JSON.stringify(diagnosis)).toContain('status: database booked, workflow arrived');
    engine.runs.get(visit)!.believes = { nextTimers: [] };
    expect(kinds(await examine())).toContain('state-differs');
    engine.stateOf = async () => undefined;
    expect(kinds(await examine())).toContain('no-worker');
  });

  it('finds deadlines that passed, messages that wait, and audit rows without a seal', async () => {
    const late = new Date(Date.now() - 10 * 60_000);
    await clinic.owner('case_timer').where({ aggregate_id: visit, name: 'late' }).update({ due_at: late });
    await clinic
      .owner('notification')
      .where({ aggregate_id: visit })
      .update({ state: 'queued', next_attempt_at: late });
    const diagnosis = await examine();
    expect(kinds(diagnosis)).toEqual(expect.arrayContaining(['timer-overdue', 'message-stuck']));
    // Nobody seals here.
    expect(JSON.stringify(diagnosis)).toContain('audit-unsealed');
  });
});
