import type { Actor } from '../../domain/actor.ts';
import type { Trx } from '../connection.ts';

export interface StateChange {
  readonly organizationId: string;
  /** 'appointment', 'patient', 'staff-task' ...; for the API's role only the aggregates named in db/tables.ts. */
  readonly aggregate: string;
  readonly aggregateId: string;
  readonly event: string;
  readonly from: string | null;
  readonly to: string;
  readonly actor: Actor;
  readonly reason?: string | undefined;
  /** The Clock port's instant of the change. */
  readonly at: Date;
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  readonly opKey?: string | undefined;
}

/**
 * Writes the change and its audit row in the transaction of the change (B8, I12). The caller holds the aggregate's row
 * lock (or has just inserted it), which makes `seq` gapless.
 */
export async function recordStateChange(trx: Trx, change: StateChange): Promise<void> {
  await trx.raw(
    `WITH changed AS (
       INSERT INTO state_change (organization_id, aggregate, aggregate_id, seq, event, from_state, to_state, actor, on_behalf_of, reason, at, data, op_key)
       SELECT :organizationId, :aggregate, :aggregateId, coalesce(max(seq), 0) + 1, :event, :from, :to, :actor, :onBehalfOf, :reason, :at, :data, :opKey
       FROM state_change WHERE aggregate = :aggregate AND aggregate_id = :aggregateId
       RETURNING seq)
     INSERT INTO audit_event (organization_id, at, principal, session_id, action, entity_type, entity_id, patient_id, outcome, purpose, ip, request_id, detail)
     SELECT :organizationId, :at, :actor, :sessionId, :action, :aggregate, :aggregateId, :patientId, 'success', :purpose, :ip, :requestId,
            jsonb_build_object('seq', seq, 'from', (:from)::text, 'to', (:to)::text)
     FROM changed`,
    {
      organizationId: change.organizationId,
      aggregate: change.aggregate,
      aggregateId: change.aggregateId,
      event: change.event,
      from: change.from,
      to: change.to,
      actor: change.actor.ref,
      onBehalfOf: change.actor.onBehalfOf ?? null,
      reason: change.reason ?? null,
      at: change.at,
      data: change.data === undefined ? null : JSON.stringify(change.data),
      opKey: change.opKey ?? null,
      sessionId: change.actor.sessionId ?? null,
      action: `${change.aggregate}:${change.event}`,
      patientId: patientOf(change),
      purpose: change.actor.purpose ?? null,
      ip: change.actor.ip ?? null,
      requestId: change.actor.requestId ?? null,
    },
  );
}

/**
 * The first change of many aggregates of one kind, just inserted in this transaction: an import's batch in one statement
 * instead of one for each. Rows are the same as recordStateChange would write.
 */
export async function recordBeginnings(
  trx: Trx,
  change: Omit<StateChange, 'aggregateId' | 'from' | 'data' | 'reason' | 'opKey'>,
  ids: readonly string[],
): Promise<void> {
  await trx.raw(
    `WITH changed AS (
       INSERT INTO state_change (organization_id, aggregate, aggregate_id, seq, event, from_state, to_state, actor, on_behalf_of, at)
       SELECT :organizationId, :aggregate, id, 1, :event, NULL, :to, :actor, :onBehalfOf, :at FROM unnest(:ids::uuid[]) AS id
       RETURNING aggregate_id, seq)
     INSERT INTO audit_event (organization_id, at, principal, session_id, action, entity_type, entity_id, patient_id, outcome, purpose, ip, request_id, detail)
     SELECT :organizationId, :at, :actor, :sessionId, :action, :aggregate, aggregate_id, CASE WHEN :aggregate = 'patient' THEN aggregate_id END,
            'success', :purpose, :ip, :requestId, jsonb_build_object('seq', seq, 'from', NULL, 'to', (:to)::text)
     FROM changed`,
    {
      organizationId: change.organizationId,
      aggregate: change.aggregate,
      ids: [...ids],
      event: change.event,
      to: change.to,
      actor: change.actor.ref,
      onBehalfOf: change.actor.onBehalfOf ?? null,
      at: change.at,
      sessionId: change.actor.sessionId ?? null,
      action: `${change.aggregate}:${change.event}`,
      purpose: change.actor.purpose ?? null,
      ip: change.actor.ip ?? null,
      requestId: change.actor.requestId ?? null,
    },
  );
}

function patientOf(change: StateChange): string | null {
  if (change.aggregate === 'patient') return change.aggregateId;
  const patientId = change.data?.patientId;
  return typeof patientId === 'string' ? patientId : null;
}

export interface AuditRow {
  readonly organizationId: string;
  readonly actor: Actor;
  readonly action: string;
  readonly entityType?: string | undefined;
  readonly entityId?: string | undefined;
  readonly patientId?: string | undefined;
  readonly outcome: 'success' | 'denied' | 'refused' | 'failed';
  /** The problem code of a refusal. */
  readonly code?: string | undefined;
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
}

/** Writes one audit row: a read, a refused or denied attempt. Changes go through recordStateChange. */
export async function recordAudit(trx: Trx, row: AuditRow): Promise<void> {
  await trx('audit_event').insert({
    organization_id: row.organizationId,
    principal: row.actor.ref,
    session_id: row.actor.sessionId ?? null,
    action: row.action,
    entity_type: row.entityType ?? null,
    entity_id: row.entityId ?? null,
    patient_id: row.patientId ?? null,
    outcome: row.outcome,
    code: row.code ?? null,
    purpose: row.actor.purpose ?? null,
    ip: row.actor.ip ?? null,
    request_id: row.actor.requestId ?? null,
    detail: row.detail === undefined ? null : JSON.stringify(row.detail),
  });
}
