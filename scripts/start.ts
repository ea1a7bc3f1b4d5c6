/** `npm start`: the whole clinic in one terminal. `-- --reset` begins anew; Ctrl-C stops everything in order. */
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadLaunchConfig } from '../config/launch.ts';
import { loadToolConfig } from '../config/tools.ts';
import { seedVisits } from './seed/visits-after-start.ts';
import { clinicParts, startClinic } from './supervise/clinic.ts';
import { describeReset } from './supervise/home.ts';
import { clinicTable } from './supervise/table.ts';

const usage = `npm start [-- OPTIONS]
  --reset            delete this clinic's data and begin anew
  --without PARTS    start without some of ${clinicParts.join(', ')} (comma-separated)
  --ready-file FILE  write addresses and process ids there, as JSON, once the clinic is ready`;

// A terminal that was closed takes no more output; the clinic must still be stopped in order.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
const started = performance.now();
const interruption = new AbortController();
let stop: (() => Promise<void>) | undefined;
let endSeeding: (() => void) | undefined;
let askedAt = 0;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end());

try {
  await main();
} catch (error) {
  console.error(`\n${(error as Error).message}\n`);
  process.exit(1);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      reset: { type: 'boolean' },
      without: { type: 'string' },
      'ready-file': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(usage);
  const without = partsLeftOut(values.without);
  const launch = loadLaunchConfig();
  if (values.reset && !(await agreesToReset(launch.home))) return;
  console.log(`HealthSphere starts; its data is in ${launch.home}`);
  const clinic = await startClinic({
    reset: values.reset ?? false,
    parts: clinicParts.filter((part) => !without.has(part)),
    signal: interruption.signal,
  });
  stop = clinic.stop;
  console.log(clinicTable(clinic, launch.demoPassword));
  const readyFile = values['ready-file'];
  if (readyFile !== undefined) {
    const { addresses, home } = clinic;
    writeFileSync(readyFile, JSON.stringify({ addresses, home, pids: clinic.pids() }, null, 2));
  }
  console.log(`  Started in ${((performance.now() - started) / 1000).toFixed(1)} s. Ctrl-C stops everything.`);
  console.log('HealthSphere is ready');
  endSeeding = seedVisits(join(import.meta.dirname, '..'), clinic.home, clinic.environment, (line) =>
    console.log(`  ${line}`),
  );
}

/** @throws naming every part that there is not: a misspelt one would be started after all */
function partsLeftOut(given: string | undefined): ReadonlySet<string> {
  const names = (given ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  const unknown = names.filter((name) => !clinicParts.some((part) => part === name));
  if (unknown.length === 0) return new Set(names);
  const quoted = unknown.map((name) => `"${name}"`).join(', ');
  throw new Error(`--without: there is no part ${quoted}; there are ${clinicParts.join(', ')}.`);
}

async function end(): Promise<void> {
  const now = Date.now();
  if (askedAt !== 0) {
    // npm and tsx pass the terminal's signal on a second time; only a person's second Ctrl-C comes later.
    if (now - askedAt > 1500) console.log('Still stopping; processes that do not end in time are ended by force.');
    return;
  }
  askedAt = now;
  if (stop === undefined) return interruption.abort();
  console.log('\nStopping: API, workers, mail, Temporal, Postgres');
  endSeeding?.();
  try {
    await stop();
    console.log('Stopped. The data stays; npm start continues where it was.');
    process.exit(0);
  } catch (error) {
    console.error((error as Error).message);
    process.exit(1);
  }
}

async function agreesToReset(home: string): Promise<boolean> {
  const names = describeReset(home);
  if (names.length === 0) return true;
  console.log(`Beginning anew deletes from ${home}: ${names.join(', ')}.`);
  if (loadToolConfig().ci || !process.stdin.isTTY) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question('Every patient, appointment and mail of this clinic is lost. Type yes: ');
  terminal.close();
  if (answer.trim().toLowerCase() === 'yes') return true;
  console.log('Nothing was deleted.');
  return false;
}
