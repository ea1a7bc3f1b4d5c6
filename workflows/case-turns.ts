/**
 * The steps of one case, which take turns, and whether what the process knows may be behind the database: then its door
 * judges nobody, and the transaction alone does.
 */
import { CancellationScope, defineUpdate, setHandler } from '@temporalio/workflow';
import type { ProblemCode } from '../domain/errors.ts';
import { refusal, refusedWith } from './failures.ts';
import { inTurns } from './turns.ts';

export interface CaseTurns {
  /** Somebody else's transaction changed the case: it is read before anything else happens. */
  wantLook(): void;
  lookWanted(): boolean;
  /** Said before the case is read: what changes from then on wants another look. */
  looked(): void;
  mayBeBehind(): boolean;
  /**
   * A step that somebody asked for.
   * @param lost called when it is not known whether it took place
   * @throws ApplicationFailure as the update answers it: the problem, or `unavailable` when nothing is known
   */
  asked<T>(step: () => Promise<T>, lost?: () => void): Promise<T>;
  /** What time and others bring. */
  byItself(work: () => Promise<void>): Promise<void>;
}

/** @param knewBetter refusals of the transaction that the door would have given, had it known */
export function caseTurns(knewBetter: readonly ProblemCode[], { lookFirst = false } = {}): CaseTurns {
  const inTurn = inTurns();
  let lookWanted = lookFirst;
  /** Steps that the database may have committed already, and that have not come back here yet. */
  let underWay = 0;
  return {
    wantLook: () => void (lookWanted = true),
    lookWanted: () => lookWanted,
    looked: () => void (lookWanted = false),
    mayBeBehind: () => underWay > 0 || lookWanted,
    asked: (step, lost) =>
      inTurn(async () => {
        underWay += 1;
        try {
          return await step();
        } catch (error) {
          const problem = refusedWith(error);
          if (problem === undefined) lost?.();
          lookWanted ||= problem === undefined || knewBetter.includes(problem.code);
          throw refusal(problem ?? { code: 'unavailable' });
        } finally {
          underWay -= 1;
        }
      }),
    byItself: (work) =>
      inTurn(async () => {
        underWay += 1;
        try {
          await work();
        } finally {
          underWay -= 1;
        }
      }),
  };
}

/** One update an action, each refused at the door without leaving history where `refuseAtTheDoor` throws. */
export function answerActions<Action extends string, Request, Outcome>(
  actions: readonly Action[],
  act: (request: Request) => Promise<Outcome>,
  refuseAtTheDoor: (action: Action, request: Request) => void,
): void {
  for (const action of actions) {
    // Cancelling the run must not take the answer from whoever waits for it.
    setHandler(
      defineUpdate<Outcome, [Request]>(action),
      (request) => CancellationScope.nonCancellable(() => act(request)),
      { validator: (request) => refuseAtTheDoor(action, request) },
    );
  }
}
