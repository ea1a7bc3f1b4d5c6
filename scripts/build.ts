/** `npm run build`: what the production image holds in dist/: the web apps, and the workflow bundle of its workers. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { inheritedEnvironment } from '../config.ts';
import { createProgress } from './provision/progress.ts';
import { buildWeb } from './supervise/web-build.ts';
import { buildWorkflowBundle } from './supervise/workflow-bundle.ts';

/** A name that does not change with the sources: the Dockerfile sets HEALTHSPHERE_WORKFLOW_BUNDLE to it. */
const bundleOfImage = 'dist/workflow-bundle.js';

async function main(): Promise<void> {
  const root = join(import.meta.dirname, '..');
  // A bundle without the codec is for one test, and never for an image.
  const env = { ...inheritedEnvironment(), HEALTHSPHERE_CODEC: 'on' };
  const progress = createProgress();
  if (!(await buildWeb(root, env, progress)))
    throw new Error('web/vite.config.ts or web/vite.portal.config.ts is missing.');
  const bundle = await buildWorkflowBundle(root, env, progress);
  if (bundle === undefined) throw new Error('workflows/index.ts is missing.');
  copyFileSync(bundle, join(root, bundleOfImage));
  console.log(`Built: dist/web and ${bundleOfImage}`);
}

main().catch((error: unknown) => {
  console.error(`The build failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
