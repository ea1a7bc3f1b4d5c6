/** The steps of an intake's state, inside somebody's transaction: what is written, audited, planned and judged. */
import { DomainError } from '../../domain/errors.ts';
import { intakeAfter, openIntakeStates, type IntakeEvent, type IntakeFacts } from '../../domain/intake/intake.ts';
import type { EscalationFlag } from '../../domain/intake/intake.ts';
import { expiryOf, intakeTimers, type IntakeClock } from '../../domain/intake/intake-timers.ts';
import type { IntakeSaved, IntakeScoreView, IntakeSettled } from '../../workflows/messages/intake.ts';
import type { ChangeContext } from '../appointments/appointment-effects.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import type { Trx } from '../connection.ts';
import { consentsMissing } from '../patients/consents.ts';
import { openMatchesOf } from '../identity/identity-matches.ts';
import { ruleOfIntake } from '../patients/minor-consents.ts';
import { loadIntake, toIntakeView, visitStartOf, type IntakeRow, type LoadedIntake } from './intake-view.ts';
import { cancelStaffTasks } from '../cases/staff-tasks.ts';

export interface IntakeChange {
  readonly event: IntakeEvent;
  readonly columns?: Readonly<Record<string, unknown>> | undefined;
  readonly reason?: string | undefined;
  /** Ids and codes. */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  /** What the written row is part of, where the caller knows it without reading it again. */
  readonly knownAs?: ((written: IntakeRow) => LoadedIntake) | undefined;
}

/**
 * Writes one change of a locked intake: row, audit, and the clocks that follow from it.
 * @throws DomainError `invalid-transition` where the table of edges has none
 */
export async function changeIntake(
  trx: Trx,
  context: ChangeContext,
  row: IntakeRow,
  change: IntakeChange,
): Promise<LoadedIntake> {
  const to = intakeAfter(row.state, change.event);
  if (to === null) throw refusedTransition(row, change.event);
  const [written] = await trx('intake')
    .where({ id: row.id })
    .update({ ...change.columns, state: to, version: row.version + 1 })
    .returning<IntakeRow[]>('*');
  if (written === undefined) throw new DomainError('not-found');
  const over = !openIntakeStates.has(to);
  if (over && openIntakeStates.has(row.state))
    await cancelStaffTasks(trx, {
      organizationId: context.organizationId,
      subjectType: 'intake',
      subjectId: row.id,
      kinds: ['call-patient', 'intake-review', 'screen-incomplete'],
      actor: context.actor,
      at: context.at,
    });
  await recordStateChange(trx, {
    organizationId: context.organizationId,
    aggregate: 'intake',
    aggregateId: row.id,
    event: change.event,
    from: row.state,
    to,
    actor: context.actor,
    reason: change.reason,
    at: context.at,
    data: { patientId: row.patient_id, version: row.version + 1, ...change.data },
    opKey: context.opKey,
  });
  const loaded = change.knownAs?.(written) ?? (await loadIntake(trx, written, context.at));
  return planClocks(trx, context, loaded);
}

export const refusedTransition = (row: Pick<IntakeRow, 'state'>, event: string): DomainError =>
  new DomainError('invalid-transition', { data: { from: row.state, event } });

export function clockOf(loaded: LoadedIntake): IntakeClock {
  const { row, patient, timeZone } = loaded;
  const ms = (at: Date | null): number | null => at?.getTime() ?? null;
  return {
    state: row.state,
    createdAt: row.created_at.getTime(),
    invitedAt: ms(row.invited_at),
    reviewDueAt: ms(row.review_due_at),
    reviewEscalated: row.review_escalated_at !== null,
    reopenUntil: ms(row.reopen_until),
    retainUntil: ms(row.retain_until),
    reopenedAt: ms(row.reopened_at),
    visitStart: ms(visitStartOf(loaded)),
    lastVisitStart: ms(loaded.alsoFor.at(-1)?.start ?? null),
    timeZone,
    patientTimeZone: patient.timeZone ?? timeZone,
    majorityAt: ms(loaded.guardianUntil),
  };
}

/**
 * Makes the pending timers those of the intake as it is now. What rang stays on record; what is no longer planned is
 * cancelled; the same name with another time runs again (a visit that was moved), unless it was a reminder: one each.
 * @param loaded as it is in this transaction, its timers included: where they are the planned ones, nothing is written
 */
export async function planClocks(
  trx: Trx,
  context: Pick<ChangeContext, 'organizationId' | 'at'>,
  loaded: LoadedIntake,
): Promise<LoadedIntake> {
  const { row, policy } = loaded;
  const clock = clockOf(loaded);
  const plan = intakeTimers(clock, policy, context.at.getTime());
  const timers = isPlanned(loaded, plan, context.at) ? loaded.timers : await replan(trx, context, row.id, plan);
  const expiresAt = expiryOf(clock, policy);
  if (!openIntakeStates.has(row.state) || expiresAt === row.expires_at.getTime()) return { ...loaded, timers };
  await trx('intake')
    .where({ id: row.id })
    .update({ expires_at: new Date(expiresAt) });
  return { ...loaded, timers, row: { ...row, expires_at: new Date(expiresAt) } };
}

type Plan = ReturnType<typeof intakeTimers>;

/** Exactly those are pending which `replan` would leave pending: of reminders only what lies ahead, or waits already. */
function isPlanned({ timers }: LoadedIntake, plan: Plan, at: Date): boolean {
  const pending = new Map(timers.map(({ name, dueAt }) => [name, Date.parse(dueAt)]));
  const wanted = plan.filter(
    ({ name, dueAt }) => !name.startsWith('reminder:') || dueAt > at.getTime() || pending.has(name),
  );
  return wanted.length === pending.size && wanted.every(({ name, dueAt }) => pending.get(name) === dueAt);
}

