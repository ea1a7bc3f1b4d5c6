/** One change of an escalation, inside somebody's transaction: its row, its history, and what it waits for from now on. */
import { DomainError } from '../../domain/errors.ts';
import { escalationTarget, openEscalationStates, timersOf, type EscalationEvent } from '../../domain/escalation.ts';
import type { ChangeContext } from '../appointments/appointment-effects.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import type { Trx } from '../connection.ts';
import { readEscalationRow, type EscalationRow } from './escalation-view.ts';

export interface EscalationChange {
  readonly event: EscalationEvent;
  readonly columns?: Readonly<Record<string, unknown>> | undefined;
  readonly reason?: string | undefined;
  /** Ids and codes. */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * The instant of a change: a clock that was read before the row was locked must not put a change before one that was
 * committed meanwhile, or a notice would seem to come after its acknowledgement (I22).
 */
export const notBefore = (row: Pick<EscalationRow, 'changed_at'>, at: Date): Date =>
  at < row.changed_at ? row.changed_at : at;

/** The row is locked by the caller. @throws DomainError `invalid-transition` */
export async function changeEscalation(
  trx: Trx,
  context: ChangeContext,
  row: EscalationRow,
  change: EscalationChange,
): Promise<EscalationRow> {
  const at = notBefore(row, context.at);
  const to = escalationTarget(change.event, row.state);
  if (to === null) throw new DomainError('invalid-transition', { data: { from: row.state, event: change.event } });
  await trx('escalation')
    .where({ id: row.id })
    .update({
      since: at,
      ...change.columns,
      ...(!openEscalationStates.has(to) && { ended_at: at }),
      state: to,
      changed_at: at,
      version: row.version + 1,
    });
  const changed = await readEscalationRow(trx, row.id);
  await recordEscalationChange(trx, { ...context, at }, row.state, changed, change);
  return changed;
}

export async function recordEscalationChange(
  trx: Trx,
  { organizationId, actor, at, opKey }: ChangeContext,
  from: string | null,
  row: EscalationRow,
  { event, reason, data }: EscalationChange,
): Promise<void> {
  await recordStateChange(trx, {
    organizationId,
    aggregate: 'escalation',
    aggregateId: row.id,
    event,
    from,
    to: row.state,
    actor,
    reason,
    at,
    data: { patientId: row.patient_id, round: row.round, version: row.version, ...data },
    opKey,
  });
}

/** The recorded timers become those that follow from the row; `fired` is the one that brought the change about. */
export async function planEscalationTimers(trx: Trx, row: EscalationRow, fired?: string): Promise<void> {
  const plan = timersOf(row.plan, {
    state: row.state,
    position: { cycle: row.cycle, step: row.step },
    since: row.since.getTime(),
  });
  await trx.raw(
    `WITH plan AS (SELECT * FROM jsonb_to_recordset(CAST(:plan AS jsonb)) AS p(name text, due_at timestamptz)),
     gone AS (
       UPDATE case_timer t SET state = CASE WHEN t.name = :fired THEN 'fired' ELSE 'cancelled' END
       WHERE t.aggregate = 'escalation' AND t.aggregate_id = :id AND t.state = 'pending'
         AND NOT (t.version = :round AND t.name IN (SELECT name FROM plan)))
     INSERT INTO case_timer AS t (organization_id, aggregate, aggregate_id, version, name, due_at, state)
     SELECT :organizationId, 'escalation', :id, :round, name, due_at, 'pending' FROM plan
     ON CONFLICT (aggregate, aggregate_id, version, name) DO UPDATE SET due_at = excluded.due_at, state = 'pending'`,
    {
      organizationId: row.organization_id,
      id: row.id,
      round: row.round,
      fired: fired ?? '',
      plan: JSON.stringify(plan.map(({ name, dueAt }) => ({ name, due_at: new Date(dueAt) }))),
    },
  );
}

/** When it is due; null when it is not awaited. */
export async function escalationTimerDue(trx: Trx, row: EscalationRow, name: string): Promise<Date | null> {
  const timer = await trx('case_timer')
    .where({ aggregate: 'escalation', aggregate_id: row.id, version: row.round, name, state: 'pending' })
    .first<{ due_at: Date } | undefined>('due_at');
  return timer?.due_at ?? null;
}
