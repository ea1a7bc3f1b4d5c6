/**
 * Links to an intake (scheduling-intake.md D3, T): PT72H, one patient, resumable, a new link ends the one before. The
 * token is an HMAC over the row's id (activities/intake-token.ts) and is stored nowhere.
 */
import type { Actor } from '../domain/actor.ts';
import type { Trx } from './connection.ts';

/** Messages that carry the link. */
export type IntakeLinkMail = 'intake-invitation' | 'intake-reminder' | 'intake-returned' | 'intake-new-link';
/** Messages that say how it went. */
export type IntakeNotice = 'intake-received' | 'intake-approved' | 'intake-expired';

interface OfIntake {
  readonly organizationId: string;
  readonly intakeId: string;
  readonly patientId: string;
  readonly actor: Actor;
  readonly at: Date;
}

export interface NewIntakeLink extends OfIntake {
  /** The message that carries it; null: nothing is sent (the link is handed over by who asked). */
  readonly mail: IntakeLinkMail | null;
  /** One intent, one message: e.g. `intake:<id>:reminder:P1D`. */
  readonly dedupeKey: string;
  /** A link that lives for another day is sent again instead of a new one (reminders: who opened it can go on). */
  readonly reuse?: boolean | undefined;
  /** Whoever holds the old link loses it and its sessions at once (the address was wrong). */
  readonly endSessions?: boolean | undefined;
  readonly language?: string | undefined;
  readonly usefulUntil?: Date | undefined;
}

export interface FiledIntakeLink {
  readonly linkId: string;
  readonly expiresAt: Date;
  /** `nobody`: a minor without a guardian in authority, or no address: a person must call. */
  readonly to: 'patient' | 'guardian' | 'nobody';
}

/** Files a link with its message, in one transaction; of a minor it goes to the guardian in authority. */
export async function fileIntakeLink(_trx: Trx, _link: NewIntakeLink): Promise<FiledIntakeLink> {
  throw new Error('not yet');
}

/** Ends every link and session of an intake: it is completed, expired, cancelled or withdrawn. @returns how many lived */
export async function closeIntakeLinks(
  _trx: Trx,
  _of: OfIntake & { readonly reason: 'closed' | 'withdrawn' },
): Promise<number> {
  throw new Error('not yet');
}

/** Queues a message that says how it went, to the patient or to the guardian in authority. @returns false when on file */
export async function queueIntakeNotice(
  _trx: Trx,
  _of: OfIntake & {
    readonly kind: IntakeNotice;
    readonly dedupeKey: string;
    readonly language?: string | undefined;
    readonly usefulUntil?: Date | undefined;
  },
): Promise<boolean> {
  throw new Error('not yet');
}
