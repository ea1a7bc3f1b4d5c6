/** Where the `temporal` program comes from, in the order of architecture.md, section 6. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inheritedEnvironment } from '../../config.ts';
import { loadToolConfig } from '../../config/tools.ts';
import type { ToolConfig } from '../../config/tools.ts';
import { firstThatWorks } from './attempts.ts';
import { withFileLock } from './file-lock.ts';
import type { Progress } from './progress.ts';
import { findProgram, run } from './run.ts';
import { downloadThroughSdk } from './sdk-download.ts';

/** The release that temporal.md was measured on. */
const version = '1.5.1';
/** `--ui-codec-endpoint` and Update-with-Start are in every CLI from here on. */
const oldestUsable = [1, 3];

export interface TemporalProgram {
  path: string;
  source: 'path' | 'cache' | 'download' | 'built';
}

/**
 * Finds, downloads or builds the Temporal CLI. `TEMPORAL_ADDRESS` comes before this: whoever names a server needs none.
 * @throws ProvisionError listing what was tried and what to install
 */
export async function provisionTemporalServer(
  progress: Progress,
  tools: ToolConfig = loadToolConfig(),
): Promise<TemporalProgram> {
  const directory = join(tools.cacheDirectory, 'temporal');
  const built = join(directory, `temporal-${version}${process.platform === 'win32' ? '.exe' : ''}`);
  const cached = (): TemporalProgram | { refused: string } =>
    existsSync(built) ? { path: built, source: 'cache' } : { refused: `${built} does not exist` };
  return firstThatWorks<TemporalProgram>(
    'A Temporal server',
    [
      { way: 'temporal on PATH', attempt: () => onPath(tools.path) },
      { way: 'the cache', attempt: async () => cached() },
      {
        way: "the SDK's download",
        attempt: async () => {
          const result = await downloadThroughSdk('temporal-cli', join(directory, 'download'));
          return 'path' in result ? { path: result.path, source: 'download' } : result;
        },
      },
      {
        way: `go install github.com/temporalio/cli/cmd/temporal@v${version}`,
        attempt: () =>
          withFileLock(
            join(directory, 'build.lock'),
            async () => {
              const meanwhile = cached();
              return 'path' in meanwhile ? meanwhile : build(directory, built, tools, progress);
            },
            (holder) => progress.note(`Process ${holder} is building the Temporal server; waiting for it.`),
          ),
      },
    ],
    [
      'set TEMPORAL_ADDRESS (or TEMPORAL_PROFILE) to a Temporal server of yours',
      `put the Temporal CLI ${version} on PATH: https://docs.temporal.io/cli`,
      'allow downloads from https://temporal.download',
      'install Go 1.24 or newer (https://go.dev/dl) and allow the Go module proxy; the build takes a few minutes, once',
    ],
  );
}

async function onPath(path: string): Promise<TemporalProgram | { refused: string }> {
  const program = findProgram('temporal', path);
  if (program === undefined) return { refused: 'not found' };
  const output = await run(program, ['--version'], { timeoutMs: 10_000 });
  const [, major, minor] = /version (\d+)\.(\d+)/.exec(output) ?? [];
  // A CLI built by `go install` calls itself 0.0.0-DEV; it is as new as whoever built it made it.
  const isBuilt = output.includes('0.0.0');
  const tooOld =
    Number(major) < oldestUsable[0]! || (Number(major) === oldestUsable[0] && Number(minor) < oldestUsable[1]!);
  if (!isBuilt && tooOld) return { refused: `${program} is ${major}.${minor}, older than ${oldestUsable.join('.')}` };
  return { path: program, source: 'path' };
}

async function build(
  directory: string,
  target: string,
  tools: ToolConfig,
  progress: Progress,
): Promise<TemporalProgram | { refused: string }> {
  const go = findProgram('go', tools.path) ?? (existsSync('/usr/local/go/bin/go') ? '/usr/local/go/bin/go' : undefined);
  if (go === undefined) return { refused: 'Go is not installed' };
  mkdirSync(directory, { recursive: true });
  const scratch = join(directory, `build-${process.pid}`);
  try {
    await progress.step('Building the Temporal server with Go (about 3 to 6 minutes, only once)', (say) =>
      run(go, ['install', `github.com/temporalio/cli/cmd/temporal@v${version}`], {
        env: { ...inheritedEnvironment(), GOBIN: scratch, GOFLAGS: '-buildvcs=false -ldflags=-s' },
        timeoutMs: 30 * 60_000,
        onLine: say,
      }),
    );
    renameSync(join(scratch, process.platform === 'win32' ? 'temporal.exe' : 'temporal'), target);
    return { path: target, source: 'built' };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
