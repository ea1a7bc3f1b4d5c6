import { fileURLToPath } from 'node:url';
import { DefaultLogger, bundleWorkflowCode } from '@temporalio/worker';
import type { BundleOptions, WorkflowBundle } from '@temporalio/worker';
import { failureConverterPath } from './data-converter.ts';

/** What goes into the bundle: prebuilt (scripts/bundle-workflows.ts) and made on the fly must be the same. */
export const workflowBundleOptions = {
  workflowsPath: fileURLToPath(new URL('../workflows/index.ts', import.meta.url)),
  failureConverterPath,
} as const satisfies BundleOptions;

/** Bundles today's workflows, in 2 to 4 s; `npm start` does it once for all workers and sets HEALTHSPHERE_WORKFLOW_BUNDLE. */
export async function buildWorkflowBundle(options: Partial<BundleOptions> = {}): Promise<WorkflowBundle> {
  const { code } = await bundleWorkflowCode({
    ...workflowBundleOptions,
    logger: new DefaultLogger('WARN'),
    ...options,
  });
  return { code };
}
