/**
 * Visits that new zone data would move (scheduling-intake.md B6): the instant stands, the wall-clock time that was meant
 * is another now. Nothing is moved; staff agree on the time with each patient.
 */
import { systemActor } from '../../domain/actor.ts';
import { localOf } from '../../domain/calendar/calendar.ts';
import type { Trx } from '../connection.ts';
import { raiseStaffTask } from '../cases/staff-tasks.ts';

const pageSize = 1_000;

interface Meant {
  readonly id: string;
  readonly patient_id: string;
  readonly location_id: string | null;
  readonly start_at: Date;
  readonly local_start: string;
  readonly tz: string;
  readonly version: number;
}

/**
 * Files a task for each visit to come whose wall-clock time is no longer its instant, once for each version and each time
 * it would move to. Compares with the zone data of this process.
 * @returns how many tasks are new
 */
export async function fileZoneChanges(
  trx: Trx,
  organizationId: string,
  at: Date,
  localTimeOf: (instant: number, timeZone: string) => string = localOf,
): Promise<number> {
  let filed = 0;
  for (let after: string | undefined; ;) {
    const rows = await visitsToCome(trx, organizationId, at, after);
    for (const row of rows) {
      const meant = row.local_start.replace(' ', 'T');
      const now = localTimeOf(row.start_at.getTime(), row.tz);
      if (now === meant) continue;
      const task = await raiseStaffTask(trx, {
        organizationId,
        kind: 'zone-changed',
        dedupeKey: `zone-changed:${row.id}:v${row.version}:${now}`,
        subjectType: 'appointment',
        subjectId: row.id,
        patientId: row.patient_id,
        locationId: row.location_id ?? undefined,
        params: { start: row.start_at.toISOString(), timeZone: row.tz, meant, now },
        priority: row.start_at.getTime() - at.getTime() < 2 * 86_400_000 ? 'urgent' : 'routine',
        // Half of the time that is left, and not later than three days from now.
        dueAt: new Date(Math.min(at.getTime() + 3 * 86_400_000, (at.getTime() + row.start_at.getTime()) / 2)),
        actor: systemActor('zone-watch'),
        at,
      });
      if (task !== null) filed += 1;
    }
    if (rows.length < pageSize) return filed;
    after = rows.at(-1)!.id;
  }
}

async function visitsToCome(trx: Trx, organizationId: string, at: Date, after: string | undefined): Promise<Meant[]> {
  const found = trx('appointment')
    .where({ organization_id: organizationId })
    .whereIn('status', ['booked', 'pending'])
    .where('start_at', '>', at)
    .orderBy('id')
    .limit(pageSize);
  if (after !== undefined) void found.where('id', '>', after);
  return found.select<Meant[]>('id', 'patient_id', 'location_id', 'start_at', 'local_start', 'tz', 'version');
}
