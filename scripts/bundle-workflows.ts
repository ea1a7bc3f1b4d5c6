/** Writes the workflow bundle to the file named on the command line. Run by scripts/supervise/workflow-bundle.ts. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import type { BundleOptions } from '@temporalio/worker';
import { inheritedEnvironment } from '../config.ts';

const output = process.argv[2];
if (output === undefined) throw new Error('Usage: bundle-workflows OUTPUT');
const root = join(import.meta.dirname, '..');
const { code } = await bundleWorkflowCode({
  workflowsPath: join(root, 'workflows', 'index.ts'),
  logger: new DefaultLogger('WARN'),
  ...(await workersOwnOptions()),
});
writeFileSync(output, code);

/** What the workers need bundled besides the workflows: the failure converter, and whatever workers/bundle.ts says. */
async function workersOwnOptions(): Promise<Partial<BundleOptions>> {
  const failureConverterPath = join(root, 'workers', 'failure-converter.cjs');
  const encrypts = inheritedEnvironment()['HEALTHSPHERE_CODEC'] !== 'off' && existsSync(failureConverterPath);
  const file = join(root, 'workers', 'bundle.ts');
  const more = existsSync(file)
    ? ((await import(pathToFileURL(file).href)) as { workflowBundleOptions?: Partial<BundleOptions> })
    : {};
  return { ...(encrypts ? { failureConverterPath } : {}), ...more.workflowBundleOptions };
}
