/** Where the browser for the web tests comes from, in the order of architecture.md, section 6. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inheritedEnvironment } from '../../config.ts';
import { loadToolConfig } from '../../config/tools.ts';
import type { ToolConfig } from '../../config/tools.ts';
import { firstThatWorks } from './attempts.ts';
import { withFileLock } from './file-lock.ts';
import type { Progress } from './progress.ts';
import { findProgram, isExecutable, run } from './run.ts';

export interface BrowserProgram {
  path: string;
  source: 'CHROME_PATH' | 'path' | 'playwright' | 'apt';
}

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const macOs = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** @throws ProvisionError listing what was tried and what to install */
export async function provisionBrowser(
  progress: Progress,
  tools: ToolConfig = loadToolConfig(),
): Promise<BrowserProgram> {
  const directory = join(tools.cacheDirectory, 'browsers');
  const locked = <T>(work: () => Promise<T>) =>
    withFileLock(`${directory}.lock`, work, (holder) =>
      progress.note(`Process ${holder} is installing a browser; waiting for it.`),
    );
  return firstThatWorks<BrowserProgram>(
    'A browser for the web tests',
    [
      {
        way: 'CHROME_PATH',
        attempt: async () => {
          const path = tools.chromePath;
          if (path === undefined) return { refused: 'not set' };
          return isExecutable(path) ? { path, source: 'CHROME_PATH' } : { refused: `${path} is not a program` };
        },
      },
      {
        way: 'Chromium or Chrome on PATH',
        attempt: async () => {
          const path = onPath(tools.path);
          return path ? { path, source: 'path' } : { refused: 'not found' };
        },
      },
      { way: 'npx playwright install chromium', attempt: () => locked(() => withPlaywright(directory, progress)) },
      { way: 'apt-get install chromium', attempt: () => locked(() => withApt(tools.path, progress)) },
    ],
    [
      'set CHROME_PATH to a Chrome or Chromium program',
      'install Chromium or Chrome so that it is on PATH',
      'allow downloads from https://cdn.playwright.dev',
    ],
  );
}

function onPath(path: string): string | undefined {
  const found = names.map((name) => findProgram(name, path)).find((program) => program !== undefined);
  return found ?? (isExecutable(macOs) ? macOs : undefined);
}

async function withPlaywright(directory: string, progress: Progress): Promise<BrowserProgram | { refused: string }> {
  const installed = playwrightBrowser(directory);
  if (installed) return { path: installed, source: 'playwright' };
  mkdirSync(directory, { recursive: true });
  await progress.step('Downloading Chromium with Playwright (only once)', (say) =>
    run(process.execPath, [join('node_modules', 'playwright-core', 'cli.js'), 'install', 'chromium-headless-shell'], {
      env: { ...inheritedEnvironment(), PLAYWRIGHT_BROWSERS_PATH: directory },
      timeoutMs: 5 * 60_000,
      onLine: say,
    }),
  );
  const path = playwrightBrowser(directory);
  return path ? { path, source: 'playwright' } : { refused: `no browser appeared in ${directory}` };
}

/** Playwright unpacks to <directory>/chromium_headless_shell-<revision>/<platform>/<program>. */
function playwrightBrowser(directory: string): string | undefined {
  if (!existsSync(directory)) return undefined;
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  const name = files.find(
    (file) => /(?:headless[-_]shell|chrome)(?:\.exe)?$/.test(file) && isExecutable(join(directory, file)),
  );
  return name === undefined ? undefined : join(directory, name);
}

async function withApt(path: string, progress: Progress): Promise<BrowserProgram | { refused: string }> {
  const apt = findProgram('apt-get', path);
  if (apt === undefined) return { refused: 'this is not Debian or Ubuntu' };
  if (process.getuid?.() !== 0) return { refused: 'needs root; run: sudo apt-get install chromium' };
  const env = { ...inheritedEnvironment(), DEBIAN_FRONTEND: 'noninteractive' };
  await progress.step('Installing Chromium with apt-get (only once)', async (say) => {
    await run(apt, ['update'], { env, timeoutMs: 5 * 60_000, onLine: say });
    await run(apt, ['install', '-y', '--no-install-recommends', 'chromium'], {
      env,
      timeoutMs: 10 * 60_000,
      onLine: say,
    });
  });
  const program = onPath(path);
  return program ? { path: program, source: 'apt' } : { refused: 'apt-get succeeded, but no chromium is on PATH' };
}
