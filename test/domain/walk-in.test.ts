import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareInQueue,
  estimateWaits,
  inQueueOrder,
  movedPlaces,
  triageLevels,
  triageProblem,
  walkInActions,
  walkInEdges,
  walkInProblem,
  walkInStates,
  walkInTarget,
  type QueuePlace,
} from '../../domain/walk-in.ts';

const noon = Date.parse('2027-03-01T17:00:00Z');
const minute = 60_000;

const place = fc.record({
  id: fc.uuid(),
  level: fc.constantFrom(null, ...triageLevels),
  position: fc.option(fc.integer({ min: 0, max: 40 }).map((m) => noon + m * minute)),
  arrivedAt: fc.integer({ min: 0, max: 40 }).map((m) => noon + m * minute),
});
const queue = fc.uniqueArray(place, { selector: (one) => one.id, maxLength: 12 });
const ids = (places: readonly QueuePlace[]): string[] => places.map(({ id }) => id);
const level = ({ level: given }: QueuePlace): number => given ?? 3;

describe('the order of a queue', () => {
  test('is total, and the same whatever order it is given in', () => {
    fc.assert(
      fc.property(queue, fc.infiniteStream(fc.nat()), (waiting, random) => {
        const shuffled = waiting
          .map((one) => [random.next().value as number, one] as const)
          .toSorted(([a], [b]) => a - b)
          .map(([, one]) => one);
        expect(ids(inQueueOrder(shuffled))).toEqual(ids(inQueueOrder(waiting)));
        for (const a of waiting)
          for (const b of waiting) expect(Math.sign(compareInQueue(a, b))).toBe(-Math.sign(compareInQueue(b, a)) || 0);
      }),
    );
  });

  test('level 1 is first, and nobody passes somebody more urgent', () => {
    fc.assert(
      fc.property(queue, (waiting) => {
        const levels = inQueueOrder(waiting).map(level);
        expect(levels).toEqual(levels.toSorted((a, b) => a - b));
      }),
    );
  });

  test('who comes later is behind everybody of the level who waits, moved or not', () => {
    fc.assert(
      fc.property(queue, fc.uuid(), fc.constantFrom(null, ...triageLevels), (waiting, id, asked) => {
        const late: QueuePlace = { id, level: asked, position: null, arrivedAt: noon + 60 * minute };
        const order = inQueueOrder([...waiting, late]);
        const own = order.indexOf(late);
        for (const one of waiting) expect(level(one) > level(late)).toBe(order.indexOf(one) > own);
        // Waiting longer moves nobody back: the others keep their order.
        expect(ids(order.filter((one) => one !== late))).toEqual(ids(inQueueOrder(waiting)));
      }),
    );
  });

  test('a move exchanges two of a level: nobody is lost, nobody else moves, a move back undoes it', () => {
    fc.assert(
      fc.property(queue, fc.nat(), fc.constantFrom('up' as const, 'down' as const), (waiting, pick, direction) => {
        fc.pre(waiting.length > 0);
        const before = inQueueOrder(waiting);
        const own = before[pick % before.length]!;
        const places = movedPlaces(waiting, own.id, direction);
        const at = before.indexOf(own);
        const other = before[direction === 'up' ? at - 1 : at + 1];
        if (places === null) {
          expect(other === undefined || level(other) !== level(own)).toBe(true);
          return;
        }
        const moved = waiting.map((one) => ({ ...one, position: places.get(one.id) ?? one.position }));
        const after = ids(inQueueOrder(moved));
        const expected = ids(before);
        [expected[at], expected[before.indexOf(other!)]] = [other!.id, own.id];
        expect(after).toEqual(expected);
        const back = movedPlaces(moved, own.id, direction === 'up' ? 'down' : 'up')!;
        expect(ids(inQueueOrder(moved.map((one) => ({ ...one, position: back.get(one.id) ?? one.position }))))).toEqual(
          ids(before),
        );
      }),
    );
  });

  test('a transfer loses nobody and keeps the order of both queues', () => {
    fc.assert(
      fc.property(queue, queue, fc.nat(), (from, to, pick) => {
        const there = to.filter((one) => !from.some(({ id }) => id === one.id));
        fc.pre(from.length > 0);
        const own = from[pick % from.length]!;
        const left = from.filter((one) => one !== own);
        const joined = inQueueOrder([...there, { ...own, position: null }]);
        expect(new Set([...ids(left), ...ids(joined)])).toEqual(new Set([...ids(from), ...ids(there)]));
        expect(ids(joined).filter((id) => id !== own.id)).toEqual(ids(inQueueOrder(there)));
      }),
    );
  });

  test('who has not been looked at counts as urgent', () => {
    const one = (id: string, given: QueuePlace['level'], after: number): QueuePlace => ({
      id,
      level: given,
      position: null,
      arrivedAt: noon + after * minute,
    });
    const order = inQueueOrder([one('e', 4, 0), one('d', null, 2), one('c', 3, 1), one('b', 2, 9), one('a', 1, 10)]);
    expect(ids(order)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});

describe('the wait', () => {
  const ask = (waiting: number, busy: [number, number][][], visitMinutes = 20) =>
    estimateWaits({
      at: noon,
      visitMinutes,
      waiting,
      providers: busy.map((spans) => ({
        busy: spans.map(([start, end]) => ({ start: noon + start * minute, end: noon + end * minute })),
      })),
    });

  test('is a band around what the ones ahead take', () => {
    expect(ask(3, [[]])).toEqual([{ from: 0, to: 5 }, { from: 10, to: 30 }, { from: 25, to: 60 }]); // prettier-ignore
    expect(ask(3, [[], []])).toEqual([{ from: 0, to: 5 }, { from: 0, to: 5 }, { from: 10, to: 30 }]); // prettier-ignore
  });

  test('respects what is reserved: a gap that is too short is no gap', () => {
    expect(ask(1, [[[0, 10], [25, 40]]])).toEqual([{ from: 25, to: 60 }]); // prettier-ignore
    expect(ask(1, [[[0, 10], [30, 40]]])).toEqual([{ from: 5, to: 15 }]); // prettier-ignore
  });

  test('says nothing where nobody serves, and no end beyond four hours', () => {
    expect(ask(2, [])).toEqual([null, null]);
    expect(ask(1, [[[0, 300]]])).toEqual([{ from: 240, to: null }]);
  });

  test('never shrinks down the queue, and one more practitioner never makes it longer', () => {
    const spans = fc.array(
      fc.tuple(fc.integer({ min: -30, max: 200 }), fc.integer({ min: 1, max: 60 })).map(([s, l]): [number, number] => [s, s + l]),
      { maxLength: 5 },
    ); // prettier-ignore
    fc.assert(
      fc.property(fc.array(spans, { minLength: 1, maxLength: 3 }), spans, (providers, more) => {
        const bands = ask(5, providers);
        const better = ask(5, [...providers, more]);
        for (const [n, band] of bands.entries()) {
          if (n > 0) expect(band!.from).toBeGreaterThanOrEqual(bands[n - 1]!.from);
          expect(better[n]!.from).toBeLessThanOrEqual(band!.from);
          expect(band!.to ?? Infinity).toBeGreaterThan(band!.from);
        }
      }),
    );
  });
});

describe('the table', () => {
  const everything = ['walk-in:manage', 'walk-in:triage', 'appointment:complete'];

  test('what is final stays, and every state is reached', () => {
    for (const action of walkInActions)
      for (const state of ['done', 'transferred', 'cancelled'] as const) expect(walkInTarget(action, state)).toBeNull();
    expect(new Set(walkInEdges.map(([, , to]) => to))).toEqual(new Set(walkInStates));
  });

  test('a refusal names what is possible', () => {
    expect(walkInProblem('call', 'called', { permissions: everything })).toMatchObject({
      code: 'invalid-transition',
      allowed: ['undo-call', 'start', 'finish', 'leave', 'entered-in-error'],
    });
    expect(walkInProblem('call', 'waiting', { permissions: everything })).toBeNull();
    expect(walkInProblem('start', 'called', { permissions: ['walk-in:manage'] })).toEqual({ code: 'forbidden' });
    expect(walkInProblem('undo-call', 'called', { permissions: everything })).toBeNull();
    expect(walkInProblem('undo-call', 'in-room', { permissions: everything })).toEqual({ code: 'forbidden' });
  });

  test('the desk may sound the alarm and not the all-clear', () => {
    const desk = { permissions: ['walk-in:manage'] };
    expect(triageProblem(1, null, desk)).toBeNull();
    expect(triageProblem(2, 4, desk)).toBeNull();
    expect(triageProblem(2, 1, desk)).toMatchObject({ code: 'guard-failed' });
    expect(triageProblem(3, 4, desk)).toMatchObject({ code: 'guard-failed' });
    expect(triageProblem(5, 1, { permissions: everything })).toBeNull();
  });
});
