import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseClock } from '../../activities/ports.ts';
import { createPasswords } from '../../api/sign-in/passwords.ts';
import { connect, type Db } from '../../db/connection.ts';
import { openAppointment } from '../../db/appointments/appointments.ts';
import { withOrganization } from '../../db/transaction.ts';
import { createKeyFile } from '../../keys.ts';
import { organizationId, tourLocation, tourVisitType } from '../../scripts/seed/clinic.ts';
import { patientsNdjson } from '../../scripts/seed/patients.ts';
import { startOf, staffActor } from '../support/clinic-fixture.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-postgres.ts';

const root = resolve(import.meta.dirname, '../..');
const home = mkdtempSync(join(tmpdir(), 'seed-'));
let database: TestDatabase;
let owner: Db;

async function seed(env: Readonly<Record<string, string>> = {}): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/seed.ts'], {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'development',
      HEALTHSPHERE_HOME: home,
      ...Object.fromEntries(Object.entries(database.urls).map(([role, url]) => [`DATABASE_URL_${role.toUpperCase()}`, url])),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  }); // prettier-ignore
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
}

const counts = async () => {
  const tables = ['organization', 'location', 'resource', 'visit_type', 'availability_rule', 'availability_exception', 'policy', 'patient', 'app_user', 'state_change']; // prettier-ignore
  const rows = await Promise.all(tables.map(async (table) => [table, Number((await owner(table).count('* as n'))[0]!['n'])] as const)); // prettier-ignore
  return Object.fromEntries(rows);
};

beforeAll(async () => {
  database = await createTestDatabase();
  owner = connect({ url: database.urls.migrator, applicationName: 'test-owner', poolMax: 2 });
  createKeyFile(join(home, 'keys.json'));
});
afterAll(async () => {
  await owner.destroy();
  await database.drop();
  rmSync(home, { recursive: true });
});

describe('the synthetic clinic', () => {
  it('is refused in production', async () => {
    const { code, output } = await seed({ NODE_ENV: 'production' });
    expect(code).toBe(1);
    expect(output).toContain('could not be seeded');
    expect((await counts())['organization']).toBe(0);
  });

  it('is made once, however often, and can be taken up again', async () => {
    const first = await seed();
    expect(first.output).toContain('60 imported, 0 refused');
    expect(first.code).toBe(0);
    const before = await counts();
    expect(before).toMatchObject({ organization: 1, location: 3, visit_type: 7, patient: 60, app_user: 8 });
    expect(existsSync(join(home, 'seed-visits'))).toBe(true);
    expect((await seed()).code).toBe(0);
    expect(await counts()).toEqual(before);
  }, 60_000);

  it('has patients that are the same everywhere, and the ones every screen must cope with', async () => {
    const file = patientsNdjson('a@example.org');
    expect(patientsNdjson('a@example.org')).toBe(file);
    const where = async (sql: string): Promise<number> => Number((await owner('patient').whereRaw(sql).count('* as n'))[0]!['n']); // prettier-ignore
    expect(await where('deceased')).toBe(1);
    expect(await where('email IS NULL AND phone IS NULL')).toBe(1);
    expect(await where('length(birth_date) = 7')).toBe(1);
    expect(await where("language LIKE 'es%'")).toBeGreaterThan(5);
    expect(await where("family ~ '[^ -~]'")).toBeGreaterThan(10);
  });

  it('lets everybody sign in, the doctor as a practitioner and the patient with a chart', async () => {
    const passwords = createPasswords();
    const people = await owner('app_user as u').join('credential as c', 'c.user_id', 'u.id').select('u.email', 'u.demo', 'u.patient_id', 'c.password_hash'); // prettier-ignore
    expect(people.map(({ email }) => String(email).split('@')[0]).toSorted()).toEqual(
      ['admin', 'biller', 'doctor', 'frontdesk', 'nurse', 'patient', 'privacy', 'support'], // prettier-ignore
    );
    expect(people.every(({ demo }) => demo === true)).toBe(true);
    expect(await passwords.verify(people[0]!.password_hash as string, 'healthsphere-demo')).toBe(true);
    const patient = people.find(({ patient_id: id }) => id !== null);
    expect(patient?.email).toBe('patient@demo.healthsphere.example');
    const doctor = await owner('resource as r').join('app_user as u', 'u.id', 'r.user_id').where('r.kind', 'provider').first('u.email'); // prettier-ignore
    expect(doctor?.email).toBe('doctor@demo.healthsphere.example');
  });

  it('has a place for the tour that is open now, and reminds within half a minute of booking', async () => {
    const db = connect({ url: database.urls.worker, applicationName: 'test-worker' });
    try {
      const clock = databaseClock(db);
      const now = (await clock.now()).getTime();
      const mark = 300_000;
      const start = Math.ceil((now + mark) / mark) * mark;
      const found = await withOrganization(db, organizationId, async (trx) => ({
        type: await trx('visit_type').where({ code: tourVisitType }).first<{ id: string }>('id'),
        location: await trx('location').where({ name: tourLocation }).first<{ id: string }>('id'),
        doctor: await trx('resource').where({ name: 'Dr. Ever Open' }).first<{ id: string }>('id'),
        patient: await trx('patient').whereNotNull('email').where({ deceased: false }).first<{ id: string }>('id'),
      }));
      const settled = await openAppointment(
        { db, clock },
        startOf(
          { organizationId, patients: [found.patient.id], visitTypeId: found.type.id },
          { start: new Date(start).toISOString(), practitionerId: found.doctor.id, locationId: found.location.id },
          staffActor,
          crypto.randomUUID(),
        ),
      );
      expect(settled.appointment.status).toBe('booked');
      const first = settled.timers.find(({ name }) => name.startsWith('reminder:'));
      expect(Date.parse(first!.dueAt) - now).toBeLessThan(30_000);
    } finally {
      await db.destroy();
    }
  });

  it('is not put beside somebody’s clinic', async () => {
    const other = await createTestDatabase();
    try {
      const theirs = connect({ url: other.urls.migrator, applicationName: 'test-owner', poolMax: 1 });
      await theirs('organization').insert({ name: 'A real clinic' });
      await theirs.destroy();
      writeFileSync(join(home, 'seeding'), '');
      const { code, output } = await seed(
        Object.fromEntries(Object.entries(other.urls).map(([role, url]) => [`DATABASE_URL_${role.toUpperCase()}`, url])), // prettier-ignore
      );
      expect(code).toBe(1);
      expect(output).toContain('another clinic');
    } finally {
      await other.drop();
    }
  });
});
