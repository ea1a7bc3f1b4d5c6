/**
 * One step of a walk-in, inside somebody's transaction: the row, its history, what it waits for from now on, and the staff
 * tasks that lost their purpose. The row is locked by the caller.
 */
import { endOfLocalDay, isoDurationToMs } from '../../domain/calendar/calendar.ts';
import { DomainError } from '../../domain/errors.ts';
import { policyAt } from '../../domain/policies.ts';
import { liveWalkInStates, walkInTarget, type WalkInEvent, type WalkInState } from '../../domain/walk-in.ts';
import type { ChangeContext } from '../appointments/appointment-effects.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import type { Trx } from '../connection.ts';
import { loadPolicies } from '../policies.ts';
import { cancelStaffTasks } from '../cases/staff-tasks.ts';
import { readWalkInRow, type WalkInRow } from './walk-in-view.ts';

export interface WalkInChange {
  readonly event: WalkInEvent;
  readonly columns?: Readonly<Record<string, unknown>> | undefined;
  readonly reason?: string | undefined;
  /** Ids and codes. */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}

/** Columns of who waits: nothing of a call or an end is left. */
const notCalled = {
  called_at: null,
  called_provider_id: null,
  appointment_id: null,
  seen_at: null,
  ended_at: null,
  ended_reason: null,
};

/** @throws DomainError `invalid-transition` */
export async function changeWalkIn(
  trx: Trx,
  context: ChangeContext,
  row: WalkInRow,
  change: WalkInChange,
): Promise<WalkInRow> {
  const { at } = context;
  const to = walkInTarget(change.event, row.state);
  if (to === null) throw new DomainError('invalid-transition', { data: { from: row.state, event: change.event } });
  const ends = !liveWalkInStates.has(to) && liveWalkInStates.has(row.state);
  await trx('walk_in')
    .where({ id: row.id })
    .update({
      ...(to === 'waiting' && row.state !== 'waiting' && notCalled),
      ...(ends && { ended_at: at, ended_reason: change.reason ?? null }),
      ...change.columns,
      state: to,
      version: row.version + 1,
    });
  await recordWalkInChange(trx, context, { row, to, version: row.version + 1, ...change });
  const changed = await readWalkInRow(trx, row.id);
  await planTimers(trx, context, row, changed);
  return changed;
}

export async function recordWalkInChange(
  trx: Trx,
  { organizationId, actor, at, opKey }: ChangeContext,
  change: WalkInChange & {
    readonly row: Pick<WalkInRow, 'id' | 'patient_id' | 'queue_id'> & { readonly state: WalkInState | null };
    readonly to: WalkInState;
    readonly version: number;
  },
): Promise<void> {
  const { row, to, version, event, reason, data } = change;
  await recordStateChange(trx, {
    organizationId,
    aggregate: 'walk-in',
    aggregateId: row.id,
    event,
    from: row.state,
    to,
    actor,
    reason,
    at,
    data: { patientId: row.patient_id, queueId: row.queue_id, version, ...data },
    opKey,
  });
}

/** What each level allows before somebody looks again; `policies.ts` has the defaults. */
async function retriageAfterMs(trx: Trx, row: WalkInRow, at: Date): Promise<number> {
  const policy = policyAt(await loadPolicies(trx), 'walk-in', at.getTime(), row.location_id);
  const { untriaged, level1, level2, level3, level4, level5 } = policy;
  return isoDurationToMs(row.level === null ? untriaged : [level1, level2, level3, level4, level5][row.level - 1]!);
}

/**
 * Who waits is looked at again: after arrival, after each triage, and after each time that was asked for it. Who waits, or
 * has left, is asked about at the end of the day; a visit has its own end of day.
 */
async function planTimers(trx: Trx, context: ChangeContext, before: WalkInRow | null, row: WalkInRow): Promise<void> {
  const { organizationId, actor, at } = context;
  const waits = row.state === 'waiting';
  const again = before === null || before.state !== 'waiting' || before.level !== row.level || before.triaged_at?.getTime() !== row.triaged_at?.getTime(); // prettier-ignore
  if (!waits) await endTimer(trx, row, 're-triage', 'cancelled');
  else if (again) await setTimer(trx, row, 're-triage', new Date(at.getTime() + (await retriageAfterMs(trx, row, at))));
  if (waits || row.state === 'left') {
    if (before === null || !(await hasTimer(trx, row, 'day-end')))
      await setTimer(trx, row, 'day-end', await dayEnd(trx, row, at));
  } else {
    await endTimer(trx, row, 'day-end', 'cancelled');
  }
  if (before === null || (waits && !again)) return;
  await cancelStaffTasks(trx, {
    organizationId,
    subjectType: 'walk-in',
    subjectId: row.id,
    kinds: waits ? ['re-triage'] : ['re-triage', 'walk-in-left-open'],
    actor,
    at,
  });
}

export async function planArrival(trx: Trx, context: ChangeContext, row: WalkInRow): Promise<void> {
  await planTimers(trx, context, null, row);
}

/** The next look, one interval after this one was asked for. */
export async function planNextLook(trx: Trx, row: WalkInRow, at: Date): Promise<void> {
  await setTimer(trx, row, 're-triage', new Date(at.getTime() + (await retriageAfterMs(trx, row, at))));
}

/** Of the local day of `at`: who stays over midnight is asked about each night. */
async function dayEnd(trx: Trx, row: WalkInRow, at: Date): Promise<Date> {
  const place = await trx('location').where({ id: row.location_id }).first<{ time_zone: string }>('time_zone');
  return new Date(endOfLocalDay(at.getTime(), place.time_zone));
}

const timerOf = (row: WalkInRow, name: string) => ({
  aggregate: 'walk-in',
  aggregate_id: row.id,
  version: 0,
  name,
});

async function setTimer(trx: Trx, row: WalkInRow, name: string, dueAt: Date): Promise<void> {
  await trx('case_timer')
    .insert({ ...timerOf(row, name), organization_id: row.organization_id, due_at: dueAt, state: 'pending' })
    .onConflict(['aggregate', 'aggregate_id', 'version', 'name'])
    .merge(['due_at', 'state']);
}

export async function endTimer(trx: Trx, row: WalkInRow, name: string, state: 'fired' | 'cancelled'): Promise<void> {
  await trx('case_timer')
    .where({ ...timerOf(row, name), state: 'pending' })
    .update({ state });
}

/** When it is due; null when it is not awaited. */
export async function timerDue(trx: Trx, row: WalkInRow, name: string): Promise<Date | null> {
  const timer = await trx('case_timer')
    .where({ ...timerOf(row, name), state: 'pending' })
    .first<{ due_at: Date } | undefined>('due_at');
  return timer?.due_at ?? null;
}

const hasTimer = async (trx: Trx, row: WalkInRow, name: string): Promise<boolean> =>
  (await timerDue(trx, row, name)) !== null;
