/** What is on file about merges, what would move, and what stands against one. */
import { DomainError } from '../../domain/errors.ts';
import type { MergeBlocker } from '../../domain/identity/patient-merge.ts';
import { survivorOf } from '../../domain/identity/patient-merge.ts';
import { isUuid } from '../../domain/ids.ts';
import type { MergeState, MergeView } from '../../workflows/messages/patient-merge.ts';
import type { Trx } from '../connection.ts';
import { mergeKinds, movingTables, patientTables } from './patient-merge-tables.ts';
import type { MergeKind } from './patient-merge-tables.ts';

export interface MergeRow {
  id: string;
  organization_id: string;
  survivor_id: string;
  merged_id: string;
  match_id: string | null;
  automatic: boolean;
  reason: string | null;
  state: MergeState;
  problem: string | null;
  requested_by: string;
  requested_at: Date;
  merged_at: Date | null;
  unmerged_at: Date | null;
  unmerged_by: string | null;
  unmerge_reason: string | null;
  version: number;
}

export const toMergeView = (row: MergeRow): MergeView => ({
  id: row.id,
  survivorId: row.survivor_id,
  mergedId: row.merged_id,
  matchId: row.match_id,
  state: row.state,
  automatic: row.automatic,
  reason: row.reason,
  requestedBy: row.requested_by,
  requestedAt: row.requested_at.toISOString(),
  mergedAt: row.merged_at?.toISOString() ?? null,
  unmergedAt: row.unmerged_at?.toISOString() ?? null,
  unmergedBy: row.unmerged_by,
  unmergeReason: row.unmerge_reason,
  problem: row.problem,
  version: row.version,
});

/** @throws DomainError `not-found` */
export async function readMerge(trx: Trx, id: string): Promise<MergeRow> {
  const row = isUuid(id) ? await trx('patient_merge').where({ id }).first<MergeRow | undefined>() : undefined;
  if (row === undefined) throw new DomainError('not-found');
  return row;
}

