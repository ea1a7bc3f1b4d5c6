/** Builds the workflow bundle once for both workers, when its sources changed; each worker alone would need seconds. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { withFileLock } from '../provision/file-lock.ts';
import { run } from '../provision/run.ts';
import type { Progress } from '../provision/progress.ts';
import { fingerprint } from './fresh.ts';

const sources = ['workflows', 'domain', 'workers', 'package-lock.json', 'scripts/bundle-workflows.ts'];

/** @returns the path of the bundle, or undefined when there are no workflows */
export async function buildWorkflowBundle(
  root: string,
  env: Readonly<Record<string, string | undefined>>,
  progress: Progress,
): Promise<string | undefined> {
  if (!existsSync(join(root, 'workflows', 'index.ts'))) return undefined;
  const directory = join(root, 'dist', 'workflows');
  // Without the codec the failure converter is another one, and it is part of the bundle.
  const kind = env['HEALTHSPHERE_CODEC'] === 'off' ? '-codec-off' : '';
  const path = join(directory, `${fingerprint(root, sources)}${kind}.js`);
  if (existsSync(path)) return path;
  mkdirSync(directory, { recursive: true });
  await withFileLock(join(directory, 'build.lock'), async () => {
    if (existsSync(path)) return;
    const scratch = `${path}.${process.pid}`;
    await progress.step('Bundling the workflows', (say) =>
      run(process.execPath, ['--import', 'tsx', join(root, 'scripts', 'bundle-workflows.ts'), scratch], {
        cwd: root,
        env,
        timeoutMs: 120_000,
        onLine: say,
      }),
    );
    renameSync(scratch, path);
    removeOld(directory);
  });
  return path;
}

/** A running clinic may still need its bundle for a worker that is started again; a week-old one it does not. */
function removeOld(directory: string): void {
  const limit = Date.now() - 7 * 24 * 3600 * 1000;
  for (const name of readdirSync(directory)) {
    const file = join(directory, name);
    if (name.endsWith('.js') && statSync(file).mtimeMs < limit) rmSync(file, { force: true });
  }
}
