/** What people say to an escalation: a repeat is recognized before anything else, what is over is answered from Postgres. */
import { databaseTime } from '../../db/clock.ts';
import type { Trx } from '../../db/connection.ts';
import { readEscalationRow, settleEscalation } from '../../db/escalations/escalation-view.ts';
import { escalationFacts, standingOf } from '../../db/escalations/escalations.ts';
import { findOperation } from '../../db/transaction.ts';
import { DomainError } from '../../domain/errors.ts';
import { escalationProblem, openEscalationStates, type EscalationAction } from '../../domain/escalation.ts';
import { escalationOperationKey } from '../../workflows/messages/escalation.ts';
import type { EscalationActionInput, EscalationSettled, EscalationView } from '../../workflows/messages/escalation.ts';
import { asError, onceAtATime } from '../appointments/appointment-actions.ts';
import type { RequestContext } from '../context.ts';
import { closed } from '../temporal/temporal.ts';

/** @throws DomainError the refusal; `unavailable` while a run that should be there is not */
export async function actOnEscalation(
  context: RequestContext,
  asked: { readonly escalationId: string; readonly action: EscalationAction; readonly input: EscalationActionInput },
): Promise<EscalationView> {
  const { escalationId, action, input } = asked;
  const { organizationId, actor } = context;
  const operation = {
    key: escalationOperationKey(escalationId, context.operationId),
    inputHash: context.operation.inputHash,
  };
  return onceAtATime(context, operation.key, async () => {
    const look = async (trx: Trx): Promise<EscalationView | undefined> =>
      (await findOperation<EscalationSettled>(trx, organizationId, operation))?.result.escalation;
    const done = await context.read(async (trx) => {
      const row = await readEscalationRow(trx, escalationId);
      context.concerns({ entityId: escalationId, patientId: row.patient_id });
      const repeated = await look(trx);
      if (repeated !== undefined) return repeated;
      const at = await databaseTime(trx);
      const standing = await standingOf(trx, row, actor, at);
      const problem = escalationProblem(action, escalationFacts(row), { ...standing, actor }, at.getTime());
      // What is over does not change any more, and a permission does not come back; the rest is the process's to answer.
      if (problem !== null && (!openEscalationStates.has(row.state) || problem.code === 'forbidden')) throw asError(problem);
      return undefined;
    });
    if (done !== undefined) return done;
    const answer = await context.ports.temporal
      .actOnEscalation(escalationId, { action, input, actor, operation })
      .catch((error: unknown) => {
        throw error instanceof DomainError ? inBody(error) : error;
      });
    if (answer !== closed) return answer;
    return context.read(async (trx) => {
      const repeated = await look(trx);
      if (repeated !== undefined) return repeated;
      const { escalation, open } = await settleEscalation(trx, await readEscalationRow(trx, escalationId));
      // Its run was not started yet, or was ended by hand: a worker starts it within seconds.
      if (open) throw new DomainError('unavailable', { data: { retryAfterSeconds: 2 } });
      throw new DomainError('invalid-transition', { data: { from: escalation.state, event: action } });
    });
  });
} // prettier-ignore

/** The process names its fields; the page sent them in a body. */
function inBody({ code, problem }: DomainError): DomainError {
  const { code: _code, errors, ...rest } = problem;
  return new DomainError(code, {
    ...rest,
    ...(errors && { errors: errors.map((error) => ({ ...error, path: `/body${error.path}` })) }),
  });
}
