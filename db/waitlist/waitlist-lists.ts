/** What the routes read of the waitlist: wishes, their place in the line, and what a patient is offered. */
import { tierOf, waitingStates, wholeDays, type WaitlistState } from '../../domain/waitlist/waitlist.ts';
import type { OfferView, OpeningView } from '../../workflows/messages/opening.ts';
import type { WaitlistEntryView } from '../../workflows/messages/waitlist-entry.ts';
import type { Trx } from '../connection.ts';
import { isoOrNull, stamp } from '../instants.ts';
import { toOfferView, toOpeningView, type OfferRow, type OpeningRow } from './opening-view.ts';
import { entryColumns, toEntryView, type EntryRow } from './waitlist-entry-view.ts';

export interface EntryQuery {
  readonly organizationId: string;
  readonly patientId?: string | undefined;
  readonly visitTypeId?: string | undefined;
  /** `waiting`: active, offered or paused. */
  readonly state?: WaitlistState | 'waiting' | undefined;
  readonly limit: number;
  readonly after?: { readonly at: string; readonly id: string } | undefined;
}

export type PositionedEntry = WaitlistEntryView & { readonly position: string };

/** Who has waited longest first; a patient's own, latest first. One row more than `limit`. */
export async function listEntries(trx: Trx, query: EntryQuery): Promise<PositionedEntry[]> {
  const { patientId, visitTypeId, state, after } = query;
  const latestFirst = patientId !== undefined;
  const { rows } = await trx.raw<{ rows: (EntryRow & { position: string })[] }>(
    `SELECT ${entryColumns}, ${stamp('e.joined_at')} AS position FROM waitlist_entry e
     WHERE e.organization_id = :organizationId
       ${patientId === undefined ? '' : 'AND e.patient_id = :patientId'}
       ${visitTypeId === undefined ? '' : 'AND EXISTS (SELECT 1 FROM waitlist_entry_visit_type w WHERE w.entry_id = e.id AND w.visit_type_id = :visitTypeId)'}
       ${state === undefined ? '' : 'AND e.state = ANY(:states)'}
       ${after === undefined ? '' : `AND (e.joined_at, e.id) ${latestFirst ? '<' : '>'} (CAST(:after AS timestamptz), CAST(:afterId AS uuid))`}
     ORDER BY e.joined_at ${latestFirst ? 'DESC' : ''}, e.id ${latestFirst ? 'DESC' : ''} LIMIT :rows`,
    {
      organizationId: query.organizationId,
      rows: query.limit + 1,
      ...(patientId !== undefined && { patientId }),
      ...(visitTypeId !== undefined && { visitTypeId }),
      ...(state !== undefined && { states: state === 'waiting' ? [...waitingStates] : [state] }),
      ...(after !== undefined && { after: after.at, afterId: after.id }),
    },
  );
  return rows.map((row) => ({ ...toEntryView(row), position: row.position }));
}

export type PositionBand = 'next' | 'near' | 'later';
/** So many ahead of somebody who is `near`; fewer than the first is `next`. A number would promise more than it can keep. */
const bands = { next: 3, near: 10 };

/**
 * Where the entry stands among who waits for the same visits, by tier and waiting time: what every freed time has in
 * common, before the day, the place and the practitioner of one decide. Null when it waits no longer.
 */
export async function positionBandOf(trx: Trx, entry: WaitlistEntryView, at: Date): Promise<PositionBand | null> {
  if (!waitingStates.has(entry.state)) return null;
  const ahead = await countAhead(trx, entry, at, bands.near);
  return ahead < bands.next ? 'next' : ahead < bands.near ? 'near' : 'later';
}

