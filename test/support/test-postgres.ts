/** A database of its own for each test file, copied from a template that was migrated once. */
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { databaseRoles } from '../../config/database.ts';
import type { DatabaseRole } from '../../config/database.ts';
import { sharedServer } from './servers.ts';

export interface TestDatabase {
  name: string;
  /** A connection string for each role. */
  urls: Record<DatabaseRole, string>;
  /** The superuser's, for looking behind the roles; no code under test should have it. */
  adminUrl: string;
  drop(): Promise<void>;
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const { adminUrl, template } = await sharedServer('postgres');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const admin = async (sql: string) => {
    const client = new Client({ connectionString: adminUrl });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  await admin(`CREATE DATABASE ${name} OWNER migrator TEMPLATE ${template}`);
  const urlFor = (role?: DatabaseRole) => {
    const url = new URL(adminUrl);
    url.pathname = `/${name}`;
    if (role) url.username = role;
    if (role) url.password = testPasswords(adminUrl)[role];
    return url.toString();
  };
  return {
    name,
    urls: Object.fromEntries(databaseRoles.map((role) => [role, urlFor(role)])) as Record<DatabaseRole, string>,
    adminUrl: urlFor(),
    drop: () => admin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/** Roles belong to the whole server, so that every database of a run must give them the same passwords. */
export function testPasswords(adminUrl: string): Record<DatabaseRole, string> {
  const secret = new URL(adminUrl).password;
  const password = (role: string) => createHash('sha256').update(`${secret}/${role}`).digest('hex');
  return Object.fromEntries(databaseRoles.map((role) => [role, password(role)])) as Record<DatabaseRole, string>;
}

/** Runs in vitest's main process: makes the template, named by what it is made from. */
export async function createTemplate(adminUrl: string): Promise<string> {
  const { bootstrapDatabase } = await import('../../db/bootstrap.ts');
  const { migrateToLatest } = await import('../../db/migrate.ts');
  const hash = createHash('sha256');
  const migrations = join(import.meta.dirname, '../../db/migrations');
  for (const file of readdirSync(migrations).toSorted()) hash.update(file).update(readFileSync(join(migrations, file)));
  const database = `template_${hash.digest('hex').slice(0, 12)}`;
  const urls = await bootstrapDatabase({ adminUrl, database, passwords: testPasswords(adminUrl) });
  await migrateToLatest(urls.migrator);
  return database;
}
