/**
 * Urgent items that a person of the clinic raises (scheduling-intake.md D5). The request files what was said, with its
 * note, which stays in this table; a worker makes the escalation of it: the item's own run at once, or a round when no run
 * was begun (workers/escalation-watch.ts).
 */
import type { Actor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/errors.ts';
import { planOf, type EscalationLevel, type EscalationPlan } from '../../domain/escalation.ts';
import type { CallReason, CallSubject } from '../../domain/escalation-call.ts';
import { openIntakeStates } from '../../domain/intake/intake.ts';
import { policyAt } from '../../domain/policies.ts';
import type { EscalationSettled, EscalationStart } from '../../workflows/messages/escalation.ts';
import type { SchedulingPorts } from '../appointments/appointments.ts';
import type { Trx } from '../connection.ts';
import { loadPolicies } from '../policies.ts';
import { withTransaction } from '../transaction.ts';
import { readEscalationRow, settleEscalation } from './escalation-view.ts';
import { raiseEscalation } from './escalations.ts';

export interface EscalationCall {
  readonly subject: { readonly kind: CallSubject; readonly id: string };
  readonly reasonCode: CallReason;
  readonly level: EscalationLevel;
  /** Where help is needed; null: where the intake or today's visit is, if that is known. */
  readonly locationId: string | null;
}

interface CallRow {
  readonly id: string;
  readonly subject_kind: CallSubject;
  readonly subject_id: string;
  readonly patient_id: string;
  readonly location_id: string | null;
  readonly reason_code: CallReason;
  readonly level: EscalationLevel;
  readonly raised_by: string;
  readonly escalation_id: string | null;
}

/** Whom it is about, where, and who looks after them. */
interface Circumstances {
  readonly patientId: string;
  readonly locationId: string | null;
  readonly assignedUserId: string | null;
}

/** @throws DomainError `not-found` */
async function circumstancesOf(trx: Trx, { kind, id }: EscalationCall['subject']): Promise<Circumstances> {
  const intake =
    kind === 'patient'
      ? undefined
      : await trx('intake').where({ id })
          .first<{ patient_id: string; location_id: string | null; assigned_to: string | null } | undefined>('patient_id', 'location_id', 'assigned_to'); // prettier-ignore
  if (kind === 'intake' && intake === undefined) throw new DomainError('not-found');
  const patientId = intake?.patient_id ?? id;
  if ((await trx('patient').where({ id: patientId }).first('id')) === undefined) throw new DomainError('not-found');
  const { rows } = await trx.raw<{ rows: { location_id: string | null; user_id: string | null }[] }>(
    `SELECT a.location_id, r.user_id FROM appointment a LEFT JOIN resource r ON r.id = a.practitioner_id
     WHERE a.patient_id = :patientId AND a.status IN ('arrived', 'checked-in') ORDER BY a.start_at DESC LIMIT 1`,
    { patientId },
  );
  return {
    patientId,
    locationId: intake?.location_id ?? rows[0]?.location_id ?? null,
    assignedUserId: intake?.assigned_to ?? rows[0]?.user_id ?? null,
  };
}

/** Role api: what was said, in the transaction of the request. @throws DomainError `not-found` */
export async function fileCall(
  trx: Trx,
  call: EscalationCall & {
    readonly id: string;
    readonly organizationId: string;
    /** Read on the page alone. */
    readonly note: string | null;
    readonly actor: Actor;
    readonly at: Date;
  },
): Promise<{ readonly patientId: string }> {
  const about = await circumstancesOf(trx, call.subject);
  await trx('escalation_call').insert({
    id: call.id,
    organization_id: call.organizationId,
    subject_kind: call.subject.kind,
    subject_id: call.subject.id,
    patient_id: about.patientId,
    location_id: call.locationId ?? about.locationId,
    reason_code: call.reasonCode,
    level: call.level,
    note: call.note,
    raised_by: call.actor.ref,
    called_at: call.at,
  });
  return { patientId: about.patientId };
}

/**
 * Role worker: the escalation of a call, once. The same reason for the same person while nobody has answered is the one
 * that is there; an intake that is over hears nothing any more, so that it is then about the patient.
 * @returns its id; undefined when there is no such call
 */
export async function takeUpCall(
  trx: Trx,
  { organizationId, callId, at }: { readonly organizationId: string; readonly callId: string; readonly at: Date },
): Promise<string | undefined> {
  const call = await trx('escalation_call')
    .where({ id: callId, organization_id: organizationId })
    .forUpdate()
    .first<CallRow | undefined>();
  if (call === undefined || call.escalation_id !== null) return call?.escalation_id ?? undefined;
  const { assignedUserId } = await circumstancesOf(trx, { kind: call.subject_kind, id: call.subject_id });
  const { escalationId } = await raiseEscalation(trx, {
    id: call.id,
    organizationId,
    subject: await subjectNow(trx, call),
    patientId: call.patient_id,
    reasonCode: call.reason_code,
    level: call.level,
    locationId: call.location_id ?? undefined,
    assignedUserId: assignedUserId ?? undefined,
    operationKey: `call:${call.id}`,
    actor: { kind: 'staff', ref: call.raised_by, permissions: [] },
    at,
  });
  await trx('escalation_call').where({ id: call.id }).update({ escalation_id: escalationId, taken_up_at: at });
  return escalationId;
}

/**
 * The escalation as it stands; of a call that nobody has taken up yet, it is raised by this. Where one like it was open
 * already, that one is the answer, and the run that asked has nothing to do.
 * @throws DomainError `not-found`
 */
export async function readOrTakeUp(ports: SchedulingPorts, which: EscalationStart): Promise<EscalationSettled> {
  const { organizationId, escalationId } = which;
  const at = await ports.clock.now();
  return withTransaction(ports.db, { organizationId }, async (trx) => {
    const known = await trx('escalation').where({ id: escalationId }).first<{ id: string } | undefined>('id');
    const became = known?.id ?? (await takeUpCall(trx, { organizationId, callId: escalationId, at }));
    if (became === undefined) throw new DomainError('not-found');
    const settled = await settleEscalation(trx, await readEscalationRow(trx, became));
    return became === escalationId ? settled : { ...settled, open: false, timers: [] };
  });
}

/** Kept from changing until commit: an approval comes before this, or sees it (I17). */
async function subjectNow(trx: Trx, call: CallRow): Promise<{ kind: CallSubject; id: string }> {
  const patient = { kind: 'patient', id: call.patient_id } as const;
  if (call.subject_kind === 'patient') return patient;
  const intake = await trx('intake').where({ id: call.subject_id }).forUpdate().first<{ state: string }>('state');
  const open = (openIntakeStates as ReadonlySet<string>).has(intake.state);
  return open ? { kind: 'intake', id: call.subject_id } : patient;
}

/** Filed longer than a moment ago, and nobody has made an escalation of it. */
export async function waitingCalls(trx: Trx, before: Date): Promise<string[]> {
  const rows = await trx('escalation_call')
    .whereNull('taken_up_at')
    .where('called_at', '<', before)
    .orderBy('called_at')
    .select<{ id: string }[]>('id');
  return rows.map(({ id }) => id);
}

/** What a call led to; null while it is waiting. @throws DomainError `not-found` */
export async function escalationOfCall(trx: Trx, callId: string): Promise<string | null> {
  const row = await trx('escalation_call')
    .where({ id: callId })
    .first<{ escalation_id: string | null } | undefined>('escalation_id');
  if (row === undefined) throw new DomainError('not-found');
  return row.escalation_id;
}

export interface CallShown {
  readonly id: string;
  readonly raised_by: string;
  readonly called_at: Date;
  readonly note: string | null;
}

/** Who raised it and what they wrote, the first of them first. */
export const callsOf = (trx: Trx, escalationId: string): Promise<CallShown[]> =>
  trx('escalation_call')
    .where({ escalation_id: escalationId })
    .orderBy('called_at')
    .select<CallShown[]>('id', 'raised_by', 'called_at', 'note');

/** What would follow from a call now: the ladder of the policy, and who is told first of all. */
export async function planOfCall(
  trx: Trx,
  call: Pick<EscalationCall, 'subject' | 'level' | 'locationId'>,
  at: Date,
): Promise<Circumstances & { readonly plan: EscalationPlan }> {
  const about = await circumstancesOf(trx, call.subject);
  const locationId = call.locationId ?? about.locationId;
  const policy = policyAt(await loadPolicies(trx), 'escalation', at.getTime(), locationId);
  return { ...about, locationId, plan: planOf(policy, call.subject.kind, call.level) };
}
