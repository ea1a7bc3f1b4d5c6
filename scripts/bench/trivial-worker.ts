/** Works off the denominator, in a process of its own with the clinic's own worker options. */
import { fileURLToPath } from 'node:url';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { loadConfig } from '../../config.ts';
import { loadKeys } from '../../keys.ts';
import { buildWorkflowBundle } from '../../workers/bundle.ts';
import { workerOptions } from '../../workers/worker-options.ts';
import { trivialTaskQueue } from './trivial.ts';

Runtime.install({ logger: new DefaultLogger('WARN') });
const config = loadConfig(process.env, { roles: [] });
const connection = await NativeConnection.connect({ address: config.temporal.address });
const workflowBundle = await buildWorkflowBundle({
  workflowsPath: fileURLToPath(new URL('./trivial-workflow.ts', import.meta.url)),
});
const { workerDeploymentOptions: _versioned, ...options } = workerOptions({
  config,
  keys: loadKeys(config.keyFile),
  connection,
  activities: { nothing: async () => undefined },
  workflowBundle,
});
const worker = await Worker.create({ ...options, taskQueue: trivialTaskQueue });
process.on('SIGTERM', () => worker.shutdown());
process.send?.('ready');
await worker.run();
await connection.close();
