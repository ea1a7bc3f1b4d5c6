/** The row of an escalation, and the same as its run knows it. */
import { DomainError } from '../../domain/errors.ts';
import {
  openEscalationStates,
  type EscalationLevel,
  type EscalationOutcome,
  type EscalationPlan,
  type EscalationState,
  type EscalationSubjectKind,
} from '../../domain/escalation.ts';
import type { EscalationSettled, EscalationView } from '../../workflows/messages/escalation.ts';
import type { Trx } from '../connection.ts';
import { isoOrNull } from '../instants.ts';

/** A row of `escalation`. */
export interface EscalationRow {
  readonly id: string;
  readonly organization_id: string;
  readonly subject_kind: EscalationSubjectKind;
  readonly subject_id: string;
  readonly patient_id: string;
  readonly location_id: string | null;
  readonly reason_code: string;
  readonly level: EscalationLevel;
  readonly state: EscalationState;
  readonly assigned_user_id: string | null;
  readonly plan: EscalationPlan;
  readonly round: number;
  readonly cycle: number;
  readonly step: number;
  readonly sends: number;
  readonly since: Date;
  readonly changed_at: Date;
  readonly raised_by: string;
  readonly raised_at: Date;
  readonly ack_due_at: Date;
  readonly first_ack_at: Date | null;
  readonly acknowledged_by: string | null;
  readonly acknowledged_at: Date | null;
  readonly eta_at: Date | null;
  readonly outcome: EscalationOutcome | null;
  readonly outcome_note: string | null;
  readonly ended_at: Date | null;
  readonly version: number;
}

export const toEscalationView = (row: EscalationRow): EscalationView => ({
  id: row.id,
  state: row.state,
  level: row.level,
  subject: { kind: row.subject_kind, id: row.subject_id },
  locationId: row.location_id,
  raisedAt: row.raised_at.toISOString(),
  ackDueAt: row.ack_due_at.toISOString(),
  round: row.round,
  cycle: row.cycle,
  step: row.step,
  acknowledgedBy: row.acknowledged_by,
  acknowledgedAt: isoOrNull(row.acknowledged_at),
  etaAt: isoOrNull(row.eta_at),
  outcome: row.outcome,
  version: row.version,
});

/** @throws DomainError `not-found` */
export async function readEscalationRow(trx: Trx, id: string): Promise<EscalationRow> {
  const row = await trx('escalation').where({ id }).first<EscalationRow | undefined>();
  if (row === undefined) throw new DomainError('not-found');
  return row;
}

/** Kept from changing until commit. Lock order: a message's row, then the escalation. @throws DomainError `not-found` */
export async function lockEscalation(trx: Trx, id: string): Promise<EscalationRow> {
  const row = await trx('escalation').where({ id }).forUpdate().first<EscalationRow | undefined>();
  if (row === undefined) throw new DomainError('not-found');
  return row;
}

/** The escalation with what it waits for, earliest first. */
export async function settleEscalation(trx: Trx, row: EscalationRow): Promise<EscalationSettled> {
  const timers = await trx('case_timer')
    .where({ aggregate: 'escalation', aggregate_id: row.id, state: 'pending' })
    .orderBy([{ column: 'due_at' }, { column: 'name' }])
    .select<{ name: string; due_at: Date }[]>('name', 'due_at');
  return {
    escalation: toEscalationView(row),
    open: openEscalationStates.has(row.state),
    timers: timers.map((timer) => ({ name: timer.name, dueAt: timer.due_at.toISOString() })),
  };
}
