/** A patient withdraws (features.md A16): messages stop, links end, the policy says when what is not in the chart goes. */
import type { Actor } from '../../domain/actor.ts';
import { addDuration } from '../../domain/calendar/calendar.ts';
import { policyAt } from '../../domain/policies.ts';
import type { Trx } from '../connection.ts';
import { closeIntakeLinks } from './intake-links.ts';
import { loadPolicies } from '../policies.ts';

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
export async function withdrawIntake(trx: Trx, of: Withdrawal): Promise<Withdrawn> {
  const messagesSuppressed = await trx('notification')
    .where({ state: 'queued' })
    .where((about) =>
      about
        .where({ aggregate: 'intake', aggregate_id: of.intakeId })
        .orWhere((link) =>
          link
            .where({ aggregate: 'intake-link' })
            .whereIn('aggregate_id', trx('intake_link').where({ intake_id: of.intakeId }).select('id')),
        ),
    )
    .update({ state: 'suppressed', suppressed_reason: 'no-longer-useful', lease_until: null });
  const linksEnded = await closeIntakeLinks(trx, { ...of, reason: 'withdrawn' });
  const { retention } = policyAt(await loadPolicies(trx), 'intake', of.at.getTime());
  return { messagesSuppressed, linksEnded, eraseAt: new Date(addDuration(of.at.getTime(), retention, 'UTC')) };
}

/**
 * Erases answers that never reached the chart: whole steps that were not accepted, and drafts of the others since they
 * were. What the chart got, flags and the audit trail stay. Repeating it erases nothing more. @returns how many rows
 */
export async function eraseDrafts(trx: Trx, of: Withdrawal): Promise<number> {
  const { rows } = await trx.raw<{ rows: { step: string; accepted: number | null }[] }>(
    `SELECT s.step, (SELECT max(a.version) FROM intake_answer a WHERE a.intake_id = s.intake_id AND a.step = s.step AND a.complete
                       AND s.accepted_at IS NOT NULL AND a.saved_at <= s.accepted_at) AS accepted
     FROM intake_step s WHERE s.intake_id = ? FOR UPDATE`,
    [of.intakeId],
  );
  let erased = 0;
  for (const { step, accepted } of rows) {
    erased += await trx('intake_answer').where({ intake_id: of.intakeId, step }).where('version', '>', accepted ?? 0).delete(); // prettier-ignore
    if (step === 'screens')
      erased += await trx('intake_score').where({ intake_id: of.intakeId }).where('step_version', '>', accepted ?? 0).delete(); // prettier-ignore
    const kept =
      accepted === null
        ? undefined
        : await trx('intake_answer').where({ intake_id: of.intakeId, step, version: accepted }).first<{ answers: object }>('answers'); // prettier-ignore
    await trx('intake_step')
      .where({ intake_id: of.intakeId, step })
      .update({ answers: JSON.stringify(kept?.answers ?? {}) });
  }
  return erased;
}
