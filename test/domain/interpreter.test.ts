import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { interpreterPool, speaks, withInterpreter, withoutInterpreter } from '../../domain/appointment/interpreter.ts';
import type { Requirement, VisitType } from '../../domain/schedule/schedule.ts';

const requirement = (role: string, kind: Requirement['kind'], poolId: string | null): Requirement => ({
  role,
  kind,
  poolId,
  resourceId: null,
  count: 1,
  ownBufferBeforeMinutes: null,
  ownBufferAfterMinutes: null,
});
const visitType = (requirements: Requirement[]): VisitType =>
  ({ id: 'v', code: 'FU30', durationMinutes: 30, requirements }) as unknown as VisitType;
const plain = visitType([requirement('provider', 'provider', null)]);

describe('D3: an interpreter by language', () => {
  test('the primary language counts, and nothing beside it', () => {
    expect(speaks(['es'], 'es-MX')).toBe(true);
    expect(speaks(['es-ES'], 'es-419')).toBe(true);
    expect(speaks(['pl', 'ru'], 'RU')).toBe(true);
    expect(speaks(['zh-Hans'], 'yue')).toBe(false);
    expect(speaks([], 'es')).toBe(false);
    expect(speaks(['est'], 'es')).toBe(false);
  });

  test('adds one and a quarter of an hour, or the quarter alone where nobody of ours speaks it', () => {
    const ours = withInterpreter(plain, new Map(), 'es-MX', [
      { id: 'a', languages: ['pl'] },
      { id: 'b', languages: ['es'] },
    ]);
    expect(ours.visitType.durationMinutes).toBe(45);
    expect(ours.visitType.requirements.at(-1)).toMatchObject({
      kind: 'interpreter',
      poolId: interpreterPool,
      count: 1,
    });
    expect(ours.pools.get(interpreterPool)).toEqual(['b']);
    expect(ours.need).toEqual({ language: 'es-MX', by: 'reserved' });
    const outside = withInterpreter(plain, new Map(), 'vi', [{ id: 'a', languages: ['pl'] }]);
    expect(outside.visitType).toEqual({ ...plain, durationMinutes: 45 });
    expect(outside.need.by).toBe('outside');
  });

  test('a visit type that asks for one by itself keeps its length, and takes one who speaks the language', () => {
    const own = visitType([
      requirement('provider', 'provider', null),
      requirement('interpreter', 'interpreter', 'pool'),
    ]);
    const pools = new Map([['pool', ['a', 'b']]]);
    const found = withInterpreter(own, pools, 'es', [
      { id: 'a', languages: ['pl'] },
      { id: 'b', languages: ['es'] },
    ]);
    expect(found.visitType).toBe(own);
    expect(found.pools.get('pool')).toEqual(['b']);
    expect(pools.get('pool')).toEqual(['a', 'b']);
  });

  test('whoever is chosen from speaks the language, and nothing else of the visit changes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ id: fc.uuid(), languages: fc.array(fc.constantFrom('es', 'pl', 'vi', 'es-MX', 'ase')) })),
        fc.constantFrom('es', 'es-419', 'pl', 'ase', 'so'),
        (interpreters, language) => {
          const { visitType: needed, pools, need } = withInterpreter(plain, new Map(), language, interpreters);
          const chosen = pools.get(interpreterPool) ?? [];
          expect(chosen).toEqual(interpreters.filter((i) => speaks(i.languages, language)).map((i) => i.id));
          expect(need.by).toBe(chosen.length > 0 ? 'reserved' : 'outside');
          expect(withoutInterpreter(needed)).toEqual({ ...plain, durationMinutes: 45 });
        },
      ),
    );
  });
});
