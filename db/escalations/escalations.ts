/**
 * An escalation from being raised to its end (scheduling-intake.md D5): the row and its first messages are written in the
 * transaction of what made it necessary, so that they go even when no run is started; every later step is its run's.
 */
import { systemActor, type Actor } from '../../domain/actor.ts';
import { isoDurationToMs } from '../../domain/calendar/calendar.ts';
import { DomainError } from '../../domain/errors.ts';
import {
  escalationProblem,
  eventOf,
  leadingRoles,
  planOf,
  unansweredStates,
  type EscalationLevel,
  type EscalationSubjectKind,
  type Standing,
} from '../../domain/escalation.ts';
import { policyAt } from '../../domain/policies.ts';
import type { Operation } from '../../workflows/messages/appointment.ts';
import type {
  EscalationActionInput,
  EscalationRequest,
  EscalationSettled,
} from '../../workflows/messages/escalation.ts';
import type { ChangeContext } from '../appointments/appointment-effects.ts';
import type { SchedulingPorts } from '../appointments/appointments.ts';
import type { Trx } from '../connection.ts';
import { repeatLastStep, takeNextStep } from './escalation-sends.ts';
import {
  changeEscalation,
  escalationTimerDue,
  notBefore,
  planEscalationTimers,
  recordEscalationChange,
} from './escalation-state.ts';
import { lockEscalation, settleEscalation, type EscalationRow } from './escalation-view.ts';
import { lossCounts } from './presence.ts';
import { loadPolicies } from '../policies.ts';
import { cancelStaffTasks } from '../cases/staff-tasks.ts';
import { withTransaction } from '../transaction.ts';

