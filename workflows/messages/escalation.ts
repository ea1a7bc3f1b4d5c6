/**
 * Everything that can be said to an escalation, `emerg:<id>` (scheduling-intake.md D5). Its row and its first messages are
 * filed by the transaction that raises it (db/escalations/escalations.ts, `raiseEscalation`); the run is started after that, as a
 * child of the process it is about, or by the worker that finds the row without a run.
 */
import type { Actor } from '../../domain/actor.ts';
import type {
  EscalationAction,
  EscalationLevel,
  EscalationOutcome,
  EscalationState,
  EscalationSubjectKind,
} from '../../domain/escalation.ts';
import type { Operation } from './appointment.ts';

export const escalationWorkflow = 'escalation';
export const escalationWorkflowId = (escalationId: string): string => `emerg:${escalationId}`;
export const escalationOperationKey = (escalationId: string, step: string): string => `emerg:${escalationId}/${step}`;

/** `startOnce(escalationWorkflow, { workflowId: escalationWorkflowId(id), input, summary })`. */
export interface EscalationStart {
  readonly organizationId: string;
  readonly escalationId: string;
}

/** The row as its run knows it. Instants RFC 3339 UTC. Ids and codes only. */
export interface EscalationView {
  readonly id: string;
  readonly state: EscalationState;
  readonly level: EscalationLevel;
  readonly subject: { readonly kind: EscalationSubjectKind; readonly id: string };
  readonly locationId: string | null;
  readonly raisedAt: string;
  /** By when somebody should have it. */
  readonly ackDueAt: string;
  /** Counts up each time it begins anew. */
  readonly round: number;
  readonly cycle: number;
  readonly step: number;
  /** User id of who has it. */
  readonly acknowledgedBy: string | null;
  readonly acknowledgedAt: string | null;
  readonly etaAt: string | null;
  readonly outcome: EscalationOutcome | null;
  readonly version: number;
}

export interface EscalationActionInput {
  /** ack: minutes until they can see to it. */
  readonly etaMinutes?: number | undefined;
  /** extend, cancel. */
  readonly reason?: string | undefined;
  /** resolve. */
  readonly outcome?: EscalationOutcome | undefined;
  readonly note?: string | undefined;
}

export interface EscalationRequest {
  readonly action: EscalationAction;
  readonly input: EscalationActionInput;
  readonly actor: Actor;
  readonly operation: Operation;
}

export interface EscalationActionOutcome {
  readonly escalation: EscalationView;
  readonly inputHash: string;
}

/** After every step: the escalation and what it waits for. Plain JSON. */
export interface EscalationSettled {
  readonly escalation: EscalationView;
  readonly open: boolean;
  /** Names 'step:<cycle>:<step>', 'exhaust', 'repeat', 'unresolved'. */
  readonly timers: readonly { readonly name: string; readonly dueAt: string }[];
}

/** Update: waits until it is raised, and says what it became: `() => EscalationRaised`. */
export const escalationRaisedUpdate = 'raised';
export interface EscalationRaised {
  /** Another id: one like it was open already. */
  readonly escalation: EscalationView;
  readonly inputHash: string;
}

/** Query: `() => EscalationSettled | null`; beside it `nextTimers` as every process has it. */
export const escalationQuery = 'state';
/** Signal: whoever acknowledged is not there any more. No input. */
export const presenceLostSignal = 'presenceLost';
/** Signal: another transaction moved it (a message failed and the next step was taken at once). No input. */
export const escalationMovedSignal = 'changedElsewhere';
/** Signal to the process that it is about, at each change of state. No input: it reads. */
export const escalationChangedSignal = 'escalationChanged';

/** The run to tell, where the subject has one that listens. */
export const subjectWorkflowId = ({ kind, id }: EscalationView['subject']): string | null =>
  kind === 'intake' ? `intake:${id}` : null;
