import type { Db } from './connection.ts';

/** The organizations that a job over all of them goes through, one context after the other. */
export async function organizationIds(db: Db): Promise<string[]> {
  const answer = await db.raw<{ rows: { id: string }[] }>('SELECT id FROM organization_ids() AS id');
  return answer.rows.map((row) => row.id);
}
