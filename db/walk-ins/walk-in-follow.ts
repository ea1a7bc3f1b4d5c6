/** What happens to the visit of a called walk-in happens to the walk-in: in the visit's transaction, whoever acts on it. */
import type { WalkInEvent } from '../../domain/walk-in.ts';
import type { ChangeContext } from '../appointments/appointment-effects.ts';
import type { AppointmentRow } from '../appointments/appointment-view.ts';
import type { Trx } from '../connection.ts';
import { changeWalkIn, type WalkInChange } from './walk-in-state.ts';
import type { WalkInRow } from './walk-in-view.ts';

/** @returns the walk-ins that changed: their runs must read again */
export async function followVisit(
  trx: Trx,
  context: ChangeContext,
  before: AppointmentRow,
  visit: AppointmentRow,
): Promise<string[]> {
  if (before.status === visit.status && before.seen_at?.getTime() === visit.seen_at?.getTime()) return [];
  const row = await trx('walk_in').where({ appointment_id: visit.id }).forUpdate().first<WalkInRow | undefined>();
  if (row === undefined || (row.state !== 'called' && row.state !== 'in-room')) return [];
  const change = changeOf(row, visit);
  if (change === null) return [];
  await changeWalkIn(trx, context, row, { ...change, data: { appointmentId: visit.id } });
  return [row.id];
}

function changeOf(row: WalkInRow, visit: AppointmentRow): WalkInChange | null {
  const event = eventOf(row, visit);
  if (event === null) return null;
  if (event === 'start') return { event, columns: { seen_at: visit.seen_at } };
  return { event, reason: event === 'leave' ? (visit.cancel_reason ?? undefined) : undefined };
}

function eventOf(row: WalkInRow, visit: AppointmentRow): WalkInEvent | null {
  switch (visit.status) {
    case 'checked-in':
      return row.state === 'called' && visit.seen_at !== null ? 'start' : null;
    case 'fulfilled':
      return 'finish';
    case 'cancelled':
      return 'leave';
    // As if nobody had called: the patient is still here.
    case 'entered-in-error':
      return 'undo-call';
    default:
      return null;
  }
}
