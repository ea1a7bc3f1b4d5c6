/** The clinic that is tormented: a home and ports of its own, few rooms, many who want them, deadlines of seconds. */
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { loadConfig, type Config } from '../../config.ts';
import { loadKeys, type KeyRing } from '../../keys.ts';
import { faultPoints, type FaultPoint } from '../../workers/fault-points.ts';
import { signIn } from '../client/clinic-client.ts';
import { removePostgres } from '../provision/postgres.ts';
import type { Progress } from '../provision/progress.ts';
import { startClinic, type Clinic } from '../supervise/clinic.ts';
import { postgresDirectory } from '../supervise/home.ts';

export interface ChaosClinic {
  readonly clinic: Clinic;
  readonly config: Config;
  readonly keys: KeyRing;
  /** A file that, when it is laid down, ends one worker at that point. */
  readonly points: Readonly<Record<FaultPoint, string>>;
  readonly place: Place;
  readonly people: Readonly<Record<'desk' | 'doctor' | 'admin' | 'patient', Person>>;
  /** Stops everything and removes the home. */
  end(): Promise<void>;
}

export interface Person {
  readonly token: string;
  /** `user:<id>`, as audit rows and operation keys name them. */
  readonly ref: string;
  /** The chart of a patient's own account. */
  readonly patientId: string | null;
}

export interface Place {
  readonly organizationId: string;
  readonly locationId: string;
  readonly practitioners: readonly string[];
  readonly patients: readonly string[];
  /** Ten minutes with a practitioner, in one of the rooms. */
  readonly visitTypeId: string;
  /** The same, but somebody has to approve it. */
  readonly approvedTypeId: string;
}

export interface Size {
  readonly practitioners: number;
  readonly rooms: number;
  readonly patients: number;
}

