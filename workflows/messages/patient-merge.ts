/**
 * Everything that can be said to the process of a merge, `merge:<id>` (D3 "Duplicates", F9): two charts of one person
 * become one, step by step, and are two again if that was wrong. The rows are patient_merge and patient_merge_row.
 */
import type { Actor } from '../../domain/actor.ts';
import type { ProblemDetail } from '../../domain/errors.ts';
import type { Operation } from './appointment.ts';

export const patientMergeWorkflow = 'patientMerge';
export const patientMergeWorkflowId = (mergeId: string): string => `merge:${mergeId}`;
export const mergeOperationKey = (mergeId: string, step: string): string => `merge:${mergeId}/${step}`;

export interface MergeStart {
  readonly organizationId: string;
  readonly mergeId: string;
  /** The chart that stays. */
  readonly survivorId: string;
  /** The chart whose rows follow it. */
  readonly mergedId: string;
  /** The question this answers, if any. */
  readonly matchId: string | null;
  /** No person was asked. */
  readonly automatic: boolean;
  readonly reason: string | null;
  readonly operation: Operation;
  readonly actor: Actor;
}

export type MergeState = 'merging' | 'merged' | 'failed' | 'unmerged';

/** Instants RFC 3339 UTC. */
export interface MergeView {
  readonly id: string;
  readonly survivorId: string;
  readonly mergedId: string;
  readonly matchId: string | null;
  readonly state: MergeState;
  /** No person was asked. */
  readonly automatic: boolean;
  readonly reason: string | null;
  readonly requestedBy: string;
  readonly requestedAt: string;
  readonly mergedAt: string | null;
  readonly unmergedAt: string | null;
  readonly unmergedBy: string | null;
  readonly unmergeReason: string | null;
  /** Why it failed: a problem code. */
  readonly problem: string | null;
  readonly version: number;
}

/** What a step led to, and whose runs must read their row again. Plain JSON. */
export interface MergeSettled {
  readonly merge: MergeView;
  /** Workflow ids. */
  readonly tell: readonly string[];
}

export interface UnmergeStart {
  readonly organizationId: string;
  readonly mergeId: string;
  readonly unmergeId: string;
  readonly reason: string;
  readonly operation: Operation;
  readonly actor: Actor;
}

export type MergeOutcome =
  | { readonly ok: true; readonly merge: MergeView; readonly inputHash: string }
  | { readonly ok: false; readonly problem: ProblemDetail; readonly inputHash: string };

/** Undoing is a run of its own, as it may come years later: `unmerge:<id>`. */
export const patientUnmergeWorkflow = 'patientUnmerge';
export const patientUnmergeWorkflowId = (unmergeId: string): string => `unmerge:${unmergeId}`;

/** The update of both that waits for what it led to: `() => MergeOutcome`, and its id. */
export const mergeOutcomeUpdate = 'outcome';
export const mergeOutcomeUpdateId = 'outcome';
/** Query: `() => MergeView | null`. */
export const mergeQuery = 'state';
