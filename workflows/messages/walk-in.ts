/**
 * Everything that can be said to the process of a walk-in, `walkin:<id>` (feature B26): arriving starts it, staff act on
 * it, its own timers ask for another look and for the end of the day. From the call on it has a visit, `appt:<id>`.
 */
import type { Actor } from '../../domain/actor.ts';
import type { ProblemDetail } from '../../domain/errors.ts';
import type { TriageLevel, WalkInAction, WalkInState } from '../../domain/walk-in.ts';
import type { AppointmentStart, Operation } from './appointment.ts';

export const walkInWorkflow = 'walkIn';
export const walkInWorkflowId = (walkInId: string): string => `walkin:${walkInId}`;
export const walkInOperationKey = (walkInId: string, step: string): string => `walkin:${walkInId}/${step}`;

export interface WalkInStart {
  readonly organizationId: string;
  readonly walkInId: string;
  readonly queueId: string;
  readonly patientId: string;
  /** null: nobody has looked yet. */
  readonly level: TriageLevel | null;
  /** What the patient came for, in a few words. */
  readonly reason: string | null;
  /** What was compared at the desk, such as name and birth date. */
  readonly identifiersVerified: readonly string[];
  readonly operation: Operation;
  readonly actor: Actor;
}

/** The row as everybody sees it. Instants RFC 3339 UTC. */
export interface WalkInView {
  readonly id: string;
  readonly queueId: string;
  readonly locationId: string;
  readonly patientId: string;
  /** What is called out instead of a name; anew each day and place. */
  readonly ticket: number;
  readonly state: WalkInState;
  readonly level: TriageLevel | null;
  readonly position: string | null;
  readonly reason: string | null;
  readonly identifiersVerified: readonly string[];
  readonly arrivedAt: string;
  readonly triagedAt: string | null;
  readonly calledAt: string | null;
  readonly calledProviderId: string | null;
  readonly appointmentId: string | null;
  readonly seenAt: string | null;
  readonly endedAt: string | null;
  readonly endedReason: string | null;
  readonly version: number;
}

export interface WalkInActionInput {
  readonly level?: TriageLevel | undefined;
  readonly direction?: 'up' | 'down' | undefined;
  readonly queueId?: string | undefined;
  readonly practitionerId?: string | undefined;
  readonly identifiersVerified?: readonly string[] | undefined;
  readonly noNoteReason?: string | undefined;
  readonly reason?: string | undefined;
}

export interface WalkInRequest {
  readonly action: WalkInAction;
  readonly input: WalkInActionInput;
  readonly actor: Actor;
  readonly operation: Operation;
}

/** What arriving led to. `inputHash` lets a repeat with another body be recognized. */
export type WalkInOutcome =
  | { readonly ok: true; readonly walkIn: WalkInView; readonly inputHash: string }
  | { readonly ok: false; readonly problem: ProblemDetail; readonly inputHash: string };

export interface WalkInActionOutcome {
  readonly walkIn: WalkInView;
  readonly inputHash: string;
}

/** After every step: the walk-in, what it waits for, and whom else the change concerns. Plain JSON. */
export interface WalkInSettled {
  readonly walkIn: WalkInView;
  /** Something can still happen: in the house, or left on this day. */
  readonly open: boolean;
  /** Names 're-triage', 'day-end'. */
  readonly timers: readonly { readonly name: string; readonly dueAt: string }[];
  /** The visit of a call, written already: its run takes it up. */
  readonly startAppointment?: AppointmentStart | undefined;
  /** A visit that this step changed: its run must read again. */
  readonly appointmentId?: string | undefined;
  /** Others whose place changed with it. */
  readonly walkIns?: readonly string[] | undefined;
}

export interface WalkInEnd {
  readonly outcome: WalkInOutcome;
  readonly walkIn: WalkInView | null;
}

/** The update that waits for the result of arriving: `() => WalkInOutcome`, and its id. */
export const walkInOutcomeUpdate = 'outcome';
export const walkInOutcomeUpdateId = 'outcome';
/** Query: `() => WalkInSettled | null`. */
export const walkInQuery = 'state';
/** Signal: another transaction changed the walk-in (its visit went on, a neighbour was moved). No input. */
export const walkInChangedSignal = 'changedElsewhere';
