import type { AppointmentFacts } from '../../domain/appointment/appointment-facts.ts';
import { dayEndsAt } from '../../domain/appointment/appointment-guards.ts';
import { timersOf } from '../../domain/appointment/appointment-timers.ts';
import type { PlannedReminder } from '../../domain/appointment/reminder.ts';
import type { PlannedTimer } from '../../workflows/messages/appointment.ts';
import { toPlannedTimer } from '../appointments/appointment-view.ts';
import type { Trx } from '../connection.ts';

interface Planned {
  readonly name: string;
  readonly dueAt: number;
  readonly state: 'pending' | 'skipped';
  readonly detail: Readonly<Record<string, unknown>>;
}

export const reminderTimerName = (item: Pick<PlannedReminder, 'policyItem' | 'channel'>): string =>
  `reminder:${item.policyItem}:${item.channel}`;

/** Timers of the state and reminders of the version, as rows. A reminder that is skipped is on record with its reason. */
export function planOf(facts: AppointmentFacts, reminders: readonly PlannedReminder[]): Planned[] {
  const told = reminders.some(({ confirmBy }) => confirmBy !== undefined);
  const plan: Planned[] = timersOf(facts).map((t) => ({
    name: t.name,
    dueAt: t.dueAt,
    state: 'pending',
    // Who was never told of the deadline is called.
    detail: { event: t.event === 'unconfirmed' && !told ? null : t.event },
  }));
  // Until the day ends a no-show can be undone: the run stays for that long.
  if (facts.status === 'noshow')
    plan.push({ name: 'day-end', dueAt: dayEndsAt(facts), state: 'pending', detail: { event: null } });
  if (facts.status !== 'booked') return plan;
  for (const item of reminders) {
    const { policyItem, dueAt, ...rest } = item;
    plan.push({
      name: reminderTimerName(item),
      dueAt,
      state: item.skip === undefined ? 'pending' : 'skipped',
      detail: { policyItem, dueAt, ...rest },
    });
  }
  return plan;
}

/**
 * Makes the recorded timers those of the plan, in one statement: what is no longer planned is cancelled, `fired` is
 * marked as such, and a timer that has fired or was skipped does not come back unless it has another time (an extended hold).
 * @returns the pending ones, earliest first
 */
export async function replaceTimers(
  trx: Trx,
  change: {
    readonly organizationId: string;
    readonly appointmentId: string;
    readonly version: number;
    readonly plan: readonly Planned[];
    /** The timer that brought this change about. */
    readonly fired?: string | undefined;
  },
): Promise<PlannedTimer[]> {
  const { rows } = await trx.raw<{
    rows: { name: string; due_at: Date; detail: Record<string, unknown>; state: string }[];
  }>(
    `WITH plan AS (SELECT * FROM jsonb_to_recordset(CAST(:plan AS jsonb)) AS p(name text, due_at timestamptz, state text, detail jsonb)),
     gone AS (
       UPDATE case_timer t SET state = CASE WHEN t.name = :fired AND t.version = :version THEN 'fired' ELSE 'cancelled' END
       WHERE t.aggregate = 'appointment' AND t.aggregate_id = :id AND t.state = 'pending'
         AND NOT (t.version = :version AND t.name IN (SELECT name FROM plan)))
     INSERT INTO case_timer AS t (organization_id, aggregate, aggregate_id, version, name, due_at, state, detail)
     SELECT :organizationId, 'appointment', :id, :version, name, due_at, state, detail FROM plan
     ON CONFLICT (aggregate, aggregate_id, version, name) DO UPDATE SET due_at = excluded.due_at, detail = excluded.detail, state = excluded.state
       WHERE t.state = 'pending' OR t.due_at <> excluded.due_at
     RETURNING name, due_at, detail, state`,
    {
      organizationId: change.organizationId,
      id: change.appointmentId,
      version: change.version,
      fired: change.fired ?? '',
      plan: JSON.stringify(
        change.plan
          .filter((p) => p.name !== change.fired)
          .map((p) => ({ name: p.name, due_at: new Date(p.dueAt), state: p.state, detail: p.detail })),
      ),
    },
  );
  return rows
    .filter((r) => r.state === 'pending')
    .toSorted((a, b) => a.due_at.getTime() - b.due_at.getTime() || (a.name < b.name ? -1 : 1))
    .map(toPlannedTimer);
}

/** @returns false when the timer was not pending: it fired before, or its version is over. */
export async function markTimer(
  trx: Trx,
  timer: { readonly appointmentId: string; readonly version: number; readonly name: string },
  state: 'fired' | 'skipped',
  detail: Readonly<Record<string, unknown>> = {},
): Promise<boolean> {
  const changed = await trx('case_timer')
    .where({
      aggregate: 'appointment',
      aggregate_id: timer.appointmentId,
      version: timer.version,
      name: timer.name,
      state: 'pending',
    })
    .update({ state, detail: trx.raw('detail || ?::jsonb', [JSON.stringify(detail)]) });
  return changed > 0;
}
