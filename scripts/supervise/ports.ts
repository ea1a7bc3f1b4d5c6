/** Ports: whether one is free, and which one is. */
import { createServer } from 'node:net';

export interface TakenPort {
  port: number;
  /** What wants to listen there. */
  purpose: string;
  /** The environment variable that chooses another. */
  variable: string;
}

export class PortTakenError extends Error {
  constructor(taken: readonly TakenPort[]) {
    const lines = taken.map(({ port, purpose, variable }) => `  port ${port}, ${purpose}: ${variable} chooses another`);
    const first = taken[0]!;
    super(
      `Another program listens where HealthSphere wants to:\n${lines.join('\n')}\n` +
        `Stop that program, or choose other ports, such as: ${first.variable}=${first.port + 1} npm start ` +
        `(HEALTHSPHERE_PORT_OFFSET=100 moves all of them)`,
    );
    this.name = 'PortTakenError';
  }
}

/**
 * Below the range from which systems give ports to outgoing connections (32768 on Linux, 49152 elsewhere): a port found
 * there could be taken by any connection before its owner listens.
 */
const lowest = 20_000;
const highest = 32_000;

/** A port that is free now; it may be taken by the time it is used, which is why nothing fixed depends on it. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let tries = 0; tries < 200; tries += 1) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    if (await portIsFree(port, host)) return port;
  }
  throw new Error(`No port between ${lowest} and ${highest} is free on ${host}`);
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
