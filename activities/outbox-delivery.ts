/** One message from the outbox to the door: claimed and looked at in one transaction, sent outside of any, recorded in another. */
import type { Trx } from '../db/connection.ts';
import { raiseStaffTask } from '../db/cases/staff-tasks.ts';
import { withTransaction } from '../db/transaction.ts';
import { systemActor } from '../domain/actor.ts';
import type { Channels, Delivery } from './channels.ts';
import { isEscalationMessage, tellLadder, tellLadderSuppressed } from './escalation-delivery.ts';
import { messageContent, templateVersion } from './message-content.ts';
import type { ContentPorts, MessageContent } from './message-content.ts';
import type { OutboxRow } from './outbox-row.ts';
import { judge } from './outbox-verdict.ts';
import type { SendChannel, Verdict } from './outbox-verdict.ts';
import type { ActivityPorts } from './ports.ts';

export interface DeliveryPorts extends ActivityPorts, ContentPorts {
  readonly channels: Channels;
  /** Between 0 and 1, for jitter. */
  readonly random: () => number;
  /** An escalation went on to its next step because of a message that failed: its run must look again. Never throws. */
  readonly escalationMoved?: ((escalationId: string) => void) | undefined;
}

export interface OutboxTiming {
  /** A message taken by a process that died is taken again after this; longer than any conversation with the server. */
  readonly leaseMs: number;
  readonly firstRetryMs: number;
  readonly maxRetryMs: number;
  /** A message without an end of its usefulness is given up (and a person told) after this. */
  readonly giveUpAfterMs: number;
}

export const outboxTiming: OutboxTiming = {
  leaseMs: 120_000,
  firstRetryMs: 5_000,
  maxRetryMs: 600_000,
  giveUpAfterMs: 3 * 86_400_000,
};

/** `idle`: nothing is due. `down`: the mail server cannot be reached by anyone, the sender should pause. */
export type Turn = 'idle' | 'sent' | 'suppressed' | 'failed' | 'later' | 'down';

const me = systemActor('outbox');

type Claimed = {
  readonly row: OutboxRow;
  readonly verdict: Extract<Verdict, { kind: 'send' }>;
  readonly content: MessageContent;
  readonly messageId: string;
};

/**
 * Takes the next due message of an organization, if any, and brings it to an end for now. Safe with any number of
 * processes: SKIP LOCKED gives a row to one of them, and the lease returns it if that one dies.
 *
 * A message is sent at least once: when a server takes it and this process dies before recording so, it goes out again
 * after the lease, with the same Message-ID, so that a receiver can tell. Nothing closes that window, because SMTP has no
 * transaction in common with the database (security-reliability.md section 7, SMTP).
 */
export async function deliverNext(
  ports: DeliveryPorts,
  organizationId: string,
  timing: OutboxTiming = outboxTiming,
  only?: 'urgent',
): Promise<Turn> {
  const at = await ports.clock.now();
  const moved: string[] = [];
  const claimed = await withTransaction(ports.db, { organizationId }, (trx) => {
    moved.length = 0;
    return claim(ports, trx, at, timing, moved, only);
  });
  for (const id of moved) ports.escalationMoved?.(id);
  if (typeof claimed === 'string') return claimed;

  const { row, verdict, content, messageId } = claimed;
  const delivery = await send(ports.channels, verdict, content, messageId);
  const after = await ports.clock.now();
  const turn = await withTransaction(ports.db, { organizationId }, (trx) => {
    moved.length = 0;
    return record(ports, trx, claimed, delivery, after, timing, moved);
  });
  for (const id of moved) ports.escalationMoved?.(id);
  // Ids and codes only (security-reliability.md, Logs).
  ports.log.info(
    {
      notificationId: row.id,
      kind: row.kind,
      channel: verdict.channel,
      attempt: row.attempts,
      outcome: turn,
      code: delivery.kind === 'accepted' ? undefined : delivery.code,
    },
    'message',
  );
  return turn;
}

async function claim(
  ports: DeliveryPorts,
  trx: Trx,
  at: Date,
  timing: OutboxTiming,
  moved: string[],
  only?: 'urgent',
): Promise<Claimed | Turn> {
  const row = await trx('notification')
    .where('next_attempt_at', '<=', at)
    .modify((due) => {
      if (only === 'urgent') void due.where('aggregate', 'escalation');
    })
    .where((due) =>
      due.where('state', 'queued').orWhere((left) => left.where('state', 'sending').where('lease_until', '<=', at)),
    )
    .orderBy(['next_attempt_at', 'due_at', 'id'])
    .forUpdate()
    .skipLocked()
    .first<OutboxRow | undefined>(
      'id',
      'organization_id',
      'aggregate',
      'aggregate_id',
      'aggregate_version',
      'kind',
      'channel',
      'to_ref',
      'locale_asked',
      'params',
      'due_at',
      'useful_until',
      'attempts',
    );
  if (row === undefined) return 'idle';

  const verdict = await judge(trx, row, at, channelsOf(ports.channels));
  if (verdict.kind === 'wait') {
    await trx('notification')
      .where({ id: row.id })
      .update({ state: 'queued', lease_until: null, next_attempt_at: new Date(at.getTime() + verdict.forMs) });
    return 'later';
  }
  if (verdict.kind === 'unknown') {
    await end(trx, row, 'failed', { error: 'unknown-kind' });
    await tellStaff(trx, row, 'message-failed', 'unknown-kind', undefined, at);
    return 'failed';
  }
  if (verdict.kind === 'suppress') {
    await end(trx, row, 'suppressed', { suppressed_reason: verdict.reason });
    if (isEscalationMessage(row) && (await tellLadderSuppressed(trx, row, verdict.reason, at)))
      moved.push(row.aggregate_id);
    if (verdict.call === true)
      await tellStaff(trx, row, 'call-patient', verdict.reason, verdict.appointment ?? verdict.offer, at);
    return 'suppressed';
  }
  const content = await messageContent(trx, ports, row, verdict, at);
  const messageId = `${row.id}@${new URL(ports.publicUrl).hostname}`;
  await trx('notification')
    .where({ id: row.id })
    .update({
      state: 'sending',
      attempts: row.attempts + 1,
      lease_until: new Date(at.getTime() + timing.leaseMs),
      message_id: `<${messageId}>`,
      locale_asked: content.localeAsked,
      locale: content.language,
      locale_tried: [...content.localesTried],
      template_version: `${row.kind}@${templateVersion}`,
      ...(verdict.fallback !== undefined && {
        params: JSON.stringify({ ...row.params, delivery: { channel: verdict.channel, because: verdict.fallback } }),
      }),
    });
  return { row: { ...row, attempts: row.attempts + 1 }, verdict, content, messageId };
}

