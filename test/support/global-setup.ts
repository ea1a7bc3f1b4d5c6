/** Runs once before and once after all test files, in vitest's main process. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { inheritedEnvironment } from '../../config.ts';
import { provisionBrowser } from '../../scripts/provision/browser.ts';
import { removePostgres, startPostgres, throwAwaySettings } from '../../scripts/provision/postgres.ts';
import { createProgress } from '../../scripts/provision/progress.ts';
import { provisionTemporalServer } from '../../scripts/provision/temporal-server.ts';
import { provisionTimeSkippingServer } from '../../scripts/provision/time-skipping-server.ts';
import { freePort } from '../../scripts/supervise/ports.ts';
import { startTemporalServer } from '../../scripts/supervise/temporal-dev-server.ts';
import { buildWorkflowBundle } from '../../scripts/supervise/workflow-bundle.ts';
import { buildWebInto } from './builds.ts';
import { offerServers } from './servers.ts';
import { createTemplate } from './test-postgres.ts';

const root = join(import.meta.dirname, '../..');

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const progress = createProgress();
  const scratch = mkdtempSync(join(tmpdir(), 'healthsphere-test-'));
  // As root, Postgres runs as another user, which has to reach its data in here.
  chmodSync(scratch, 0o755);
  const stops: (() => Promise<void>)[] = [];
  const servers = await offerServers({
    async postgres() {
      const dataDir = join(scratch, 'postgres');
      const running = await startPostgres({
        dataDir,
        port: await freePort(),
        settings: throwAwaySettings,
        throwAway: true,
      });
      stops.push(
        () => running.stop(),
        async () => void removePostgres(dataDir),
      );
      const template = await createTemplate(running.adminUrl);
      return { adminUrl: running.adminUrl, template, pid: running.pid };
    },
    async temporal() {
      const { path } = await provisionTemporalServer(progress);
      const running = await startTemporalServer({ program: path, logFile: join(scratch, 'temporal.log') });
      stops.push(() => running.stop());
      return { address: running.address, webUrl: running.webUrl, pid: running.pid };
    },
    timeSkipping: async () => ({ path: (await provisionTimeSkippingServer(progress)).path }),
    browser: async () => ({ path: (await provisionBrowser(progress)).path }),
    async workflowBundle() {
      const path = await buildWorkflowBundle(root, inheritedEnvironment(), progress);
      if (path === undefined) throw new Error('workflows/index.ts is missing.');
      return { path };
    },
    async web() {
      // Not in dist/web: another run's browser may be reading there.
      const directory = join(scratch, 'web');
      await buildWebInto(directory);
      return { directory };
    },
  });
  project.provide('serversUrl', servers.url);
  return async () => {
    await servers.close();
    for (const stop of stops) await stop();
    rmSync(scratch, { recursive: true, force: true });
  };
}
