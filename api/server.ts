/** The HTTP server around the application: its time limits, and its end without a broken request. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AddressInfo } from 'node:net';
import type { ApiPorts } from './context.ts';
import { buildApp, type AppOptions } from './app.ts';
import { startMetricsServer } from './metrics-server.ts';
import type { AnyRoute } from './route.ts';

export interface ApiServer {
  readonly server: Server;
  readonly port: number;
  /** Where the metrics are served apart; absent when no port was asked for. */
  readonly metricsPort: number | undefined;
  /** Stops accepting, lets requests in flight finish (8 s at most), then closes what is left. */
  stop(): Promise<void>;
}

const finishWithin = 8_000;

export async function startServer(
  ports: ApiPorts,
  routes: readonly AnyRoute[],
  listen: { readonly host: string; readonly port: number; readonly metricsPort?: number | undefined },
  options: Omit<AppOptions, 'isStopping'> = {},
): Promise<ApiServer> {
  let stopping = false;
  const answering = new Set<ServerResponse>();
  const { koa, metrics } = buildApp(ports, routes, { ...options, isStopping: () => stopping });
  const handle = koa.callback();
  const server = createServer(
    { requestTimeout: 60_000, headersTimeout: 15_000, keepAliveTimeout: 65_000, maxHeaderSize: 16_384 },
    (request, response) => {
      if (stopping) response.setHeader('Connection', 'close');
      answering.add(response);
      response.once('close', () => answering.delete(response));
      void handle(request, response);
    },
  );
  const { host, metricsPort } = listen;
  const metricsServer =
    metricsPort === undefined ? undefined : await startMetricsServer(metrics, { host, port: metricsPort });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen.port, listen.host, resolve);
  });
  return {
    server,
    port: (server.address() as AddressInfo).port,
    metricsPort: metricsServer?.port,
    async stop() {
      stopping = true;
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeIdleConnections();
      // Live-update streams have no end of their own: the hub tells them.
      await ports.events.close();
      for (let waited = 0; answering.size > 0 && waited < finishWithin; waited += 20) await sleep(20);
      server.closeAllConnections();
      await closed;
      await metricsServer?.close();
    },
  };
}
