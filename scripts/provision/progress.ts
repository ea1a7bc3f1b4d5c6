/** How a slow step shows itself: a line when it begins, a line every five seconds, a line with the time when it ends. */
export interface Progress {
  /** Runs `work`; prints only when it takes longer than a moment, unless it is announced. */
  step<T>(title: string, work: (say: (detail: string) => void) => Promise<T>): Promise<T>;
  note(line: string): void;
}

export function createProgress(write: (line: string) => void = (line) => process.stdout.write(`${line}\n`)): Progress {
  return {
    note: (line) => write(`  ${line}`),
    async step(title, work) {
      const started = performance.now();
      const elapsed = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
      let detail = '';
      write(`  … ${title}`);
      const timer = setInterval(() => write(`  … ${title}: ${elapsed()}${detail && ` (${detail})`}`), 5000);
      try {
        const result = await work((text) => (detail = text));
        write(`  ✓ ${title}: ${elapsed()}`);
        return result;
      } catch (error) {
        write(`  ✗ ${title}: ${elapsed()}`);
        throw error;
      } finally {
        clearInterval(timer);
      }
    },
  };
}

/** For tests and scripts that must print nothing of their own. */
export const silentProgress: Progress = { step: (_title, work) => work(() => undefined), note: () => undefined };