async function replan(
  trx: Trx,
  context: Pick<ChangeContext, 'organizationId' | 'at'>,
  intakeId: string,
  plan: Plan,
): Promise<LoadedIntake['timers']> {
  await trx.raw(
    `WITH plan AS (SELECT p.* FROM jsonb_to_recordset(CAST(:plan AS jsonb)) AS p(name text, due_at timestamptz)
       WHERE p.name NOT LIKE 'reminder:%' OR p.due_at > :at
         OR EXISTS (SELECT 1 FROM case_timer b WHERE b.aggregate = 'intake' AND b.aggregate_id = :id AND b.name = p.name AND b.state = 'pending')),
     gone AS (UPDATE case_timer t SET state = 'cancelled'
       WHERE t.aggregate = 'intake' AND t.aggregate_id = :id AND t.state = 'pending' AND t.name NOT IN (SELECT name FROM plan))
     INSERT INTO case_timer AS t (organization_id, aggregate, aggregate_id, version, name, due_at, state)
     SELECT :organizationId, 'intake', :id, 0, name, due_at, 'pending' FROM plan
     ON CONFLICT (aggregate, aggregate_id, version, name) DO UPDATE SET due_at = excluded.due_at, state = 'pending'
       WHERE (t.state IN ('pending', 'cancelled') AND (t.state, t.due_at) IS DISTINCT FROM ('pending', excluded.due_at)) OR (t.name NOT LIKE 'reminder:%' AND t.due_at <> excluded.due_at)`,
    {
      organizationId: context.organizationId,
      id: intakeId,
      at: context.at,
      plan: JSON.stringify(plan.map(({ name, dueAt }) => ({ name, due_at: new Date(dueAt) }))),
    },
  );
  return pendingTimers(trx, intakeId);
}

async function pendingTimers(trx: Trx, intakeId: string): Promise<LoadedIntake['timers']> {
  const timers = await trx('case_timer')
    .where({ aggregate: 'intake', aggregate_id: intakeId, state: 'pending' })
    .orderBy([{ column: 'due_at' }, { column: 'name' }])
    .select<{ name: string; due_at: Date }[]>('name', 'due_at');
  return timers.map((timer) => ({ name: timer.name, dueAt: timer.due_at.toISOString() }));
}

/** The intake with what it waits for, earliest first. */
export async function settleIntake(
  trx: Trx,
  loaded: LoadedIntake,
  more: {
    readonly saved?: IntakeSaved | undefined;
    readonly escalations?: readonly string[] | undefined;
    readonly merges?: IntakeSettled['merges'];
    readonly coverages?: readonly string[] | undefined;
    /** Timers and scores of `loaded` are those of this moment. */
    readonly isFresh?: boolean | undefined;
  } = {},
): Promise<IntakeSettled> {
  const { timers, scores } =
    more.isFresh === true
      ? loaded
      : { timers: await pendingTimers(trx, loaded.row.id), scores: await lastScores(trx, loaded) };
  return {
    intake: toIntakeView(loaded),
    timers,
    left: loaded.progress.left,
    scores,
    escalations: more.escalations ?? [],
    ...(more.saved !== undefined && { saved: more.saved }),
    ...(more.merges !== undefined && more.merges.length > 0 && { merges: more.merges }),
    ...(more.coverages !== undefined && more.coverages.length > 0 && { coverages: more.coverages }),
  };
}

export const lastScores = async (trx: Trx, { row, steps }: LoadedIntake): Promise<IntakeScoreView[]> =>
  steps.some(({ step, version }) => step === 'screens' && version > 0)
    ? trx('intake_score')
        .distinctOn('tool')
        .where({ intake_id: row.id })
        .orderBy([{ column: 'tool' }, { column: 'step_version', order: 'desc' }])
        .select<IntakeScoreView[]>('tool', 'score', 'band', 'positive', 'prorated')
    : [];

/** What guards look at: read in the transaction that decides, and for lists of what is possible. */
export async function factsOf(trx: Trx, loaded: LoadedIntake, at: Date): Promise<IntakeFacts> {
  const { row } = loaded;
  const escalations = await trx('escalation')
    .where({ subject_kind: 'intake', subject_id: row.id })
    .whereIn('state', ['raised', 'notifying', 'exhausted'])
    .select<{ id: string }[]>('id');
  return {
    state: row.state,
    identity: row.identity,
    openEscalations: escalations.length,
    openMatches: (await openMatchesOf(trx, row.patient_id)).length,
    consentsMissing: (
      await consentsMissing(trx, { patientId: row.patient_id, at, scope: await ruleOfIntake(trx, row.id) })
    ).map(({ kind }) => kind),
    missing: loaded.progress.left,
    waivable: loaded.progress.left.filter((step) => step !== 'consents').length,
    reopenUntil: row.reopen_until?.getTime() ?? null,
  };
}

/** What all escalations of an intake come to. */
export async function escalationFlagOf(trx: Trx, intakeId: string): Promise<EscalationFlag> {
  const rows = await trx('escalation')
    .where({ subject_kind: 'intake', subject_id: intakeId })
    .select<{ state: string }[]>('state');
  if (rows.length === 0) return 'none';
  if (rows.some(({ state }) => state === 'raised' || state === 'notifying' || state === 'exhausted')) return 'open';
  return rows.some(({ state }) => state === 'acknowledged') ? 'acknowledged' : 'closed';
}
