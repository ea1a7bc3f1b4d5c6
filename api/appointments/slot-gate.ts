/**
 * Lets one request at a time try for the same start with the same practitioner. Whoever waited looks again before trying:
 * when two hundred people want one time, one workflow is started and the others are refused by a read. This is a courtesy
 * to the engine, not the guarantee (that is the exclusion constraint), so it may forget everything at a restart and
 * several API processes need not agree on it.
 */
export interface SlotGate {
  /**
   * @param look run after each wait: throws when the time is gone, answers when the request is a repeat of one that
   *   succeeded meanwhile, undefined to go on.
   * @param attempt books.
   * @throws what `look` or `attempt` throw; `giveUp()` when the wait was too long.
   */
  pass<T>(key: string, look: () => Promise<T | undefined>, attempt: () => Promise<T>, giveUp: () => Error): Promise<T>;
}

export function createSlotGate(patienceMs = 4_500): SlotGate {
  const trying = new Map<string, Promise<unknown>>();
  return {
    async pass(key, look, attempt, giveUp) {
      const deadline = Date.now() + patienceMs;
      for (let ahead = trying.get(key); ahead !== undefined; ahead = trying.get(key)) {
        if (!(await settledBefore(ahead, deadline))) throw giveUp();
        const known = await look();
        if (known !== undefined) return known;
      }
      const mine = attempt();
      trying.set(key, mine);
      try {
        return await mine;
      } finally {
        if (trying.get(key) === mine) trying.delete(key);
      }
    },
  };
}

/** Whether a promise settled, either way, before an instant. */
async function settledBefore(promise: Promise<unknown>, deadline: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), Math.max(deadline - Date.now(), 0));
  });
  try {
    return await Promise.race([
      promise.then(
        () => true as const,
        () => true as const,
      ),
      late,
    ]);
  } finally {
    clearTimeout(timer);
  }
}
