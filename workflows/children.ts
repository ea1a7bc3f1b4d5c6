/** Runs that this one begins and does not wait for: they outlive it. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, getExternalWorkflowHandle, startChild } from '@temporalio/workflow';
import { openingWorkflow, openingWorkflowId } from './messages/opening.ts';
import type { OpeningStart } from './messages/opening.ts';

/** One that was begun before, under the same id, is as good. */
export async function startOnce(
  workflow: string,
  run: { readonly workflowId: string; readonly input: unknown; readonly summary: string },
): Promise<void> {
  try {
    await startChild<(input: unknown) => Promise<unknown>>(workflow, {
      workflowId: run.workflowId,
      args: [run.input],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowTaskTimeout: '5 seconds',
      staticSummary: run.summary,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

/** Freed times that are offered to who waits (D2): each is a process of its own. */
export async function startOpenings(organizationId: string, openingIds: readonly string[]): Promise<void> {
  for (const openingId of openingIds) {
    const start: OpeningStart = { organizationId, openingId };
    await startOnce(openingWorkflow, {
      workflowId: openingWorkflowId(openingId),
      input: start,
      summary: `Opening ${openingId.slice(0, 8)}`,
    });
  }
}

/** News for other runs. One that is over, or never was, needs none. */
export async function tell(workflowIds: readonly string[], signal: string): Promise<void> {
  for (const workflowId of workflowIds) {
    await getExternalWorkflowHandle(workflowId)
      .signal(signal)
      .catch(() => undefined);
  }
}
