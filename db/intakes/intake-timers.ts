/** What time and other processes bring to an intake: each one transaction, each once for its operation key. */
import { systemActor } from '../../domain/actor.ts';
import { answeringStates, openIntakeStates } from '../../domain/intake/intake.ts';
import type { Operation } from '../../workflows/messages/appointment.ts';
import type { IntakeSettled } from '../../workflows/messages/intake.ts';
import type { ChangeContext } from '../appointments/appointment-effects.ts';
import type { SchedulingPorts } from '../appointments/appointments.ts';
import type { Trx } from '../connection.ts';
import { insuranceFlagOf } from '../patients/coverages.ts';
import { openMatchesOf } from '../identity/identity-matches.ts';
import { reopenUntil } from './intake-actions.ts';
import { callAboutIntake, endIntakeLinks, sayHowItWent, sendIntakeLink } from './intake-messages.ts';
import { changeIntake, escalationFlagOf, planClocks, settleIntake } from './intake-state.ts';
import { settledNow } from './intake-start.ts';
import { loadIntake, lockIntake, type IntakeRow, type LoadedIntake } from './intake-view.ts';
import { eraseDrafts } from './intake-withdrawal.ts';
import { raiseStaffTask } from '../cases/staff-tasks.ts';
import { withOrganization, withTransaction } from '../transaction.ts';

interface WhichIntake {
  readonly organizationId: string;
  readonly intakeId: string;
}

/** @throws DomainError `not-found` */
export async function readIntake(
  ports: SchedulingPorts,
  { organizationId, intakeId }: WhichIntake,
): Promise<IntakeSettled> {
  const at = await ports.clock.now();
  return withOrganization(ports.db, organizationId, (trx) => settledNow(trx, intakeId, at));
}

/** Rings, and does nothing when it is not its time any more. Looks at the visit again first: it may have been moved. */
export async function ringIntakeTimer(
  ports: SchedulingPorts,
  step: WhichIntake & { readonly name: string; readonly operation: Operation },
): Promise<IntakeSettled> {
  const at = await ports.clock.now();
  const { organizationId, intakeId, name, operation } = step;
  return withTransaction(ports.db, { organizationId, operation }, async (trx) => {
    const context: ChangeContext = { organizationId, actor: systemActor('timer'), at, opKey: operation.key };
    const row = await lockIntake(trx, intakeId);
    const loaded = await planClocks(trx, context, await loadIntake(trx, row, at));
    const timer = await timerOf(trx, intakeId, name);
    if (timer === undefined || timer.due_at > at) return settleIntake(trx, loaded);
    const answer = await ring(trx, context, loaded, name);
    return settleIntake(trx, answer);
  });
}

const timerOf = (trx: Trx, intakeId: string, name: string) =>
  trx('case_timer')
    .where({ aggregate: 'intake', aggregate_id: intakeId, version: 0, name, state: 'pending' })
    .first<{ due_at: Date } | undefined>('due_at');

const markRung = (trx: Trx, intakeId: string, name: string, state: 'fired' | 'skipped' = 'fired') =>
  trx('case_timer')
    .where({ aggregate: 'intake', aggregate_id: intakeId, version: 0, name, state: 'pending' })
    .update({ state });

