/** Builds the web apps into dist/web, when their sources changed since the last build. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withFileLock } from '../provision/file-lock.ts';
import { run } from '../provision/run.ts';
import type { Progress } from '../provision/progress.ts';
import { fingerprint } from './fresh.ts';

/** The client's types come from the route declarations, and rules from the domain: both are sources of the web apps. */
const sources = ['web', 'api', 'domain', 'package-lock.json'];

/** @returns false when there are no web apps to build */
export async function buildWeb(
  root: string,
  env: Readonly<Record<string, string | undefined>>,
  progress: Progress,
): Promise<boolean> {
  // Staff first: its build empties the directory.
  const configs = ['vite.config.ts', 'vite.portal.config.ts'].map((name) => join(root, 'web', name));
  if (!configs.every((config) => existsSync(config))) return false;
  const output = join(root, 'dist', 'web');
  const stamp = join(root, 'dist', 'web.stamp');
  const isFresh = (wanted: string) => existsSync(output) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
  if (isFresh(fingerprint(root, sources))) return true;
  await withFileLock(join(root, 'dist', 'web.lock'), async () => {
    const wanted = fingerprint(root, sources);
    if (isFresh(wanted)) return;
    mkdirSync(join(root, 'dist'), { recursive: true });
    await progress.step('Building the web apps', async (say) => {
      for (const config of configs) {
        await run(
          process.execPath,
          [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--config', config],
          {
            cwd: root,
            env: { ...env, NODE_ENV: 'production', NO_COLOR: '1' },
            timeoutMs: 300_000,
            tailLines: 25,
            onLine: say,
          },
        );
      }
    });
    writeFileSync(stamp, wanted);
  });
  return true;
}