export interface ChaosClinicOptions {
  readonly size: Size;
  readonly progress?: Progress | undefined;
  readonly report?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export async function startChaosClinic(options: ChaosClinicOptions): Promise<ChaosClinic> {
  const home = mkdtempSync(join(tmpdir(), 'healthsphere-chaos-'));
  // As root, Postgres runs as another user, which has to reach its data in here.
  chmodSync(home, 0o711);
  const points = Object.fromEntries(faultPoints.map((point) => [point, join(home, `die-${point}`)])) as Record<
    FaultPoint,
    string
  >;
  let clinic: Clinic | undefined;
  const end = async (): Promise<void> => {
    await clinic?.stop();
    removePostgres(postgresDirectory(home));
    rmSync(home, { recursive: true, force: true });
  };
  try {
    clinic = await startClinic({
      home,
      ports: 'random',
      parts: ['postgres', 'temporal', 'mail', 'workers', 'api', 'seed'],
      env: { HEALTHSPHERE_FAULT: faultPoints.map((point) => `${point}@${points[point]}`).join(','), LOG_LEVEL: 'warn' },
      report: options.report ?? (() => undefined),
      ...(options.progress === undefined ? {} : { progress: options.progress }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    const config = loadConfig(clinic.environment);
    const place = await furnish(clinic, options.size);
    const people = {
      desk: await person(clinic, 'frontdesk'),
      doctor: await person(clinic, 'doctor'),
      admin: await person(clinic, 'admin'),
      patient: await person(clinic, 'patient'),
    };
    return { clinic, config, keys: loadKeys(config.keyFile), points, place, people, end };
  } catch (error) {
    await end();
    throw error;
  }
}

async function person({ addresses: { api } }: Clinic, name: string): Promise<Person> {
  const client = await signIn(api, `${name}@demo.healthsphere.example`, 'healthsphere-demo');
  const me = (await client.must('GET', '/me')) as unknown as { id: string; patientId: string | null };
  return { token: client.token, ref: `user:${me.id}`, patientId: me.patientId };
}

/** With the rights of the database's owner: places, people and short deadlines, not through the API. */
async function furnish(clinic: Clinic, size: Size): Promise<Place> {
  const owner = new Client({ connectionString: clinic.database.migrator });
  await owner.connect();
  const ids = async (sql: string, values: readonly unknown[]): Promise<string[]> =>
    (await owner.query<{ id: string }>(sql, [...values])).rows.map(({ id }) => id);
  try {
    const [organizationId = ''] = await ids(`SELECT id FROM organization LIMIT 1`, []);
    const locationId = randomUUID();
    await owner.query(`INSERT INTO location (id, organization_id, name, time_zone) VALUES ($1, $2, 'Chaos', 'UTC')`, [
      locationId,
      organizationId,
    ]);
    const practitioners = await ids(
      `INSERT INTO resource (organization_id, kind, name, location_id, time_zone, overbook_limit, overbook_consent)
       SELECT $1, 'provider', 'Dr. ' || n, $2, 'UTC', n % 2, n % 2 = 1 FROM generate_series(1, $3::int) n RETURNING id`,
      [organizationId, locationId, size.practitioners],
    );
    const rooms = await ids(
      `INSERT INTO resource (organization_id, kind, name, location_id) SELECT $1, 'room', 'Chaos ' || n, $2 FROM generate_series(1, $3::int) n RETURNING id`,
      [organizationId, locationId, size.rooms],
    );
    const [poolId] = await ids(
      `INSERT INTO resource_pool (organization_id, name, kind) VALUES ($1, 'Chaos', 'room') RETURNING id`,
      [organizationId],
    );
    await owner.query(
      `INSERT INTO resource_pool_member (organization_id, pool_id, resource_id) SELECT $1, $2, unnest($3::uuid[])`,
      [organizationId, poolId, rooms],
    );
    const visitType = async (code: string, needsApproval: boolean): Promise<string> => {
      const [id = ''] = await ids(
        `INSERT INTO visit_type (organization_id, code, name, duration_minutes, align_minutes, min_notice_minutes, max_advance_days,
           late_after_seconds, noshow_after_seconds, auto_noshow, cancel_notice_minutes, needs_approval)
         VALUES ($1, $2, '{"en": "Chaos", "es": "Caos"}', 10, 5, 0, 365, 20, 45, true, 30, $3) RETURNING id`,
        [organizationId, code, needsApproval],
      );
      await owner.query(
        `INSERT INTO visit_type_requirement (organization_id, visit_type_id, role, kind, pool_id)
         VALUES ($1, $2, 'provider', 'provider', NULL), ($1, $2, 'room', 'room', $3)`,
        [organizationId, id, poolId],
      );
      await owner.query(
        `INSERT INTO visit_type_provider (organization_id, visit_type_id, resource_id) SELECT $1, $2, unnest($3::uuid[])`,
        [organizationId, id, practitioners],
      );
      return id;
    };
    const visitTypeId = await visitType('CHAOS', false);
    const approvedTypeId = await visitType('CHAOSASK', true);
    await owner.query(
      `INSERT INTO availability_rule (organization_id, resource_id, location_id, by_day, start_local, end_local, time_zone, valid_from)
       SELECT $1, unnest($2::uuid[]), $3, '{MO,TU,WE,TH,FR,SA,SU}', '00:00', '00:00', 'UTC', current_date - 1`,
      [organizationId, practitioners, locationId],
    );
    const patients = await ids(
      `INSERT INTO patient (id, organization_id, mrn, family, given, birth_date, email)
       SELECT gen_random_uuid(), $1, 'C' || n, 'Chaos', ARRAY['N' || n], '1980-01-01', 'chaos-' || n || '@patients.healthsphere.example'
       FROM generate_series(1, $2::int) n RETURNING id`,
      [organizationId, size.patients],
    );
    return { organizationId, locationId, practitioners, patients, visitTypeId, approvedTypeId };
  } finally {
    await owner.end();
  }
}
