/** The only writer of reservations (C3). */
import type { AppointmentRow } from '../appointments/appointment-view.ts';
import type { Trx } from '../connection.ts';
import type { Place } from './place.ts';
import { violatedConstraint } from '../transaction.ts';

export interface ReservationTarget {
  readonly organizationId: string;
  /** Null for what a group session reserves once for all of its seats. */
  readonly appointmentId: string | null;
  readonly groupSessionId?: string | undefined;
  readonly kind: 'hold' | 'appointment' | 'block';
  /** Of holds only. */
  readonly expiresAt: Date | null;
  readonly opKey: string;
}

/** Another writer took a lane between our look and our insert although we hold the locks: begin again. */
class LaneLost extends Error {
  readonly code = '40001';
}

/**
 * Reserves every lane of a place, sorted by (resource, lane), or none. The candidates' rows are locked, so that what was
 * seen free is free; the exclusion constraint remains the authority for a writer that forgot the locks (its 23P01 is
 * retried as a serialization failure, and the next look sees the lane taken and chooses another, or refuses).
 */
export async function insertReservations(trx: Trx, target: ReservationTarget, place: Place): Promise<void> {
  try {
    await trx.raw(
      `INSERT INTO reservation (organization_id, resource_id, lane, busy, kind, role, appointment_id, group_session_id, overbook_reason, expires_at, op_key)
       SELECT :organizationId, x.resource_id, x.lane, tstzrange(x.starts, x.ends), :kind, x.role, :appointmentId, :groupSessionId, x.reason, :expiresAt, :opKey
       FROM jsonb_to_recordset(CAST(:lanes AS jsonb)) AS x(resource_id uuid, lane smallint, starts timestamptz, ends timestamptz, role text, reason text)
       ORDER BY x.resource_id, x.lane`,
      {
        ...target,
        groupSessionId: target.groupSessionId ?? null,
        lanes: JSON.stringify(
          place.lanes.map((l) => ({
            resource_id: l.resourceId,
            lane: l.lane,
            starts: new Date(Math.round(l.busy.start)),
            ends: new Date(Math.round(l.busy.end)),
            role: l.role,
            reason: l.overbookReason,
          })),
        ),
      },
    );
  } catch (error) {
    if (violatedConstraint(error) === 'no_overlap') throw new LaneLost('a lane was taken by another writer');
    throw error;
  }
}

/** A reservation that was given back: what a freed time consists of. */
export interface ReleasedLane {
  readonly id: string;
  readonly resource_id: string;
  readonly lane: number;
  readonly role: string;
  readonly starts_at: Date;
  readonly ends_at: Date;
}

/** Gives back all that an appointment has. Rows stay: `busy` feeds utilization. */
export async function releaseReservations(
  trx: Trx,
  appointmentIds: readonly string[],
  releasedAt: Date,
): Promise<ReleasedLane[]> {
  return trx('reservation')
    .whereIn('appointment_id', appointmentIds)
    .whereNull('released_at')
    .update({ released_at: releasedAt })
    .returning<ReleasedLane[]>(['id', 'resource_id', 'lane', 'role', 'starts_at', 'ends_at']);
}

/** A hold becomes a visit in place, or is held on (extended, or kept while approval is awaited): its time never moves. */
export async function changeReservations(
  trx: Trx,
  appointmentId: string,
  kind: 'hold' | 'appointment',
  expiresAt: Date | null,
): Promise<void> {
  await trx('reservation')
    .where({ appointment_id: appointmentId })
    .whereNull('released_at')
    .update({ kind, expires_at: expiresAt });
}

/** What stands on the lanes of a place and is over at `at`: appointments that held, and openings that were offered. */
export interface ExpiredReservations {
  readonly appointmentIds: readonly string[];
  readonly openingIds: readonly string[];
}

export async function findExpired(trx: Trx, place: Place, at: Date): Promise<ExpiredReservations> {
  const starts = Math.min(...place.lanes.map((l) => l.busy.start));
  const ends = Math.max(...place.lanes.map((l) => l.busy.end));
  const found = await trx('reservation')
    .whereNull('released_at')
    .whereIn(
      'resource_id',
      place.lanes.map((l) => l.resourceId),
    )
    .where('starts_at', '<', new Date(ends))
    .where('ends_at', '>', new Date(starts))
    .where('expires_at', '<=', at)
    .distinct<{ appointment_id: string | null; opening_id: string | null }[]>('appointment_id', 'opening_id');
  return {
    appointmentIds: found.flatMap((row) => row.appointment_id ?? []),
    openingIds: found.flatMap((row) => (row.appointment_id === null ? (row.opening_id ?? []) : [])),
  };
}

/**
 * Those of the appointments whose hold is over at `at`, locked in id order. Appointments before reservations, as every
 * change of a hold does it; changes of a pending appointment never lock resources, so that the two orders cannot cross.
 */
export async function lockExpiredHolds(trx: Trx, ids: readonly string[], at: Date): Promise<AppointmentRow[]> {
  if (ids.length === 0) return [];
  return trx('appointment')
    .whereIn('id', ids)
    .where({ status: 'pending' })
    .where('hold_expires_at', '<=', at)
    .orderBy('id')
    .forUpdate()
    .select<AppointmentRow[]>('*');
}
