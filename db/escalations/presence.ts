/**
 * Whether whoever has an urgent item is still there (scheduling-intake.md D5). A sign is an acknowledgement, a request for
 * more time, the time by which they said they would see to it, and being seen on a live stream. Where the item's policy
 * asks for it, nobody's sign for so long is a loss: on record once for each item, and told to its run.
 */
import type { Trx } from '../connection.ts';

interface WhoInOrganization {
  readonly organizationId: string;
  readonly userId: string;
}

/** Role api: this person's page is connected now. Nothing is written of who has no item. */
export async function noteSeen(trx: Trx, { organizationId, userId }: WhoInOrganization): Promise<void> {
  await trx.raw(
    `INSERT INTO responder_presence AS p (organization_id, user_id, seen_at)
     SELECT :organizationId, :userId, clock_timestamp()
     WHERE EXISTS (
       SELECT 1 FROM escalation e JOIN escalation_responder r ON r.escalation_id = e.id AND r.round = e.round
       WHERE e.organization_id = :organizationId AND e.state = 'acknowledged' AND r.user_id = :userId)
     ON CONFLICT (user_id) DO UPDATE SET seen_at = greatest(p.seen_at, excluded.seen_at)`,
    { organizationId, userId },
  );
}

/** Role worker: files what was lost by `at`; one of several workers does. */
export async function fileLosses(trx: Trx, organizationId: string, at: Date): Promise<void> {
  await trx.raw(
    `INSERT INTO escalation_presence_loss (escalation_id, organization_id, round, seen_at, lost_at)
     SELECT e.id, e.organization_id, e.round, s.seen_at, :at
     FROM escalation e CROSS JOIN LATERAL (
       SELECT greatest(e.since, e.acknowledged_at, e.eta_at, max(r.at), max(r.eta_at), max(p.seen_at)) AS seen_at
       FROM escalation_responder r LEFT JOIN responder_presence p ON p.user_id = r.user_id
       WHERE r.escalation_id = e.id AND r.round = e.round) s
     WHERE e.organization_id = :organizationId AND e.state = 'acknowledged' AND e.plan->>'presenceWithin' IS NOT NULL
       AND s.seen_at + CAST(e.plan->>'presenceWithin' AS interval) <= :at
     ON CONFLICT DO NOTHING`,
    { organizationId, at },
  );
}

/** Losses whose runs have not been told; those that somebody has answered meanwhile are no loss any more. */
export async function owedLosses(trx: Trx, organizationId: string): Promise<string[]> {
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `SELECT l.escalation_id AS id FROM escalation_presence_loss l JOIN escalation e ON e.id = l.escalation_id
     WHERE l.organization_id = :organizationId AND l.signalled_at IS NULL AND e.state = 'acknowledged' AND e.round = l.round`,
    { organizationId },
  );
  return rows.map(({ id }) => id);
}

export async function lossSignalled(trx: Trx, escalationId: string, at: Date): Promise<void> {
  await trx('escalation_presence_loss').where({ escalation_id: escalationId }).update({ signalled_at: at });
}

/** False: the loss on record is of an earlier round, and a signal that comes twice begins nothing anew. */
export async function lossCounts(trx: Trx, escalationId: string, round: number): Promise<boolean> {
  const loss = await trx('escalation_presence_loss')
    .where({ escalation_id: escalationId })
    .first<{ round: number } | undefined>('round');
  return loss === undefined || loss.round === round;
}
