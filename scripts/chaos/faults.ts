/**
 * Kills processes while requests are in flight: singly, several at once, and a worker exactly after its commit and before
 * the activity completes, alone and together with the client (the API) and the engine. A fault counts only when a request
 * was in flight at that moment.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultPoint } from '../../workers/fault-points.ts';
import { seededRandom, type Random } from '../seed/random.ts';
import type { ChaosClinic } from './clinic.ts';
import type { Traffic } from './traffic.ts';

export interface FaultKind {
  readonly name: string;
  /** The worker that reaches this point dies first; the others at that moment. */
  readonly point?: FaultPoint | undefined;
  readonly victims: readonly string[];
}

const both = ['worker-1', 'worker-2'];
const everything = [...both, 'api', 'temporal', 'postgres'];
const at = (point: FaultPoint, ...victims: string[]): FaultKind => ({
  name: [`worker ${point}`, ...victims].join(' + '),
  point,
  victims,
});
const kill = (...victims: string[]): FaultKind => ({ name: victims.join(' + '), victims });

/** How often each kind comes in a round. In a short run the first ones come at least once. */
const round: readonly (readonly [number, FaultKind])[] = [
  [4, at('after-commit-before-complete')],
  [2, at('after-commit-before-complete', 'api', 'temporal')],
  [2, kill('postgres')],
  [2, kill('api')],
  [2, kill('temporal')],
  [2, kill('worker-1')],
  [2, kill('worker-2')],
  [1, at('after-commit-before-complete', 'api')],
  [1, at('after-commit-before-complete', 'temporal')],
  [1, kill(...both)],
  [1, at('after-commit-before-complete', 'postgres')],
  [1, at('before-activity')],
  [1, kill('api', 'worker-1')],
  [1, kill('worker-2', 'temporal')],
  [1, kill('worker-1', 'postgres')],
  [1, kill('temporal', 'postgres')],
  [1, { name: 'everything', victims: everything }],
];

/** Each kind once first, in order; then whole rounds, shuffled. */
export function* faultPlan(random: Random): Generator<FaultKind, never> {
  for (const [, kind] of round) yield kind;
  for (;;) {
    const cards = round.flatMap(([count, kind]) => Array.from({ length: count }, () => kind));
    while (cards.length > 0) yield cards.splice(random.between(0, cards.length - 1), 1)[0]!;
  }
}

export interface Injected {
  readonly kind: string;
  readonly inFlight: number;
  /** Until the first 2xx after it, ms; null when none came before the run ended. */
  recoveryMs: number | null;
}

export interface FaultOptions {
  readonly seed: number;
  readonly faults: number;
  readonly stopped: () => boolean;
  readonly onFault?: ((fault: Injected, count: number) => void) | undefined;
}

/** Injects until so many faults have counted, or `stopped`. */
export async function injectFaults(on: ChaosClinic, traffic: Traffic, options: FaultOptions): Promise<Injected[]> {
  const { stopped, faults, seed } = options;
  const random = seededRandom(seed);
  const injected: Injected[] = [];
  const open: { fault: Injected; since: number }[] = [];
  traffic.onAcknowledged((now) => {
    for (const { fault, since } of open.splice(0)) fault.recoveryMs = now - since;
  });
  for (const kind of faultPlan(random)) {
    if (stopped() || injected.length >= faults) break;
    // Now and then the next one strikes while the last one is not mended yet.
    if (random.next() < 0.75) await whenMended(on, traffic, stopped);
    await sleep(random.between(100, 1_200));
    if (stopped()) break;
    const inFlight = await strike(on, traffic, kind, stopped);
    if (inFlight === 0) continue;
    const fault: Injected = { kind: kind.name, inFlight, recoveryMs: null };
    injected.push(fault);
    open.push({ fault, since: performance.now() });
    options.onFault?.(fault, injected.length);
  }
  return injected;
}

/** @returns how many requests were in flight when it struck; 0: it does not count */
async function strike(on: ChaosClinic, traffic: Traffic, kind: FaultKind, stopped: () => boolean): Promise<number> {
  if (kind.point !== undefined && !(await dieAt(on.points[kind.point], stopped))) return 0;
  if (kind.point === undefined) await until(() => traffic.inFlight() > 0, 5_000, stopped);
  const inFlight = traffic.inFlight();
  if (inFlight === 0 && kind.point === undefined) return 0;
  let struck = kind.point !== undefined;
  for (const victim of kind.victims) struck = on.clinic.kill(victim) || struck;
  return struck ? inFlight : 0;
}

/** Lays down the file that ends the next worker which comes by, and waits until one did. */
async function dieAt(file: string, stopped: () => boolean): Promise<boolean> {
  writeFileSync(file, '');
  await until(() => !existsSync(file), 15_000, stopped, 2);
  if (!existsSync(file)) return true;
  rmSync(file, { force: true });
  return false;
}

/** A process that does not come back within a minute is a violation. */
async function whenMended({ clinic }: ChaosClinic, traffic: Traffic, stopped: () => boolean): Promise<void> {
  let over = false;
  const ready = clinic.whenReady(undefined, 60_000).then(
    () => (over = true),
    (error: unknown) => {
      over = true;
      traffic.violated('recovery', (error as Error).message.split('\n')[0] ?? '');
    },
  );
  await until(() => over, 70_000, stopped);
  if (over) await ready;
}

async function until(holds: () => boolean, withinMs: number, stopped: () => boolean, everyMs = 10): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!holds() && !stopped() && performance.now() < deadline) await sleep(everyMs);
}
