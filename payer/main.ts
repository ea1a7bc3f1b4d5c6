/** The payer sandbox as a process of its own. Run by `npm start`; production names a real payer or clearing house (PAYER_URL). */
import { loadPayerSandboxConfig } from '../config/stand-ins.ts';
import { createPayerServer } from './server.ts';
import { openPayerStore } from './store.ts';

const config = loadPayerSandboxConfig();
const server = createPayerServer(openPayerStore(config.directory));
await new Promise<void>((resolve) => server.listen(config.port, '127.0.0.1', resolve));
console.log(`Payer sandbox: X12 270 on http://127.0.0.1:${config.port}/x12/270, its control on /control`);

const stop = (): void => {
  server.close();
  server.closeAllConnections();
  process.exit(0);
};
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);
