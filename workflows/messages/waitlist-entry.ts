/**
 * Everything that can be said to a wish on the waitlist, `wait:<id>` (scheduling-intake.md D2): joining starts it, the
 * patient or staff change it, and its own timers announce and make its end. Offers belong to openings (opening.ts).
 */
import type { Actor } from '../../domain/actor.ts';
import type { ProblemDetail } from '../../domain/errors.ts';
import type { VisitMode, Weekday } from '../../domain/schedule/schedule.ts';
import type { Urgency, WaitlistState } from '../../domain/waitlist/waitlist.ts';
import type { Operation } from './appointment.ts';

export const waitlistEntryWorkflow = 'waitlistEntry';
export const waitlistEntryWorkflowId = (entryId: string): string => `wait:${entryId}`;
export const waitlistEntryOperationKey = (entryId: string, step: string): string => `wait:${entryId}/${step}`;

/** What a patient waits for. What is left out fits everything. */
export interface Wish {
  readonly visitTypeIds: readonly string[];
  /** null: anyone. */
  readonly providerIds: readonly string[] | null;
  /** Empty: anywhere. */
  readonly locationIds: readonly string[];
  readonly modes: readonly VisitMode[];
  /** Empty: any day. */
  readonly days: readonly Weekday[];
  /** `HH:MM` of the start on the place's clock, both inclusive; both or neither. */
  readonly timeFrom: string | null;
  readonly timeTo: string | null;
  /** Local dates of the place, inclusive. */
  readonly earliest: string | null;
  readonly latest: string | null;
  readonly urgency: Urgency;
  /** The visit that an earlier one would replace. */
  readonly currentAppointmentId: string | null;
  readonly minGainDays: number;
  readonly maxTravelKm: number | null;
  /** The shortest notice the patient can follow, in minutes. */
  readonly noticeMinutes: number;
}

export interface WaitlistEntryStart {
  readonly organizationId: string;
  readonly entryId: string;
  readonly patientId: string;
  readonly wish: Wish;
  readonly operation: Operation;
  readonly actor: Actor;
}

/** The row as everybody sees it. Instants RFC 3339 UTC. */
export interface WaitlistEntryView extends Wish {
  readonly id: string;
  readonly patientId: string;
  readonly state: WaitlistState;
  readonly pausedReason: string | null;
  readonly joinedAt: string;
  readonly expiresAt: string;
  readonly declines: number;
  readonly noResponses: number;
  readonly promotedAppointmentId: string | null;
  readonly version: number;
}

export const waitlistEntryActions = ['change', 'pause', 'resume', 'withdraw'] as const;
export type WaitlistEntryAction = (typeof waitlistEntryActions)[number];

export interface WaitlistEntryRequest {
  readonly action: WaitlistEntryAction;
  readonly input: {
    /** change: what is given replaces what was. */
    readonly wish?: Partial<Wish> | undefined;
    readonly reason?: string | undefined;
  };
  readonly actor: Actor;
  readonly operation: Operation;
}

/** What joining led to. `inputHash` lets a repeat with another body be recognized. */
export type WaitlistEntryOutcome =
  | { readonly ok: true; readonly entry: WaitlistEntryView; readonly inputHash: string }
  | { readonly ok: false; readonly problem: ProblemDetail; readonly inputHash: string };

export interface WaitlistEntryActionOutcome {
  readonly entry: WaitlistEntryView;
  readonly inputHash: string;
}

/** After every step: the entry, what it waits for, and whom else the change concerns. Plain JSON. */
export interface WaitlistEntrySettled {
  readonly entry: WaitlistEntryView;
  /** Names 'expiry-notice', 'expiry'. */
  readonly timers: readonly { readonly name: string; readonly dueAt: string }[];
  /** Openings whose live offer this step withdrew: their runs must look again. */
  readonly openings: readonly string[];
}

export interface WaitlistEntryEnd {
  readonly outcome: WaitlistEntryOutcome;
  readonly entry: WaitlistEntryView | null;
}

/** The update that waits for the result of joining: `() => WaitlistEntryOutcome`, and its id. */
export const waitlistOutcomeUpdate = 'outcome';
export const waitlistOutcomeUpdateId = 'outcome';
/** Query: `() => WaitlistEntrySettled | null`. */
export const waitlistEntryQuery = 'state';
/** Signal: another transaction changed the entry (an offer was made, answered or lapsed). No input. */
export const waitlistEntryChangedSignal = 'changedElsewhere';
