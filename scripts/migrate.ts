/**
 * `npm run migrate`: brings roles (when DATABASE_URL_ADMIN names a superuser), schema and privileges up to date.
 * Runs before API and workers start; safe to repeat; migrations only go forward.
 */
import { databaseRoles } from '../config/database.ts';
import { inheritedEnvironment, loadConfig } from '../config.ts';
import { bootstrapDatabase } from '../db/bootstrap.ts';
import { migrateToLatest } from '../db/migrate.ts';

async function main(): Promise<void> {
  const config = loadConfig();
  const adminUrl = inheritedEnvironment()['DATABASE_URL_ADMIN'];
  if (adminUrl !== undefined && adminUrl !== '') {
    const password = (role: (typeof databaseRoles)[number]): string =>
      decodeURIComponent(new URL(config.database[role]).password);
    const database = decodeURIComponent(new URL(config.database.migrator).pathname.slice(1));
    await bootstrapDatabase({
      adminUrl,
      database,
      passwords: Object.fromEntries(databaseRoles.map((role) => [role, password(role)])) as Record<
        (typeof databaseRoles)[number],
        string
      >,
    });
    console.log(`Roles and database ${database} are in place.`);
  }
  const { applied } = await migrateToLatest(config.database.migrator);
  console.log(applied.length === 0 ? 'The schema is up to date.' : `Applied: ${applied.join(', ')}`);
}

main().catch((error: unknown) => {
  console.error(`The database could not be migrated: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
