/** `npm run check`: types, lint, format, the one-way flow and what patients read; each with its time, all of them even when one fails. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const program = (...path: string[]) => join(root, 'node_modules', ...path);

const checks: { name: string; args: string[]; onlyIf?: string; fix: string }[] = [
  { name: 'Types (tsc)', args: [program('typescript', 'bin', 'tsc'), '--noEmit', '-p', '.'], fix: '' },
  {
    name: 'Lint (oxlint)',
    args: [program('oxlint', 'bin', 'oxlint'), '--deny-warnings', '.'],
    fix: 'npx oxlint --fix . repairs some of it',
  },
  {
    name: 'Format (prettier)',
    args: [program('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.'],
    fix: 'npx prettier --write . repairs it',
  },
  {
    name: 'Boundaries (who may import whom)',
    args: [program('vitest', 'vitest.mjs'), 'run', 'test/system/boundaries.test.ts'],
    onlyIf: 'test/system/boundaries.test.ts',
    fix: 'architecture.md, section 2, says which way the arrows point',
  },
  {
    name: 'Words of patients (plain English, every language complete)',
    args: [program('vitest', 'vitest.mjs'), 'run', 'test/system/patient-words.test.ts'],
    onlyIf: 'test/system/patient-words.test.ts',
    fix: 'docs/decisions.md, 54, says what is counted; a text that a language lacks is written there, not left out',
  },
  {
    name: 'Weight of the portal (all its JavaScript and one language)',
    args: [program('vitest', 'vitest.mjs'), 'run', 'test/web/portal-weight.test.ts'],
    onlyIf: 'test/web/portal-weight.test.ts',
    fix: 'docs/decisions.md, 78, says why it is light',
  },
];

const failed: string[] = [];
for (const { name, args, onlyIf, fix } of checks) {
  if (onlyIf !== undefined && !existsSync(join(root, onlyIf))) {
    console.log(`\n== ${name}: skipped, ${onlyIf} does not exist`);
    continue;
  }
  console.log(`\n== ${name}`);
  const started = performance.now();
  const ok = await run(args);
  console.log(`== ${name}: ${ok ? 'ok' : 'FAILED'}, ${((performance.now() - started) / 1000).toFixed(1)} s`);
  if (!ok) failed.push(fix === '' ? name : `${name}: ${fix}`);
}
console.log(failed.length === 0 ? '\nAll checks passed.' : `\nFailed:\n  ${failed.join('\n  ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;

function run(args: readonly string[]): Promise<boolean> {
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
  return new Promise((resolve) => {
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
}
