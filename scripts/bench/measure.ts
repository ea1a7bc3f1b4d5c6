/** Timing of closed loops, and figures with their spread. */

export interface Latencies {
  /** Milliseconds, sorted. */
  readonly sorted: readonly number[];
  /** Operations a second over the whole loop. */
  readonly perSecond: number;
}

/** Runs `clients` loops until each has ended; `next` gives null when there is no more to do. */
export async function closedLoop(
  clients: number,
  next: (index: number) => (() => Promise<unknown>) | null,
): Promise<Latencies> {
  const taken: number[] = [];
  const started = performance.now();
  let index = 0;
  const loop = async (): Promise<void> => {
    for (let work = next(index++); work !== null; work = next(index++)) {
      const at = performance.now();
      await work();
      taken.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: clients }, loop));
  return { sorted: taken.toSorted((a, b) => a - b), perSecond: taken.length / ((performance.now() - started) / 1000) };
}

/** `count` operations. */
export const times = (count: number, work: () => Promise<unknown>) => (index: number) => (index < count ? work : null);

/** Operations for a time, milliseconds. */
export function during(ms: number, work: () => Promise<unknown>): () => (() => Promise<unknown>) | null {
  const until = performance.now() + ms;
  return () => (performance.now() < until ? work : null);
}

export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? Number.NaN;
}

export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: quantile(sorted, 0.5), low: sorted[0] ?? Number.NaN, high: sorted.at(-1) ?? Number.NaN };
}

export const show = ({ median, low, high }: Spread, digits = 2): string =>
  `${median.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
