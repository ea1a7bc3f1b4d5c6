import type { Trx } from './connection.ts';

export interface OutboxMessage {
  readonly organizationId: string;
  /** One intent, one row, for ever: e.g. `appt:<id>:v<version>:<policy item>:<channel>:<recipient>`. */
  readonly dedupeKey: string;
  readonly aggregate:
    | 'appointment'
    | 'access-link'
    | 'staff-task'
    | 'user'
    | 'waitlist-offer'
    | 'waitlist-entry'
    | 'escalation'
    | 'intake'
    | 'intake-link';
  readonly aggregateId: string;
  readonly aggregateVersion?: number | undefined;
  /** Template name: 'booked', 'reminder', 'rescheduled', 'cancelled', 'cancelled-by-clinic', 'staff-invitation', 'password-reset', 'account-claim' ... */
  readonly kind: string;
  readonly channel: 'email' | 'sms' | 'push';
  /** 'patient:<id>', 'user:<id>' or 'access-link:<id>'; the address is read at send time. */
  readonly toRef: string;
  readonly patientId?: string | undefined;
  readonly localeAsked?: string | undefined;
  /** Ids and codes only. */
  readonly params?: Readonly<Record<string, unknown>> | undefined;
  readonly dueAt: Date;
  /** After this instant the message helps nobody and is suppressed, on record (B14). */
  readonly usefulUntil?: Date | undefined;
  readonly suppressed?: string | undefined;
}

/**
 * Files a message in the transaction of the change that causes it; the sender (workers) is woken at commit.
 * @returns false when this intent is on file already.
 */
export async function queueMessage(trx: Trx, message: OutboxMessage): Promise<boolean> {
  const inserted = await trx('notification')
    .insert({
      organization_id: message.organizationId,
      dedupe_key: message.dedupeKey,
      aggregate: message.aggregate,
      aggregate_id: message.aggregateId,
      aggregate_version: message.aggregateVersion ?? null,
      kind: message.kind,
      channel: message.channel,
      to_ref: message.toRef,
      patient_id: message.patientId ?? null,
      locale_asked: message.localeAsked ?? null,
      params: JSON.stringify(message.params ?? {}),
      due_at: message.dueAt,
      next_attempt_at: message.dueAt,
      useful_until: message.usefulUntil ?? null,
      state: message.suppressed === undefined ? 'queued' : 'suppressed',
      suppressed_reason: message.suppressed ?? null,
    })
    .onConflict('dedupe_key')
    .ignore()
    .returning('id');
  if (inserted.length > 0) await trx.raw(`SELECT pg_notify('outbox', ?)`, [message.organizationId]);
  return inserted.length > 0;
}
