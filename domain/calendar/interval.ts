/**
 * Half-open intervals `[start, end)` in epoch milliseconds. A *normal* list is sorted, its intervals are not empty and
 * neither overlap nor touch. `subtract` and `intersect` need normal lists and return normal lists, in linear time.
 */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

/** All of time: what is open without a rule. Arithmetic with buffers keeps it infinite. */
export const always: Interval = { start: -Infinity, end: Infinity };

/** The union of any intervals as a normal list. Empty and inverted ones vanish. */
export function normalize(intervals: readonly Interval[]): Interval[] {
  const sorted = intervals.filter((i) => i.start < i.end);
  let inOrder = true;
  for (let k = 1; k < sorted.length && inOrder; k++) inOrder = sorted[k - 1]!.start <= sorted[k]!.start;
  if (!inOrder) sorted.sort((a, b) => a.start - b.start);
  const result: Interval[] = [];
  let start = 0;
  let end = -Infinity;
  let open = false;
  for (const next of sorted) {
    if (open && next.start <= end) {
      if (next.end > end) end = next.end;
      continue;
    }
    if (open) result.push({ start, end });
    ({ start, end } = next);
    open = true;
  }
  if (open) result.push({ start, end });
  return result;
}

/** `a` without `b`. Both normal. */
export function subtract(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  const result: Interval[] = [];
  let j = 0;
  for (const { start, end } of a) {
    let from = start;
    while (j < b.length && b[j]!.end <= from) j++;
    for (let k = j; k < b.length && b[k]!.start < end; k++) {
      const hole = b[k]!;
      if (hole.start > from) result.push({ start: from, end: hole.start });
      if (hole.end > from) from = hole.end;
      if (from >= end) break;
    }
    if (from < end) result.push({ start: from, end });
  }
  return result;
}

/** What is in both. Both normal. */
export function intersect(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  const result: Interval[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const x = a[i]!;
    const y = b[j]!;
    const start = Math.max(x.start, y.start);
    const end = Math.min(x.end, y.end);
    if (start < end) result.push({ start, end });
    if (x.end < y.end) i++;
    else j++;
  }
  return result;
}

/** The times at which at least `count` of the lists (each normal) hold. A sweep over all edges. */
export function atLeast(count: number, lists: readonly (readonly Interval[])[]): Interval[] {
  if (count <= 0) return [always];
  if (count > lists.length) return [];
  if (lists.length === 1) return [...lists[0]!];
  if (count === 1) return normalize(lists.flat());
  const edges: { at: number; step: 1 | -1 }[] = [];
  for (const list of lists) {
    for (const { start, end } of list) edges.push({ at: start, step: 1 }, { at: end, step: -1 });
  }
  // Openings before closings at the same instant, so that touching intervals of two lists leave no seam.
  edges.sort((a, b) => (a.at === b.at ? b.step - a.step : a.at - b.at));
  const result: Interval[] = [];
  let level = 0;
  let since = 0;
  for (const { at, step } of edges) {
    const before = level;
    level += step;
    if (before < count && level >= count) since = at;
    else if (before >= count && level < count && since < at) result.push({ start: since, end: at });
  }
  return result;
}

/** Whether one interval of the normal list holds the whole of `inner`. Binary search. */
export function covers(list: readonly Interval[], inner: Interval): boolean {
  const at = indexAtOrBefore(list, inner.start);
  return at >= 0 && list[at]!.end >= inner.end;
}

/** Whether the instant lies in the normal list. */
export function contains(list: readonly Interval[], instant: number): boolean {
  const at = indexAtOrBefore(list, instant);
  return at >= 0 && instant < list[at]!.end;
}

export function overlaps(a: Interval, b: Interval): boolean {
  return a.start < b.end && b.start < a.end;
}

/** Whether any interval of the normal list overlaps `range`. */
export function overlapsAny(list: readonly Interval[], range: Interval): boolean {
  const at = indexAtOrBefore(list, range.start);
  if (at >= 0 && list[at]!.end > range.start) return range.start < range.end;
  const next = list[at + 1];
  return next !== undefined && overlaps(next, range);
}

/** Index of the last interval that starts at or before `instant`, or -1. */
function indexAtOrBefore(list: readonly Interval[], instant: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list[middle]!.start <= instant) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
