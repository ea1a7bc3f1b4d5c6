/**
 * An interpreter for who needs one (scheduling-intake.md D3): a resource like any other, chosen by language, and a quarter
 * of an hour more, because everything is said twice. Pure.
 */
import type { Requirement, VisitType } from '../schedule/schedule.ts';

export const interpreterMinutes = 15;
/** Not a pool that somebody made: whoever speaks the patient's language. The role of their reservation too. */
export const interpreterPool = 'interpreters-by-language';

/** They come for the visit alone: no room is turned over, no note is finished. */
export const interpreterRequirement: Requirement = {
  role: interpreterPool,
  kind: 'interpreter',
  poolId: interpreterPool,
  resourceId: null,
  count: 1,
  ownBufferBeforeMinutes: 0,
  ownBufferAfterMinutes: 0,
};

/** Whether somebody who speaks these languages can interpret for that one: `es` serves `es-MX`, `zh` does not serve `yue`. */
export function speaks(languages: readonly string[], wanted: string): boolean {
  const primary = primaryOf(wanted);
  return languages.some((one) => primaryOf(one) === primary);
}

const primaryOf = (tag: string): string => tag.trim().toLowerCase().split(/[-_]/)[0] ?? '';

export interface InterpreterNeed {
  readonly language: string;
  /**
   * `reserved`: one of ours comes with the visit. `outside`: none of ours speaks it, and the clinic finds one elsewhere;
   * nobody is refused a visit for their language.
   */
  readonly by: 'reserved' | 'outside';
}

export interface Interpreted {
  readonly visitType: VisitType;
  readonly pools: ReadonlyMap<string, readonly string[]>;
  readonly need: InterpreterNeed;
}

/**
 * The visit type as this patient needs it. One that asks for an interpreter by itself keeps its length, which was chosen
 * for it, and its pool is narrowed to who speaks the language.
 * @param interpreters active ones of the place, with their languages, in the order of preference
 */
export function withInterpreter(
  visitType: VisitType,
  pools: ReadonlyMap<string, readonly string[]>,
  language: string,
  interpreters: readonly { readonly id: string; readonly languages: readonly string[] }[],
): Interpreted {
  const fitting = interpreters.filter((one) => speaks(one.languages, language)).map((one) => one.id);
  const narrowed = new Map(pools);
  const own = visitType.requirements.filter(({ kind }) => kind === 'interpreter');
  if (own.length > 0) {
    for (const { poolId } of own) {
      if (poolId !== null)
        narrowed.set(
          poolId,
          (pools.get(poolId) ?? []).filter((id) => fitting.includes(id)),
        );
    }
    return { visitType, pools: narrowed, need: { language, by: 'reserved' } };
  }
  const longer = { ...visitType, durationMinutes: visitType.durationMinutes + interpreterMinutes };
  if (fitting.length === 0) return { visitType: longer, pools, need: { language, by: 'outside' } };
  narrowed.set(interpreterPool, fitting);
  return {
    visitType: { ...longer, requirements: [...visitType.requirements, interpreterRequirement] },
    pools: narrowed,
    need: { language, by: 'reserved' },
  };
}

/** The same visit without the one that comes by language: for who stands at the desk already. */
export const withoutInterpreter = (visitType: VisitType): VisitType => ({
  ...visitType,
  requirements: visitType.requirements.filter(({ poolId }) => poolId !== interpreterPool),
});
