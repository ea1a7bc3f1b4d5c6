/** Tells the tour: what happens, what was seen, where to look. A step that does not hold ends it. */
export interface Narrator {
  chapter(title: string): void;
  say(text: string): void;
  look(what: string, url: string): void;
  check(claim: string, holds: boolean, seen?: unknown): void;
  readonly checks: number;
}

export class StepFailed extends Error {
  override readonly name = 'StepFailed';
}

export function createNarrator(write: (line: string) => void = console.log): Narrator {
  const started = performance.now();
  const clock = (): string => `${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s`;
  let checks = 0;
  return {
    chapter: (title) => write(`\n${title}\n${'-'.repeat(title.length)}`),
    say: (text) => write(`${clock()}  ${text}`),
    look: (what, url) => write(`            ${what}: ${url}`),
    check(claim, holds, seen) {
      checks += 1;
      if (!holds)
        throw new StepFailed(
          `${claim}${seen === undefined ? '' : `\n  what was seen instead: ${JSON.stringify(seen)}`}`,
        );
      write(`${clock()}  ✓ ${claim}`);
    },
    get checks() {
      return checks;
    },
  };
}
