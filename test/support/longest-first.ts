/**
 * The order in which test files begin. What takes long begins first, so that no long file is left to run alone at the end;
 * files in a browser, which use the processor, take turns with whole clinics and killed workers, which mostly wait. Only a
 * matter of speed: no file may depend on another.
 */
import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

/** Short files of which each takes long: clinics under load, and whole lives while workers are killed. */
const longForItsSize = /(-killed|chaos-short|one-slot|temporal-dump|killed-worker|simulate)\.test\.ts$/;

export class LongestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const room = ({ moduleId }: TestSpecification): string =>
      relative(`${import.meta.dirname}/..`, moduleId).split('/')[0]!;
    const length = ({ moduleId }: TestSpecification): number =>
      statSync(moduleId).size + (longForItsSize.test(moduleId) ? 1_000_000 : 0);
    const of = (...rooms: readonly string[]) =>
      files.filter((file) => rooms.includes(room(file))).toSorted((a, b) => length(b) - length(a));
    const [pages, clinics] = [of('web'), of('system', 'workflows')];
    const byTurns = Array.from({ length: Math.max(pages.length, clinics.length) }, (_, place) => [
      pages[place],
      clinics[place],
    ]) // prettier-ignore
      .flat()
      .filter((file) => file !== undefined);
    const rest = files.filter((file) => !byTurns.includes(file)).toSorted((a, b) => length(b) - length(a));
    return Promise.resolve([...byTurns, ...rest]);
  }
}
