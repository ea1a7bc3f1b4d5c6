/** Fees and deposits of visits, in the transaction of what brings them about. What a person decides is in db/appointments/charges.ts. */
import { systemActor } from '../../domain/actor.ts';
import type { AppointmentEvent } from '../../domain/appointment/appointment-events.ts';
import {
  amountFor,
  automaticWaiver,
  chargeKinds,
  type ChargeKind,
  type ChargeState,
  type PayerClass,
  type VoidReason,
} from '../../domain/appointment/charge.ts';
import { policyAt, type PolicyRow } from '../../domain/policies.ts';
import type { VisitType } from '../../domain/schedule/schedule.ts';
import type { ChangeContext } from './appointment-effects.ts';
import type { AppointmentRow } from './appointment-view.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import type { Trx } from '../connection.ts';
import { raiseStaffTask } from '../cases/staff-tasks.ts';

export interface Chargeable {
  readonly row: AppointmentRow;
  readonly visitType: Pick<VisitType, 'code'>;
  readonly policies: readonly PolicyRow[];
}

interface ChargeRow {
  readonly id: string;
  readonly kind: ChargeKind;
  readonly state: ChargeState;
}

/** Why a deposit is given up with its visit. A late word or none at all leaves it: a person decides. */
const depositVoid: Partial<Record<AppointmentEvent, VoidReason>> = {
  'cancel-by-clinic': 'clinic-cancelled',
  refuse: 'not-approved',
  'approval-expired': 'not-approved',
};

/** What a step on a visit means for its charges. `row` is the visit after the step. */
export async function followCharges(
  trx: Trx,
  context: ChangeContext,
  step: Chargeable & {
    readonly before: AppointmentRow | null;
    readonly event: AppointmentEvent;
    readonly feeWaived?: boolean | undefined;
  },
): Promise<void> {
  const { before, row, event, feeWaived } = step;
  if (asksDeposit(row) && (before === null || !asksDeposit(before))) await proposeCharge(trx, context, step, 'deposit');
  if (event === 'no-show') await proposeCharge(trx, context, step, 'no-show', feeWaived);
  else if (event === 'undo-no-show') await voidCharges(trx, context, row, ['no-show'], 'undone');
  else if (event === 'entered-in-error') await voidCharges(trx, context, row, chargeKinds, 'entered-in-error');
  else if (row.status !== 'cancelled') return;
  else if (event === 'cancel' && row.late_cancel === true)
    await proposeCharge(trx, context, step, 'late-cancel', feeWaived);
  else await voidCharges(trx, context, row, ['deposit'], depositVoid[event] ?? 'visit-cancelled');
}

/** B24: a deposit is asked for with the place, also while the clinic's approval is waited for. */
const asksDeposit = ({ status, awaiting_approval: waits }: AppointmentRow): boolean =>
  status === 'booked' || (status === 'pending' && waits);

/**
 * D1, Fees: proposed, never posted; waived at once where a rule says so, with the reason. At most one of a kind is alive
 * (index charge_once): the one that is stays as it is.
 */
