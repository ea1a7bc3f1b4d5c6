/** The last look before a message about an intake leaves: is its link the one that works, is the guardian still one? */
import type { Trx } from '../db/connection.ts';
import { isIntakeLinkMessage, type IntakeMessageKind } from './messages/intake-messages.ts';

export interface IntakeLinkFacts {
  readonly id: string;
  readonly intake_id: string;
  readonly language: string;
  readonly code_expires_at: Date | null;
  readonly expires_at: Date;
  readonly ended_at: Date | null;
  /** Null: the patient acts alone. */
  readonly guardian_ended: boolean | null;
}

export const loadIntakeLink = (trx: Trx, id: string, at: Date): Promise<IntakeLinkFacts | undefined> =>
  trx('intake_link as l')
    .leftJoin('patient_guardian as g', 'g.id', 'l.guardian_id')
    .where('l.id', id)
    .first<IntakeLinkFacts | undefined>(
      'l.id',
      'l.intake_id',
      'l.language',
      'l.code_expires_at',
      'l.expires_at',
      'l.ended_at',
      trx.raw('CASE WHEN g.id IS NOT NULL THEN g.revoked_at IS NOT NULL OR coalesce(g.valid_until <= ?, false) END AS guardian_ended', [at]), // prettier-ignore
    );

/** A link of a closed intake, a link that another one replaced, a code that is over: nobody is helped by these. */
export function intakeProblem(
  kind: IntakeMessageKind,
  link: IntakeLinkFacts | undefined,
  at: Date,
): 'nothing-to-tell' | 'no-longer-useful' | null {
  if (!isIntakeLinkMessage(kind)) return null;
  if (link === undefined) return 'nothing-to-tell';
  const until = kind === 'intake-code' ? (link.code_expires_at ?? link.expires_at) : link.expires_at;
  return link.ended_at !== null || link.guardian_ended === true || at >= until ? 'no-longer-useful' : null;
}
