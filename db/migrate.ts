import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Knex } from 'knex';
import { connect } from './connection.ts';
import { applyGrants } from './grants.ts';

const directory = fileURLToPath(new URL('./migrations/', import.meta.url));

/** Migrations are plain SQL files, run in name order, each in its own transaction. They only go forward. */
const sqlFiles: Knex.MigrationSource<string> = {
  getMigrations: async (): Promise<string[]> =>
    (await readdir(directory)).filter((file) => file.endsWith('.sql')).toSorted(),
  getMigrationName: (file: string): string => file,
  getMigration: async (file: string) => {
    const sql = await readFile(`${directory}${file}`, 'utf8');
    return {
      up: async (trx: Knex) => {
        await trx.raw(sql.replaceAll('?', '\\?'));
      },
      down: () => Promise.reject(new Error('Migrations only go forward: restore a backup instead')),
    };
  },
};

/** Brings the database of `migratorUrl` to the newest schema and its privileges to db/tables.ts. Safe to repeat. */
export async function migrateToLatest(migratorUrl: string): Promise<{ applied: string[] }> {
  const db = connect({
    url: migratorUrl,
    applicationName: 'healthsphere-migrate',
    poolMax: 2,
    statementTimeoutMs: 600_000,
  });
  try {
    const [, applied] = (await db.migrate.latest({ migrationSource: sqlFiles })) as [number, string[]];
    await applyGrants(db);
    return { applied };
  } finally {
    await db.destroy();
  }
}
