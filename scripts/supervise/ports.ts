/** Ports: whether one is free, and which one is. */
import { createServer } from 'node:net';

export class PortTakenError extends Error {
  readonly port: number;
  constructor(port: number, purpose: string, variable: string) {
    super(
      `Port ${port} (${purpose}) is taken by another program. ` +
        `Stop that program, or choose another port: ${variable}=${port + 1} npm start`,
    );
    this.name = 'PortTakenError';
    this.port = port;
  }
}

/** A port that is free now; it may be taken by the time it is used, which is why nothing fixed depends on it. */
export function freePort(host = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, host, () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** Different free ports, found together so that none is handed out twice. */
export async function freePorts<Name extends string>(names: readonly Name[]): Promise<Record<Name, number>> {
  const found = new Set<number>();
  while (found.size < names.length) found.add(await freePort());
  const ports = [...found];
  return Object.fromEntries(names.map((name, index) => [name, ports[index]])) as Record<Name, number>;
}

export function portIsFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
