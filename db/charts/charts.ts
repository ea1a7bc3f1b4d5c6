/** A chart and those that went into it: what is append-only stays where it was written, and is read for all of them. */
import type { Trx } from '../connection.ts';

/** The chart itself first. */
export async function chartsOf(trx: Trx, patientId: string): Promise<string[]> {
  const answer = await trx.raw<{ rows: { id: string }[] }>(
    `WITH RECURSIVE chart AS (
       SELECT CAST(:patientId AS uuid) AS id, 0 AS depth
       UNION ALL SELECT p.id, c.depth + 1 FROM chart c JOIN patient p ON p.merged_into = c.id WHERE c.depth < 20)
     SELECT id FROM chart ORDER BY depth, id`,
    { patientId },
  );
  return answer.rows.map(({ id }) => id);
}

/** Where a chart leads: itself, or the one it was merged into, however many times. */
export async function survivingChart(trx: Trx, patientId: string): Promise<string> {
  const answer = await trx.raw<{ rows: { id: string }[] }>(
    `WITH RECURSIVE chart AS (
       SELECT id, merged_into, 0 AS depth FROM patient WHERE id = CAST(:patientId AS uuid)
       UNION ALL SELECT p.id, p.merged_into, c.depth + 1 FROM chart c JOIN patient p ON p.id = c.merged_into WHERE c.depth < 20)
     SELECT id FROM chart ORDER BY depth DESC LIMIT 1`,
    { patientId },
  );
  return answer.rows[0]?.id ?? patientId;
}
