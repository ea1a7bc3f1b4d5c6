/**
 * `npm run make-current`: says that this release's build gets the work from now on. A step of its own, run once for each
 * release (docker-compose.yml, service `release`): a worker that did it at its start would take the work back whenever
 * one of an older release is started again. Safe to repeat. Exit 0: it is current; 1: it is not.
 */
import { Connection } from '@temporalio/client';
import { loadConfig } from '../config.ts';
import { setCurrentVersion } from '../workers/deployment.ts';

/** The engine learns of a build by its first poll: the workers may still be starting. */
const patience = 300_000;

async function main(): Promise<void> {
  const config = loadConfig(undefined, { roles: [] });
  const { address, namespace, tls, apiKey } = config.temporal;
  const buildId = config.deploymentBuildId;
  const connection = Connection.lazy({
    address,
    ...(tls === undefined ? {} : { tls }),
    ...(apiKey === undefined ? {} : { apiKey }),
  });
  let last: unknown;
  console.log(`Waiting for a worker of build ${buildId} at ${address}`);
  try {
    await setCurrentVersion(connection, {
      namespace,
      buildId,
      signal: AbortSignal.timeout(patience),
      onFailure: (error) => (last = error),
    });
  } catch (error) {
    const { details, message } = (last ?? error) as { details?: string; message: string };
    throw new Error(
      `No worker of build ${buildId} was seen at ${address} within ${patience / 60_000} minutes. Does one run? The engine said: ${details || message}`,
      { cause: error },
    );
  } finally {
    await connection.close();
  }
  console.log(`Build ${buildId} is the current one: it gets the work.`);
}

main().catch((error: unknown) => {
  console.error(`The build was not made current: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
