/**
 * The processes beside the visits: a freed time, a wish on the waitlist, a walk-in, an absence, a series, an urgent item. Each row that is
 * open has a run that watches over it; a freed time without one is kept for nobody until it goes public.
 */
import type { Trx } from '../../db/connection.ts';
import { absenceWorkflowId } from '../../workflows/messages/absence.ts';
import { escalationWorkflowId } from '../../workflows/messages/escalation.ts';
import { intakeWorkflowId } from '../../workflows/messages/intake.ts';
import { openingWorkflowId } from '../../workflows/messages/opening.ts';
import { seriesWorkflowId } from '../../workflows/messages/series.ts';
import { waitlistEntryWorkflowId } from '../../workflows/messages/waitlist-entry.ts';
import { walkInWorkflowId } from '../../workflows/messages/walk-in.ts';

interface Process {
  readonly table: 'opening' | 'waitlist_entry' | 'walk_in' | 'absence' | 'series' | 'escalation' | 'intake';
  readonly live: readonly string[];
  readonly workflowId: (id: string) => string;
}

export const processes: readonly Process[] = [
  { table: 'opening', live: ['open', 'offering'], workflowId: openingWorkflowId },
  { table: 'waitlist_entry', live: ['active', 'offered', 'paused'], workflowId: waitlistEntryWorkflowId },
  { table: 'walk_in', live: ['waiting', 'called', 'in-room'], workflowId: walkInWorkflowId },
  { table: 'absence', live: ['running', 'paused'], workflowId: absenceWorkflowId },
  { table: 'escalation', live: ['raised', 'notifying', 'exhausted', 'acknowledged'], workflowId: escalationWorkflowId },
  {
    table: 'intake',
    live: ['created', 'invited', 'in-progress', 'submitted', 'in-review', 'returned'],
    workflowId: intakeWorkflowId,
  },
  { table: 'series', live: ['booking', 'undoing', 'changing', 'booked'], workflowId: seriesWorkflowId },
];

export interface OpenRow {
  readonly id: string;
  readonly state: string;
  readonly process: Process;
}

/** Rows whose run should be there; one that was written in the last half minute may still be on its way. */
export async function openRows(trx: Trx, process: Process): Promise<OpenRow[]> {
  const rows = await trx(process.table)
    .whereIn('state', [...process.live])
    .whereRaw(`created_at < clock_timestamp() - interval '30 seconds'`)
    .orderBy('id')
    .select<{ id: string; state: string }[]>('id', 'state');
  return rows.map((row) => ({ ...row, process }));
}
