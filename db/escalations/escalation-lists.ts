/** Escalations as boards and pages read them. */
import type { EscalationState, Standing } from '../../domain/escalation.ts';
import { leadingRoles, unansweredStates } from '../../domain/escalation.ts';
import { aggregateStory } from '../cases/aggregate-story.ts';
import type { TimelineRow } from '../cases/cases.ts';
import type { Trx } from '../connection.ts';
import type { EscalationRow } from './escalation-view.ts';
import { stamp } from '../instants.ts';

export interface ListedEscalation extends EscalationRow {
  readonly next_name: string | null;
  readonly next_at: Date | null;
  /** The sort key with all its digits. */
  readonly position: string;
}

export interface EscalationQuery {
  readonly organizationId: string;
  /** `mine`: what is open and concerns this person. */
  readonly scope: 'open' | 'mine' | 'ended';
  readonly userId: string;
  /** Whether what nobody answers is shown to this person, told or not. */
  readonly leads: boolean;
  readonly limit: number;
  readonly after?: { readonly at: string; readonly id: string } | undefined;
}

const next = `LEFT JOIN LATERAL (SELECT t.name, t.due_at FROM case_timer t WHERE t.aggregate = 'escalation' AND t.aggregate_id = e.id AND t.state = 'pending' ORDER BY t.due_at, t.name LIMIT 1) n ON true`;
const columns = `e.*, n.name AS next_name, n.due_at AS next_at`;

const unanswered = [...unansweredStates].map((state) => `'${state}'`).join(', ');
const mine = `e.ended_at IS NULL AND (
  (e.state IN (${unanswered}) AND EXISTS (SELECT 1 FROM escalation_notice c WHERE c.organization_id = :organizationId AND c.user_id = :userId AND c.escalation_id = e.id))
  OR (e.state = 'exhausted' AND :leads)
  OR (e.state = 'acknowledged' AND EXISTS (SELECT 1 FROM escalation_responder r WHERE r.escalation_id = e.id AND r.round = e.round AND r.user_id = :userId)))`;

/** Open: raised longest ago first; ended: latest first. One row more than `limit`. */
export async function listEscalations(trx: Trx, query: EscalationQuery): Promise<ListedEscalation[]> {
  const ended = query.scope === 'ended';
  const order = ended ? 'e.ended_at' : 'e.raised_at';
  const where = ended ? 'e.ended_at IS NOT NULL' : query.scope === 'mine' ? mine : 'e.ended_at IS NULL';
  const after =
    query.after === undefined
      ? ''
      : `AND (${order}, e.id) ${ended ? '<' : '>'} (CAST(:after AS timestamptz), CAST(:afterId AS uuid))`;
  const { rows } = await trx.raw<{ rows: ListedEscalation[] }>(
    `SELECT ${columns}, ${stamp(order)} AS position FROM escalation e ${next}
     WHERE e.organization_id = :organizationId AND ${where} ${after} ORDER BY ${order} ${ended ? 'DESC' : ''}, e.id ${ended ? 'DESC' : ''} LIMIT :rows`,
    {
      organizationId: query.organizationId,
      userId: query.userId,
      leads: query.leads,
      rows: query.limit + 1,
      ...(query.after !== undefined && { after: query.after.at, afterId: query.after.id }),
    },
  );
  return rows;
}

export async function listedEscalation(trx: Trx, id: string): Promise<ListedEscalation | undefined> {
  const { rows } = await trx.raw<{ rows: ListedEscalation[] }>(
    `SELECT ${columns}, ${stamp('e.raised_at')} AS position FROM escalation e ${next} WHERE e.id = :id`,
    { id },
  );
  return rows[0];
}

