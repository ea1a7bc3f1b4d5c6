/** When two charts may become one, and one two again (scheduling-intake.md D3 "Duplicates", F9). */

/** Why two charts may not be merged as they stand; a person can mend each of these. */
export const mergeBlockers = [
  'visits-overlap',
  'same-wish',
  'both-walk-in',
  'same-session',
  'already-merged',
  'merge-under-way',
] as const;
export type MergeBlocker = (typeof mergeBlockers)[number];

export interface MergeCandidate {
  readonly id: string;
  readonly createdAt: Date;
  readonly hasAccount: boolean;
  /** Still being made by an intake (features.md A14). */
  readonly incomplete: boolean;
}

/** Which chart stays when nobody says: never one that is still being made, else the one on file for longer. */
export function survivorOf(a: MergeCandidate, b: MergeCandidate): readonly [survivor: string, merged: string] {
  const before =
    Number(a.incomplete) - Number(b.incomplete) ||
    a.createdAt.getTime() - b.createdAt.getTime() ||
    (a.id < b.id ? -1 : 1);
  return before < 0 ? [a.id, b.id] : [b.id, a.id];
}

/** What unmerging did with one changed value: `changed-since` and `gone` stay as they were found. */
export type RestoreOutcome = 'restored' | 'changed-since' | 'gone';

/** Of the question whether two charts are one person's, and of what follows from "yes". */
export const matchStates = ['open', 'linked', 'new', 'dismissed'] as const;
export const mergeStates = ['merging', 'merged', 'failed', 'unmerged'] as const;
