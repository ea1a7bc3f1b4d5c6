/** How soon somebody is asked about a freed time, and what ranking everybody costs, with thousands waiting. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Db, type Trx } from '../../db/connection.ts';
import { rankEntries } from '../../db/waitlist/opening-rank.ts';
import { lockOpening } from '../../db/waitlist/opening-view.ts';
import { withTransaction } from '../../db/transaction.ts';
import { request, signIn } from '../client/clinic-client.ts';
import type { Clinic } from '../supervise/clinic.ts';
import type { BenchClinic } from './clinic.ts';

export interface WaitlistFigures {
  /** From the commit of the cancellation to the commit of the first offer, ms, sorted. */
  readonly reactions: readonly number[];
  /** A freed time that nobody has looked at: every entry is read, judged, ordered and kept. */
  readonly first: RankingFigures;
  /** The look after an answer: every entry again, and only what has changed is kept. */
  readonly again: RankingFigures;
}

export interface RankingFigures {
  /** ms, sorted. */
  readonly took: readonly number[];
  /** Of those: until everybody was read. */
  readonly reading: readonly number[];
  /** Processor time of this process and of its Postgres backend, ms each, mean of the repeats; null where /proc is not. */
  readonly cpu: { readonly node: number; readonly postgres: number } | null;
  /** Statements of one look: one reads everybody, one keeps the result. */
  readonly roundTrips: number;
}

const day = 86_400_000;

export async function measureWaitlist(
  clinic: Clinic,
  on: BenchClinic,
  entries: number,
  repeats: number,
): Promise<WaitlistFigures> {
  await offersAtAnyHour(on);
  await everybodyWaits(on, entries);
  const reactions: number[] = [];
  let openingId = '';
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    openingId = await freeATime(on, repeat);
    reactions.push(await firstOfferAfter(on, openingId));
  }
  return { reactions: sorted(reactions), ...(await measureRanking(clinic, on, openingId, 3 * repeats)) };
}

const sorted = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);

async function offersAtAnyHour(on: BenchClinic): Promise<void> {
  const admin = await signIn(on.api, 'admin@demo.healthsphere.example', 'healthsphere-demo');
  await admin.must('POST', '/policies', {
    body: { kind: 'waitlist', locationId: on.locationId, value: { sendHours: null } },
  });
}

/** Wishes of people of their own, not through the API: their processes would only wait for their end. */
async function everybodyWaits(on: BenchClinic, entries: number): Promise<void> {
  await on.owner.query(
    `WITH person AS (
       INSERT INTO patient (id, organization_id, mrn, family, given, birth_date, email)
       SELECT gen_random_uuid(), $1, 'W' || n, 'Waits', ARRAY['N' || n], '1980-01-01', 'waits-' || n || '@patients.healthsphere.example' FROM generate_series(1, $2::int) n RETURNING id),
     numbered AS (SELECT id, row_number() OVER () AS n FROM person),
     entry AS (
       INSERT INTO waitlist_entry (id, organization_id, patient_id, provider_ids, days, time_from, time_to, urgency, notice_minutes, joined_at, expires_at, created_by)
       SELECT gen_random_uuid(), $1, id, CASE WHEN n % 3 = 0 THEN ARRAY[$4::uuid] END, CASE WHEN n % 4 = 0 THEN '{MO,TU,WE,TH,FR}'::text[] ELSE '{}' END,
              CASE WHEN n % 5 = 0 THEN '08:00' END, CASE WHEN n % 5 = 0 THEN '18:00' END,
              (ARRAY['routine', 'routine', 'routine', 'soon', 'urgent'])[1 + n % 5], 0, now() - n % 200 * interval '1 day', now() + interval '180 days', 'bench'
       FROM numbered RETURNING id, patient_id)
     INSERT INTO waitlist_entry_visit_type (organization_id, entry_id, patient_id, visit_type_id) SELECT $1, id, patient_id, $3 FROM entry`,
    [on.organizationId, entries, on.visitTypeId, on.practitioners[0]],
  );
  await on.owner.query('VACUUM ANALYZE waitlist_entry');
  await on.owner.query('VACUUM ANALYZE waitlist_entry_visit_type');
  await on.owner.query('VACUUM ANALYZE patient');
}

