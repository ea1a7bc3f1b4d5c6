import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { loadConfig } from '../../config.ts';
import type { Environment } from '../../config/environment.ts';
import { loadKeys } from '../../keys.ts';
import { dataConverter } from '../../workers/data-converter.ts';

export const trivialTaskQueue = 'bench-trivial';

export interface Trivial {
  /** Starts and awaits one trivial workflow. */
  run(): Promise<void>;
  stop(): Promise<void>;
}

/** The trivial workflow's own worker process and a client with the API's settings (codec included). */
export async function startTrivial(environment: Environment): Promise<Trivial> {
  const config = loadConfig(environment, { roles: [] });
  const worker: ChildProcess = fork(fileURLToPath(new URL('./trivial-worker.ts', import.meta.url)), {
    env: { ...environment } as NodeJS.ProcessEnv,
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await once(worker, 'message');
  const connection = await Connection.connect({ address: config.temporal.address });
  const client = new Client({
    connection,
    namespace: config.temporal.namespace,
    dataConverter: dataConverter(config, loadKeys(config.keyFile)),
  });
  return {
    run: () =>
      client.workflow.execute('trivial', { taskQueue: trivialTaskQueue, workflowId: `trivial:${randomUUID()}` }),
    async stop() {
      await connection.close();
      worker.kill('SIGTERM');
      await once(worker, 'exit');
    },
  };
}