export async function proposeCharge(
  trx: Trx,
  context: ChangeContext,
  { row, visitType, policies }: Chargeable,
  kind: ChargeKind,
  waivedByStaff = false,
): Promise<void> {
  const policy = policyAt(policies, 'fee', context.at.getTime(), row.location_id);
  const amountCents = amountFor(policy, kind, visitType.code);
  // Nobody looks for a deposit where none is asked; a missed visit is an occurrence, fee or no fee.
  if (kind === 'deposit' && amountCents === 0) return;
  const { rows } = await trx.raw<{ rows: { payer_class: PayerClass | null; before: boolean }[] }>(
    `SELECT p.payer_class, EXISTS (SELECT 1 FROM proposed_charge c JOIN appointment a ON a.id = c.appointment_id
       WHERE a.patient_id = p.id AND a.id <> :id AND c.kind <> 'deposit' AND c.state <> 'void') AS before
     FROM patient p WHERE p.id = :patientId`,
    { id: row.id, patientId: row.patient_id },
  );
  const waiver = automaticWaiver(policy, kind, {
    amountCents,
    waivedByStaff,
    payerClass: rows[0]?.payer_class ?? null,
    before: rows[0]?.before ?? false,
    telehealthFailed: row.phone_fallback_at != null,
  });
  const state = waiver === null ? 'proposed' : 'waived';
  const { rows: filed } = await trx.raw<{ rows: ChargeRow[] }>(
    `INSERT INTO proposed_charge (organization_id, appointment_id, kind, state, waived_reason, amount_cents, currency, decided_by, decided_at)
     VALUES (:organizationId, :id, :kind, :state, :waiver, :amountCents, :currency, :decidedBy, :decidedAt)
     ON CONFLICT (appointment_id, kind) WHERE state <> 'void' DO NOTHING RETURNING id, kind, state`,
    {
      organizationId: row.organization_id,
      id: row.id,
      kind,
      state,
      waiver,
      amountCents,
      currency: policy.currency,
      decidedBy:
        waiver === null ? null : waiver === 'staff-decision' ? context.actor.ref : systemActor('fee-policy').ref,
      decidedAt: waiver === null ? null : context.at,
    },
  );
  const charge = filed[0];
  if (charge === undefined) return;
  await recordCharge(trx, context, row, charge, {
    event: 'propose',
    from: null,
    to: state,
    reason: waiver ?? undefined,
    amountCents,
  });
}

/** B24: what is not owed any more. One that was posted already is for a person to put right in the accounts. */
export async function voidCharges(
  trx: Trx,
  context: ChangeContext,
  row: AppointmentRow,
  kinds: readonly ChargeKind[],
  reason: VoidReason,
): Promise<void> {
  const charges = await trx('proposed_charge')
    .where({ appointment_id: row.id })
    .whereIn('kind', kinds)
    .whereNot({ state: 'void' })
    .orderBy('id')
    .forUpdate()
    .select<ChargeRow[]>('id', 'kind', 'state');
  for (const charge of charges) {
    await trx('proposed_charge')
      .where({ id: charge.id })
      .update({
        state: 'void',
        void_reason: reason,
        waived_reason: null,
        decided_by: context.actor.ref,
        decided_at: context.at,
        version: trx.raw('version + 1'),
      });
    await recordCharge(trx, context, row, charge, { event: 'void', from: charge.state, to: 'void', reason });
    if (charge.state !== 'posted') continue;
    await raiseStaffTask(trx, {
      organizationId: row.organization_id,
      kind: 'charge-reversal',
      dedupeKey: `charge-reversal:${charge.id}`,
      subjectType: 'appointment',
      subjectId: row.id,
      patientId: row.patient_id,
      locationId: row.location_id ?? undefined,
      params: { about: 'charge-reversal', kind: charge.kind, reason },
      dueAt: new Date(context.at.getTime() + 2 * 86_400_000),
      ownerRole: 'biller',
      actor: context.actor,
      at: context.at,
    });
  }
}

const recordCharge = (
  trx: Trx,
  { organizationId, actor, at, opKey }: ChangeContext,
  row: AppointmentRow,
  charge: Pick<ChargeRow, 'id' | 'kind'>,
  change: {
    readonly event: string;
    readonly from: string | null;
    readonly to: string;
    readonly reason?: string | undefined;
    readonly amountCents?: number;
  },
): Promise<void> =>
  recordStateChange(trx, {
    organizationId,
    aggregate: 'charge',
    aggregateId: charge.id,
    event: change.event,
    from: change.from,
    to: change.to,
    reason: change.reason,
    actor,
    at,
    opKey,
    data: {
      kind: charge.kind,
      appointmentId: row.id,
      patientId: row.patient_id,
      ...(change.amountCents !== undefined && { amountCents: change.amountCents }),
    },
  });
