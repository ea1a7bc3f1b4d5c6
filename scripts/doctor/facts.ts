/** What the database says, read by the doctor in one organization's context. */
import type { Trx } from '../../db/connection.ts';

export interface Visit {
  readonly id: string;
  readonly status: string;
  readonly version: number;
  readonly revision: number;
  /** A workflow must watch over it: it is open, or a no-show that can still be undone today. */
  readonly watched: boolean;
  /** Names of the pending timers of this version, in order. */
  readonly timers: readonly string[];
}

const columns = `a.id, a.status, a.version, a.revision,
  a.status IN ('proposed', 'pending', 'waitlist', 'booked', 'arrived', 'checked-in')
    OR (a.status = 'noshow' AND EXISTS (SELECT 1 FROM case_timer t WHERE t.aggregate = 'appointment' AND t.aggregate_id = a.id AND t.state = 'pending')) AS watched,
  ARRAY(SELECT t.name FROM case_timer t WHERE t.aggregate = 'appointment' AND t.aggregate_id = a.id AND t.version = a.version AND t.state = 'pending' ORDER BY t.name) AS timers`;

export async function watchedVisits(trx: Trx): Promise<Visit[]> {
  const { rows } = await trx.raw<{ rows: Visit[] }>(
    `SELECT * FROM (SELECT ${columns} FROM appointment a WHERE a.status NOT IN ('fulfilled', 'cancelled', 'entered-in-error')) v
     WHERE watched ORDER BY id`,
  );
  return rows;
}

export async function visitsById(trx: Trx, ids: readonly string[]): Promise<Map<string, Visit>> {
  const { rows } = await trx.raw<{ rows: Visit[] }>(
    `SELECT ${columns} FROM appointment a WHERE a.id = ANY(CAST(? AS uuid[]))`,
    [[...ids]],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Timers that are a minute late. */
export async function overdueTimers(trx: Trx): Promise<{ id: string; name: string; dueAt: string }[]> {
  const { rows } = await trx.raw<{ rows: { id: string; name: string; due_at: Date }[] }>(
    `SELECT aggregate_id AS id, name, due_at FROM case_timer
     WHERE state = 'pending' AND due_at < clock_timestamp() - interval '1 minute' ORDER BY due_at LIMIT 200`,
  );
  return rows.map(({ id, name, due_at }) => ({ id, name, dueAt: due_at.toISOString() }));
}

/** Due for three minutes, or taken by a sender that is long gone: the pause after a failure is a minute at most. */
export async function stuckMessages(trx: Trx): Promise<{ state: string; count: number; since: string }[]> {
  const { rows } = await trx.raw<{ rows: { state: string; count: number; since: Date }[] }>(
    `SELECT state, count(*) AS count, min(next_attempt_at) AS since FROM notification
     WHERE (state = 'queued' AND next_attempt_at < clock_timestamp() - interval '3 minutes')
        OR (state = 'sending' AND lease_until < clock_timestamp() - interval '3 minutes')
     GROUP BY state`,
  );
  return rows.map(({ state, count, since }) => ({ state, count, since: since.toISOString() }));
}

/** I3 holds visits to what their visit type asks today: an administrator who has changed one has not broken a visit. */
export async function requirementsUnchanged(trx: Trx): Promise<boolean> {
  const change = await trx('state_change').where({ aggregate: 'visit-type', event: 'change' }).first('id');
  return change === undefined;
}

/** Role auditor: the seals are its to read. */
export async function unsealedRows(trx: Trx): Promise<{ source: string; count: number; since: string }[]> {
  const part = (source: string) =>
    `SELECT '${source}' AS source, count(*) AS count, min(r.at) AS since FROM ${source} r
     WHERE r.at < clock_timestamp() - interval '1 minute'
       AND NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.source = '${source}' AND s.row_id = r.id)`;
  const { rows } = await trx.raw<{ rows: { source: string; count: number; since: Date | null }[] }>(
    `${part('state_change')} UNION ALL ${part('audit_event')}`,
  );
  return rows.flatMap(({ source, count, since }) =>
    since === null ? [] : [{ source, count, since: since.toISOString() }],
  );
}

/** The key and hash under which a visit was begun: a run that repeats it is answered from there and begins nothing. */
export async function beginningOf(
  trx: Trx,
  organizationId: string,
  id: string,
): Promise<{ key: string; inputHash: string; patientId: string; visitTypeId: string; mode: string } | null> {
  const { rows } = await trx.raw<{
    rows: { op_key: string; input_hash: string; patient_id: string; visit_type_id: string; mode: string }[];
  }>(
    `SELECT o.op_key, o.input_hash, a.patient_id, a.visit_type_id, a.mode
     FROM appointment a JOIN state_change s ON s.aggregate = 'appointment' AND s.aggregate_id = a.id AND s.seq = 1
          JOIN operation o ON o.organization_id = :organizationId AND o.op_key = s.op_key
     WHERE a.id = :id`,
    { organizationId, id },
  );
  const row = rows[0];
  if (row === undefined) return null;
  return {
    key: row.op_key,
    inputHash: row.input_hash,
    patientId: row.patient_id,
    visitTypeId: row.visit_type_id,
    mode: row.mode,
  };
}
