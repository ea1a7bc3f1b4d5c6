/**
 * What is different about the messages of an escalation: each goes by its own channel or not at all, because the ladder
 * itself says what takes the place of one that failed; and what became of it is told to the ladder at once.
 */
import type { Trx } from '../db/connection.ts';
import { escalationMessageKind, noticeFailed, noticeNotSent, noticeSent } from '../db/escalations/escalation-sends.ts';
import { staffContact } from '../db/escalations/on-call.ts';
import { systemActor } from '../domain/actor.ts';
import type { EscalationState } from '../domain/escalation.ts';
import type { Delivery } from './channels.ts';
import type { OutboxRow, Recipient } from './outbox-row.ts';
import { isMailAddress, type SendChannel, type Verdict } from './outbox-verdict.ts';

export const isEscalationMessage = (row: Pick<OutboxRow, 'kind'>): boolean => row.kind === escalationMessageKind;

const noticeOf = ({ params }: Pick<OutboxRow, 'params'>): string => `${String(params['noticeId'])}`;

/** The last look: is anybody still looked for, in this round, and is there still an address? */
export async function judgeEscalation(
  trx: Trx,
  row: OutboxRow,
  recipient: Recipient | undefined,
  channelsHere: ReadonlySet<SendChannel>,
): Promise<Verdict> {
  const escalation = await trx('escalation')
    .where({ id: row.aggregate_id })
    .first<{ state: EscalationState; round: number } | undefined>('state', 'round');
  const looking = escalation?.state === 'notifying' || escalation?.state === 'exhausted';
  if (!looking || escalation.round !== row.aggregate_version) return { kind: 'suppress', reason: 'no-longer-useful' };
  const contact = await staffContact(trx, row.to_ref.slice('user:'.length));
  const address = { email: contact.email, sms: contact.telephone, push: contact.pushDevice }[row.channel];
  if (recipient === undefined || address === null || !channelsHere.has(row.channel))
    return { kind: 'suppress', reason: 'no-address' };
  if (row.channel === 'email' && !isMailAddress(address)) return { kind: 'suppress', reason: 'no-address' };
  return { kind: 'send', channel: row.channel, address, recipient };
}

/** Not sent, for a reason of ours. @returns whether the escalation moved on by it */
export async function tellLadderSuppressed(trx: Trx, row: OutboxRow, reason: string, at: Date): Promise<boolean> {
  if (reason !== 'no-address') {
    await noticeNotSent(trx, noticeOf(row), reason, at);
    return false;
  }
  return failed(trx, row, reason, at);
}

/** @returns whether the escalation moved on by it, so that its run must look again */
export async function tellLadder(trx: Trx, row: OutboxRow, delivery: Delivery, at: Date): Promise<boolean> {
  if (delivery.kind !== 'accepted') return failed(trx, row, delivery.code, at);
  await noticeSent(trx, noticeOf(row), at);
  return false;
}

const failed = (trx: Trx, row: OutboxRow, code: string, at: Date): Promise<boolean> => {
  const context = { organizationId: row.organization_id, actor: systemActor('outbox'), at };
  return noticeFailed(trx, { ...context, opKey: `outbox:${row.id}` }, { noticeId: noticeOf(row), code });
};
