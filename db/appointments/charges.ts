/** The worklist of proposed charges, and what a person decides about one. */
import type { Actor } from '../../domain/actor.ts';
import {
  afterChargeAction,
  type ChargeAction,
  type ChargeKind,
  type ChargeState,
} from '../../domain/appointment/charge.ts';
import { DomainError } from '../../domain/errors.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import type { Trx } from '../connection.ts';

export interface ChargeRow {
  readonly id: string;
  readonly appointment_id: string;
  readonly kind: ChargeKind;
  readonly state: ChargeState;
  readonly amount_cents: number;
  readonly currency: string;
  readonly waived_reason: string | null;
  readonly void_reason: string | null;
  readonly note: string | null;
  readonly decided_name: string | null;
  readonly decided_at: Date | null;
  readonly created_at: Date;
  readonly version: number;
  /** Microseconds, for the next page. */
  readonly position: string;
  readonly patient_id: string;
  readonly given: readonly string[] | null;
  readonly family: string | null;
  readonly chosen_name: string | null;
  readonly visit_type_name: Readonly<Record<string, string>>;
  readonly start_at: Date | null;
  readonly tz: string | null;
  readonly status: string;
  readonly cancelled_at: Date | null;
  readonly noshow_at: Date | null;
  readonly location_id: string | null;
}

const chargeSql = `
  SELECT c.id, c.appointment_id, c.kind, c.state, c.amount_cents, c.currency, c.waived_reason, c.void_reason, c.note, c.decided_at,
         (SELECT u.display_name FROM app_user u WHERE c.decided_by = 'user:' || u.id) AS decided_name,
         c.created_at, c.version, to_char(c.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS position,
         p.id AS patient_id, p.given, p.family, p.chosen_name, v.name AS visit_type_name,
         a.start_at, a.tz, a.status, a.cancelled_at, a.noshow_at, a.location_id
  FROM proposed_charge c JOIN appointment a ON a.id = c.appointment_id JOIN patient p ON p.id = a.patient_id JOIN visit_type v ON v.id = a.visit_type_id`;

export interface ChargeFilter {
  readonly organizationId: string;
  readonly state?: ChargeState | undefined;
  readonly kind?: ChargeKind | undefined;
  readonly appointmentId?: string | undefined;
  readonly limit: number;
  readonly after?: { readonly at: string; readonly id: string } | undefined;
}

/** Those that wait longest first. */
export async function listCharges(trx: Trx, filter: ChargeFilter): Promise<ChargeRow[]> {
  const { rows } = await trx.raw<{ rows: ChargeRow[] }>(
    `${chargeSql}
     WHERE c.organization_id = :organizationId AND (CAST(:state AS text) IS NULL OR c.state = :state)
       AND (CAST(:kind AS text) IS NULL OR c.kind = :kind) AND (CAST(:appointmentId AS uuid) IS NULL OR c.appointment_id = CAST(:appointmentId AS uuid))
       AND (CAST(:after AS timestamptz) IS NULL OR (c.created_at, c.id) > (CAST(:after AS timestamptz), CAST(:afterId AS uuid)))
     ORDER BY c.created_at, c.id LIMIT :rows`,
    {
      organizationId: filter.organizationId,
      state: filter.state ?? null,
      kind: filter.kind ?? null,
      appointmentId: filter.appointmentId ?? null,
      after: filter.after?.at ?? null,
      afterId: filter.after?.id ?? null,
      rows: filter.limit + 1,
    },
  );
  return rows;
}

/** @throws DomainError `not-found` */
export async function readCharge(trx: Trx, organizationId: string, id: string): Promise<ChargeRow> {
  const { rows } = await trx.raw<{ rows: ChargeRow[] }>(
    `${chargeSql} WHERE c.organization_id = :organizationId AND c.id = :id`,
    { organizationId, id },
  );
  if (rows[0] === undefined) throw new DomainError('not-found');
  return rows[0];
}

export interface ChargeDecision {
  readonly organizationId: string;
  readonly id: string;
  readonly action: ChargeAction;
  readonly reason?: string | undefined;
  readonly note?: string | undefined;
  /** The version that was read: two people do not decide over each other's heads. */
  readonly version: number;
  readonly actor: Actor;
  readonly at: Date;
  readonly opKey: string;
}

/** @throws DomainError `not-found`, `version-conflict`, `invalid-transition` */
export async function decideCharge(trx: Trx, decision: ChargeDecision): Promise<void> {
  const { organizationId, id, action, at, actor } = decision;
  const row = await trx('proposed_charge')
    .where({ organization_id: organizationId, id })
    .forUpdate()
    .first<
      | { state: ChargeState; version: number; kind: ChargeKind; amount_cents: number; appointment_id: string }
      | undefined
    >('state', 'version', 'kind', 'amount_cents', 'appointment_id');
  if (row === undefined) throw new DomainError('not-found');
  if (row.version !== decision.version) throw new DomainError('version-conflict');
  const after = afterChargeAction({ state: row.state, amountCents: row.amount_cents }, action);
  if ('code' in after) throw new DomainError(after.code, after);
  const visit = await trx('appointment').where({ id: row.appointment_id }).first<{ patient_id: string }>('patient_id');
  await trx('proposed_charge')
    .where({ id })
    .update({
      state: after.to,
      waived_reason: after.to === 'waived' ? (decision.reason ?? 'other') : null,
      note: decision.note ?? null,
      decided_by: actor.ref,
      decided_at: at,
      posted_at: after.to === 'posted' ? at : null,
      version: row.version + 1,
    });
  await recordStateChange(trx, {
    organizationId,
    aggregate: 'charge',
    aggregateId: id,
    event: action,
    from: row.state,
    to: after.to,
    actor,
    reason: decision.reason,
    at,
    opKey: decision.opKey,
    data: {
      kind: row.kind,
      appointmentId: row.appointment_id,
      patientId: visit.patient_id,
      amountCents: row.amount_cents,
    },
  });
}
