/** Who needs an interpreter and has none of ours reserved gets one from outside: a person finds them, and a task says so. */
import type { ChangeContext } from '../appointments/appointment-effects.ts';
import type { AppointmentRow } from '../appointments/appointment-view.ts';
import type { Trx } from '../connection.ts';
import { cancelStaffTasks, raiseStaffTask } from '../cases/staff-tasks.ts';

const comes: ReadonlySet<string> = new Set(['booked', 'arrived']);

/** Once for each place in time; ended when the visit is, or when one of ours is reserved. */
export async function followInterpreter(trx: Trx, context: ChangeContext, row: AppointmentRow): Promise<void> {
  if (row.interpreter_language == null || row.start_at === null) return;
  const { organizationId, actor, at } = context;
  const reserved = await trx('reservation')
    .join('resource', 'resource.id', 'reservation.resource_id')
    .where({ 'reservation.appointment_id': row.id, 'resource.kind': 'interpreter' })
    .whereNull('reservation.released_at')
    .first<{ id: string } | undefined>('reservation.id');
  if (reserved !== undefined || !comes.has(row.status)) {
    await cancelStaffTasks(trx, {
      organizationId,
      subjectType: 'appointment',
      subjectId: row.id,
      kinds: ['arrange-interpreter'],
      actor,
      at,
    });
    return;
  }
  // A day before the visit somebody from outside can still be found; sooner, at once.
  const dueAt = new Date(Math.max(at.getTime(), row.start_at.getTime() - 86_400_000));
  await raiseStaffTask(trx, {
    organizationId,
    kind: 'arrange-interpreter',
    dedupeKey: `interpreter:${row.id}:v${row.version}`,
    subjectType: 'appointment',
    subjectId: row.id,
    patientId: row.patient_id,
    locationId: row.location_id ?? undefined,
    params: { about: 'arrange-interpreter', language: row.interpreter_language, start: row.start_at.toISOString() },
    dueAt,
    actor,
    at,
  });
}
