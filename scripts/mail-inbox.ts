/** The mail catcher: SMTP in, a page and a JSON API out, everything kept in a file. Run by `npm start`. */
import { loadMailInboxConfig } from '../config/stand-ins.ts';
import { createFaultSwitch } from './mail-inbox/fault.ts';
import { createInboxServer } from './mail-inbox/http.ts';
import { createSmtpServer } from './mail-inbox/smtp.ts';
import { openMessageStore } from './mail-inbox/store.ts';

const config = loadMailInboxConfig();
const faults = createFaultSwitch();
const store = await openMessageStore(config.file);
const smtp = createSmtpServer(store, faults);
const http = createInboxServer(store, faults);

await Promise.all([
  new Promise<void>((resolve) => smtp.listen(config.smtpPort, '127.0.0.1', resolve)),
  new Promise<void>((resolve) => http.listen(config.httpPort, '127.0.0.1', resolve)),
]);
console.log(`Mail inbox: SMTP on ${config.smtpPort}, page on http://127.0.0.1:${config.httpPort}, file ${config.file}`);

let stopping = false;
const stop = async () => {
  if (stopping) return;
  stopping = true;
  http.close();
  http.closeAllConnections();
  await new Promise<void>((resolve) => smtp.close(() => resolve()));
  await store.close();
  process.exit(0);
};
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop());
