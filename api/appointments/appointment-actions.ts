/**
 * One action on one appointment, as `POST /appointments/:id/:action`, a cancelled day and a link in a message ask for it:
 * a repeat is recognized before anything else, an obvious refusal costs the engine nothing, a closed case is answered
 * from Postgres.
 */
import { stateToJudge, type SettledState } from '../../db/appointments/appointment-view.ts';
import { databaseTime } from '../../db/clock.ts';
import type { Trx } from '../../db/connection.ts';
import { findOperation } from '../../db/transaction.ts';
import { allowedActions, decide, invalidTransition } from '../../domain/appointment/appointment.ts';
import type { Actor } from '../../domain/actor.ts';
import { finalStatuses } from '../../domain/appointment/appointment-facts.ts';
import { DomainError } from '../../domain/errors.ts';
import type { ProblemCode, ProblemDetail } from '../../domain/errors.ts';
import { appointmentOperationKey } from '../../workflows/messages/appointment.ts';
import type { ActionInput, AppointmentAction, AppointmentView } from '../../workflows/messages/appointment.ts';
import type { RequestContext } from '../context.ts';
import { closed } from '../temporal/temporal.ts';

export interface ActionOnAppointment {
  readonly appointmentId: string;
  readonly action: AppointmentAction;
  /** The update's id; the operation key is made of it. Default: the request's operation id. */
  readonly updateId?: string | undefined;
  readonly actor?: Actor | undefined;
  /** Given the row as read: what the person sent, with what it leaves out filled in. */
  readonly input: (trx: Trx, appointment: AppointmentView) => Promise<ActionInput>;
}

/** @throws DomainError the refusal; `not-found` also for another patient's visit */
export async function actOnAppointment(context: RequestContext, asked: ActionOnAppointment): Promise<AppointmentView> {
  const { appointmentId } = asked;
  const actor = asked.actor ?? context.actor;
  const operation = {
    key: appointmentOperationKey(appointmentId, asked.updateId ?? context.operationId),
    inputHash: context.operation.inputHash,
  };
  return onceAtATime(context, operation.key, () => act(context, asked, actor, operation));
}

/** A repeat waits for the try that is still under way in this process: what it would see is not settled yet. */
export function onceAtATime<T>(context: RequestContext, key: string, work: () => Promise<T>): Promise<T> {
  return context.ports.slots.pass(
    key,
    async () => undefined,
    work,
    () => new DomainError('outcome-unknown', { data: { retryAfterSeconds: 1 } }),
  );
}

/** Codes that no change elsewhere will turn into a yes. */
const lasting: ReadonlySet<ProblemCode> = new Set(['forbidden', 'not-found', 'validation-failed', 'bad-request']);

/**
 * Whether a refusal read from Postgres is the answer. It is not while an earlier try under the same key may still take
 * effect: who was told "taken" must not be booked a moment later, when the time is free again (found by `npm run chaos`).
 */
export async function isAnswer({ code }: ProblemDetail, triedBefore: () => Promise<boolean>): Promise<boolean> {
  return lasting.has(code) || !(await triedBefore());
}

async function act(
  context: RequestContext,
  asked: ActionOnAppointment,
  actor: Actor,
  operation: { readonly key: string; readonly inputHash: string },
): Promise<AppointmentView> {
  const { organizationId } = context;
  const { temporal } = context.ports;
  const { appointmentId, action } = asked;
  const before = await context.read(async (trx) => {
    const at = await databaseTime(trx);
    const settled = await stateToJudge(trx, appointmentId, at.getTime());
    if (settled === null || isForeign(actor, settled)) throw new DomainError('not-found');
    context.concerns({ entityId: appointmentId, patientId: settled.appointment.patientId });
    const repeated = await findOperation<{ appointment: AppointmentView }>(trx, organizationId, operation);
    if (repeated !== undefined) return { done: repeated.result.appointment };
    const input = await asked.input(trx, settled.appointment);
    const decision = decide(settled.facts, action, { at: at.getTime(), actor, input });
    if (decision.ok) return { input };
    return { input, problem: decision.problem, isOver: finalStatuses.has(settled.facts.status) };
  });
  if (before.done !== undefined) return before.done;
  if (
    before.problem !== undefined &&
    (before.isOver || (await isAnswer(before.problem, () => temporal.hasAction(appointmentId, operation.key))))
  )
    throw asError(before.problem);
  const answer = await temporal.actOnAppointment(organizationId, appointmentId, {
    action,
    input: before.input,
    actor,
    operation,
  });
  if (answer !== closed) return answer;
  return context.read((trx) =>
    answerFromPostgres(trx, organizationId, appointmentId, action, actor, before.input, operation),
  );
}

/** The run ended between the look and the update, or never was: what Postgres says now is the truth. */
async function answerFromPostgres(
  trx: Trx,
  organizationId: string,
  appointmentId: string,
  action: AppointmentAction,
  actor: Actor,
  input: ActionInput,
  operation: { readonly key: string; readonly inputHash: string },
): Promise<AppointmentView> {
  const repeated = await findOperation<{ appointment: AppointmentView }>(trx, organizationId, operation);
  if (repeated !== undefined) return repeated.result.appointment;
  const at = (await databaseTime(trx)).getTime();
  const settled = await stateToJudge(trx, appointmentId, at);
  if (settled === null) throw new DomainError('not-found');
  const decision = decide(settled.facts, action, { at, actor, input });
  const possible = allowedActions(settled.facts, { at, actor }).filter(
    (allowed) => allowed.possible && allowed.action !== action,
  );
  throw asError(decision.ok ? invalidTransition(settled.facts.status, action, possible.map((allowed) => allowed.action)) : decision.problem); // prettier-ignore
}

/** That another patient's visit exists is nobody's to know. */
export function isForeign(actor: Actor, settled: Pick<SettledState, 'appointment'>): boolean {
  return actor.kind === 'patient' && actor.patientId !== settled.appointment.patientId;
}

export function asError({ code, ...problem }: ProblemDetail): DomainError {
  return new DomainError(code, problem);
}