async function ring(trx: Trx, context: ChangeContext, loaded: LoadedIntake, name: string): Promise<LoadedIntake> {
  const { row } = loaded;
  const { at } = context;
  if (name.startsWith('reminder:')) return remind(trx, context, loaded, name);
  await markRung(trx, row.id, name);
  switch (name) {
    case 'expiry': {
      const ended = await changeIntake(trx, context, row, {
        event: 'expire',
        columns: { ended_at: at, end_reason: 'expired', reopen_until: reopenUntil(loaded, at) },
        reason: loaded.visit === null ? 'time-over' : 'visit-begun',
      });
      await endIntakeLinks(trx, context, row);
      await sayHowItWent(trx, context, ended.row, 'intake-expired');
      return ended;
    }
    case 'review': {
      const told = await changeIntake(trx, context, row, {
        event: 'review-overdue',
        columns: { review_escalated_at: at },
      });
      await raiseStaffTask(trx, {
        organizationId: context.organizationId,
        kind: 'intake-review',
        dedupeKey: `intake:${row.id}:review:${row.review_due_at?.toISOString() ?? ''}`,
        subjectType: 'intake',
        subjectId: row.id,
        patientId: row.patient_id,
        locationId: row.location_id ?? undefined,
        params: { about: 'review-overdue', assignedTo: row.assigned_to },
        priority: 'urgent',
        dueAt: at,
        // The lead of the house; units have none of their own yet.
        ownerRole: 'administrator',
        actor: context.actor,
        at,
      });
      return told;
    }
    case 'majority': {
      // Who was a child acts for themselves from today; whoever acted for them has no way in any more (A15).
      const grown = await changeIntake(trx, context, row, { event: 'majority' });
      const link = await sendIntakeLink(trx, context, grown.row, {
        mail: 'intake-new-link',
        about: 'majority',
        endSessions: true,
      });
      if (link.to === 'nobody') await callAboutIntake(trx, context, grown.row, 'intake-majority');
      return grown;
    }
    case 'retention': {
      const { organizationId, actor } = context;
      const erased = await eraseDrafts(trx, { organizationId, intakeId: row.id, patientId: row.patient_id, actor, at });
      return changeIntake(trx, context, row, { event: 'retained', columns: { retain_until: null }, data: { erased } });
    }
    default:
      // 'reopen-end': nothing is left to do; the run ends.
      return changeIntake(trx, context, row, { event: 'retained', columns: { reopen_until: null } });
  }
}

/** After an outage one word is enough: an earlier reminder is left out when a later one is due as well. */
async function remind(trx: Trx, context: ChangeContext, loaded: LoadedIntake, name: string): Promise<LoadedIntake> {
  const { row } = loaded;
  const due = await trx('case_timer')
    .where({ aggregate: 'intake', aggregate_id: row.id, state: 'pending' })
    .whereLike('name', 'reminder:%')
    .where('due_at', '<=', context.at)
    .orderBy([{ column: 'due_at' }, { column: 'name' }])
    .select<{ name: string }[]>('name');
  if (due.at(-1)?.name !== name) {
    await markRung(trx, row.id, name, 'skipped');
    return loaded;
  }
  await markRung(trx, row.id, name);
  const link = await sendIntakeLink(trx, context, row, { mail: 'intake-reminder', about: name, reuse: true });
  const told = await changeIntake(trx, context, row, { event: 'remind', data: { item: name, to: link.to } });
  if (link.to === 'nobody') await callAboutIntake(trx, context, told.row, 'intake-reminder');
  return told;
}

/**
 * Another process changed what this intake goes by: its escalations, the insurance, who the person is, the visit. Each
 * difference is a change of its own, on record.
 */
export async function refreshIntake(
  ports: SchedulingPorts,
  step: WhichIntake & { readonly operation: Operation },
): Promise<IntakeSettled> {
  const at = await ports.clock.now();
  const { organizationId, intakeId, operation } = step;
  return withTransaction(ports.db, { organizationId, operation }, async (trx) => {
    const context: ChangeContext = { organizationId, actor: systemActor('refresh'), at, opKey: operation.key };
    let row: IntakeRow = await lockIntake(trx, intakeId);
    const note = async (
      event: 'escalation-changed' | 'insurance-changed' | 'identity-changed',
      column: string,
      to: string,
    ) => {
      const data = { to };
      row = (await changeIntake(trx, context, row, { event, columns: { [column]: to }, data })).row;
    };
    const escalation = await escalationFlagOf(trx, intakeId);
    // What began after the clinic had let the patient through is its own process's to pursue.
    if (escalation !== row.escalation && row.state !== 'completed')
      await note('escalation-changed', 'escalation', escalation);
    const insurance = await insuranceFlagOf(trx, { organizationId, patientId: row.patient_id });
    if (insurance !== row.insurance && insurance !== 'missing') await note('insurance-changed', 'insurance', insurance);
    const undecided = (await openMatchesOf(trx, row.patient_id)).length > 0;
    if (
      openIntakeStates.has(row.state) &&
      undecided !== (row.identity === 'possible-duplicate') &&
      row.identity !== 'conflict'
    )
      await note('identity-changed', 'identity', undecided ? 'possible-duplicate' : 'unverified');
    const loaded = await loadIntake(trx, row, at);
    return settleIntake(trx, answeringStates.has(row.state) ? await planClocks(trx, context, loaded) : loaded);
  });
}
