/**
 * Everything that can be said to a guided intake, `intake:<id>` (scheduling-intake.md D3): staff or a booking begin it,
 * the patient saves step by step and submits, staff review it; its own timers remind, escalate and end it.
 */
import type { Actor } from '../../domain/actor.ts';
import type { ProblemDetail } from '../../domain/errors.ts';
import { intakeActions } from '../../domain/intake/intake.ts';
import type {
  EscalationFlag,
  IdentityFlag,
  InsuranceFlag,
  IntakeAction,
  IntakeState,
  IntakeStep,
} from '../../domain/intake/intake.ts';
import type { Answers } from '../../domain/questionnaire/questionnaire-answers.ts';
import type { Operation } from './appointment.ts';
import type { MergeStart } from './patient-merge.ts';

export const intakeWorkflow = 'intake';
export const intakeWorkflowId = (intakeId: string): string => `intake:${intakeId}`;
export const intakeOperationKey = (intakeId: string, step: string): string => `intake:${intakeId}/${step}`;

/** Somebody who has no chart yet: a provisional one is made of this. */
export interface PersonGiven {
  readonly given: string;
  readonly family: string;
  /** `YYYY-MM-DD` */
  readonly birthDate: string;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
}

/** Who answers for the patient, with what authority (feature A15). */
export interface GuardianGiven {
  readonly name: string;
  readonly relationship: string;
  readonly authority?: string | undefined;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
}

export interface PrivateContact {
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
}

export interface IntakeStart {
  readonly organizationId: string;
  readonly intakeId: string;
  /** Known before anything happens, also where the chart is made by this process: a retry completes the same ids (A14). */
  readonly patientId: string;
  readonly person?: PersonGiven | undefined;
  readonly appointmentId?: string | undefined;
  readonly visitTypeId?: string | undefined;
  /** BCP 47. */
  readonly language?: string | undefined;
  readonly guardian?: GuardianGiven | undefined;
  /** Where a minor who signs alone says it is safe to write to. */
  readonly privateContact?: PrivateContact | undefined;
  /** `consents`: only what must be signed is asked. */
  readonly about?: 'whole' | 'consents' | undefined;
  /** `booked`: the row was written by the booking's transaction, with the visit. */
  readonly begunBy?: 'staff' | 'booking' | undefined;
  readonly operation: Operation;
  readonly actor: Actor;
  /** Set by the run before, where its history had grown too long: the start is settled. */
  readonly goesOn?: { readonly inputHash: string; readonly rings: number } | undefined;
  /** Events after which the run goes on in a new one; for tests. */
  readonly longHistory?: number | undefined;
}

/** The row as everybody sees it; nothing of what was answered. Instants RFC 3339 UTC. */
export interface IntakeView {
  readonly id: string;
  readonly patientId: string;
  readonly appointmentId: string | null;
  readonly visitTypeId: string | null;
  readonly locationId: string | null;
  readonly state: IntakeState;
  readonly language: string;
  readonly identity: IdentityFlag;
  readonly escalation: EscalationFlag;
  readonly insurance: InsuranceFlag;
  /** Where the patient is, null when every step is done. */
  readonly step: IntakeStep | null;
  readonly percent: number;
  readonly flags: readonly string[];
  readonly assignedTo: string | null;
  readonly invitedAt: string | null;
  readonly submittedAt: string | null;
  readonly reviewDueAt: string | null;
  readonly completedAt: string | null;
  readonly expiresAt: string;
  readonly reopenUntil: string | null;
  readonly createdAt: string;
  readonly version: number;
}

/** The updates: answers, and the actions of `POST /intakes/{id}/{action}`. */
export const intakeUpdates = ['save-step', ...intakeActions] as const;
export type IntakeUpdate = (typeof intakeUpdates)[number];

