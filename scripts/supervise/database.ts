/** The clinic's database: roles, schema, and whether anything is in it yet. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { z } from 'zod';
import { databaseRoles } from '../../config/database.ts';
import { loadConfig } from '../../config.ts';
import type { DatabaseRole } from '../../config/database.ts';
import type { Environment } from '../../config/environment.ts';
import type { LaunchConfig } from '../../config/launch.ts';
import { bootstrapDatabase, withDatabase } from '../../db/bootstrap.ts';
import { migrateToLatest } from '../../db/migrate.ts';
import { waitForPostgres } from '../provision/postgres.ts';

const databaseName = 'healthsphere';

/**
 * Makes roles and schema, as often as wanted.
 * @param embeddedAdminUrl the superuser of the embedded Postgres; absent when the person named a Postgres of their own
 * @returns a connection string for each role
 */
export async function prepareDatabase(
  launch: LaunchConfig,
  env: Environment,
  embeddedAdminUrl: string | undefined,
): Promise<Record<DatabaseRole, string>> {
  const passwords = readPasswords(launch.home);
  if (embeddedAdminUrl !== undefined) {
    const urls = await bootstrapDatabase({ adminUrl: embeddedAdminUrl, database: databaseName, passwords });
    await migrateToLatest(urls.migrator);
    return urls;
  }
  const databaseUrl = launch.databaseUrl!;
  try {
    // Where the roles are made here, the database may still have to be made too.
    await waitForPostgres(launch.rolesAreGiven ? databaseUrl : withDatabase(databaseUrl, 'postgres'), 15_000);
  } catch (error) {
    throw new Error(
      `The Postgres of DATABASE_URL (${withoutPassword(databaseUrl)}) does not answer: ${(error as Error).message}. ` +
        `Correct DATABASE_URL, or unset it to use the embedded Postgres.`,
      { cause: error },
    );
  }
  if (launch.rolesAreGiven) {
    const { database } = loadConfig(env);
    await migrateToLatest(database.migrator);
    return database;
  }
  // Somebody's empty Postgres and its owner: the roles are made here, as in the embedded one.
  const database = decodeURIComponent(new URL(databaseUrl).pathname.slice(1)) || databaseName;
  const urls = await bootstrapDatabase({ adminUrl: withDatabase(databaseUrl, 'postgres'), database, passwords });
  await migrateToLatest(urls.migrator);
  return urls;
}

/** Whether the clinic must be seeded: nothing is there yet, or the last seeding was killed before its end. */
export async function needsSeed(home: string, migratorUrl: string): Promise<boolean> {
  if (existsSync(seedMarker(home))) return true;
  const client = new Client({ connectionString: migratorUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM organization LIMIT 1');
    return rowCount === 0;
  } finally {
    await client.end();
  }
}

/** Exists while seeding is under way. */
export const seedMarker = (home: string): string => join(home, 'seeding');

function readPasswords(home: string): Record<DatabaseRole, string> {
  const file = join(home, 'database-passwords.json');
  if (existsSync(file))
    return z.record(z.enum(databaseRoles), z.string()).parse(JSON.parse(readFileSync(file, 'utf8')));
  const secret = randomBytes(32);
  const password = (role: string) => createHash('sha256').update(secret).update(role).digest('base64url');
  const passwords = Object.fromEntries(databaseRoles.map((role) => [role, password(role)]));
  writeFileSync(file, JSON.stringify(passwords, null, 2), { mode: 0o600, flush: true });
  return passwords as Record<DatabaseRole, string>;
}

function withoutPassword(url: string): string {
  const shown = new URL(url);
  if (shown.password) shown.password = '***';
  return shown.toString();
}