function channelsOf(channels: Channels): ReadonlySet<SendChannel> {
  return new Set<SendChannel>([
    'email',
    ...(channels.sms ? (['sms'] as const) : []),
    ...(channels.push ? (['push'] as const) : []),
  ]);
}

async function send(
  channels: Channels,
  { channel, address }: Claimed['verdict'],
  content: MessageContent,
  messageId: string,
): Promise<Delivery> {
  if (channel === 'email') return channels.email.send({ ...content, messageId, to: address });
  const short = channels[channel];
  if (short === undefined) return { kind: 'temporary', code: 'no-provider', down: false };
  return short.send({ messageId, to: address, text: content.short });
}

async function record(
  ports: DeliveryPorts,
  trx: Trx,
  { row, verdict }: Claimed,
  delivery: Delivery,
  at: Date,
  timing: OutboxTiming,
  moved: string[],
): Promise<Turn> {
  // A process whose lease ran out has lost the row to another one, which records its own attempt.
  const mine = await trx('notification')
    .where({ id: row.id, state: 'sending', attempts: row.attempts })
    .forUpdate()
    .first('id');
  if (mine === undefined) return 'later';
  const urgent = isEscalationMessage(row);
  if (urgent && (await tellLadder(trx, row, delivery, at))) moved.push(row.aggregate_id);
  if (delivery.kind === 'accepted') {
    await end(trx, row, 'sent', { sent_at: at, error: null });
    return 'sent';
  }
  const retryAt = new Date(at.getTime() + retryDelay(row.attempts, timing, ports.random));
  const end_ = row.useful_until?.getTime() ?? Math.max(row.due_at.getTime(), 0) + timing.giveUpAfterMs;
  const isOver = row.useful_until === null && retryAt.getTime() >= end_;
  if (delivery.kind === 'permanent' || isOver) {
    await end(trx, row, 'failed', { error: delivery.code });
    // The ladder has its own way on.
    if (!urgent) await tellStaff(trx, row, 'message-failed', delivery.code, verdict.appointment ?? verdict.offer, at);
    return 'failed';
  }
  await trx('notification')
    .where({ id: row.id })
    .update({ state: 'queued', next_attempt_at: retryAt, lease_until: null, error: delivery.code });
  return delivery.down ? 'down' : 'later';
}

/** 5 s, 10 s, 20 s ... 10 min, each spread over half to one and a half, so that what failed together does not return together. */
export function retryDelay(attempts: number, timing: OutboxTiming, random: () => number): number {
  const base = Math.min(timing.firstRetryMs * 2 ** Math.min(attempts - 1, 20), timing.maxRetryMs);
  return Math.round(base * (0.5 + random()));
}

async function end(
  trx: Trx,
  row: OutboxRow,
  state: 'sent' | 'failed' | 'suppressed',
  rest: Readonly<Record<string, unknown>>,
): Promise<void> {
  await trx('notification')
    .where({ id: row.id })
    .update({ state, lease_until: null, ...rest });
  // Whoever looks at the case sees it move.
  await trx.raw(`SELECT pg_notify('notification_ended', ?)`, [
    `${row.organization_id}:${row.aggregate}:${row.aggregate_id}`,
  ]);
}

/** One task for each visit, version and kind of need: four reminders without an address are one call, not four. */
async function tellStaff(
  trx: Trx,
  row: OutboxRow,
  kind: 'call-patient' | 'message-failed',
  code: string,
  appointment:
    | {
        readonly patient_id: string;
        readonly location_id: string | null;
        readonly start_at: Date | null;
        /** An offer: a call after this is too late. */
        readonly expires_at?: Date | undefined;
      }
    | undefined,
  at: Date,
): Promise<void> {
  const day = at.getTime() + 86_400_000;
  const begins = appointment?.expires_at?.getTime() ?? appointment?.start_at?.getTime() ?? day;
  await raiseStaffTask(trx, {
    organizationId: row.organization_id,
    kind,
    dedupeKey:
      kind === 'call-patient'
        ? `call-patient:${row.aggregate}:${row.aggregate_id}:v${row.aggregate_version ?? 0}:${row.kind}`
        : `message-failed:${row.id}`,
    subjectType: row.aggregate,
    subjectId: row.aggregate_id,
    patientId: appointment?.patient_id,
    locationId: appointment?.location_id ?? undefined,
    params: {
      messageKind: row.kind,
      channel: row.channel,
      code,
      notificationId: row.id,
      ...(appointment?.start_at && { start: appointment.start_at.toISOString() }),
    },
    // Within a day, and before the visit where there is still time.
    dueAt: new Date(Math.max(at.getTime(), Math.min(day, begins > at.getTime() ? begins : day))),
    ownerRole: appointment === undefined ? 'administrator' : 'front-desk',
    actor: me,
    at,
  });
}