export interface IntakeInput {
  // save-step
  readonly step?: IntakeStep | undefined;
  readonly answers?: Answers | undefined;
  readonly baseVersion?: number | undefined;
  readonly complete?: boolean | undefined;
  readonly language?: string | undefined;
  // return
  readonly steps?: readonly IntakeStep[] | undefined;
  readonly notes?: Readonly<Partial<Record<IntakeStep, string>>> | undefined;
  // waive, cancel, withdraw, reopen
  readonly reason?: string | undefined;
  // resolve-match
  readonly matchId?: string | undefined;
  readonly decision?: 'same' | 'new' | undefined;
  // assign-review: a user; the one who asks where nobody is named
  readonly userId?: string | undefined;
  /** resend-link of an intake in confidence: a safe address, in place of the one before. */
  readonly privateContact?: PrivateContact | undefined;
  /** verify-identity: what was looked at. */
  readonly identifiers?: readonly string[] | undefined;
}

export interface IntakeRequest {
  readonly action: IntakeUpdate;
  readonly input: IntakeInput;
  readonly actor: Actor;
  readonly operation: Operation;
}

/** What the start led to. `inputHash` lets a repeat with another body be recognized. */
export type IntakeOutcome =
  | { readonly ok: true; readonly intake: IntakeView; readonly inputHash: string }
  | { readonly ok: false; readonly problem: ProblemDetail; readonly inputHash: string };

export interface IntakeActionOutcome {
  readonly intake: IntakeView;
  /** What a save wrote; the answers themselves are read from Postgres. */
  readonly saved?: IntakeSaved | undefined;
  readonly inputHash: string;
}

export interface IntakeSaved {
  readonly step: IntakeStep;
  readonly version: number;
  readonly savedAt: string;
  readonly nextStep: IntakeStep | null;
  /** Rules of red flags that this save met, raised before or now. */
  readonly redFlags: readonly string[];
}

/** After every step: the intake, what it waits for, and what has to begin because of it. Plain JSON, no answers. */
export interface IntakeSettled {
  readonly intake: IntakeView;
  /** 'reminder:P1D', 'reminder:P3D', 'reminder:visit', 'review', 'expiry', 'reopen-end', 'majority', 'retention'. */
  readonly timers: readonly { readonly name: string; readonly dueAt: string }[];
  /** Steps that are neither answered nor waived. */
  readonly left: readonly IntakeStep[];
  /** The last of each tool. */
  readonly scores: readonly IntakeScoreView[];
  readonly saved?: IntakeSaved | undefined;
  /** What was asked for was refused, and something was raised all the same. */
  readonly refused?: ProblemDetail | undefined;
  /** Escalations that this step raised: each is a process of its own. */
  readonly escalations: readonly string[];
  /** Charts that are found to be of one person: each a process of its own. */
  readonly merges?: readonly MergeStart[] | undefined;
  /** Coverages whose eligibility is asked in a process of their own. */
  readonly coverages?: readonly string[] | undefined;
}

export interface IntakeEnd {
  readonly outcome: IntakeOutcome;
  readonly intake: IntakeView | null;
}

/** The update that waits for the result of the start: `() => IntakeOutcome`, and its id. */
export const intakeOutcomeUpdate = 'outcome';
export const intakeOutcomeUpdateId = 'outcome';

/** Queries: `() => IntakeProgressView | null`, `() => IntakeFlags | null`, `(tool) => IntakeScoreView | null`. */
export const intakeProgressQuery = 'progress';
export const intakeFlagsQuery = 'flags';
export const intakeScoreQuery = 'score';
/** Query: `() => IntakeSettled | null`. */
export const intakeQuery = 'state';

/** Answer of the query `score`: help for a clinician, never a diagnosis. */
export interface IntakeScoreView {
  readonly tool: string;
  readonly score: number | null;
  readonly band: string | null;
  readonly positive: boolean | null;
  readonly prorated: boolean;
}

/** Answer of the query `progress`. */
export interface IntakeProgressView {
  readonly step: IntakeStep | null;
  readonly percent: number;
  /** Steps that are neither answered nor waived. */
  readonly missing: readonly IntakeStep[];
}

export interface IntakeFlags {
  readonly identity: IdentityFlag;
  readonly escalation: EscalationFlag;
  readonly insurance: InsuranceFlag;
  readonly redFlags: readonly string[];
}

/** Signals: another transaction changed this intake, its escalations or its patient. No input. */
export const intakeChangedSignal = 'changedElsewhere';
export const escalationChangedSignal = 'escalationChanged';

export type { IntakeAction };
