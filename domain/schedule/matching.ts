/**
 * Gives every slot its own item (augmenting paths), so that two requirements that draw on the same pool are both served
 * when they can be. `candidates[k]` lists what slot k may take, preferred first. Null when not all can be served.
 */
export function assignDistinct<Item>(candidates: readonly (readonly Item[])[]): Item[] | null {
  const slotOf = new Map<Item, number>();
  const place = (slot: number, seen: Set<Item>): boolean => {
    for (const item of candidates[slot]!) {
      if (seen.has(item)) continue;
      seen.add(item);
      const holder = slotOf.get(item);
      if (holder === undefined || place(holder, seen)) {
        slotOf.set(item, slot);
        return true;
      }
    }
    return false;
  };
  for (let slot = 0; slot < candidates.length; slot++) if (!place(slot, new Set())) return null;
  const result: Item[] = [];
  for (const [item, slot] of slotOf) result[slot] = item;
  return result;
}
