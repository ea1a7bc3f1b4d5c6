/**
 * The Temporal SDK downloads its servers only while starting them, so that the download runs in a process of its own,
 * which starts the server once and ends it. Networks that refuse the download host are recognized in seconds.
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.ts';

const host = 'https://temporal.download';

export type SdkServer = 'temporal-cli' | 'temporal-test-server';

/** @returns the path of the downloaded program, or why there is none */
export async function downloadThroughSdk(
  server: SdkServer,
  directory: string,
): Promise<{ path: string } | { refused: string }> {
  const known = downloaded(directory, server);
  if (known) return { path: known };
  try {
    await fetch(`${host}/${server === 'temporal-cli' ? 'cli' : server}/default`, { signal: AbortSignal.timeout(5000) });
  } catch (error) {
    const cause = (error as Error).cause;
    return { refused: `${host} cannot be reached (${cause instanceof Error ? cause.message : String(error)})` };
  }
  mkdirSync(directory, { recursive: true });
  const create = server === 'temporal-cli' ? 'createLocal' : 'createTimeSkipping';
  const program = `
    import { TestWorkflowEnvironment } from '@temporalio/testing';
    const executable = { type: 'cached-download', downloadDir: ${JSON.stringify(directory)}, ttl: '3650d' };
    const environment = await TestWorkflowEnvironment.${create}({ server: { executable } });
    await environment.teardown();`;
  try {
    await run(process.execPath, ['--input-type=module', '-e', program], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      timeoutMs: 180_000,
    });
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
  const path = downloaded(directory, server);
  return path ? { path } : { refused: `the SDK left no program in ${directory}` };
}

function downloaded(directory: string, server: SdkServer): string | undefined {
  if (!existsSync(directory)) return undefined;
  const name = readdirSync(directory).find((file) => file.startsWith(server) && !file.endsWith('.downloading'));
  return name === undefined ? undefined : join(directory, name);
}
