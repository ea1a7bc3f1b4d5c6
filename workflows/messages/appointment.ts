/**
 * Everything that can be said to the appointment process `appt:<id>` (scheduling-intake.md D1), on one page.
 * The API and the tests import this file and never the implementation.
 */
import type { Actor } from '../../domain/actor.ts';
import type { ProblemDetail } from '../../domain/errors.ts';

export const appointmentWorkflow = 'appointment';
export const appointmentWorkflowId = (appointmentId: string): string => `appt:${appointmentId}`;

/** `workflowId/update id`: the key of the operation row that makes a repeat harmless (B4). */
export const appointmentOperationKey = (appointmentId: string, updateId: string): string => `appt:${appointmentId}/${updateId}`;

export interface Operation {
  readonly key: string;
  readonly inputHash: string;
}

/** A place in time. `start` is an RFC 3339 instant in UTC; wall-clock input was resolved by the API. */
export interface SlotRequest {
  readonly start: string;
  readonly practitionerId: string;
  readonly locationId?: string | undefined;
  readonly overbookReason?: string | undefined;
}

/** What brings an appointment into being. */
export type OpeningCommand =
  | ({ readonly event: 'book' | 'hold'; readonly patientId: string; readonly visitTypeId: string; readonly mode: VisitMode; readonly replacesId?: string | undefined } & SlotRequest)
  | { readonly event: 'request'; readonly patientId: string; readonly visitTypeId: string; readonly mode: VisitMode; readonly practitionerId?: string | undefined; readonly locationId?: string | undefined };

export type VisitMode = 'in-person' | 'video' | 'phone';

/** The start input carries the command; `run` executes it as one local activity = one transaction (architecture.md 5). */
export interface AppointmentStart {
  readonly organizationId: string;
  readonly appointmentId: string;
  readonly operation: Operation;
  readonly command: OpeningCommand;
  readonly actor: Actor;
}

/** The row as everybody sees it. Instants RFC 3339 UTC, zone beside them. */
export interface AppointmentView {
  readonly id: string;
  readonly patientId: string;
  readonly visitTypeId: string;
  readonly practitionerId: string | null;
  readonly locationId: string | null;
  readonly mode: VisitMode;
  readonly status: string;
  readonly start: string | null;
  readonly end: string | null;
  readonly timeZone: string | null;
  readonly version: number;
  readonly revision: number;
  readonly holdExpiresAt: string | null;
  readonly holdExtended: boolean;
  readonly awaitingApproval: boolean;
  readonly confirmedAt: string | null;
  readonly arrivedAt: string | null;
  readonly checkedInAt: string | null;
  readonly seenAt: string | null;
  readonly completedAt: string | null;
  readonly cancelReason: string | null;
  readonly lateCancel: boolean | null;
  readonly rescheduleCount: number;
  readonly overbookReason: string | null;
  readonly replacesId: string | null;
}

export type AppointmentOutcome =
  | { readonly ok: true; readonly appointment: AppointmentView; readonly inputHash: string }
  | { readonly ok: false; readonly problem: ProblemDetail; readonly inputHash: string };

/** Names of the updates on a running appointment: the actions of `POST /appointments/{id}/{action}`. */
export const appointmentActions = [
  'book',
  'extend-hold',
  'release-hold',
  'confirm-hold',
  'withdraw',
  'approve',
  'refuse',
  'confirm',
  'reschedule',
  'arrive',
  'check-in',
  'start-encounter',
  'complete',
  'no-show',
  'undo-no-show',
  'cancel',
  'leave-without-being-seen',
  'cancel-by-clinic',
  'entered-in-error',
] as const;
export type AppointmentAction = (typeof appointmentActions)[number];

/** The input of an action; which fields an action needs is decided by domain/appointment.ts and the API's schema. */
export interface ActionInput {
  readonly slot?: SlotRequest | undefined;
  readonly reason?: string | undefined;
  readonly confirmToken?: { readonly version: number } | undefined;
  readonly identifiersVerified?: readonly string[] | undefined;
  readonly intakeWaivedReason?: string | undefined;
  readonly noNoteReason?: string | undefined;
  readonly overbookReason?: string | undefined;
  /** For cancel-by-clinic: hold up to this many alternatives for the patient. */
  readonly alternatives?: number | undefined;
  readonly feeWaived?: boolean | undefined;
}

export interface ActionRequest {
  readonly action: AppointmentAction;
  readonly input: ActionInput;
  readonly actor: Actor;
  readonly operation: Operation;
}

/** The update that waits for the result of the start command. */
export const outcomeUpdate = 'outcome';
/** Queries. */
export const stateQuery = 'state';
export const nextTimersQuery = 'nextTimers';
export const timelineQuery = 'timeline';
/** Signal: the encounter began elsewhere (a chart was opened for this visit). */
export const encounterStartedSignal = 'encounterStarted';

export interface PlannedTimer {
  /** 'hold', 'approval', 'reminder:P3D:email', 'late', 'no-show', 'day-end'. */
  readonly name: string;
  /** RFC 3339 UTC. */
  readonly dueAt: string;
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
}

/** Failure types: an ApplicationFailure of a refused update carries `type` = problem code and `details[0]` = ProblemDetail. */