/** Booked three days ahead and cancelled. @returns the freed time */
async function freeATime(on: BenchClinic, repeat: number): Promise<string> {
  const base = Math.ceil(Date.now() / day) * day + 3 * day + 10 * 3_600_000;
  const body = {
    patientId: on.patients[repeat],
    visitTypeId: on.visitTypeId,
    practitionerId: on.practitioners[0],
    locationId: on.locationId,
    start: new Date(base + repeat * 1_800_000).toISOString(),
  };
  const booked = await on.desk.must('POST', '/appointments', { body });
  const id = String(booked['id']);
  const reply = await request(on.api, on.desk.token, 'POST', `/appointments/${id}/cancel`, {
    key: randomUUID(),
    body: { reason: 'bench' },
  });
  if (reply.status !== 200)
    throw new Error(`a cancellation was refused: ${reply.status} ${JSON.stringify(reply.body)}`);
  const { rows } = await on.owner.query<{ id: string; state: string }>(
    'SELECT id, state FROM opening WHERE source_appointment_id = $1',
    [id],
  );
  if (rows[0] === undefined || rows[0].state === 'released') throw new Error('the freed time is not offered');
  return rows[0].id;
}

async function firstOfferAfter(on: BenchClinic, openingId: string): Promise<number> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(20)) {
    const { rows } = await on.owner.query<{ ms: number | null }>(
      `SELECT extract(epoch FROM min(f.offered_at) - o.created_at)::float8 * 1000 AS ms
       FROM opening o LEFT JOIN waitlist_offer f ON f.opening_id = o.id WHERE o.id = $1 GROUP BY o.id, o.created_at`,
      [openingId],
    );
    if (rows[0]?.ms != null) return rows[0].ms;
  }
  throw new Error('nobody was asked within 30 s');
}

class Undo extends Error {}

/** As the worker's role, in transactions that are given up: the clinic is not changed. */
async function measureRanking(clinic: Clinic, on: BenchClinic, openingId: string, repeats: number) {
  const db = connect({ url: clinic.database.worker, applicationName: 'bench-waitlist', poolMax: 1 });
  try {
    const copied = async (trx: Trx): Promise<string> => {
      const { rows } = await trx.raw<{ rows: { id: string }[] }>(
        `INSERT INTO opening (id, organization_id, start_at, end_at, tz, practitioner_id, location_id, visit_type_ids, state, release_at, op_key)
         SELECT gen_random_uuid(), organization_id, start_at, end_at, tz, practitioner_id, location_id, visit_type_ids, 'open', release_at, 'bench' FROM opening WHERE id = ? RETURNING id`,
        [openingId],
      );
      return rows[0]!.id;
    };
    const first = await looks(db, on, repeats, copied);
    return { first, again: await looks(db, on, repeats, () => Promise.resolve(openingId)) };
  } finally {
    await db.destroy();
  }
}

async function looks(
  db: Db,
  on: BenchClinic,
  repeats: number,
  which: (trx: Trx) => Promise<string>,
): Promise<RankingFigures> {
  const took: number[] = [];
  const reading: number[] = [];
  const cpu = { node: 0, postgres: 0 };
  let known = true;
  let roundTrips = 0;
  let answers: number[] = [];
  const note = (): void => void answers.push(performance.now());
  db.on('query-response', note);
  // The first two warm up.
  for (let repeat = -2; repeat < repeats; repeat += 1) {
    await withTransaction(db, { organizationId: on.organizationId }, async (trx) => {
      const at = new Date();
      const opening = await lockOpening(trx, await which(trx), at);
      const { rows } = await trx.raw<{ rows: { pid: number }[] }>('SELECT pg_backend_pid() AS pid');
      const backend = processorMs(rows[0]!.pid);
      answers = [];
      const [own, since] = [process.cpuUsage(), performance.now()];
      const ranking = await rankEntries(trx, opening, at, () => false);
      const [until, spent] = [performance.now(), process.cpuUsage(own)];
      if (ranking.length === 0) throw new Error('nobody was ranked');
      roundTrips = answers.length;
      const after = processorMs(rows[0]!.pid);
      known &&= backend !== null && after !== null;
      if (repeat >= 0) {
        took.push(until - since);
        reading.push(answers[0]! - since);
        cpu.node += (spent.user + spent.system) / 1_000 / repeats;
        cpu.postgres += ((after ?? 0) - (backend ?? 0)) / repeats;
      }
      throw new Undo();
    }).catch((error: unknown) => {
      if (!(error instanceof Undo)) throw error;
    });
  }
  db.off('query-response', note);
  return { took: sorted(took), reading: sorted(reading), cpu: known ? cpu : null, roundTrips };
}

/** Of a process of this machine, in steps of 10 ms; null where there is no /proc. */
function processorMs(pid: number): number | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return null;
  }
}
