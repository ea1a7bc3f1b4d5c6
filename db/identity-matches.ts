/** Who may be the same person as a patient: looked for when an identity is given, kept until a person has decided (D3). */
import type { Actor } from '../domain/actor.ts';
import type { MatchGrade } from '../domain/identity-matching.ts';
import type { MergeStart } from '../workflows/messages/patient-merge.ts';
import type { Trx } from './connection.ts';

export type MatchState = 'open' | 'linked' | 'new' | 'dismissed';
export type IdentityState = 'unverified' | 'verified' | 'possible-duplicate' | 'conflict';

export interface OpenMatch {
  readonly id: string;
  readonly patientId: string;
  readonly otherPatientId: string;
  readonly grade: MatchGrade;
  readonly score: number;
}

export interface MatchesFound {
  /** conflict: somebody else's chart has the same member or national id and is clearly somebody else's. */
  readonly identity: IdentityState;
  readonly open: readonly OpenMatch[];
  /** Filed links that nothing stood against: each a process to start, `merge:<id>`, as an abandoned child. */
  readonly merges: readonly MergeStart[];
}

/** Looks for other charts of the same person and files what it finds. Never blocks; safe to repeat. */
export declare function lookForMatches(
  trx: Trx,
  of: {
    readonly organizationId: string;
    readonly patientId: string;
    readonly intakeId: string | null;
    readonly at: Date;
  },
): Promise<MatchesFound>;

export declare function openMatchesOf(trx: Trx, patientId: string): Promise<readonly OpenMatch[]>;

/**
 * A person's word on one match. `same` files a merge, whose process the caller starts.
 * @throws DomainError `not-found`, `conflict` when it is decided already or the charts may not be merged, `forbidden`
 */
export declare function resolveMatch(
  trx: Trx,
  decision: {
    readonly organizationId: string;
    readonly matchId: string;
    readonly decision: 'same' | 'new' | 'dismiss';
    readonly reason?: string | undefined;
    readonly actor: Actor;
    readonly at: Date;
  },
): Promise<{ readonly state: MatchState; readonly identity: IdentityState; readonly merge: MergeStart | null }>;
