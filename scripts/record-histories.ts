/**
 * `npm run record-histories [VERSION]`: plays scripted lives of appointments, openings and wishes on a real database and the time-skipping
 * server and keeps their histories in test/histories/VERSION (default: the version of package.json). CI replays every
 * recorded version on today's workflows (I23), so record once at each release, and never again for the same one.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { databaseRoles } from '../config/database.ts';
import { bootstrapDatabase } from '../db/bootstrap.ts';
import { migrateToLatest } from '../db/migrate.ts';
import { historyKeys } from '../test/support/history-keys.ts';
import { buildWorkflowBundle } from '../workers/bundle.ts';
import { quietRuntime } from '../test/support/quiet-runtime.ts';
import { assembleClinic, skippingEngine } from '../test/workflows/assemble.ts';
import { recordedLives } from '../test/workflows/recorded-lives.ts';
import { startPostgres, throwAwaySettings } from './provision/postgres.ts';
import { createProgress } from './provision/progress.ts';
import { provisionTimeSkippingServer } from './provision/time-skipping-server.ts';
import { freePort } from './supervise/ports.ts';

const root = join(import.meta.dirname, '..');
const packageFile = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const version = process.argv[2] ?? packageFile.version;
const directory = join(root, 'test', 'histories', version);
if (existsSync(directory)) {
  console.error(`${directory} exists. What was recorded of a release stays as it is; give another version.`);
  process.exit(1);
}

const progress = createProgress();
const scratch = mkdtempSync(join(tmpdir(), 'healthsphere-histories-'));
// As root, Postgres runs as another user, which has to reach its data in here.
chmodSync(scratch, 0o755);
quietRuntime();
const { path } = await provisionTimeSkippingServer(progress);
const postgres = await startPostgres({
  dataDir: join(scratch, 'postgres'),
  port: await freePort(),
  settings: throwAwaySettings,
  throwAway: true,
});
try {
  const passwords = Object.fromEntries(databaseRoles.map((role) => [role, randomUUID()])) as Record<
    (typeof databaseRoles)[number],
    string
  >;
  const urls = await bootstrapDatabase({ adminUrl: postgres.adminUrl, database: 'histories', passwords });
  await migrateToLatest(urls.migrator);
  const admin = new URL(postgres.adminUrl);
  admin.pathname = '/histories';
  const environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
  const clinic = await assembleClinic({
    engine: skippingEngine(environment),
    database: {
      urls: urls as Record<(typeof databaseRoles)[number], string>,
      adminUrl: admin.toString(),
      drop: async () => {},
    },
    keys: historyKeys,
    workflowBundle: await buildWorkflowBundle(),
  });
  mkdirSync(directory, { recursive: true });
  for (const [life, live] of Object.entries(recordedLives)) {
    const workflowId = await live(clinic);
    const history = await clinic.client.workflow.getHandle(workflowId).fetchHistory();
    // The message's own JSON: names of enums, bytes as base64.
    writeFileSync(join(directory, `${life}.json`), `${JSON.stringify(history)}\n`);
    progress.note(`${life}: ${history.events?.length ?? 0} events`);
  }
  await clinic.close();
} finally {
  await postgres.stop();
  rmSync(scratch, { recursive: true, force: true });
}
process.exit(0);
