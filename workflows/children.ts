/** Runs that this one begins and does not wait for: they outlive it. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, getExternalWorkflowHandle, startChild } from '@temporalio/workflow';
import { escalationWorkflow, escalationWorkflowId } from './messages/escalation.ts';
import type { EscalationStart } from './messages/escalation.ts';
import { intakeOperationKey, intakeWorkflow, intakeWorkflowId } from './messages/intake.ts';
import type { IntakeStart } from './messages/intake.ts';
import { openingWorkflow, openingWorkflowId } from './messages/opening.ts';
import type { OpeningStart } from './messages/opening.ts';
import { patientMergeWorkflow, patientMergeWorkflowId } from './messages/patient-merge.ts';
import type { MergeStart } from './messages/patient-merge.ts';

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

/** Alarms whose rows and first messages are filed (D5): each is a process of its own. */
export async function startEscalations(organizationId: string, escalationIds: readonly string[]): Promise<void> {
  for (const escalationId of escalationIds) {
    const start: EscalationStart = { organizationId, escalationId };
    await startOnce(escalationWorkflow, {
      workflowId: escalationWorkflowId(escalationId),
      input: start,
      summary: `Escalation ${escalationId.slice(0, 8)}`,
    });
  }
}

/** Charts that are of one person become one (D3). */
export async function startMerges(merges: readonly MergeStart[]): Promise<void> {
  for (const merge of merges) {
    await startOnce(patientMergeWorkflow, {
      workflowId: patientMergeWorkflowId(merge.mergeId),
      input: merge,
      summary: `Merge ${merge.mergeId.slice(0, 8)}`,
    });
  }
}

/** Intakes that a booking wrote with its visit (D1): each invites by a process of its own. */
export async function startIntakes(
  of: Pick<IntakeStart, 'organizationId' | 'patientId' | 'actor'> & { readonly appointmentId: string },
  intakeIds: readonly string[],
): Promise<void> {
  for (const intakeId of intakeIds) {
    const operation = { key: intakeOperationKey(intakeId, 'start'), inputHash: 'booking' };
    const start: IntakeStart = { ...of, intakeId, begunBy: 'booking', operation };
    await startOnce(intakeWorkflow, {
      workflowId: intakeWorkflowId(intakeId),
      input: start,
      summary: `Intake ${intakeId.slice(0, 8)}`,
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
