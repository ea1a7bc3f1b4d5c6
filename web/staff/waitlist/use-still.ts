import { useState } from 'react';

interface Keyed {
  readonly id: string;
}
export type Placed<T, G extends string> = Readonly<Record<G, readonly T[]>>;

/**
 * Live updates never move what the pointer is on: while `still`, everything stays in its column and order with its newest
 * content, what is gone stays as it was last, and what is new waits.
 */
export function useStill<T extends Keyed, G extends string>(
  items: readonly T[],
  groups: readonly G[],
  groupOf: (item: T) => G,
  still: boolean,
): { readonly placed: Placed<T, G>; readonly waiting: boolean } {
  const [shown, setShown] = useState<{ readonly items: readonly T[]; readonly placed: Placed<T, G> } | null>(null);
  if (shown === null || (!still && shown.items !== items)) {
    const placed = place(items, groups, groupOf);
    setShown({ items, placed });
    return { placed, waiting: false };
  }
  if (shown.items === items) return { placed: shown.placed, waiting: false };
  const newest = new Map(items.map((item) => [item.id, item]));
  const column = new Map(groups.flatMap((group) => shown.placed[group].map(({ id }) => [id, group])));
  const kept = groups.flatMap((group) => shown.placed[group].map((item) => newest.get(item.id) ?? item));
  const renewed = place(kept, groups, (item) => column.get(item.id) ?? groupOf(item));
  return { placed: renewed, waiting: differs(renewed, place(items, groups, groupOf), groups) };
}

function place<T, G extends string>(items: readonly T[], groups: readonly G[], groupOf: (item: T) => G): Placed<T, G> {
  const empty = Object.fromEntries(groups.map((group) => [group, []])) as unknown as Record<G, T[]>;
  for (const item of items) empty[groupOf(item)].push(item);
  return empty;
}

const differs = <T extends Keyed, G extends string>(a: Placed<T, G>, b: Placed<T, G>, groups: readonly G[]): boolean =>
  groups.some((group) => a[group].map(({ id }) => id).join(',') !== b[group].map(({ id }) => id).join(','));
