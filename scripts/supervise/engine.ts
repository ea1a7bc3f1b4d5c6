/** Makes the engine ready for workflows: it answers, and knows the platform's search attributes. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LaunchConfig } from '../../config/launch.ts';
import type { TemporalConfig } from '../../config/temporal.ts';

/** @throws after 15 s, naming the address and how to change it */
export async function prepareEngine(launch: LaunchConfig): Promise<void> {
  // Loaded while the server starts: these modules take most of a second.
  const [{ Connection }, { registerSearchAttributes }] = await Promise.all([
    import('@temporalio/client'),
    import('../../workers/search-attributes.ts'),
  ]);
  const own = launch.temporal;
  const config: TemporalConfig = own ?? { address: `127.0.0.1:${launch.ports.temporal}`, namespace: 'default' };
  const { address, apiKey, tls } = config;
  const deadline = Date.now() + 15_000;
  for (;;) {
    try {
      const connection = await Connection.connect({
        address,
        connectTimeout: '3 seconds',
        ...(apiKey === undefined ? {} : { apiKey }),
        ...(tls === undefined ? {} : { tls }),
      });
      try {
        await registerSearchAttributes(connection, config.namespace);
      } finally {
        await connection.close();
      }
      return;
    } catch (error) {
      if (Date.now() > deadline) {
        const whose = own ? `of TEMPORAL_ADDRESS or TEMPORAL_PROFILE (${address})` : `on ${address}`;
        const remedy = own ? ' Correct it, or unset it to use the embedded server.' : '';
        const reason = (error as Error).message;
        throw new Error(`The Temporal server ${whose} could not be prepared: ${reason}.${remedy}`, { cause: error });
      }
      await sleep(200);
    }
  }
}
