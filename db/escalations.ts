/** Raising an escalation (scheduling-intake.md D5): the row and its first messages, in the transaction of what made it necessary. */
import type { Actor } from '../domain/actor.ts';
import type { EscalationLevel, EscalationSubjectKind } from '../domain/escalation.ts';
import type { Trx } from './connection.ts';

export interface EscalationToRaise {
  readonly organizationId: string;
  readonly subject: { readonly kind: EscalationSubjectKind; readonly id: string };
  readonly patientId: string;
  /** A code, such as the rule of a red flag: never in a message, shown to who may act on it. */
  readonly reasonCode: string;
  readonly level: EscalationLevel;
  readonly locationId?: string | undefined;
  /** The user who is looking after the patient: told first. */
  readonly assignedUserId?: string | undefined;
  /** One obligation, one escalation, for ever. */
  readonly operationKey: string;
  readonly actor: Actor;
  readonly at: Date;
}

/**
 * Role `worker`. A repeat of the key, or the same reason for the same subject while it is not answered, is the same
 * escalation. The caller's run then starts `emerg:<id>` (workflows/messages/escalation.ts).
 */
export async function raiseEscalation(
  _trx: Trx,
  _raise: EscalationToRaise,
): Promise<{ readonly escalationId: string }> {
  throw new Error('not yet');
}
