/** Tests use no fixed port: several suites may run on one machine. */
import { freePort as findFreePort } from '../../scripts/supervise/ports.ts';

export const freePort = (): Promise<number> => findFreePort();
