/** The row of a wish on the waitlist, and the same as everybody sees it. */
import { DomainError } from '../../domain/errors.ts';
import type { VisitMode, Weekday } from '../../domain/schedule/schedule.ts';
import type { Urgency, WaitlistState } from '../../domain/waitlist/waitlist.ts';
import type { WaitlistEntryView, Wish } from '../../workflows/messages/waitlist-entry.ts';
import type { Trx } from '../connection.ts';

/** A row of `waitlist_entry` with the visit types it waits for, in id order. */
export interface EntryRow {
  readonly id: string;
  readonly organization_id: string;
  readonly patient_id: string;
  readonly visit_type_ids: readonly string[];
  readonly provider_ids: readonly string[] | null;
  readonly location_ids: readonly string[];
  readonly modes: readonly VisitMode[];
  readonly days: readonly Weekday[];
  readonly time_from: string | null;
  readonly time_to: string | null;
  readonly earliest: string | null;
  readonly latest: string | null;
  readonly urgency: Urgency;
  readonly current_appointment_id: string | null;
  readonly min_gain_days: number;
  readonly max_travel_km: number | null;
  readonly notice_minutes: number;
  readonly state: WaitlistState;
  readonly paused_reason: string | null;
  readonly joined_at: Date;
  readonly expires_at: Date;
  readonly expiry_notified_at: Date | null;
  readonly declines: number;
  readonly no_responses: number;
  readonly promoted_appointment_id: string | null;
  readonly version: number;
}

/** Columns of `waitlist_entry e` that make an EntryRow. */
export const entryColumns = `e.*, ARRAY(SELECT w.visit_type_id FROM waitlist_entry_visit_type w WHERE w.entry_id = e.id ORDER BY w.visit_type_id) AS visit_type_ids`;

export const wishOf = (row: EntryRow): Wish => ({
  visitTypeIds: row.visit_type_ids,
  providerIds: row.provider_ids,
  locationIds: row.location_ids,
  modes: row.modes,
  days: row.days,
  timeFrom: row.time_from,
  timeTo: row.time_to,
  earliest: row.earliest,
  latest: row.latest,
  urgency: row.urgency,
  currentAppointmentId: row.current_appointment_id,
  minGainDays: row.min_gain_days,
  maxTravelKm: row.max_travel_km,
  noticeMinutes: row.notice_minutes,
});

export const toEntryView = (row: EntryRow): WaitlistEntryView => ({
  ...wishOf(row),
  id: row.id,
  patientId: row.patient_id,
  state: row.state,
  pausedReason: row.paused_reason,
  joinedAt: row.joined_at.toISOString(),
  expiresAt: row.expires_at.toISOString(),
  declines: row.declines,
  noResponses: row.no_responses,
  promotedAppointmentId: row.promoted_appointment_id,
  version: row.version,
});

/** The wish as columns; its visit types are rows of their own. */
export const wishColumns = (wish: Wish): Record<string, unknown> => ({
  provider_ids: wish.providerIds === null ? null : [...wish.providerIds],
  location_ids: [...wish.locationIds],
  modes: [...wish.modes],
  days: [...wish.days],
  time_from: wish.timeFrom,
  time_to: wish.timeTo,
  earliest: wish.earliest,
  latest: wish.latest,
  urgency: wish.urgency,
  current_appointment_id: wish.currentAppointmentId,
  min_gain_days: wish.minGainDays,
  max_travel_km: wish.maxTravelKm,
  notice_minutes: wish.noticeMinutes,
});

/** @throws DomainError `not-found` */
export const readEntryRow = (trx: Trx, entryId: string): Promise<EntryRow> => entryRow(trx, entryId, '');

/**
 * Kept from changing until commit. Lock order everywhere: opening, entries in id order, appointment, resources.
 * @throws DomainError `not-found`
 */
export const lockEntry = (trx: Trx, entryId: string): Promise<EntryRow> => entryRow(trx, entryId, 'FOR UPDATE OF e');

/** The same, unless somebody else has it just now: null at once. */
export async function tryLockEntry(trx: Trx, entryId: string): Promise<EntryRow | null> {
  const { rows } = await trx.raw<{ rows: EntryRow[] }>(
    `SELECT ${entryColumns} FROM waitlist_entry e WHERE e.id = :entryId FOR UPDATE OF e SKIP LOCKED`,
    { entryId },
  );
  return rows[0] ?? null;
}

async function entryRow(trx: Trx, entryId: string, lock: string): Promise<EntryRow> {
  const { rows } = await trx.raw<{ rows: EntryRow[] }>(
    `SELECT ${entryColumns} FROM waitlist_entry e WHERE e.id = :entryId ${lock}`,
    { entryId },
  );
  const row = rows[0];
  if (row === undefined) throw new DomainError('not-found');
  return row;
}
