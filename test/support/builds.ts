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

/** Directory of the web applications as they are shipped, with `.vite/manifest.json` of staff and `.vite/portal.json`. */
export async function webDirectory(): Promise<string> {
  return (await sharedServer('web')).directory;
}

/** Runs in vitest's main process. Processes of their own: vitest's NODE_ENV would build the slow React. */
export async function buildWebInto(directory: string): Promise<void> {
  await build('vite.config.ts', directory, ['--emptyOutDir', '--manifest']);
  await buildPortalInto(directory);
}

/** The portal alone, beside what is there. */
export const buildPortalInto = (directory: string): Promise<void> =>
  build('vite.portal.config.ts', directory, ['--manifest', '.vite/portal.json']);

async function build(config: string, directory: string, options: readonly string[]): Promise<void> {
  const root = join(import.meta.dirname, '../..');
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const all = [
    'build',
    '--config',
    join(root, 'web', config),
    '--outDir',
    directory,
    '--logLevel',
    'error',
    ...options,
  ];
  await promisify(execFile)(process.execPath, [vite, ...all], { env: { PATH: '', NODE_ENV: 'production' } });
}