/** Newest first; one more than `limit` says that there is more. */
export async function listMerges(
  trx: Trx,
  page: {
    readonly organizationId: string;
    readonly patientId?: string | undefined;
    readonly limit: number;
    readonly after?: { readonly at: string; readonly id: string } | undefined;
  },
): Promise<MergeRow[]> {
  return trx('patient_merge')
    .where({ organization_id: page.organizationId })
    .modify((query) => {
      const { patientId, after } = page;
      if (patientId !== undefined)
        void query.where((either) => either.where({ survivor_id: patientId }).orWhere({ merged_id: patientId }));
      if (after !== undefined)
        void query.whereRaw('(requested_at, id) < (?::timestamptz, ?::uuid)', [after.at, after.id]);
    })
    .orderBy([
      { column: 'requested_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(page.limit + 1);
}

/** Which of two charts stays when nobody says. @throws DomainError `not-found` */
export async function chooseSurvivor(
  trx: Trx,
  ids: readonly [string, string],
): Promise<{ readonly survivorId: string; readonly mergedId: string }> {
  const rows = await trx('patient as p')
    .whereIn('p.id', [...ids])
    .select<{ id: string; created_at: Date; incomplete: boolean; has_account: boolean }[]>(
      'p.id',
      'p.created_at',
      trx.raw('p.incomplete_since IS NOT NULL AS incomplete'),
      trx.raw('EXISTS (SELECT 1 FROM app_user u WHERE u.patient_id = p.id) AS has_account'),
    );
  const [a, b] = ids.map((id) => rows.find((row) => row.id === id));
  if (a === undefined || b === undefined) throw new DomainError('not-found');
  const [survivorId, mergedId] = survivorOf(candidate(a), candidate(b));
  return { survivorId, mergedId };
}

const candidate = (row: { id: string; created_at: Date; incomplete: boolean; has_account: boolean }) => ({
  id: row.id,
  createdAt: row.created_at,
  incomplete: row.incomplete,
  hasAccount: row.has_account,
});

interface Charts {
  readonly survivorId: string;
  readonly mergedId: string;
}

/** What stands against a merge as the rows are now; empty when nothing does. */
export async function mergeBlockersOf(
  trx: Trx,
  { survivorId, mergedId }: Charts,
  mergeId: string | null,
): Promise<MergeBlocker[]> {
  const answer = await trx.raw<{ rows: { blocker: MergeBlocker }[] }>(
    `SELECT 'visits-overlap' AS blocker WHERE EXISTS (
       SELECT 1 FROM reservation a JOIN reservation b ON b.resource_id = :mergedId AND b.released_at IS NULL AND b.lane = a.lane
         AND b.starts_at < a.ends_at AND b.ends_at > a.starts_at
       WHERE a.resource_id = :survivorId AND a.released_at IS NULL)
     UNION ALL SELECT 'same-wish' WHERE EXISTS (
       SELECT 1 FROM waitlist_entry_visit_type a JOIN waitlist_entry_visit_type b ON b.visit_type_id = a.visit_type_id AND b.live
       WHERE a.patient_id = :survivorId AND a.live AND b.patient_id = :mergedId)
     UNION ALL SELECT 'both-walk-in' WHERE 2 = (
       SELECT count(*) FROM walk_in WHERE patient_id IN (:survivorId, :mergedId) AND state IN ('waiting', 'called', 'in-room'))
     UNION ALL SELECT 'same-session' WHERE EXISTS (
       SELECT 1 FROM group_seat a JOIN group_seat b ON b.session_id = a.session_id AND b.released_at IS NULL
       WHERE a.patient_id = :survivorId AND a.released_at IS NULL AND b.patient_id = :mergedId)
     UNION ALL SELECT 'already-merged' WHERE EXISTS (SELECT 1 FROM patient WHERE id IN (:survivorId, :mergedId) AND merged_into IS NOT NULL)
     UNION ALL SELECT 'merge-under-way' WHERE EXISTS (
       SELECT 1 FROM patient_merge m WHERE m.state = 'merging' AND m.id IS DISTINCT FROM CAST(:mergeId AS uuid)
         AND (m.merged_id IN (:survivorId, :mergedId) OR m.survivor_id IN (:survivorId, :mergedId)))`,
    { survivorId, mergedId, mergeId },
  );
  return answer.rows.map(({ blocker }) => blocker);
}

export type MergeCounts = Readonly<Record<MergeKind, number>>;

/** How many rows of each kind name this chart: what would move. */
export async function countRows(trx: Trx, patientId: string): Promise<MergeCounts> {
  const counts = Object.fromEntries(mergeKinds.map((kind) => [kind, 0])) as Record<MergeKind, number>;
  const tables = movingTables('sweep');
  const answer = await trx.raw<{ rows: { name: string; n: number }[] }>(
    tables.map(([table]) => `SELECT '${table}' AS name, count(*)::int AS n FROM ${table} WHERE patient_id = ?`).join(' UNION ALL '),
    tables.map(() => patientId) as never,
  ); // prettier-ignore
  for (const { name, n } of answer.rows) counts[kindOf(name)] += n;
  return counts;
}

/** What a merge moved, and what of that undoing would find as it left it. */
export async function countMoved(trx: Trx, mergeId: string): Promise<MergeCounts> {
  const counts = Object.fromEntries(mergeKinds.map((kind) => [kind, 0])) as Record<MergeKind, number>;
  const rows = await trx('patient_merge_row')
    .where({ merge_id: mergeId, column_name: 'patient_id' })
    .groupBy('table_name')
    .select<{ table_name: string; n: number }[]>('table_name', trx.raw('count(*)::int AS n'));
  for (const { table_name, n } of rows) counts[kindOf(table_name)] += n;
  return counts;
}

function kindOf(table: string): MergeKind {
  const rule = patientTables[table];
  return rule?.rule === 'moves' ? rule.kind : 'person';
}
