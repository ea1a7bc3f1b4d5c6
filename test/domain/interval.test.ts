import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  atLeast,
  contains,
  covers,
  intersect,
  normalize,
  overlapsAny,
  subtract,
} from '../../domain/calendar/interval.ts';
import type { Interval } from '../../domain/calendar/interval.ts';
import { assignDistinct } from '../../domain/schedule/matching.ts';

// Brute force over the points 0..40 is the oracle: an interval list is the set of points it holds.
const point = fc.integer({ min: 0, max: 40 });
const list = fc.array(fc.record({ start: point, end: point }), { maxLength: 8 });
const points = (l: readonly Interval[]) =>
  Array.from({ length: 41 }, (_, p) => p).filter((p) => l.some((i) => i.start <= p && p < i.end));
const isNormal = (l: readonly Interval[]) => l.every((i, k) => i.start < i.end && (k === 0 || l[k - 1]!.end < i.start));

test('normalize keeps the points and leaves no overlap and no seam', () => {
  fc.assert(
    fc.property(list, (l) => {
      const n = normalize(l);
      expect(isNormal(n)).toBe(true);
      expect(points(n)).toEqual(points(l));
    }),
  );
});

test('subtract and intersect are set operations with normal results', () => {
  fc.assert(
    fc.property(list, list, (x, y) => {
      const [a, b] = [normalize(x), normalize(y)];
      const [pa, pb] = [points(a), new Set(points(b))];
      const [minus, both] = [subtract(a, b), intersect(a, b)];
      expect(isNormal(minus) && isNormal(both)).toBe(true);
      expect(points(minus)).toEqual(pa.filter((p) => !pb.has(p)));
      expect(points(both)).toEqual(pa.filter((p) => pb.has(p)));
    }),
  );
});

test('atLeast counts lists, not intervals', () => {
  fc.assert(
    fc.property(fc.array(list, { maxLength: 5 }), fc.integer({ min: 1, max: 5 }), (raw, count) => {
      const lists = raw.map((l) => normalize(l));
      const result = atLeast(count, lists);
      expect(isNormal(result)).toBe(true);
      const holds = (p: number) => lists.filter((l) => contains(l, p)).length >= count;
      expect(points(result)).toEqual(Array.from({ length: 41 }, (_, p) => p).filter(holds));
    }),
  );
});

test('covers wants one interval around the whole; overlapsAny one common point', () => {
  fc.assert(
    fc.property(list, point, point, (l, start, end) => {
      fc.pre(start < end);
      const n = normalize(l);
      const inner = Array.from({ length: end - start }, (_, k) => start + k);
      const held = new Set(points(n));
      expect(covers(n, { start, end })).toBe(inner.every((p) => held.has(p)));
      expect(overlapsAny(n, { start, end })).toBe(inner.some((p) => held.has(p)));
    }),
  );
});

test('assignDistinct finds an assignment whenever there is one', () => {
  const slots = fc.array(fc.subarray([0, 1, 2, 3]), { maxLength: 4 });
  const possible = (rest: number[][], used: number[]): boolean =>
    rest.length === 0 || rest[0]!.some((i) => !used.includes(i) && possible(rest.slice(1), [...used, i]));
  fc.assert(
    fc.property(slots, (candidates) => {
      const found = assignDistinct(candidates);
      expect(found !== null).toBe(possible(candidates, []));
      if (!found) return;
      expect(new Set(found).size).toBe(candidates.length);
      found.forEach((item, slot) => expect(candidates[slot]).toContain(item));
    }),
  );
});
