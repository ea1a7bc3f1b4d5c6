/** What takes seconds to build is built once for all test files, when the first asks for it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sharedServer } from './servers.ts';

/** Today's workflows, as workers of production get them. */
export async function workflowBundle(): Promise<{ codePath: string }> {
  const { path } = await sharedServer('workflowBundle');
  return { codePath: path };
}

/** Directory of the web applications as they are shipped, with `.vite/manifest.json`. */
export async function webDirectory(): Promise<string> {
  return (await sharedServer('web')).directory;
}

/** Runs in vitest's main process. A process of its own: vitest's NODE_ENV would build the slow React. */
export async function buildWebInto(directory: string): Promise<void> {
  const root = join(import.meta.dirname, '../..');
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const options = ['--config', join(root, 'web/vite.config.ts'), '--outDir', directory, '--emptyOutDir', '--manifest'];
  await promisify(execFile)(process.execPath, [vite, 'build', ...options, '--logLevel', 'error'], {
    env: { PATH: '', NODE_ENV: 'production' },
  });
}
