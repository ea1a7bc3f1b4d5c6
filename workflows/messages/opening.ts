/**
 * Everything that can be said to the promotion process `opening:<id>` (scheduling-intake.md D2), on one page. The opening,
 * its offers and its ranking are rows that the transactions of the activities keep; this process owns the waiting.
 */
import type { Actor } from '../../domain/actor.ts';
import type { OfferState, OpeningState, RankedFactors } from '../../domain/waitlist/waitlist.ts';
import type { AppointmentView, Operation } from './appointment.ts';

export const openingWorkflow = 'opening';
export const openingWorkflowId = (openingId: string): string => `opening:${openingId}`;
export const openingOperationKey = (openingId: string, step: string): string => `opening:${openingId}/${step}`;

/** The start input. The row exists already: whoever freed the time wrote it in the same transaction. */
export interface OpeningStart {
  readonly organizationId: string;
  readonly openingId: string;
}

/** Names of the updates: what patients and staff do with an opening, `POST /openings/{id}/{action}` and the offer's link. */
export const openingActions = [
  // The patient's word on a live offer, by link, in the portal, or through the front desk.
  'accept',
  'decline',
  'extend',
  // Staff steering (feature C11).
  'pause',
  'resume',
  'skip',
  'pin',
  'fill',
  'close',
] as const;
export type OpeningAction = (typeof openingActions)[number];

export interface OpeningActionInput {
  /** accept, decline, extend, skip: which offer is meant, so that a late word never answers the next one. */
  readonly offerId?: string | undefined;
  /** pin: who is asked next. */
  readonly entryId?: string | undefined;
  /** fill: whom the time is given to, by telephone; their entry is promoted when they have one. */
  readonly patientId?: string | undefined;
  /** fill, for who has no entry. Default: the opening's own. */
  readonly visitTypeId?: string | undefined;
  /** decline, skip, close. */
  readonly reason?: string | undefined;
  readonly via?: 'mail' | 'portal' | 'front-desk' | undefined;
}

export interface OpeningActionRequest {
  readonly action: OpeningAction;
  readonly input: OpeningActionInput;
  readonly actor: Actor;
  readonly operation: Operation;
}

/** The row as everybody sees it. Instants RFC 3339 UTC, zone beside them. */
export interface OpeningView {
  readonly id: string;
  readonly start: string;
  readonly end: string;
  readonly timeZone: string;
  readonly practitionerId: string | null;
  readonly locationId: string | null;
  readonly visitTypeIds: readonly string[];
  readonly mode: string;
  readonly state: OpeningState;
  readonly paused: boolean;
  readonly pinnedEntryId: string | null;
  /** When the next is asked, where nobody may be now. */
  readonly lookAgainAt: string | null;
  readonly releaseAt: string | null;
  readonly cascadeDepth: number;
  readonly chainOf: string | null;
  readonly resumesId: string | null;
  readonly sourceAppointmentId: string | null;
  readonly filledAppointmentId: string | null;
  readonly closedReason: string | null;
  readonly endedAt: string | null;
  readonly version: number;
}

export interface OfferView {
  readonly id: string;
  readonly entryId: string;
  readonly patientId: string;
  readonly rank: number;
  readonly state: OfferState;
  readonly channel: string;
  readonly offeredAt: string;
  readonly expiresAt: string;
  readonly extended: boolean;
  readonly factors: RankedFactors;
}

/** What every step of an opening answers: the opening as it is now, and what its process must do next. Plain JSON. */
export interface OpeningSettled {
  readonly opening: OpeningView;
  /** The live offers, batch order; at most one in sequential mode. */
  readonly offers: readonly OfferView[];
  /** An earlier look is worth it at this instant: the patients who are left are in their quiet hours. */
  readonly lookAgainAt: string | null;
  /** accept, fill: the visit that came of it. */
  readonly appointment?: AppointmentView | undefined;
  /** A new visit needs a run of its own: the `book` start whose operation row is written already (it adopts). */
  readonly startAppointment?: StartAppointment | undefined;
  /** A visit that was moved: its run must read again. */
  readonly movedAppointmentId?: string | undefined;
  /** Openings that this step made (the acceptor's old time): each a workflow of its own. */
  readonly openings?: readonly string[] | undefined;
  /** Entries that this step changed beyond those of `offers` (promoted by telephone, paused): their runs must read again. */
  readonly entries?: readonly string[] | undefined;
  /** Other openings whose offer this step withdrew (who was given the time by telephone): their runs must look again. */
  readonly withdrawnFrom?: readonly string[] | undefined;
}

export interface StartAppointment {
  readonly appointmentId: string;
  readonly patientId: string;
  readonly visitTypeId: string;
  readonly mode: 'in-person' | 'video' | 'phone';
  readonly start: string;
  readonly practitionerId: string;
  readonly locationId: string | null;
  readonly operation: Operation;
  readonly actor: Actor;
}

/** What an accepted action answers. */
export interface OpeningActionOutcome {
  readonly opening: OpeningView;
  readonly appointment: AppointmentView | null;
  readonly inputHash: string;
}

/** The result of a run. */
export interface OpeningEnd {
  readonly opening: OpeningView;
}

/** Queries: `() => OpeningSettled | null`, `() => OfferView[]` (every offer so far, oldest first). */
export const currentOfferQuery = 'current';
export const offerHistoryQuery = 'history';

/** Signal: another transaction ended or changed this opening (a booking took over the expired time). No input. */
export const openingChangedSignal = 'changedElsewhere';
