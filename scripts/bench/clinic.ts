/** The clinic that is measured: its own home, its own ports, fifty practitioners who work round the clock. */
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { request, signIn, type ClinicClient } from '../client/clinic-client.ts';
import type { Clinic } from '../supervise/clinic.ts';

export interface BenchClinic {
  readonly organizationId: string;
  readonly locationId: string;
  readonly practitioners: readonly string[];
  readonly patients: readonly string[];
  readonly visitTypeId: string;
  readonly desk: ClinicClient;
  readonly owner: Client;
  /** Books the next free place; throws unless it is booked. */
  bookNext(): Promise<void>;
  readonly api: string;
}

const minutes = 60_000;

export async function furnish(clinic: Clinic, counts = { practitioners: 50, patients: 1_000 }): Promise<BenchClinic> {
  const { admin, migrator } = clinic.database;
  if (admin === undefined) throw new Error('The bench needs the embedded Postgres: unset DATABASE_URL.');
  const database = new URL(admin);
  database.pathname = new URL(migrator).pathname;
  const owner = new Client({ connectionString: database.href });
  // The clinic may end before this connection does; what went wrong is told by the query that failed.
  owner.on('error', () => undefined);
  await owner.connect();
  const api = clinic.addresses.api;
  const desk = await signIn(api, 'frontdesk@demo.healthsphere.example', 'healthsphere-demo');
  const organizationId = String((await owner.query<{ id: string }>('SELECT id FROM organization LIMIT 1')).rows[0]?.id);
  const locationId = randomUUID();
  const visitTypeId = randomUUID();
  await owner.query(`INSERT INTO location (id, organization_id, name, time_zone) VALUES ($1, $2, 'Bench', 'UTC')`, [
    locationId,
    organizationId,
  ]);
  await owner.query(
    `INSERT INTO visit_type (id, organization_id, code, name, duration_minutes, align_minutes, min_notice_minutes, max_advance_days)
     VALUES ($1, $2, 'BENCH', '{"en": "Bench", "es": "Bench"}', 10, 10, 0, 365)`,
    [visitTypeId, organizationId],
  );
  await owner.query(
    `INSERT INTO visit_type_requirement (organization_id, visit_type_id, role, kind) VALUES ($1, $2, 'provider', 'provider')`,
    [organizationId, visitTypeId],
  );
  const practitioners = (
    await owner.query<{ id: string }>(
      `INSERT INTO resource (organization_id, kind, name, location_id, time_zone) SELECT $1, 'provider', 'Dr. ' || n, $2, 'UTC' FROM generate_series(1, $3::int) n RETURNING id`,
      [organizationId, locationId, counts.practitioners],
    )
  ).rows.map((row) => row.id);
  await owner.query(
    `INSERT INTO visit_type_provider (organization_id, visit_type_id, resource_id) SELECT $1, $2, unnest($3::uuid[])`,
    [organizationId, visitTypeId, practitioners],
  );
  await owner.query(
    `INSERT INTO availability_rule (organization_id, resource_id, location_id, by_day, start_local, end_local, time_zone, valid_from)
     SELECT $1, unnest($2::uuid[]), $3, '{MO,TU,WE,TH,FR,SA,SU}', '00:00', '00:00', 'UTC', current_date`,
    [organizationId, practitioners, locationId],
  );
  const patients = (
    await owner.query<{ id: string }>(
      `INSERT INTO patient (id, organization_id, mrn, family, given, birth_date, email)
       SELECT gen_random_uuid(), $1, 'B' || n, 'Bench', ARRAY['N' || n], '1980-01-01', 'bench-' || n || '@patients.healthsphere.example' FROM generate_series(1, $2::int) n RETURNING id`,
      [organizationId, counts.patients],
    )
  ).rows.map((row) => row.id);

  // A week ahead, so that no reminder and no late task falls due while it is measured. A practitioner and a patient are
  // never asked for twice at one time: every booking can succeed.
  const base = Math.ceil(Date.now() / (24 * 60 * minutes)) * 24 * 60 * minutes + 8 * 24 * 60 * minutes;
  let booked = 0;
  const bookNext = async (): Promise<void> => {
    const n = booked++;
    const practitioner = n % practitioners.length;
    const slot = Math.floor(n / practitioners.length);
    const body = {
      patientId: patients[(slot * practitioners.length + practitioner) % patients.length],
      visitTypeId,
      practitionerId: practitioners[practitioner],
      locationId,
      start: new Date(base + slot * 10 * minutes).toISOString(),
    };
    const reply = await request(api, desk.token, 'POST', '/appointments', { body });
    if (reply.status !== 201) throw new Error(`a booking was refused: ${reply.status} ${JSON.stringify(reply.body)}`);
  };
  return { organizationId, locationId, practitioners, patients, visitTypeId, desk, owner, bookNext, api };
}

/** 1,000,000 reservations as three years of visits leave them: provider, room and patient, a month of it still to come. */
export async function fillReservations(bench: BenchClinic, total = 1_000_000): Promise<void> {
  const visits = Math.ceil(total / 3);
  const perProvider = Math.ceil(visits / bench.practitioners.length);
  await bench.owner.query(`SET session_replication_role = replica`);
  await bench.owner.query(
    `WITH room AS (INSERT INTO resource (organization_id, kind, name, location_id) SELECT $1, 'room', 'Room ' || n, $2 FROM generate_series(1, $4::int) n RETURNING id),
     numbered AS (SELECT id, row_number() OVER () - 1 AS i FROM unnest($3::uuid[]) id),
     rooms AS (SELECT id, row_number() OVER () - 1 AS i FROM room),
     people AS (SELECT r.id, row_number() OVER () - 1 AS i FROM resource r WHERE r.patient_id = ANY($6::uuid[])),
     visit AS (
       SELECT p.i, k, date_trunc('hour', now()) + interval '30 days' - k * interval '40 minutes' AS start
       FROM generate_series(0, $4::int - 1) p(i), generate_series(0, $5::int - 1) k)
     INSERT INTO reservation (organization_id, resource_id, busy, kind, role, op_key)
     SELECT $1, x.resource_id, tstzrange(v.start, v.start + interval '20 minutes'), 'block', x.role, 'bench/' || v.i || '/' || v.k || '/' || x.role
     FROM visit v
     JOIN LATERAL (
       SELECT id AS resource_id, 'provider' AS role FROM numbered n WHERE n.i = v.i
       UNION ALL SELECT id, 'room' FROM rooms n WHERE n.i = v.i
       UNION ALL SELECT id, 'patient' FROM people n WHERE n.i = v.i * 20 + v.k % 20) x ON true
     -- Where the bench itself has booked, that stays.
     ON CONFLICT DO NOTHING`,
    [
      bench.organizationId,
      bench.locationId,
      bench.practitioners,
      bench.practitioners.length,
      perProvider,
      bench.patients,
    ],
  );
  await bench.owner.query(`SET session_replication_role = DEFAULT`);
  await bench.owner.query('VACUUM ANALYZE reservation');
}
