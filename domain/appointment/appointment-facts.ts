/**
 * What the rules of an appointment look at (scheduling-intake.md C2, D1). Instants are epoch milliseconds. Plain data:
 * the workflow keeps it, the API reads it from the row, tests make it up.
 */
import type { Actor } from '../actor.ts';
import type { ProblemDetail } from '../errors.ts';
import type { PatientId } from '../ids.ts';
import { defaultPolicies } from '../policies.ts';
import type { ConfirmationPolicy } from '../policies.ts';
import type { VisitMode, VisitType } from '../schedule/schedule.ts';

export const appointmentStatuses = [
  'proposed',
  'pending',
  'waitlist',
  'booked',
  'arrived',
  'checked-in',
  'fulfilled',
  'cancelled',
  'noshow',
  'entered-in-error',
] as const;
export type AppointmentStatus = (typeof appointmentStatuses)[number];

/** `none`: it does not exist yet (the dash in the table of D1). */
export type FromStatus = AppointmentStatus | 'none';

/** Never leave these (I16), but for cancelled -> entered-in-error. */
export const finalStatuses: ReadonlySet<FromStatus> = new Set(['fulfilled', 'cancelled', 'entered-in-error']);

/** Entering one of these sets `released_at = at` on every reservation. */
export const releasingStatuses: ReadonlySet<FromStatus> = new Set([
  'fulfilled',
  'cancelled',
  'noshow',
  'entered-in-error',
]);

/** Has exactly one live reservation per requirement (I3); `pending` has holds. */
export const reservedStatuses: ReadonlySet<FromStatus> = new Set(['booked', 'arrived', 'checked-in']);

export type IntakeState = 'none' | 'open' | 'completed' | 'waived';

/** What the visit type and the dated policies say for this appointment. */
export interface AppointmentRules extends Pick<
  VisitType,
  | 'selfSchedulable'
  | 'needsApproval'
  | 'minNoticeMinutes'
  | 'lateAfterSeconds'
  | 'noShowAfterSeconds'
  | 'autoNoShow'
  | 'cancelNoticeMinutes'
> {
  /** ISO-8601 durations. */
  readonly holdDuration: string;
  readonly holdExtension: string;
  readonly maxHoldsPerPatient: number;
  readonly approvalWithin: string;
  readonly arriveEarly: string;
  readonly maxReschedulesByPatient: number;
  /** Of the day on which the place was booked: what the patient was told then holds. */
  readonly confirmation: ConfirmationPolicy;
}

/** The rules of D1's defaults: for visit types that say nothing else, and for tests. */
export const defaultRules: AppointmentRules = {
  selfSchedulable: true,
  needsApproval: false,
  minNoticeMinutes: 60,
  lateAfterSeconds: 600,
  noShowAfterSeconds: 1200,
  autoNoShow: false,
  cancelNoticeMinutes: 24 * 60,
  holdDuration: defaultPolicies.hold.duration,
  holdExtension: defaultPolicies.hold.extension,
  maxHoldsPerPatient: defaultPolicies.hold.maxPerPatient,
  approvalWithin: defaultPolicies.approval.within,
  arriveEarly: defaultPolicies.arrival.early,
  maxReschedulesByPatient: defaultPolicies.reschedule.maxByPatient,
  confirmation: defaultPolicies.confirmation,
};

export interface AppointmentFacts {
  readonly patientId: PatientId;
  readonly status: FromStatus;
  /** Moves with the place in time only: links and reminders are bound to it. */
  readonly version: number;
  /** The place asked for, while status is `none`. */
  readonly start: number | null;
  readonly end: number | null;
  readonly timeZone: string | null;
  /** Of the hold, or of the place kept while approval is awaited. */
  readonly holdExpiresAt: number | null;
  /** The `ref` of the actor who holds, or `patient:<id>` for a place held for the patient (clinic cancellation). */
  readonly holdOwner: string | null;
  readonly holdExtended: boolean;
  readonly awaitingApproval: boolean;
  /** When this place was booked, or last moved. Left out by runs of earlier releases. */
  readonly bookedAt?: number | null | undefined;
  readonly confirmedAt: number | null;
  /** A message that says until when to confirm has left. Read for `unconfirmed` only. */
  readonly askedToConfirm?: boolean | undefined;
  readonly arrivedAt: number | null;
  readonly checkedInAt: number | null;
  readonly seenAt: number | null;
  readonly noShowAt: number | null;
  readonly cancelReason: string | null;
  /** By patients; what the clinic moved does not count against them. */
  readonly rescheduleCount: number;
  /** `none` counts as waived, with the reason `no-intake`. */
  readonly intake: IntakeState;
  /** Codes of required consents that are not signed. */
  readonly consentsMissing: readonly string[];
  readonly encounterFinished: boolean;
  /** How many holds the patient has elsewhere, for `hold` only. */
  readonly liveHolds: number;
  /**
   * Why the patient may have no visit, or none of this type, on any date (domain/coverage/eligibility.ts), as read just now. Left
   * out where it may have changed since: a run keeps its facts for months, and only the transaction judges then.
   */
  readonly unfit?: Unfit | undefined;
  /** How the visit is given. Left out by runs of earlier releases. */
  readonly mode?: VisitMode | undefined;
  /** When it was said that the picture does not work, and the visit goes on by telephone. */
  readonly phoneFallbackAt?: number | null | undefined;
  /** A seat of a group session (domain/schedule/group-session.ts). */
  readonly groupSeat?: boolean | undefined;
  readonly rules: AppointmentRules;
}

export interface Unfit {
  readonly person: ProblemDetail | null;
  readonly visit: ProblemDetail | null;
}

/** The fields of workflows/messages/appointment.ts ActionInput that guards read. */
export interface AppointmentInput {
  readonly slot?: { readonly start: string } | undefined;
  readonly reason?: string | undefined;
  /** The version a link was made for; absent when no link was used. */
  readonly confirmToken?: { readonly version: number } | undefined;
  readonly identifiersVerified?: readonly string[] | undefined;
  readonly intakeWaivedReason?: string | undefined;
  readonly noNoteReason?: string | undefined;
  /** `request`: onto the waitlist instead of a proposal for staff. */
  readonly waitlist?: boolean | undefined;
}

export interface DecisionContext {
  /** Epoch milliseconds, from the Clock port (or workflow time). */
  readonly at: number;
  readonly actor: Pick<Actor, 'kind' | 'ref' | 'patientId' | 'permissions'>;
}

/** What to write. A reschedule's new start and end come from the reservation transaction. */
export interface AppointmentChanges {
  readonly version?: number;
  readonly holdExpiresAt?: number | null;
  readonly holdOwner?: string | null;
  readonly holdExtended?: boolean;
  readonly awaitingApproval?: boolean;
  readonly confirmedAt?: number | null;
  readonly arrivedAt?: number;
  readonly checkedInAt?: number;
  readonly seenAt?: number;
  readonly completedAt?: number;
  readonly noShowAt?: number | null;
  readonly phoneFallbackAt?: number | null;
  readonly cancelledAt?: number;
  readonly cancelReason?: string;
  readonly cancelledBy?: 'patient' | 'staff' | 'clinic' | 'system';
  readonly lateCancel?: boolean;
  readonly rescheduleCount?: number;
  readonly intakeWaivedReason?: string;
  readonly noNoteReason?: string;
}
