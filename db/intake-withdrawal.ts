/** A patient withdraws (features.md A16): messages stop, links end, the policy says when what is not in the chart goes. */
import type { Actor } from '../domain/actor.ts';
import type { Trx } from './connection.ts';

export interface Withdrawal {
  readonly organizationId: string;
  readonly intakeId: string;
  readonly patientId: string;
  readonly actor: Actor;
  readonly at: Date;
}

export interface Withdrawn {
  readonly messagesSuppressed: number;
  readonly linksEnded: number;
  /** When the answers that never reached the chart must be erased (`eraseDrafts`); `at` itself means now. */
  readonly eraseAt: Date;
}

/** Called by the process in the transaction of its own change of state; the audit trail is kept. */
export async function withdrawIntake(_trx: Trx, _of: Withdrawal): Promise<Withdrawn> {
  throw new Error('not yet');
}

/** Erases answers of steps that were never accepted. Repeating it erases nothing more. @returns how many rows */
export async function eraseDrafts(_trx: Trx, _of: Withdrawal): Promise<number> {
  throw new Error('not yet');
}
