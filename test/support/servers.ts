/**
 * The servers that all test files share. They belong to vitest's main process, which starts each when a file first asks
 * for it, so that a run of pure domain tests starts none. The forks ask over a loopback address.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    serversUrl: string;
  }
}

export interface SharedServers {
  /** `template` names the migrated database that test databases are copied from. */
  postgres: { adminUrl: string; template: string; pid: number };
  temporal: { address: string; webUrl: string; pid: number };
  timeSkipping: { path: string };
  browser: { path: string };
  workflowBundle: { path: string };
  web: { directory: string };
}

export type ServerStarters = { [Name in keyof SharedServers]: () => Promise<SharedServers[Name]> };

/** Runs in vitest's main process. */
export async function offerServers(starters: ServerStarters): Promise<{ url: string; close(): Promise<void> }> {
  const started = new Map<string, Promise<unknown>>();
  const server = createServer((request, response) => {
    const name = (request.url ?? '/').slice(1);
    if (!Object.hasOwn(starters, name)) return void response.writeHead(404).end(`There is no server named ${name}.`);
    const answer = started.get(name) ?? starters[name as keyof SharedServers]();
    started.set(name, answer);
    answer.then(
      (value) => response.end(JSON.stringify(value)),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Runs in a test file: the address of a shared server, started when this is the first to ask. */
export async function sharedServer<Name extends keyof SharedServers>(name: Name): Promise<SharedServers[Name]> {
  const response = await fetch(`${inject('serversUrl')}/${name}`, { headers: { connection: 'close' } });
  const text = await response.text();
  if (!response.ok) throw new Error(`The ${name} server for tests could not be started. ${text}`);
  return JSON.parse(text) as SharedServers[Name];
}