export interface EscalationToRaise {
  /** Its id; a new one unless told. */
  readonly id?: string | undefined;
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
 * escalation. The caller's run then starts `emerg:<id>` (workflows/messages/escalation.ts); a worker's round finds one
 * that was not started (workers/escalation-watch.ts).
 */
export async function raiseEscalation(trx: Trx, raise: EscalationToRaise): Promise<{ readonly escalationId: string }> {
  const { organizationId, subject, patientId, reasonCode, level, actor, at, operationKey } = raise;
  const known = await knownEscalation(trx, raise);
  if (known !== undefined) return { escalationId: known };
  const policy = policyAt(await loadPolicies(trx), 'escalation', at.getTime(), raise.locationId ?? null);
  const plan = planOf(policy, subject.kind, level);
  const [row] = await trx('escalation')
    .insert({
      ...(raise.id !== undefined && { id: raise.id }),
      organization_id: organizationId,
      subject_kind: subject.kind,
      subject_id: subject.id,
      patient_id: patientId,
      location_id: raise.locationId ?? null,
      reason_code: reasonCode,
      level,
      state: 'raised',
      assigned_user_id: raise.assignedUserId ?? null,
      plan: JSON.stringify(plan),
      since: at,
      changed_at: at,
      raised_by: actor.ref,
      raised_at: at,
      ack_due_at: new Date(at.getTime() + isoDurationToMs(plan.ackWithin)),
      operation_key: operationKey,
    })
    .onConflict()
    .ignore()
    .returning<EscalationRow[]>('*');
  // Two saves at once: whoever was first has raised it.
  if (row === undefined) return { escalationId: (await knownEscalation(trx, raise))! };
  const context: ChangeContext = { organizationId, actor, at, opKey: operationKey };
  await recordEscalationChange(trx, context, null, row, {
    event: 'raise',
    data: { reasonCode, level, subjectKind: subject.kind, subjectId: subject.id },
  });
  await takeNextStep(trx, { ...context, actor: systemActor('escalation') }, row);
  return { escalationId: row.id };
}

async function knownEscalation(
  trx: Trx,
  { organizationId, operationKey, subject, reasonCode }: EscalationToRaise,
): Promise<string | undefined> {
  const row = await trx('escalation')
    .where({ organization_id: organizationId })
    .where((same) =>
      same
        .where({ operation_key: operationKey })
        .orWhere((open) =>
          open
            .where({ subject_kind: subject.kind, subject_id: subject.id, reason_code: reasonCode })
            .whereIn('state', [...unansweredStates]),
        ),
    )
    .orderBy('raised_at', 'desc')
    .first<{ id: string } | undefined>('id');
  return row?.id;
}

interface WhichEscalation {
  readonly organizationId: string;
  readonly escalationId: string;
}

/** What is known of the person who asks. */
export async function standingOf(trx: Trx, row: EscalationRow, actor: Actor, at: Date): Promise<Standing> {
  const { userId } = actor;
  if (userId === undefined) return { wasTarget: false, leads: false, responds: false, raisedIt: false };
  const told = await trx('escalation_notice')
    .where({ escalation_id: row.id, user_id: userId })
    .where('at', '<=', notBefore(row, at))
    .select<{ target: string }[]>('target');
  const responds = await trx('escalation_responder')
    .where({ escalation_id: row.id, round: row.round, user_id: userId })
    .first('user_id');
  return {
    wasTarget: told.length > 0,
    leads: told.some(({ target }) => leadingRoles.has(target)),
    responds: responds !== undefined,
    raisedIt: row.raised_by === actor.ref,
  };
}

export const escalationFacts = (row: EscalationRow) => ({
  state: row.state,
  raisedAt: row.raised_at.getTime(),
  plan: row.plan,
});

/**
 * Once for its operation key.
 * @throws DomainError `forbidden`, `guard-failed`, `invalid-transition`, `conflict`, `validation-failed`
 */
export async function applyEscalationAction(
  ports: SchedulingPorts,
  { organizationId, escalationId, request }: WhichEscalation & { readonly request: EscalationRequest },
): Promise<EscalationSettled> {
  const clock = await ports.clock.now();
  const { action, actor, operation, input } = request;
  return withTransaction(ports.db, { organizationId, operation }, async (trx) => {
    const row = await lockEscalation(trx, escalationId);
    const at = notBefore(row, clock);
    const standing = await standingOf(trx, row, actor, at);
    const problem = escalationProblem(action, escalationFacts(row), { ...standing, actor }, at.getTime());
    if (problem !== null) throw new DomainError(problem.code, problem);
    const context: ChangeContext = { organizationId, actor, at, opKey: operation.key };
    const changed =
      action === 'ack' ? await acknowledge(trx, context, row, input) : await goOn(trx, context, row, action, input);
    await planEscalationTimers(trx, changed);
    return settleEscalation(trx, changed);
  });
}

/** First acknowledgement wins; who comes later joins. */
async function acknowledge(
  trx: Trx,
  context: ChangeContext,
  row: EscalationRow,
  { etaMinutes }: EscalationActionInput,
): Promise<EscalationRow> {
  const { at, actor } = context;
  const etaAt = etaMinutes === undefined ? null : new Date(at.getTime() + etaMinutes * 60_000);
  const event = eventOf('ack', row.state);
  const isFirst = event === 'ack';
  const columns = isFirst
    ? { acknowledged_by: actor.userId, acknowledged_at: at, eta_at: etaAt, first_ack_at: row.first_ack_at ?? at }
    : // Joining gives no more time: it still waits for a word of what became of it.
      { since: row.since };
  const late = isFirst && row.first_ack_at === null && at > row.ack_due_at;
  const changed = await changeEscalation(trx, context, row, {
    event,
    columns,
    data: { ...(etaMinutes !== undefined && { etaMinutes }), ...(late && { late }) },
  });
  await trx('escalation_responder')
    .insert({
      organization_id: row.organization_id,
      escalation_id: row.id,
      round: row.round,
      user_id: actor.userId,
      is_first: isFirst,
      at,
      eta_at: etaAt,
    });
  if (isFirst) await endCalls(trx, context, row);
  return changed;
} // prettier-ignore

async function goOn(
  trx: Trx,
  context: ChangeContext,
  row: EscalationRow,
  action: 'extend' | 'resolve' | 'cancel',
  { reason, outcome, note }: EscalationActionInput,
): Promise<EscalationRow> {
  if (action === 'resolve') {
    if (outcome === undefined) throw missing('outcome');
    const columns = { outcome, outcome_note: note ?? null };
    return changeEscalation(trx, context, row, { event: 'resolve', columns, data: { outcome } });
  }
  if (reason === undefined || reason === '') throw missing('reason');
  if (action === 'cancel') await endCalls(trx, context, row);
  return changeEscalation(trx, context, row, { event: action, reason });
}

const missing = (field: string): DomainError =>
  new DomainError('validation-failed', {
    errors: [{ path: `/${field}`, code: 'required', message: 'This is needed for the step.' }],
  });

const endCalls = (trx: Trx, { organizationId, actor, at }: ChangeContext, row: EscalationRow): Promise<void> =>
  cancelStaffTasks(trx, {
    organizationId,
    subjectType: 'escalation',
    subjectId: row.id,
    kinds: ['call-responder'],
    actor,
    at,
  });

/** Later than this, a step's own wait counts from when it was taken, and not from when it was due. */
const promptMs = 10_000;

/** A timer rings: once for its operation key, and for nothing when it is not its time any more. */
export async function ringEscalationTimer(
  ports: SchedulingPorts,
  step: WhichEscalation & { readonly name: string; readonly operation: Operation },
): Promise<EscalationSettled> {
  const clock = await ports.clock.now();
  const { organizationId, escalationId, name, operation } = step;
  return withTransaction(ports.db, { organizationId, operation }, async (trx) => {
    const row = await lockEscalation(trx, escalationId);
    const at = notBefore(row, clock);
    const due = await escalationTimerDue(trx, row, name);
    if (due === null || due > at) return settleEscalation(trx, row);
    const context: ChangeContext = { organizationId, actor: systemActor('timer'), at, opKey: operation.key };
    const since = at.getTime() - due.getTime() <= promptMs ? due : at;
    if (name === 'unresolved') return settleEscalation(trx, await beginAgain(trx, context, row, 'unresolved', name));
    const changed =
      name === 'repeat'
        ? await repeatLastStep(trx, context, row, { fired: name, since })
        : await takeNextStep(trx, context, row, { fired: name, since });
    return settleEscalation(trx, changed);
  });
}

/** Whoever had it is not there any more: as if nothing had been heard of it in time. Nothing happens in other states. */
export async function losePresence(
  ports: SchedulingPorts,
  { organizationId, escalationId, operation }: WhichEscalation & { readonly operation: Operation },
): Promise<EscalationSettled> {
  const clock = await ports.clock.now();
  return withTransaction(ports.db, { organizationId, operation }, async (trx) => {
    const row = await lockEscalation(trx, escalationId);
    if (row.state !== 'acknowledged' || !(await lossCounts(trx, row.id, row.round))) return settleEscalation(trx, row);
    const at = notBefore(row, clock);
    const context: ChangeContext = { organizationId, actor: systemActor('presence'), at, opKey: operation.key };
    return settleEscalation(trx, await beginAgain(trx, context, row, 'presence-lost'));
  });
}

/** From the first step again, in a round of its own. */
async function beginAgain(
  trx: Trx,
  context: ChangeContext,
  row: EscalationRow,
  event: 'unresolved' | 'presence-lost',
  fired?: string,
): Promise<EscalationRow> {
  const anew = await changeEscalation(trx, context, row, {
    event,
    columns: {
      round: row.round + 1,
      cycle: 1,
      step: 0,
      acknowledged_by: null,
      acknowledged_at: null,
      eta_at: null,
    },
  });
  return takeNextStep(trx, context, anew, { fired });
}
