/** What is said to a walk-in: a repeat is recognized before anything else, what is over is answered from Postgres. */
import { readWalkInRow, settleWalkIn, toWalkInView } from '../../db/walk-ins/walk-in-view.ts';
import type { Trx } from '../../db/connection.ts';
import { findOperation } from '../../db/transaction.ts';
import { DomainError } from '../../domain/errors.ts';
import { walkInProblem, type WalkInAction } from '../../domain/walk-in.ts';
import { walkInOperationKey } from '../../workflows/messages/walk-in.ts';
import type { WalkInActionInput, WalkInSettled, WalkInStart, WalkInView } from '../../workflows/messages/walk-in.ts';
import { asError, onceAtATime } from '../appointments/appointment-actions.ts';
import type { RequestContext } from '../context.ts';
import { closed } from '../temporal/temporal.ts';

/** @throws DomainError `already-in-queue` with the walk-in, and what arriving is refused with */
export async function arrive(
  context: RequestContext,
  asked: Pick<WalkInStart, 'queueId' | 'patientId' | 'level' | 'reason' | 'identifiersVerified'>,
): Promise<WalkInView> {
  const { organizationId, operationId: walkInId, actor } = context;
  const operation = { key: walkInOperationKey(walkInId, 'arrive'), inputHash: context.operation.inputHash };
  context.concerns({ entityId: walkInId, patientId: asked.patientId });
  return onceAtATime(context, operation.key, async () => {
    const repeated = await context.read((trx) => findOperation<WalkInSettled>(trx, organizationId, operation));
    if (repeated !== undefined) return repeated.result.walkIn;
    const outcome = await context.ports.temporal.arriveWalkIn({ organizationId, walkInId, ...asked, operation, actor });
    if (!outcome.ok) throw inBody(asError(outcome.problem));
    return outcome.walkIn;
  });
}

/** @throws DomainError the refusal */
export async function actOnWalkIn(
  context: RequestContext,
  asked: { readonly walkInId: string; readonly action: WalkInAction; readonly input: WalkInActionInput },
): Promise<WalkInView> {
  const { walkInId, action, input } = asked;
  const { organizationId, actor } = context;
  const operation = {
    key: walkInOperationKey(walkInId, context.operationId),
    inputHash: context.operation.inputHash,
  };
  return onceAtATime(context, operation.key, async () => {
    const look = (trx: Trx) => findOperation<WalkInSettled>(trx, organizationId, operation);
    const done = await context.read(async (trx) => {
      const row = await readWalkInRow(trx, walkInId);
      context.concerns({ entityId: walkInId, patientId: row.patient_id });
      const repeated = await look(trx);
      if (repeated !== undefined) return repeated.result.walkIn;
      // Who is over for good cannot change any more; everything else is the process's to answer.
      const { open } = await settleWalkIn(trx, row);
      const problem = walkInProblem(action, row.state, actor);
      if (problem !== null && (!open || problem.code === 'forbidden')) throw asError(problem);
      return undefined;
    });
    if (done !== undefined) return done;
    const answer = await context.ports.temporal
      .actOnWalkIn(organizationId, walkInId, { action, input, actor, operation })
      .catch((error: unknown) => {
        throw error instanceof DomainError ? inBody(error) : error;
      });
    if (answer !== closed) return answer;
    return context.read(async (trx) => {
      const repeated = await look(trx);
      if (repeated !== undefined) return repeated.result.walkIn;
      const { state } = toWalkInView(await readWalkInRow(trx, walkInId));
      throw new DomainError('invalid-transition', { data: { from: state, event: action } });
    });
  });
}

/** The process names its fields; the page sent them in a body. */
function inBody({ code, problem }: DomainError): DomainError {
  const { code: _code, errors, ...rest } = problem;
  return new DomainError(code, {
    ...rest,
    ...(errors && { errors: errors.map((error) => ({ ...error, path: `/body${error.path}` })) }),
  });
}
