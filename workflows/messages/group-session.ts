/**
 * Everything that can be said to the process of a group session `group:<id>` (scheduling-intake.md C2), on one page. It
 * owns the practitioner's and the room's time; each seat is a visit with a run of its own, booked by that run.
 */
import type { Actor } from '../../domain/actor.ts';
import type { ProblemDetail } from '../../domain/errors.ts';
import type { GroupSessionState } from '../../domain/schedule/group-session.ts';
import type { Operation, VisitMode } from './appointment.ts';

export const groupSessionWorkflow = 'groupSession';
export const groupSessionWorkflowId = (sessionId: string): string => `group:${sessionId}`;

/** `workflowId/update id`: the key of the operation row that makes a repeat harmless (B4). */
export const groupOperationKey = (sessionId: string, updateId: string): string => `group:${sessionId}/${updateId}`;

export interface GroupSessionCommand {
  readonly visitTypeId: string;
  readonly practitionerId: string;
  readonly locationId: string;
  /** One of the room pool; any when left out. */
  readonly roomId?: string | undefined;
  readonly mode: VisitMode;
  /** RFC 3339 UTC. */
  readonly start: string;
  /** The visit type's when left out. */
  readonly capacity?: number | undefined;
  readonly overbookReason?: string | undefined;
}

/** The start input carries the command; `run` carries it out as one local activity = one transaction. */
export interface GroupSessionStart {
  readonly organizationId: string;
  readonly sessionId: string;
  readonly operation: Operation;
  readonly command: GroupSessionCommand;
  readonly actor: Actor;
}

/** What the process goes by. Instants RFC 3339 UTC. */
export interface GroupSessionProgress {
  readonly state: GroupSessionState;
  readonly start: string;
  readonly end: string;
  readonly capacity: number;
  readonly version: number;
  readonly locationId: string;
  readonly practitionerId: string;
  /** While it is being cancelled: seats whose visits are still to be called off, and how. */
  readonly seats: readonly { readonly appointmentId: string; readonly action: 'cancel-by-clinic' | 'refuse' }[];
}

export type GroupSessionOutcome =
  | { readonly ok: true; readonly progress: GroupSessionProgress; readonly inputHash: string }
  | { readonly ok: false; readonly problem: ProblemDetail; readonly inputHash: string };

/** The update that waits for what the start led to, and the id that all who ask share. */
export const groupOutcomeUpdate = 'outcome';
export const groupOutcomeUpdateId = 'outcome';

export const groupSessionActions = ['set-capacity', 'cancel'] as const;
export type GroupSessionAction = (typeof groupSessionActions)[number];

/** The update: `(GroupSessionRequest) => GroupSessionAnswer`, one for each action. Cancelling answers when it is filed. */
export interface GroupSessionRequest {
  /** The update's name. */
  readonly action: GroupSessionAction;
  readonly input: { readonly capacity?: number | undefined; readonly reason?: string | undefined };
  readonly actor: Actor;
  readonly operation: Operation;
}

export interface GroupSessionAnswer {
  readonly progress: GroupSessionProgress;
  readonly inputHash: string;
}

/** Query: `() => GroupSessionProgress | null`; null until it is filed. */
export const groupProgressQuery = 'progress';

/** The result of a run. */
export interface GroupSessionEnd {
  readonly outcome: GroupSessionOutcome;
  readonly state: GroupSessionState | null;
}
