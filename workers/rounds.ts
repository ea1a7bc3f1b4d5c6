import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Work beside the workflows that comes round again and again until it is told to stop; stopping waits for the round.
 * @param round returns the pause after it, ms; it deals with its failures itself
 */
export function startRounds(round: (signal: AbortSignal) => Promise<number>): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const loop = async (): Promise<void> => {
    while (!signal.aborted) await sleep(await round(signal), undefined, { signal }).catch(() => undefined);
  };
  const finished = loop();
  return {
    async stop() {
      stopping.abort();
      await finished;
    },
  };
}