/** What one person is to many escalations. `raisedIt` is for the caller to add. */
export async function standings(
  trx: Trx,
  rows: readonly EscalationRow[],
  actor: { readonly userId?: string | undefined; readonly ref: string },
): Promise<ReadonlyMap<string, Standing>> {
  const ids = rows.map(({ id }) => id);
  const userId = actor.userId ?? null;
  const told = await trx.raw<{ rows: { id: string; targets: string[] }[] }>(
    `SELECT escalation_id AS id, array_agg(DISTINCT target) AS targets FROM escalation_notice WHERE escalation_id = ANY(:ids) AND user_id = :userId GROUP BY 1`,
    { ids, userId },
  );
  const responds = await trx.raw<{ rows: { id: string; round: number }[] }>(
    `SELECT escalation_id AS id, round FROM escalation_responder WHERE escalation_id = ANY(:ids) AND user_id = :userId`,
    { ids, userId },
  );
  const targets = new Map(told.rows.map((row) => [row.id, row.targets]));
  const rounds = new Set(responds.rows.map(({ id, round }) => `${id}:${round}`));
  return new Map(
    rows.map((row) => [
      row.id,
      {
        wasTarget: targets.has(row.id),
        leads: (targets.get(row.id) ?? []).some((target) => leadingRoles.has(target)),
        responds: rounds.has(`${row.id}:${row.round}`),
        raisedIt: row.raised_by === actor.ref,
      },
    ]),
  );
}

export interface ToldRow {
  readonly id: string;
  readonly at: Date;
  readonly round: number;
  readonly cycle: number;
  readonly step: number;
  readonly send: number;
  readonly target: string;
  readonly user_id: string | null;
  readonly name: string | null;
  readonly telephone: string | null;
  readonly channel: string;
  readonly state: 'queued' | 'sent' | 'failed' | 'not-sent' | 'nobody';
  readonly error: string | null;
  readonly instead_of: string | null;
}

/** Who was told, latest first. */
export async function whoWasTold(trx: Trx, escalationId: string): Promise<ToldRow[]> {
  const { rows } = await trx.raw<{ rows: ToldRow[] }>(
    `SELECT n.id, n.at, n.round, n.cycle, n.step, n.send, n.target, n.user_id, u.display_name AS name, c.telephone, n.channel, n.state, n.error, n.instead_of
     FROM escalation_notice n LEFT JOIN app_user u ON u.id = n.user_id LEFT JOIN staff_contact c ON c.user_id = n.user_id
     WHERE n.escalation_id = :escalationId ORDER BY n.send DESC, n.target, u.display_name, n.channel LIMIT 500`,
    { escalationId },
  );
  return rows;
}

export interface ResponderRow {
  readonly user_id: string;
  readonly name: string;
  readonly round: number;
  readonly is_first: boolean;
  readonly at: Date;
  readonly eta_at: Date | null;
}

export async function respondersOf(trx: Trx, escalationId: string): Promise<ResponderRow[]> {
  const { rows } = await trx.raw<{ rows: ResponderRow[] }>(
    `SELECT r.user_id, u.display_name AS name, r.round, r.is_first, r.at, r.eta_at FROM escalation_responder r JOIN app_user u ON u.id = r.user_id
     WHERE r.escalation_id = :escalationId ORDER BY r.round DESC, r.at`,
    { escalationId },
  );
  return rows;
}

export async function pendingTimers(trx: Trx, escalationId: string): Promise<{ name: string; due_at: Date }[]> {
  return trx('case_timer')
    .where({ aggregate: 'escalation', aggregate_id: escalationId, state: 'pending' })
    .orderBy([{ column: 'due_at' }, { column: 'name' }])
    .select<{ name: string; due_at: Date }[]>('name', 'due_at');
}

/** Everything that happened, oldest first; what was refused too. */
export const escalationStory = (trx: Trx, escalationId: string): Promise<TimelineRow[]> =>
  aggregateStory(trx, 'escalation', escalationId);

/** Of a subject, newest first: for the page of what it is about. */
export async function escalationsOf(
  trx: Trx,
  subject: { readonly kind: string; readonly id: string },
): Promise<{ id: string; state: EscalationState; reason_code: string; raised_at: Date; ack_due_at: Date }[]> {
  return trx('escalation')
    .where({ subject_kind: subject.kind, subject_id: subject.id })
    .orderBy('raised_at', 'desc')
    .select('id', 'state', 'reason_code', 'raised_at', 'ack_due_at');
}
