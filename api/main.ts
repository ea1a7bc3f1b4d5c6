/** The API process. */
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../config.ts';
import { loadKeys } from '../keys.ts';
import { createLog } from './log.ts';
import { createPorts } from './ports.ts';
import { routes } from './routes.ts';
import { startServer } from './server.ts';
import { createTemporalGateway } from './temporal/temporal.ts';

const sweepEveryMs = 10 * 60_000;

async function main(): Promise<void> {
  const config = loadConfig(undefined, { roles: ['api', 'auditor'] });
  const log = createLog({ component: 'api', level: config.logLevel });
  const keys = loadKeys(config.keyFile);
  const temporal = createTemporalGateway({ config, keys, log });
  const { ports, close } = createPorts({ config, keys, temporal, log });
  const webDirectory = fileURLToPath(new URL('../dist/web', import.meta.url));
  // Production stands behind one TLS terminator (docker-compose.yml); elsewhere nobody is in front.
  const trustedProxies = config.environment === 'production' ? 1 : 0;
  const api = await startServer(ports, routes, config, { webDirectory, trustedProxies });
  const sweep = setInterval(() => {
    ports.limits.sweep().catch((error: unknown) => log.warn({ error }, 'old rate limit counters could not be removed'));
  }, sweepEveryMs);
  sweep.unref();
  log.info({ port: api.port }, 'the API listens');

  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    clearInterval(sweep);
    void (async () => {
      await api.stop();
      await Promise.allSettled([close(), temporal.close()]);
      log.info({}, 'stopped');
      // Whatever still holds the process open must not hold up a restart.
      setTimeout(() => process.exit(0), 1_000).unref();
    })();
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  process.on('unhandledRejection', (error) => log.error({ error }, 'a promise was left alone'));
}

await main();
