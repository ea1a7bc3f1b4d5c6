/** How the gateways of single processes ask the engine; every silence is told apart in temporal.ts, which makes the line. */
import { WithStartWorkflowOperation } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { Operation } from '../../workflows/messages/appointment.ts';
import type { closed } from './temporal.ts';

export interface Line {
  readonly client: Client;
  readonly taskQueue: string;
  act<T extends { readonly inputHash: string }>(
    workflowId: string,
    request: { readonly action: string; readonly operation: Operation },
  ): Promise<T | typeof closed>;
  onlyOnce<T extends { readonly inputHash: string }>(
    workflowId: string,
    operation: Operation,
    start: () => Promise<T>,
  ): Promise<T>;
}

export interface Beginning<Input> {
  readonly workflow: string;
  readonly workflowId: string;
  readonly input: Input;
  readonly operation: Operation;
  /** The update that waits for what the start led to, and the id that all who ask share. */
  readonly update: string;
  readonly updateId: string;
  readonly summary: string;
}

/** Starts a process and waits for what its start led to; a repeat with the same id gets the same answer. */
export function beginOnce<Input, Outcome extends { readonly inputHash: string }>(
  { client, taskQueue, onlyOnce }: Line,
  { workflow, workflowId, input, operation, update, updateId, summary }: Beginning<Input>,
): Promise<Outcome> {
  type Run = (input: Input) => Promise<unknown>;
  return onlyOnce(workflowId, operation, () =>
    client.workflow.executeUpdateWithStart<Run, Outcome, []>(update, {
      startWorkflowOperation: new WithStartWorkflowOperation<Run>(workflow, {
        workflowId,
        taskQueue,
        args: [input],
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        workflowTaskTimeout: '3 seconds',
        staticSummary: summary,
      }),
      updateId,
      args: [],
    }),
  );
}
