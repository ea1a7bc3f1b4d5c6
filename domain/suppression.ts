/**
 * Small counts are somebody, so that a table shows none under `smallest`; and because its totals are known (every group of
 * people adds up to the same total), a masked count must not come back by subtraction either: others are masked with it
 * (complementary suppression). Pure; nothing is rounded or made noisy, so that what is shown is true.
 */

/** Counts under this are masked (scheduling-intake.md F). */
export const smallest = 11;

/** A masked count has at least so many more values that it could as well be. */
const spare = 4;

export interface Suppressed {
  /** In the order of the counts. */
  readonly hidden: readonly boolean[];
  /**
   * Whether it may be told which of the hidden counts are small and which are hidden for their sake: even whoever knows
   * that, and the total, cannot tell any small one.
   */
  readonly maySayWhichAreSmall: boolean;
}

/**
 * Which counts of one column are hidden, when its total is shown.
 * @param because counts that are hidden whatever they are: their row is of a group that is too small. Of such a column it
 * must not be told which are small.
 */
export function suppress(counts: readonly number[], because?: readonly boolean[]): Suppressed {
  const hidden = counts.map((count, k) => because?.[k] === true || count < smallest);
  const small = [...hidden];
  if (!hidden.includes(true)) return { hidden, maySayWhichAreSmall: true };
  // One that is well above the limit protects alone; the smallest such loses least.
  const helpers = counts
    .map((count, k) => ({ count, k }))
    .filter(({ k }) => !hidden[k])
    .toSorted((a, b) => Number(a.count < smallest + spare) - Number(b.count < smallest + spare) || a.count - b.count);
  const mayBeTold = (): boolean => because === undefined && cannotBeTold(counts, small, hidden);
  for (const { k } of helpers) {
    if (isProtected(counts, hidden) && (because !== undefined || mayBeTold())) break;
    hidden[k] = true;
  }
  return { hidden, maySayWhichAreSmall: mayBeTold() };
}

/** By the total alone, every hidden count could be anything from none to `smallest`. */
function isProtected(counts: readonly number[], hidden: readonly boolean[]): boolean {
  const concealed = counts.filter((_, k) => hidden[k]);
  return concealed.length > 1 && sum(concealed) >= smallest;
}

/** The same for who knows which are small: each of those could still be one of several numbers. */
function cannotBeTold(counts: readonly number[], small: readonly boolean[], hidden: readonly boolean[]): boolean {
  const total = sum(counts.filter((_, k) => hidden[k]));
  const littleOnes = small.filter(Boolean).length;
  const helpers = hidden.filter((is, k) => is && !small[k]).length;
  const most = Math.min(smallest - 1, total - helpers * smallest);
  const least = helpers > 0 ? 0 : Math.max(0, total - (littleOnes - 1) * (smallest - 1));
  return most - least >= spare;
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
