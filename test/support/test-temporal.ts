/** The Temporal dev server that all test files share, and a task queue of this file's own. */
import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import type { ClientOptions } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { sharedServer } from './servers.ts';

export interface TestTemporal {
  address: string;
  namespace: string;
  /** Unique, so that workers of other files never see this file's tasks. */
  taskQueue: string;
  webUrl: string;
  client: Client;
  connection: Connection;
  /** For workers. */
  nativeConnection: NativeConnection;
  close(): Promise<void>;
}

/** @param options for the client, such as the data converter that encrypts */
export async function connectTestTemporal(options: Omit<ClientOptions, 'connection'> = {}): Promise<TestTemporal> {
  const { address, webUrl } = await sharedServer('temporal');
  const connection = await Connection.connect({ address });
  const nativeConnection = await NativeConnection.connect({ address });
  const namespace = options.namespace ?? 'default';
  return {
    address,
    namespace,
    taskQueue: `test-${randomBytes(6).toString('hex')}`,
    webUrl,
    client: new Client({ ...options, connection, namespace }),
    connection,
    nativeConnection,
    async close() {
      await nativeConnection.close();
      await connection.close();
    },
  };
}
