/**
 * Everything that can be said to the process of a recurring series `series:<id>` (scheduling-intake.md C2, feature B13), on
 * one page. It books one visit after the other, each with a run of its own that outlives it, and later moves or cancels
 * all that follow from one of them on.
 */
import type { Actor } from '../../domain/actor.ts';
import type { ProblemDetail } from '../../domain/errors.ts';
import type { OccurrenceChoice, SeriesMode, SeriesRule, SeriesState } from '../../domain/schedule/series.ts';
import type { Operation, VisitMode } from './appointment.ts';

export const seriesWorkflow = 'series';
export const seriesWorkflowId = (seriesId: string): string => `series:${seriesId}`;

/** `workflowId/update id`: the key of the operation row that makes a repeat harmless (B4). */
export const seriesOperationKey = (seriesId: string, updateId: string): string => `series:${seriesId}/${updateId}`;

export interface SeriesCommand {
  readonly patientId: string;
  readonly visitTypeId: string;
  readonly practitionerId: string;
  readonly locationId: string;
  readonly visitMode: VisitMode;
  readonly rule: SeriesRule;
  readonly mode: SeriesMode;
  readonly choices: readonly OccurrenceChoice[];
}

/** The start input carries the command; `run` files it as one local activity = one transaction, then books. */
export interface SeriesStart {
  readonly organizationId: string;
  readonly seriesId: string;
  readonly operation: Operation;
  readonly command: SeriesCommand;
  readonly actor: Actor;
}

/** What a run hands on when its history becomes long: the rest is in Postgres. */
export interface SeriesInput extends SeriesStart {
  readonly resumed?: { readonly outcome: SeriesOutcome; readonly change: SeriesChange | null } | undefined;
}

export const seriesStepKinds = ['book', 'undo', 'move', 'cancel'] as const;
export type SeriesStepKind = (typeof seriesStepKinds)[number];
export type SeriesStepOutcome = 'planned' | 'done' | 'refused' | 'skipped';

/** One thing to be tried for one occurrence. */
export interface SeriesStep {
  readonly changeNo: number;
  readonly kind: SeriesStepKind;
  readonly occurrence: number;
  readonly appointmentId: string;
  /** RFC 3339 UTC; null for what ends a visit. */
  readonly start: string | null;
  readonly practitionerId: string;
  readonly locationId: string;
}

export interface SeriesProgress {
  readonly state: SeriesState;
  /** Still to be tried, in this order. */
  readonly steps: readonly SeriesStep[];
  /** RFC 3339 UTC: when the last visit is over; null when there is none. */
  readonly endsAt: string | null;
}

/** What filing the series led to. `inputHash` lets a repeat with another body be recognized. */
export type SeriesOutcome =
  | { readonly ok: true; readonly progress: SeriesProgress; readonly inputHash: string }
  | { readonly ok: false; readonly problem: ProblemDetail; readonly inputHash: string };

/** Answered with what was filed, not with the visits: those come one by one, and are read from Postgres. */
export const seriesOutcomeUpdate = 'outcome';
export const seriesOutcomeUpdateId = 'outcome';

/** The update: `(SeriesChangeRequest) => SeriesChangeOutcome`. Files the change; its steps follow. */
export const seriesChangeUpdate = 'change';

export interface SeriesChange {
  readonly kind: 'move' | 'cancel';
  /** This occurrence and all that follow. */
  readonly from: number;
  /** move: the new local time of `from`, `YYYY-MM-DDTHH:MM`; the others move by as many days, to the same time of day. */
  readonly toLocal?: string | undefined;
  readonly practitionerId?: string | undefined;
  readonly locationId?: string | undefined;
  /** cancel. */
  readonly reason?: string | undefined;
  readonly byClinic?: boolean | undefined;
  readonly feeWaived?: boolean | undefined;
  readonly actor: Actor;
}

export interface SeriesChangeRequest {
  /** The update's name. */
  readonly action: typeof seriesChangeUpdate;
  readonly change: SeriesChange;
  readonly operation: Operation;
}

export interface SeriesChangeOutcome {
  readonly changeNo: number;
  readonly progress: SeriesProgress;
  readonly inputHash: string;
}

/** Query: `() => SeriesProgress | null`; null until it is filed. */
export const seriesProgressQuery = 'progress';

/** The result of a run. */
export interface SeriesEnd {
  readonly outcome: SeriesOutcome;
  readonly state: SeriesState | null;
}
