/** The mixed scenario: many clients, everything they do, everything killed under them, and the reckoning afterwards. */
import { randomUUID } from 'node:crypto';
import { request } from '../client/clinic-client.ts';
import type { ChaosClinic } from './clinic.ts';
import { injectFaults, type Injected } from './faults.ts';
import { startLoad } from './load.ts';
import { createTraffic, type Traffic } from './traffic.ts';
import { verifyAll, type Verified } from './verify.ts';
import { watchInvariants } from './watch.ts';

export interface MixedOptions {
  readonly seed: number;
  readonly faults: number;
  readonly minutes: number;
  readonly clients: number;
  readonly thinkMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly say: (line: string) => void;
}

export interface MixedResult {
  readonly seed: number;
  readonly seconds: number;
  readonly injected: readonly Injected[];
  readonly traffic: Traffic;
  readonly looks: number;
  readonly verified: Verified;
}

export async function runMixed(on: ChaosClinic, options: MixedOptions): Promise<MixedResult> {
  const { seed, say, signal } = options;
  const started = performance.now();
  const deadline = started + options.minutes * 60_000;
  await shortDeadlines(on);
  const traffic = createTraffic({ signal, onViolation: ({ rule, detail }) => say(`VIOLATION ${rule}: ${detail}`) });
  const aborted = () => signal?.aborted === true;
  let loadOver = false;
  const load = startLoad(on, traffic, options, () => loadOver || aborted());
  const watch = watchInvariants(on, traffic);
  const injected = await injectFaults(on, traffic, {
    seed,
    faults: options.faults,
    stopped: () => aborted() || performance.now() > deadline,
    onFault: ({ kind, inFlight }, count) => {
      if (count % 10 === 0 || options.faults <= 20)
        say(`fault ${count}: ${kind}, ${inFlight} request(s) in flight; ${traffic.violations.length} violation(s)`);
    },
  });
  loadOver = true;
  say(`${injected.length} faults; waiting for every client's last answer`);
  await load;
  await watch.end();
  signal?.throwIfAborted();
  say('waiting for quiet, then reading everything back');
  const verified = await verifyAll(on, traffic);
  return { seed, seconds: (performance.now() - started) / 1_000, injected, traffic, looks: watch.looks(), verified };
}

/** Holds, approvals and reminders of seconds: their timers fall due while processes die. */
async function shortDeadlines({ clinic, place, people }: ChaosClinic): Promise<void> {
  const before = ['PT50M', 'PT40M', 'PT30M', 'PT20M', 'PT10M'];
  const policies = {
    hold: { duration: 'PT20S', extension: 'PT10S', maxPerPatient: 50 },
    approval: { within: 'PT40S' },
    reschedule: { maxByPatient: 100 },
    overbook: { maxPerProviderPerDay: 100 },
    'clinic-cancel': { holdDuration: 'PT1M' },
    reminder: {
      items: before.map((item) => ({ before: item, channels: ['email'], askConfirm: true })),
      margin: 'PT1S',
      quietHours: null,
    },
  };
  for (const [kind, value] of Object.entries(policies)) {
    const body = { kind, locationId: place.locationId, value };
    const reply = await request(clinic.addresses.api, people.admin.token, 'POST', '/policies', {
      key: randomUUID(),
      body,
    });
    if (reply.status !== 201)
      throw new Error(`the policy ${kind} was refused: ${reply.status} ${JSON.stringify(reply.body)}`);
  }
}
