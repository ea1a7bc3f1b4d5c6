/** The rows of a freed time and of its offers, and the same as everybody sees them. */
import { DomainError } from '../../domain/errors.ts';
import type { EligibilityLimits } from '../../domain/coverage/eligibility.ts';
import type { WaitlistPolicy } from '../../domain/policies.ts';
import { policyAt, type PolicyRow } from '../../domain/policies.ts';
import type { VisitMode, VisitType } from '../../domain/schedule/schedule.ts';
import {
  liveOpeningStates,
  type Coordinates,
  type OfferState,
  type OpeningState,
  type RankedFactors,
} from '../../domain/waitlist/waitlist.ts';
import type { OfferView, OpeningSettled, OpeningView } from '../../workflows/messages/opening.ts';
import type { Trx } from '../connection.ts';
import { isoOrNull } from '../instants.ts';
import { policiesSql } from '../policies.ts';
import {
  limitsOf,
  requirementsSql,
  toVisitType,
  type RequirementRow,
  type VisitTypeRow,
} from '../schedule/visit-types.ts';

/** A row of `opening`. */
export interface OpeningRow {
  readonly id: string;
  readonly organization_id: string;
  readonly source_appointment_id: string | null;
  readonly start_at: Date;
  readonly end_at: Date;
  readonly tz: string;
  readonly practitioner_id: string | null;
  readonly location_id: string | null;
  readonly visit_type_ids: readonly string[];
  readonly mode: VisitMode;
  readonly state: OpeningState;
  readonly cascade_depth: number;
  readonly release_at: Date | null;
  readonly paused: boolean;
  readonly pinned_entry_id: string | null;
  readonly look_again_at: Date | null;
  readonly chain_of: string | null;
  readonly resumes_id: string | null;
  readonly filled_appointment_id: string | null;
  readonly filled_entry_id: string | null;
  readonly closed_reason: string | null;
  readonly ended_at: Date | null;
  readonly version: number;
}

/** A row of `waitlist_offer`. */
export interface OfferRow {
  readonly id: string;
  readonly opening_id: string;
  readonly entry_id: string;
  readonly patient_id: string;
  readonly batch_no: number;
  readonly rank: number;
  readonly factors: RankedFactors;
  readonly state: OfferState;
  readonly channel: 'email' | 'sms' | 'call';
  readonly offered_at: Date;
  readonly expires_at: Date;
  readonly extended: boolean;
  readonly answered_at: Date | null;
}

export const toOpeningView = (row: OpeningRow): OpeningView => ({
  id: row.id,
  start: row.start_at.toISOString(),
  end: row.end_at.toISOString(),
  timeZone: row.tz,
  practitionerId: row.practitioner_id,
  locationId: row.location_id,
  visitTypeIds: row.visit_type_ids,
  mode: row.mode,
  state: row.state,
  paused: row.paused,
  pinnedEntryId: row.pinned_entry_id,
  lookAgainAt: isoOrNull(row.look_again_at),
  releaseAt: isoOrNull(row.release_at),
  cascadeDepth: row.cascade_depth,
  chainOf: row.chain_of,
  resumesId: row.resumes_id,
  sourceAppointmentId: row.source_appointment_id,
  filledAppointmentId: row.filled_appointment_id,
  closedReason: row.closed_reason,
  endedAt: isoOrNull(row.ended_at),
  version: row.version,
});

export const toOfferView = (row: OfferRow): OfferView => ({
  id: row.id,
  entryId: row.entry_id,
  patientId: row.patient_id,
  rank: row.rank,
  state: row.state,
  channel: row.channel,
  offeredAt: row.offered_at.toISOString(),
  expiresAt: row.expires_at.toISOString(),
  extended: row.extended,
  factors: row.factors,
});

/** An opening with what decides about it. */
export interface OpeningCase {
  readonly row: OpeningRow;
  readonly visitType: VisitType;
  readonly limits: EligibilityLimits;
  readonly prepLeadMinutes: number;
  readonly place: Coordinates | null;
  readonly policies: readonly PolicyRow[];
  readonly policy: WaitlistPolicy;
}

/**
 * Kept from changing until commit. Lock order everywhere: opening, entries, appointment, resources.
 * @throws DomainError `not-found`
 */
export async function lockOpening(trx: Trx, openingId: string, at: Date): Promise<OpeningCase> {
  const { rows } = await trx.raw<{
    rows: (OpeningRow & {
      visit_type: VisitTypeRow & { readonly prep_lead_minutes: number };
      requirements: RequirementRow[];
      policies: PolicyRow[];
      place: Coordinates | null;
    })[];
  }>(
    `SELECT o.*, to_jsonb(v) AS visit_type, ${requirementsSql('v.id')} AS requirements, ${policiesSql} AS policies,
            (SELECT jsonb_build_object('latitude', l.latitude, 'longitude', l.longitude) FROM location l WHERE l.id = o.location_id AND l.latitude IS NOT NULL) AS place
     FROM opening o JOIN visit_type v ON v.id = o.visit_type_ids[1] WHERE o.id = :openingId FOR UPDATE OF o`,
    { openingId },
  );
  const found = rows[0];
  if (found === undefined) throw new DomainError('not-found');
  const { visit_type: visitType, requirements, policies, place, ...row } = found;
  return {
    row,
    visitType: toVisitType(visitType, requirements),
    limits: limitsOf(visitType),
    prepLeadMinutes: visitType.prep_lead_minutes,
    place,
    policies,
    policy: policyAt(policies, 'waitlist', at.getTime(), row.location_id),
  };
}

export const isLive = (row: Pick<OpeningRow, 'state'>): boolean => liveOpeningStates.has(row.state);

export async function liveOffers(trx: Trx, openingId: string): Promise<OfferRow[]> {
  return trx('waitlist_offer').where({ opening_id: openingId, state: 'offered' }).orderBy('batch_no').select('*');
}

/**
 * What a step answers. Left out, `lookAgainAt` is now as long as the time is to be offered and nobody is asked: whoever
 * took the last offer away does not ask the next.
 */
export async function settledOpening(
  trx: Trx,
  row: OpeningRow,
  at: Date,
  extra: Partial<Omit<OpeningSettled, 'opening' | 'offers'>> = {},
): Promise<OpeningSettled> {
  const offers = isLive(row) ? await liveOffers(trx, row.id) : [];
  const idle = isLive(row) && !row.paused && offers.length === 0;
  return {
    opening: toOpeningView(row),
    offers: offers.map(toOfferView),
    lookAgainAt: idle ? at.toISOString() : null,
    ...extra,
  };
}
