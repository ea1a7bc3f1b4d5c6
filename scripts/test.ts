/** `npm test`: provisions what the tests need with progress, runs vitest, and ends with `N passed, N failed`. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { inheritedEnvironment } from '../config.ts';
import { provisionBrowser } from './provision/browser.ts';
import { createProgress } from './provision/progress.ts';
import { provisionTemporalServer } from './provision/temporal-server.ts';
import { provisionTimeSkippingServer } from './provision/time-skipping-server.ts';

const root = join(import.meta.dirname, '..');
const results = join(root, 'test', '.output', `results-${process.pid}.json`);
const args = process.argv.slice(2);

await provision();
mkdirSync(join(root, 'test', '.output'), { recursive: true });
const status = await runVitest();
const counts = readCounts();
rmSync(results, { force: true });
console.log(`${counts.passed} passed, ${counts.failed} failed`);
if (counts.failed === 0 && status !== 0) {
  console.log(
    'The run failed although no test did: vitest says why above (an error outside a test, or no test found).',
  );
}
process.exitCode = status;

/** Missing servers are had here, where progress can be seen; whoever cannot have one still runs the other tests. */
async function provision(): Promise<void> {
  const progress = createProgress();
  for (const provisionOne of [provisionTemporalServer, provisionTimeSkippingServer, provisionBrowser]) {
    try {
      await provisionOne(progress);
    } catch (error) {
      console.error(`\n${(error as Error).message}\nThe tests that need it will fail.\n`);
    }
  }
}

function runVitest(): Promise<number> {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
  const child = spawn(process.execPath, [vitest, 'run', ...reporters, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: inheritedEnvironment() as NodeJS.ProcessEnv,
  });
  // Vitest gets the terminal's signals itself; this process waits so that the servers are stopped and the line is printed.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => child.on('close', (code) => resolve(code ?? 1)));
}

function readCounts(): { passed: number; failed: number } {
  const schema = z.object({
    numPassedTests: z.number(),
    numFailedTests: z.number(),
    testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
  });
  try {
    const report = schema.parse(JSON.parse(readFileSync(results, 'utf8')));
    // A file that could not even be loaded has no tests, and must not pass for that.
    const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
    return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length };
  } catch {
    return { passed: 0, failed: 0 };
  }
}
