/** The row of a walk-in, and the same as everybody sees it. */
import { DomainError } from '../../domain/errors.ts';
import { liveWalkInStates, type QueuePlace, type TriageLevel, type WalkInState } from '../../domain/walk-in.ts';
import type { WalkInSettled, WalkInView } from '../../workflows/messages/walk-in.ts';
import type { Trx } from '../connection.ts';
import { isoOrNull } from '../instants.ts';

/** A row of `walk_in`. */
export interface WalkInRow {
  readonly id: string;
  readonly organization_id: string;
  readonly queue_id: string;
  readonly location_id: string;
  readonly patient_id: string;
  readonly ticket: number;
  readonly state: WalkInState;
  readonly level: TriageLevel | null;
  readonly position: Date | null;
  readonly reason: string | null;
  readonly identifiers: readonly string[];
  readonly arrived_at: Date;
  readonly triaged_at: Date | null;
  readonly called_at: Date | null;
  readonly called_provider_id: string | null;
  readonly appointment_id: string | null;
  readonly seen_at: Date | null;
  readonly ended_at: Date | null;
  readonly ended_reason: string | null;
  readonly version: number;
}

export const toWalkInView = (row: WalkInRow): WalkInView => ({
  id: row.id,
  queueId: row.queue_id,
  locationId: row.location_id,
  patientId: row.patient_id,
  ticket: row.ticket,
  state: row.state,
  level: row.level,
  position: isoOrNull(row.position),
  reason: row.reason,
  identifiersVerified: row.identifiers,
  arrivedAt: row.arrived_at.toISOString(),
  triagedAt: isoOrNull(row.triaged_at),
  calledAt: isoOrNull(row.called_at),
  calledProviderId: row.called_provider_id,
  appointmentId: row.appointment_id,
  seenAt: isoOrNull(row.seen_at),
  endedAt: isoOrNull(row.ended_at),
  endedReason: row.ended_reason,
  version: row.version,
});

export const placeInQueue = (row: Pick<WalkInRow, 'id' | 'level' | 'position' | 'arrived_at'>): QueuePlace => ({
  id: row.id,
  level: row.level,
  position: row.position?.getTime() ?? null,
  arrivedAt: row.arrived_at.getTime(),
});

/** @throws DomainError `not-found` */
export async function readWalkInRow(trx: Trx, id: string): Promise<WalkInRow> {
  const row = await trx('walk_in').where({ id }).first<WalkInRow | undefined>();
  if (row === undefined) throw new DomainError('not-found');
  return row;
}

/**
 * Kept from changing until commit. Lock order everywhere: appointment, walk-ins in id order, resources; so that the visit
 * of a call is locked before its walk-in, and a call that came between the two is met by starting over.
 * @throws DomainError `not-found`; an error of class 40001, which withTransaction repeats
 */
export async function lockWalkIn(trx: Trx, id: string): Promise<WalkInRow> {
  const { appointment_id: visit } = await readWalkInRow(trx, id);
  if (visit !== null) await trx('appointment').where({ id: visit }).forUpdate().select('id');
  const row = await trx('walk_in').where({ id }).forUpdate().first<WalkInRow>();
  if (row.appointment_id !== visit)
    throw Object.assign(new Error('the walk-in was called meanwhile'), { code: '40001' });
  return row;
}

/** The walk-in with what it waits for, earliest first. */
export async function settleWalkIn(
  trx: Trx,
  row: WalkInRow,
  more: Pick<WalkInSettled, 'startAppointment' | 'appointmentId' | 'walkIns'> = {},
): Promise<WalkInSettled> {
  const timers = await trx('case_timer')
    .where({ aggregate: 'walk-in', aggregate_id: row.id, state: 'pending' })
    .orderBy([{ column: 'due_at' }, { column: 'name' }])
    .select<{ name: string; due_at: Date }[]>('name', 'due_at');
  return {
    walkIn: toWalkInView(row),
    open: liveWalkInStates.has(row.state) || timers.length > 0,
    timers: timers.map((timer) => ({ name: timer.name, dueAt: timer.due_at.toISOString() })),
    ...more,
  };
}
