import type { Trx } from './connection.ts';

/** Database time, the one clock that decides deadlines (architecture.md section 5, clock). */
export async function databaseTime(trx: Trx): Promise<Date> {
  const { rows } = await trx.raw<{ rows: { at: Date }[] }>('SELECT clock_timestamp() AS at');
  return rows[0]!.at;
}
