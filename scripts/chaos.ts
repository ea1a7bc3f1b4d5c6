/**
 * `npm run chaos -- --seed N [--faults 200] [--minutes 15] [--clients 16] [--scenario mixed|one-slot|waitlist]`: a clinic of its own,
 * a seeded load over HTTP, and everything killed under it. Exit 0: no violation and as many faults as asked; 1: violations;
 * 2: it could not be run, or time ran out before enough faults counted.
 */
import { cpSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startChaosClinic, type ChaosClinic } from './chaos/clinic.ts';
import { runMixed } from './chaos/mixed.ts';
import { runOneSlot } from './chaos/one-slot.ts';
import { mixedReport, oneSlotReport, waitlistReport } from './chaos/report.ts';
import type { Traffic } from './chaos/traffic.ts';
import { runWaitlist } from './chaos/waitlist.ts';
import { createProgress } from './provision/progress.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    faults: { type: 'string', default: '200' },
    minutes: { type: 'string', default: '15' },
    clients: { type: 'string' },
    scenario: { type: 'string', default: 'mixed' },
  },
});

const stopping = new AbortController();
process.once('SIGINT', () => {
  console.log('\nstopping everything; once more ends it at once');
  stopping.abort(new Error('interrupted'));
});

async function main(): Promise<number> {
  const { scenario } = values;
  if (!isScenario(scenario)) throw new Error(`--scenario is ${Object.keys(sizes).join(' or ')}`);
  const [seed, faults, minutes] = [number('seed'), number('faults'), number('minutes')];
  const clients = number('clients', scenario === 'mixed' ? 16 : 200);
  const started = performance.now();
  const say = (line: string): void =>
    console.log(`${((performance.now() - started) / 1_000).toFixed(0).padStart(5)} s  ${line}`);
  const size = sizes[scenario];
  const on = await startChaosClinic({
    size: { ...size, patients: scenario === 'one-slot' ? clients : size.patients },
    progress: createProgress(),
    signal: stopping.signal,
  });
  let outcome = 2;
  try {
    say(`the clinic stands on ports of its own; seed ${seed}`);
    const common = { seed, clients, say, signal: stopping.signal };
    if (scenario === 'one-slot') {
      const result = await runOneSlot(on, { ...common, kills: Math.min(faults, 20) });
      console.log(`\n${oneSlotReport(result).join('\n')}`);
      return (outcome = verdict(result.traffic));
    }
    if (scenario === 'waitlist') {
      const result = await runWaitlist(on, {
        ...common,
        entries: 500,
        openings: 50,
        seconds: 60,
        windowSeconds: 12,
        maxOffers: 6,
        thinkMs: 10_000,
      });
      console.log(`\n${waitlistReport(result).join('\n')}`);
      return (outcome = verdict(result.traffic));
    }
    const result = await runMixed(on, { ...common, faults, minutes, thinkMs: 60 });
    console.log(`\n${mixedReport(result).join('\n')}`);
    outcome = verdict(result.traffic);
    if (outcome === 0 && result.injected.length < faults) {
      console.log(`only ${result.injected.length} of ${faults} faults counted in ${minutes} minutes`);
      return (outcome = 2);
    }
    return outcome;
  } finally {
    if (outcome !== 0 && !stopping.signal.aborted) keepLogs(on);
    await on.end();
  }
}

const sizes = {
  'mixed': { practitioners: 6, rooms: 4, patients: 80 },
  'one-slot': { practitioners: 3, rooms: 3, patients: 200 },
  'waitlist': { practitioners: 6, rooms: 8, patients: 560 },
} as const; // prettier-ignore
const isScenario = (name: string): name is keyof typeof sizes => Object.hasOwn(sizes, name);

const verdict = ({ violations }: Traffic): number => (violations.length === 0 ? 0 : 1);

/** The logs of a run that failed outlive it. */
function keepLogs(on: ChaosClinic): void {
  const kept = join(tmpdir(), `healthsphere-chaos-logs-${process.pid}`);
  cpSync(join(on.clinic.home, 'logs'), kept, { recursive: true });
  console.log(`the logs of its processes: ${kept}`);
}

function number(name: 'seed' | 'faults' | 'minutes' | 'clients', otherwise = Number.NaN): number {
  const given = values[name] === undefined ? otherwise : Number(values[name]);
  if (!(given > 0)) throw new Error(`--${name} is a positive number`);
  return given;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(`The run could not be finished: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(2);
  },
);
