/**
 * Everything that can be said to the process `absence:<id>` (features B20, B21), on one page. It brings every visit that an
 * absent practitioner, or a room or machine that is down, leaves behind to a resolution. The API and the tests import
 * this file and never the implementation.
 */
import type {
  AbsenceAction,
  AbsenceKind,
  AbsenceState,
  CaseAction,
  CaseState,
  Progress,
} from '../../domain/schedule/absence.ts';
import type { Actor } from '../../domain/actor.ts';
import type { ProblemDetail } from '../../domain/errors.ts';
import type { Operation } from './appointment.ts';

export const absenceWorkflow = 'absence';
export const absenceWorkflowId = (absenceId: string): string => `absence:${absenceId}`;
export const absenceOperationKey = (absenceId: string, step: string): string => `absence:${absenceId}/${step}`;

/** Who or what is away, and when: instants RFC 3339 UTC, half-open. */
export interface AbsenceStart {
  readonly organizationId: string;
  readonly absenceId: string;
  /** Who or what is away; or else the place, with everything in it. */
  readonly resourceId?: string | undefined;
  readonly locationId?: string | undefined;
  readonly start: string;
  readonly end: string;
  readonly reason: string;
  /** Who says so; visits are cancelled in this person's name. */
  readonly actor: Actor;
  readonly operation: Operation;
}

export interface AbsenceInput extends AbsenceStart {
  /** Set when the run goes on with a fresh history. */
  readonly resumed?: AbsenceOutcome | undefined;
}

/** The row as everybody sees it. Instants RFC 3339 UTC. */
export interface AbsenceView {
  readonly id: string;
  /** Null when the whole place is down. */
  readonly resourceId: string | null;
  readonly locationId: string | null;
  readonly kind: AbsenceKind;
  readonly start: string;
  readonly end: string;
  readonly reason: string;
  readonly state: AbsenceState;
  readonly declaredAt: string;
  readonly endedAt: string | null;
  readonly version: number;
  readonly progress: Progress;
}

export type AbsenceOutcome =
  | { readonly ok: true; readonly absence: AbsenceView; readonly inputHash: string }
  | { readonly ok: false; readonly problem: ProblemDetail; readonly inputHash: string };

/** The result of a run. */
export interface AbsenceEnd {
  readonly outcome: AbsenceOutcome;
  readonly absence: AbsenceView | null;
}

/** Updates `pause`, `resume`, `stop`: about all of it. */
export interface AbsenceActionRequest {
  readonly action: AbsenceAction;
  readonly input: {
    readonly reason?: string | undefined;
    /** stop: the time is open again (who was away is back). */
    readonly reopen?: boolean | undefined;
  };
  readonly actor: Actor;
  readonly operation: Operation;
}

/** Updates `case-keep` and so on: about one patient. */
export interface CaseActionRequest {
  readonly action: CaseUpdate;
  readonly appointmentId: string;
  readonly input: { readonly reason?: string | undefined };
  readonly actor: Actor;
  readonly operation: Operation;
}
export type CaseUpdate = `case-${CaseAction}`;
export const caseUpdate = (action: CaseAction): CaseUpdate => `case-${action}`;

export interface AbsenceActionOutcome {
  readonly absence: AbsenceView;
  readonly inputHash: string;
}

/** The update that waits for what the declaration led to: `() => AbsenceOutcome`. */
export const absenceOutcomeUpdate = 'outcome';
export const absenceOutcomeUpdateId = 'outcome';

/** Signal: something on the list changed elsewhere (a patient took a time, another absence is done). No input. */
export const listChangedSignal = 'listChanged';

/** Queries: `() => AbsenceRunState`, `() => Progress | null`. */
export const absenceStateQuery = 'state';
export const absenceProgressQuery = 'progress';

export interface AbsenceRunState {
  /** 'declaring' until the declaration is settled, 'refused' when it was refused, else the absence's state. */
  readonly stage: string;
  readonly absence: AbsenceView | null;
  /** Who is not settled yet, soonest visit first. */
  readonly open: readonly OpenCase[];
  /** RFC 3339 UTC: the next deadline of any patient. */
  readonly nextAt: string | null;
}

export interface OpenCase {
  readonly appointmentId: string;
  readonly state: CaseState;
  readonly paused: boolean;
  /** The visit still has its time. */
  readonly stands: boolean;
}