/** How many would be asked before it, counted up to `enough`. */
export async function countAhead(trx: Trx, entry: WaitlistEntryView, at: Date, enough: number): Promise<number> {
  const daysWaiting = wholeDays(at.getTime() - Date.parse(entry.joinedAt));
  const { rows } = await trx.raw<{ rows: { ahead: number }[] }>(
    `SELECT count(*) AS ahead FROM (
       SELECT 1 FROM waitlist_entry e
       WHERE e.id IN (SELECT w.entry_id FROM waitlist_entry_visit_type w WHERE w.live AND w.visit_type_id = ANY(CAST(:visitTypeIds AS uuid[])))
         AND e.id <> :id AND e.state IN ('active', 'offered')
         AND (${tierSql}, :joinedAt, :id) > (CAST(:tier AS int), e.joined_at, e.id)
       LIMIT :enough) first`,
    {
      id: entry.id,
      visitTypeIds: [...entry.visitTypeIds],
      at,
      tier: tierOf({ urgency: entry.urgency, daysWaiting }),
      joinedAt: entry.joinedAt,
      enough,
    },
  );
  return rows[0]?.ahead ?? 0;
}

/** domain `tierOf`, for many at once; a test holds them together. Days of 24 hours, as there. */
const tierSql = `CASE e.urgency
  WHEN 'urgent' THEN CASE WHEN e.joined_at <= CAST(:at AS timestamptz) - interval '336 hours' THEN 4 ELSE 3 END
  WHEN 'displaced' THEN 3 WHEN 'soon' THEN 2
  ELSE CASE WHEN e.joined_at <= CAST(:at AS timestamptz) - interval '2160 hours' THEN 2 ELSE 1 END END`;

/** An offer with what became of it, as staff see it. */
export interface OfferRecord extends OfferView {
  readonly openingId: string;
  readonly answeredAt: string | null;
  readonly answeredVia: string | null;
  readonly declineReason: string | null;
}

export interface OfferRecordRow extends OfferRow {
  readonly answered_via: string | null;
  readonly decline_reason: string | null;
}

export const toOfferRecord = (row: OfferRecordRow): OfferRecord => ({
  ...toOfferView(row),
  openingId: row.opening_id,
  answeredAt: isoOrNull(row.answered_at),
  answeredVia: row.answered_via,
  declineReason: row.decline_reason,
});

/** An offer with its time, as its patient sees it. */
export interface OwnOfferRecord {
  readonly offer: OfferRecord;
  readonly opening: OpeningView;
  /** The visit that would be moved. */
  readonly currentAppointmentId: string | null;
}

/** Everything the entry was ever offered, newest first. */
export const offersOfEntry = (trx: Trx, entryId: string): Promise<OwnOfferRecord[]> =>
  ownOffers(trx, `f.entry_id = :entryId`, { entryId });

/** What the patient can answer now: an offer whose time is over is none, whatever its timers did (I6). Soonest to end first. */
export const liveOffersOf = async (trx: Trx, patientId: string, at: Date): Promise<OwnOfferRecord[]> => {
  const offers = await ownOffers(trx, `f.patient_id = :patientId AND f.state = 'offered' AND f.expires_at > :at`, {
    patientId,
    at,
  });
  return offers.toSorted((a, b) => (a.offer.expiresAt < b.offer.expiresAt ? -1 : 1));
};

/** One offer, for its link; null when there is none. */
export async function findOffer(trx: Trx, offerId: string): Promise<OwnOfferRecord | null> {
  const [found] = await ownOffers(trx, `f.id = :offerId`, { offerId });
  return found ?? null;
}

async function ownOffers(
  trx: Trx,
  where: string,
  bindings: Readonly<Record<string, string | Date>>,
): Promise<OwnOfferRecord[]> {
  const { rows: offers } = await trx.raw<{
    rows: (OfferRecordRow & { current_appointment_id: string | null })[];
  }>(
    `SELECT f.*, e.current_appointment_id FROM waitlist_offer f JOIN waitlist_entry e ON e.id = f.entry_id
     WHERE ${where} ORDER BY f.offered_at DESC, f.id LIMIT 200`,
    bindings,
  );
  const openings = await trx('opening')
    .whereIn('id', [...new Set(offers.map((row) => row.opening_id))])
    .select<OpeningRow[]>('*');
  const byId = new Map(openings.map((row) => [row.id, toOpeningView(row)]));
  return offers.map((row) => ({
    offer: toOfferRecord(row),
    opening: byId.get(row.opening_id)!,
    currentAppointmentId: row.current_appointment_id,
  }));
}
