/**
 * `npm run seed`, and `npm start` on an empty database: a synthetic clinic with demo users. May be run again at any point
 * of a run that was cut short. Refused in production, and in a database that holds somebody's real clinic.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPasswords } from '../api/sign-in/passwords.ts';
import { loadConfig } from '../config.ts';
import { connect, type Db } from '../db/connection.ts';
import { organizationIds } from '../db/organizations.ts';
import { withTransaction } from '../db/transaction.ts';
import { systemActor } from '../domain/actor.ts';
import { importFile } from './import/import-file.ts';
import { organizationId, organizationName, seedClinic } from './seed/clinic.ts';
import { patientsNdjson } from './seed/patients.ts';
import { demoEmail, seedUsers } from './seed/users.ts';
import { visitsMarker } from './seed/visits-after-start.ts';

async function main(): Promise<void> {
  const config = loadConfig(undefined, { roles: ['migrator', 'api', 'worker'] });
  if (!config.demo.enabled)
    throw new Error('The synthetic clinic has published passwords: it is refused in production.');
  const open = (role: 'migrator' | 'api' | 'worker'): Db =>
    connect({ url: config.database[role], applicationName: 'healthsphere-seed', poolMax: 2 });
  const [migrator, api, worker] = [open('migrator'), open('api'), open('worker')];
  try {
    await refuseForeignDatabase(migrator);
    // Only the owner may create an organization; everything else is written with the rights of the running clinic.
    await migrator('organization').insert({ id: organizationId, name: organizationName }).onConflict('id').ignore();
    const context = { organizationId, actor: systemActor('seed'), at: new Date() };

    const isNew = await withTransaction(api, context, async (trx) => {
      if ((await trx('location').first('id')) !== undefined) return false;
      await seedClinic(trx, context);
      return true;
    });
    console.log(isNew ? 'Places, people, rooms, visit types' : 'Places, people, rooms, visit types: there already');

    const directory = join(config.home, 'seed');
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const file = join(directory, 'patients.ndjson');
    writeFileSync(file, patientsNdjson(demoEmail('patient')), { mode: 0o600 });
    const { progress } = await importFile(worker, {
      organizationId,
      file,
      format: 'ndjson',
      actor: systemActor('import'),
    });
    console.log(`Patients: ${progress.created} imported, ${progress.refused} refused, ${progress.warnings} warnings`);

    const passwords = createPasswords();
    await withTransaction(api, context, (trx) => seedUsers(trx, context, passwords, config.demo.password));
    console.log('Demo users');
    const visited = await withTransaction(api, context, (trx) => trx('appointment').first('id'));
    if (visited === undefined) writeFileSync(visitsMarker(config.home), '', { mode: 0o600 });
  } finally {
    await Promise.all([migrator.destroy(), api.destroy(), worker.destroy()]);
  }
}

async function refuseForeignDatabase(migrator: Db): Promise<void> {
  const others = (await organizationIds(migrator)).filter((id) => id !== organizationId);
  if (others.length > 0)
    throw new Error(
      'This database holds another clinic; the synthetic one with its published passwords is not put beside it.',
    );
}

main().catch((error: unknown) => {
  console.error(`The clinic could not be seeded: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
