/**
 * The order in which test files begin: whole clinics and workflows first, then pages, then the rest, and of each the long
 * ones first, so that no long file is left to run alone at the end. Files that share a process follow one another, or it
 * would be started anew. Only a matter of speed: no file may depend on another.
 */
import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

/** Short files of which each takes long: clinics under load, and whole lives while workers are killed. */
const longForItsSize = /(-killed|chaos-short|one-slot|temporal-dump|killed-worker|simulate)\.test\.ts$/;

/** Rooms in the order of their turn; what is not named comes last. */
const turns = ['workflows', 'system', 'web', 'api'];

export class LongestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const turn = ({ moduleId }: TestSpecification): number => {
      const place = turns.indexOf(relative(`${import.meta.dirname}/..`, moduleId).split('/')[0]!);
      // Workflows and whole clinics have the same turn.
      return place < 0 ? turns.length : Math.max(1, place);
    };
    const length = ({ moduleId }: TestSpecification): number =>
      statSync(moduleId).size + (longForItsSize.test(moduleId) ? 1_000_000 : 0);
    return Promise.resolve(files.toSorted((a, b) => turn(a) - turn(b) || length(b) - length(a)));
  }
}
