/** What a visit and its intake know of each other (scheduling-intake.md D1: "intake started if needed", the guard of checking in). */
import type { IntakeState as IntakeFact } from '../../domain/appointment/appointment-facts.ts';
import { openIntakeStates, type IntakeState } from '../../domain/intake/intake.ts';
import type { ChangeContext } from '../appointments/appointment-effects.ts';
import type { AppointmentRow } from '../appointments/appointment-view.ts';
import type { Trx } from '../connection.ts';
import { fileIntakeOfVisit } from './intake-start.ts';

export interface FollowedIntakes {
  /** Begun with this change: the visit's run begins theirs. */
  readonly intakes?: readonly string[] | undefined;
  /** Open ones, whose clocks hang on the visit. */
  readonly intakesTold?: readonly string[] | undefined;
}

/** After a change of a visit, in its transaction. Nothing for a visit that is under way or done. */
export async function followIntake(trx: Trx, context: ChangeContext, row: AppointmentRow): Promise<FollowedIntakes> {
  if (row.status === 'booked' && row.booked_at?.getTime() === context.at.getTime()) {
    const filed = await fileIntakeOfVisit(trx, context, row);
    if (filed !== null) return 'begun' in filed ? { intakes: [filed.begun] } : { intakesTold: [filed.serves] };
    // A first booking has none to tell.
    if (row.version === 0) return {};
  }
  if (!['booked', 'cancelled', 'noshow', 'entered-in-error'].includes(row.status)) return {};
  const told = await trx('intake')
    .where((its) =>
      its
        .where({ appointment_id: row.id })
        .orWhereIn('id', trx('intake_visit').where({ appointment_id: row.id }).select('intake_id')),
    )
    .whereIn('state', [...openIntakeStates])
    .select<{ id: string }[]>('id');
  return told.length === 0 ? {} : { intakesTold: told.map(({ id }) => id) };
}

/** What the guard of checking in looks at; null: the visit has none, and its row says what it knows. */
export async function intakeFactOf(trx: Trx, appointmentId: string): Promise<IntakeFact | null> {
  const found = await trx('intake')
    .where({ about: 'whole' })
    .where((its) =>
      its
        .where({ appointment_id: appointmentId })
        .orWhereIn('id', trx('intake_visit').where({ appointment_id: appointmentId }).select('intake_id')),
    )
    .orderBy('created_at', 'desc')
    .first<{ state: IntakeState } | undefined>('state');
  if (found === undefined) return null;
  return found.state === 'completed' ? 'completed' : found.state === 'cancelled' ? null : 'open';
}
