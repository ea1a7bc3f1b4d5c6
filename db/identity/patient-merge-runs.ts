import { appointmentWorkflowId } from '../../workflows/messages/appointment.ts';
import { escalationWorkflowId } from '../../workflows/messages/escalation.ts';
import { intakeWorkflowId } from '../../workflows/messages/intake.ts';
import { waitlistEntryWorkflowId } from '../../workflows/messages/waitlist-entry.ts';
import { walkInWorkflowId } from '../../workflows/messages/walk-in.ts';

const runs: Readonly<Record<string, (id: string) => string>> = {
  appointment: appointmentWorkflowId,
  waitlist_entry: waitlistEntryWorkflowId,
  walk_in: walkInWorkflowId,
  intake: intakeWorkflowId,
  escalation: escalationWorkflowId,
};

/** Whose runs read their row again after rows have moved (all by `changedElsewhere`); the others ask the row at each step. */
export function runsOfCharts(moved: ReadonlyMap<string, readonly Readonly<Record<string, string>>[]>): string[] {
  return [...moved].flatMap(([table, keys]) => {
    const workflowId = runs[table];
    return workflowId === undefined ? [] : keys.map((key) => workflowId(key.id!));
  });
}
