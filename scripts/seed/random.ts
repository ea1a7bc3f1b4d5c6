/** Numbers that look random and are the same on every machine: the synthetic clinic must be the same clinic everywhere. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** One of `items`, which must not be empty. */
  pick<T>(items: readonly T[]): T;
  /** Whole number in [from, to]. */
  between(from: number, to: number): number;
}

/** Mulberry32 (public domain, T. Ettinger): 32 bits of state are plenty for sixty people. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    between,
    pick: <T>(items: readonly T[]): T => items[between(0, items.length - 1)]!,
  };
}
