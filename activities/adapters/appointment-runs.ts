/** Talks to the runs of appointments for another process's activity: by their updates, as the API does. */
import {
  ServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { DomainError, problemCodes, retryableCodes } from '../../domain/errors.ts';
import type { ProblemDetail } from '../../domain/errors.ts';
import { appointmentWorkflowId, outcomeUpdate, outcomeUpdateId } from '../../workflows/messages/appointment.ts';
import type {
  ActionOutcome,
  ActionRequest,
  AppointmentEnd,
  AppointmentInput,
  AppointmentOutcome,
} from '../../workflows/messages/appointment.ts';
import type { AppointmentRuns } from '../ports.ts';

/**
 * An activity that waits for another workflow keeps a place which that workflow's own activity may need: it lets go after
 * this long, and asks again under the same id when its turn comes.
 */
const answerWithinMs = 4_000;
/** An action whose activity was given up while the database was away may be asked for again; its key keeps it single. */
const maxRepeats = 5;

/** @param client of the worker that runs the activity, asked for at each call */
export function appointmentRuns(client: () => Client): AppointmentRuns {
  async function ask<T>(question: (client: Client) => Promise<T>): Promise<T> {
    const engine = client();
    try {
      return await engine.withDeadline(Date.now() + answerWithinMs, () => question(engine));
    } catch (error) {
      // Asked, and not answered yet: what was asked under this id may still happen, and is asked for again.
      if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || error instanceof ServiceError)
        throw new DomainError('unavailable');
      throw error;
    }
  }

  async function act(
    engine: Client,
    appointmentId: string,
    request: ActionRequest,
    repeat = 0,
  ): Promise<ProblemDetail | null> {
    const id = request.operation.key.slice(appointmentWorkflowId(appointmentId).length + 1);
    try {
      await engine.workflow
        .getHandle(appointmentWorkflowId(appointmentId))
        .executeUpdate<ActionOutcome, [ActionRequest]>(request.action, {
          updateId: repeat === 0 ? id : `${id}~${repeat}`,
          args: [request],
        });
      return null;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError)
        return { code: 'invalid-transition', data: { event: request.action } };
      const problem = refusalOf(error);
      if (problem === undefined) throw error;
      if (!retryableCodes.has(problem.code)) return problem;
      if (repeat === maxRepeats) throw new DomainError('unavailable');
      return act(engine, appointmentId, request, repeat + 1);
    }
  }

  return {
    outcomeOf: (appointmentId) =>
      ask(async (engine) => {
        const handle = engine.workflow.getHandle<(input: AppointmentInput) => Promise<AppointmentEnd>>(
          appointmentWorkflowId(appointmentId),
        );
        try {
          return await handle.executeUpdate<AppointmentOutcome, []>(outcomeUpdate, { updateId: outcomeUpdateId });
        } catch (error) {
          // A refused start ends its run at once, maybe while it was being asked.
          if (error instanceof WorkflowNotFoundError || refusalOf(error)?.code === 'outcome-unknown')
            return (await handle.result()).outcome;
          throw error;
        }
      }),
    act: (appointmentId, request) => ask((engine) => act(engine, appointmentId, request)),
  };
}

function refusalOf(error: unknown): ProblemDetail | undefined {
  if (!(error instanceof WorkflowUpdateFailedError)) return undefined;
  const { cause } = error;
  if (!(cause instanceof ApplicationFailure)) return { code: 'internal' };
  const problem = cause.details?.[0] as ProblemDetail | undefined;
  if (problem !== undefined && Object.hasOwn(problemCodes, problem.code)) return problem;
  // The run ended before the update was done.
  return cause.type === 'AcceptedUpdateCompletedWorkflow' ? { code: 'outcome-unknown' } : { code: 'internal' };
}
