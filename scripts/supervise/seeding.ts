/** Fills a new clinic with its synthetic patients and staff. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../../config/environment.ts';
import { run } from '../provision/run.ts';
import type { Progress } from '../provision/progress.ts';
import { logFile } from './children.ts';
import { needsSeed, seedMarker } from './database.ts';

/** Runs scripts/seed.ts when the database holds no organization, or when the last seeding was cut short. */
export async function seedWhenEmpty(
  root: string,
  home: string,
  migratorUrl: string,
  environment: Environment,
  progress: Progress,
): Promise<void> {
  const script = join(root, 'scripts', 'seed.ts');
  if (!existsSync(script) || !(await needsSeed(home, migratorUrl))) return;
  writeFileSync(seedMarker(home), '');
  const output = await progress.step('Seeding the synthetic clinic (first start only)', (say) =>
    run(process.execPath, ['--import', 'tsx', script], {
      cwd: root,
      env: environment,
      timeoutMs: 600_000,
      tailLines: 25,
      onLine: say,
    }),
  );
  writeFileSync(logFile(home, 'seed'), output, { mode: 0o600 });
  rmSync(seedMarker(home), { force: true });
}
