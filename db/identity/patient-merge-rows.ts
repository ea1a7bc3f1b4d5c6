/** What a merge changes, value by value, kept so that all of it can be changed back (patient_merge_row). */
import type { RestoreOutcome } from '../../domain/identity/patient-merge.ts';
import type { Trx } from '../connection.ts';
import { columnTypes } from './patient-merge-tables.ts';

export interface Merging {
  readonly organizationId: string;
  readonly mergeId: string;
  readonly survivorId: string;
  readonly mergedId: string;
  readonly step: string;
}

export interface Change {
  readonly table: string;
  readonly key: readonly string[];
  readonly column: string;
  /** SQL over the alias `t`, with the bindings of `Merging` and `at`. */
  readonly to: string;
  readonly where: string;
}

/** Changes one column of the rows it names and files each value before and after. @returns the keys of the rows */
export async function changeRows(
  trx: Trx,
  merging: Merging,
  change: Change,
  bindings: Readonly<Record<string, unknown>> = {},
): Promise<Record<string, string>[]> {
  const key = `jsonb_build_object(${change.key.map((column) => `'${column}', t.${column}`).join(', ')})`;
  const same = change.key.map((column) => `t.${column} = before.${column}`).join(' AND ');
  const answer = await trx.raw<{ rows: { row_key: Record<string, string> }[] }>(
    `WITH before AS MATERIALIZED (
       SELECT ${change.key.map((column) => `t.${column}`).join(', ')}, t.${change.column}::text AS was FROM ${change.table} t
       WHERE t.organization_id = :organizationId AND ${change.where} ORDER BY ${change.key.join(', ')} FOR UPDATE),
     changed AS (
       UPDATE ${change.table} t SET ${change.column} = ${change.to} FROM before WHERE ${same}
       RETURNING ${key} AS row_key, before.was, t.${change.column}::text AS becomes)
     INSERT INTO patient_merge_row (organization_id, merge_id, step, table_name, row_key, column_name, from_value, to_value)
     SELECT :organizationId, :mergeId, :step, '${change.table}', row_key, '${change.column}', was, becomes
     FROM changed WHERE was IS DISTINCT FROM becomes RETURNING row_key`,
    { ...merging, ...bindings },
  );
  return answer.rows.map(({ row_key }) => row_key);
}

/** Files a row that the merge itself wrote: undoing takes it away. */
export async function fileAddedRow(trx: Trx, merging: Merging, table: string, id: string): Promise<void> {
  await trx('patient_merge_row').insert({
    organization_id: merging.organizationId,
    merge_id: merging.mergeId,
    step: merging.step,
    table_name: table,
    row_key: JSON.stringify({ id }),
    column_name: 'id',
    to_value: id,
    added: true,
  });
}

interface FiledRow {
  id: string;
  table_name: string;
  row_key: Record<string, string>;
  column_name: string;
  from_value: string | null;
  to_value: string | null;
  added: boolean;
}

/**
 * Changes everything back, the last change first. What somebody changed since, and what is gone, stays as it is found;
 * rows that came after the merge were never changed by it, and stay where they were written.
 */
export async function restoreRows(
  trx: Trx,
  { organizationId, mergeId }: Pick<Merging, 'organizationId' | 'mergeId'>,
  at: Date,
): Promise<Readonly<Record<RestoreOutcome, number>>> {
  const filed = await trx('patient_merge_row')
    .where({ organization_id: organizationId, merge_id: mergeId })
    .whereNull('restored_at')
    .orderBy('id', 'desc')
    .forUpdate()
    .select<FiledRow[]>('id', 'table_name', 'row_key', 'column_name', 'from_value', 'to_value', 'added');
  const counts = { restored: 0, 'changed-since': 0, gone: 0 };
  for (const row of filed) {
    const outcome = await restore(trx, row);
    counts[outcome] += 1;
    await trx('patient_merge_row').where({ id: row.id }).update({ restored_at: at, outcome });
  }
  return counts;
}

async function restore(trx: Trx, row: FiledRow): Promise<RestoreOutcome> {
  const { table_name: table, column_name: column } = row;
  if (row.added) return (await trx(table).where(row.row_key).delete()) > 0 ? 'restored' : 'gone';
  const type = columnTypes[column] ?? 'text';
  const restored = await trx(table)
    .where(row.row_key)
    .whereRaw(`??::text IS NOT DISTINCT FROM ?::text`, [column, row.to_value])
    .update({ [column]: trx.raw(`?::${type}`, [row.from_value]) });
  if (restored > 0) return 'restored';
  return (await trx(table).where(row.row_key).first('organization_id')) === undefined ? 'gone' : 'changed-since';
}
