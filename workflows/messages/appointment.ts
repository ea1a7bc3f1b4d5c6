/**
 * Everything that can be said to the appointment process `appt:<id>` (scheduling-intake.md D1), on one page.
 * The API and the tests import this file and never the implementation.
 */
import type { Actor } from '../../domain/actor.ts';
import type { ProblemDetail } from '../../domain/errors.ts';

export const appointmentWorkflow = 'appointment';
export const appointmentWorkflowId = (appointmentId: string): string => `appt:${appointmentId}`;

/** `workflowId/update id`: the key of the operation row that makes a repeat harmless (B4). */
export const appointmentOperationKey = (appointmentId: string, updateId: string): string =>
  `appt:${appointmentId}/${updateId}`;

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
  | ({
      readonly event: 'book' | 'hold';
      readonly patientId: string;
      readonly visitTypeId: string;
      readonly mode: VisitMode;
      readonly replacesId?: string | undefined;
      /** A seat of a group session: its start, practitioner and place are the session's. */
      readonly groupSessionId?: string | undefined;
    } & SlotRequest)
  | {
      readonly event: 'request';
      readonly patientId: string;
      readonly visitTypeId: string;
      readonly mode: VisitMode;
      readonly practitionerId?: string | undefined;
      readonly locationId?: string | undefined;
    };

export type VisitMode = 'in-person' | 'video' | 'phone';

/** The start input carries the command; `run` executes it as one local activity = one transaction (architecture.md 5). */
export interface AppointmentStart {
  readonly organizationId: string;
  readonly appointmentId: string;
  readonly operation: Operation;
  readonly command: OpeningCommand;
  readonly actor: Actor;
  /** One occurrence of a recurring series (workflows/messages/series.ts), which tells the patient of all of them. */
  readonly series?: { readonly id: string; readonly occurrence: number } | undefined;
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
  /** Of the interpreter whom the patient needs. Left out by runs of earlier releases. */
  readonly interpreterLanguage?: string | null | undefined;
  /** The group session that it is a seat of. Left out by runs of earlier releases. */
  readonly groupSessionId?: string | null | undefined;
  /** By video, and the picture failed: by telephone since then. Left out by runs of earlier releases. */
  readonly phoneFallbackAt?: string | null | undefined;
}

/**
 * The one thing that can happen to a cancelled appointment (D1): an administrator says it was entered in error. The run
 * is closed by then, so that the correction starts a short run of its own under the same id.
 */
export interface AppointmentCorrection {
  readonly organizationId: string;
  readonly appointmentId: string;
  readonly correction: ActionRequest;
}

export type AppointmentInput = AppointmentStart | AppointmentCorrection;

/** What the start command led to. `inputHash` lets a repeat with another body be recognized. */
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
  'fall-back-to-phone',
  'entered-in-error',
] as const;
export type AppointmentAction = (typeof appointmentActions)[number];

/** The input of an action; which fields an action needs is decided by domain/appointment/appointment.ts and the API's schema. */
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
  /** Set by processes that tell the patient themselves: no message about this one step. */
  readonly quiet?: boolean | undefined;
}

export interface ActionRequest {
  readonly action: AppointmentAction;
  readonly input: ActionInput;
  readonly actor: Actor;
  readonly operation: Operation;
}

/** What an accepted action answers. `inputHash` is that of the request which was carried out under this update id. */
export interface ActionOutcome {
  readonly appointment: AppointmentView;
  readonly inputHash: string;
}

/** The result of a run: what its start led to, for who repeats it, and how the appointment ended. */
export interface AppointmentEnd {
  readonly outcome: AppointmentOutcome;
  readonly appointment: AppointmentView | null;
}

/** The update that waits for the result of the start command: `() => AppointmentOutcome`. */
export const outcomeUpdate = 'outcome';
/** Its id: every waiter asks the same question, and one answer serves them all. */
export const outcomeUpdateId = 'outcome';

/** Queries: `() => AppointmentState`, `() => PlannedTimer[]`, `() => TimelineEntry[]`. */
export const stateQuery = 'state';
export const nextTimersQuery = 'nextTimers';
export const timelineQuery = 'timeline';

export interface AppointmentState {
  /** 'opening' until the start command is settled, 'refused' when it was refused, else the appointment's status. */
  readonly stage: string;
  /** Codes: 'booking', 'confirm-hold', 'approval', 'staff', 'visit', 'arrival', 'check-in', 'encounter', 'end-of-day', null when over. */
  readonly waitingFor: string | null;
  readonly appointment: AppointmentView | null;
  readonly nextTimers: readonly PlannedTimer[];
}

/** What this run saw, oldest first. The full story with actors is `state_change` in Postgres. */
export interface TimelineEntry {
  /** RFC 3339 UTC, workflow time. */
  readonly at: string;
  /** An action, 'timer:<name>', or 'start:<event>'. */
  readonly event: string;
  /** Status afterwards, or the problem code of a refusal. */
  readonly result: string;
}

/** Signal: the encounter began elsewhere (a chart was opened for this visit). A repeat, or one that comes too late, is ignored. */
export const encounterStartedSignal = 'encounterStarted';
/**
 * Signal: another transaction changed this appointment (it took over an expired hold, or the patient chose another of
 * several times held). The run reads again what Postgres knows. No input.
 */
export const changedElsewhereSignal = 'changedElsewhere';
export interface EncounterStarted {
  readonly actor: Actor;
  readonly operation: Operation;
}

export interface PlannedTimer {
  /** 'hold', 'approval', 'confirmation', 'reminder:P3D:email', 'late', 'no-show', 'day-end'. */
  readonly name: string;
  /** RFC 3339 UTC. */
  readonly dueAt: string;
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
}

/** Failure types: an ApplicationFailure of a refused update carries `type` = problem code and `details[0]` = ProblemDetail. */
