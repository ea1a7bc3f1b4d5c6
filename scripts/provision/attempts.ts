/** A thing to be had in one of several ways, tried in order; when all fail the error lists each and what to install. */
export interface Attempt<T> {
  /** What is tried, in words a person recognizes. */
  way: string;
  /** Resolves with the thing, or with the reason why this way is closed; throwing counts as a reason too. */
  attempt: () => Promise<T | { refused: string }>;
}

const list = (lines: readonly string[]) => lines.map((line) => `  - ${line}`).join('\n');

export class ProvisionError extends Error {
  constructor(thing: string, tried: readonly string[], remedies: readonly string[]) {
    super(
      `${thing} could not be had. What was tried:\n${list(tried)}\nWhat to do (any one of these):\n${list(remedies)}`,
    );
    this.name = 'ProvisionError';
  }
}

/** @throws ProvisionError when every way is closed */
export async function firstThatWorks<T extends object>(
  thing: string,
  attempts: readonly Attempt<T>[],
  remedies: readonly string[],
): Promise<T> {
  const tried: string[] = [];
  for (const { way, attempt } of attempts) {
    try {
      const result = await attempt();
      if (!('refused' in result)) return result;
      tried.push(`${way}: ${result.refused}`);
    } catch (error) {
      tried.push(`${way}: ${(error as Error).message.replaceAll('\n', '\n    ')}`);
    }
  }
  throw new ProvisionError(thing, tried, remedies);
}
