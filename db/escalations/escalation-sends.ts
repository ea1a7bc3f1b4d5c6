/**
 * Telling people of an escalation (scheduling-intake.md D5): a step of its ladder, its last one again, and what takes the
 * place of a channel that failed. Each notice is on record with its message in one transaction, which holds the row of the
 * escalation: once somebody has it, nothing more can be filed (I22; the trigger `notice_while_notifying` says the same).
 */
import {
  nextChannel,
  nextOnLadder,
  type EscalationChannel,
  type LadderStep,
  type LadderTarget,
} from '../../domain/escalation.ts';
import type { ChangeContext } from '../appointments/appointment-effects.ts';
import type { Trx } from '../connection.ts';
import { changeEscalation, notBefore, planEscalationTimers } from './escalation-state.ts';
import { lockEscalation, type EscalationRow } from './escalation-view.ts';
import { administrators, onCallAt, staffContact, whoCanRespond, type StaffContact } from './on-call.ts';
import { queueMessage } from '../outbox.ts';
import { raiseStaffTask } from '../cases/staff-tasks.ts';

export const escalationMessageKind = 'escalation-notice';

interface Told {
  readonly target: LadderTarget;
  readonly userId: string;
}

interface Send {
  /** Users whom a message is on its way to. */
  readonly reached: number;
  readonly nobody: readonly LadderTarget[];
}

/**
 * Takes the next step, and the one after it at once for as long as a step reaches nobody: nobody is on call, or every
 * channel failed. After the last step of the last cycle it is exhausted. The row is locked by the caller.
 * @param from the instant that the next wait counts from; the change's own unless told
 */
export async function takeNextStep(
  trx: Trx,
  context: ChangeContext,
  before: EscalationRow,
  more: { readonly fired?: string | undefined; readonly since?: Date | undefined; readonly because?: string | undefined } = {},
): Promise<EscalationRow> {
  let row = before;
  for (;;) {
    const next = nextOnLadder(row.plan, row);
    const send = row.sends + 1;
    if (next.kind === 'exhausted') {
      row = await changeEscalation(trx, context, row, { event: 'exhaust', columns: { sends: send }, data: { send } });
      await raiseBanner(trx, row, send, notBefore(row, context.at));
      await tell(trx, context, row, next.step, send);
      break;
    }
    const { position, step } = next;
    row = await changeEscalation(trx, context, row, {
      event: 'notify',
      columns: { ...position, sends: send, ...(more.since !== undefined && { since: more.since }) },
      data: { ...position, send, targets: step.targets, ...(more.because !== undefined && { because: more.because }) },
    });
    const { reached } = await tell(trx, context, row, step, send);
    if (reached > 0) break;
  }
  await planEscalationTimers(trx, row, more.fired);
  return row;
} // prettier-ignore

/** Exhausted, and still nobody: the last step once more. */
export async function repeatLastStep(
  trx: Trx,
  context: ChangeContext,
  before: EscalationRow,
  more: { readonly fired: string; readonly since: Date },
): Promise<EscalationRow> {
  const send = before.sends + 1;
  const row = await changeEscalation(trx, context, before, {
    event: 'repeat',
    columns: { sends: send, since: more.since },
    data: { send },
  });
  await tell(trx, context, row, row.plan.steps.at(-1)!, send);
  await planEscalationTimers(trx, row, more.fired);
  return row;
}

async function tell(trx: Trx, context: ChangeContext, row: EscalationRow, step: LadderStep, send: number): Promise<Send> {
  const at = notBefore(row, context.at);
  const told = new Map<string, Told>();
  const nobody: LadderTarget[] = [];
  for (const target of step.targets) {
    const users = target === 'assigned' ? await assigned(trx, row) : await onCallAt(trx, target, row.location_id, at);
    if (users.length === 0) {
      nobody.push(target);
      await fileNotice(trx, row, { send, target, userId: null, channel: 'none', at, state: 'nobody' });
    }
    // Once for each person, whatever they are to it.
    for (const userId of users) if (!told.has(userId)) told.set(userId, { target, userId });
  }
  let reached = 0;
  for (const one of told.values()) if (await tellPerson(trx, context, row, { ...one, send, at, step })) reached += 1;
  return { reached, nobody };
} // prettier-ignore

const assigned = (trx: Trx, row: EscalationRow): Promise<string[]> =>
  whoCanRespond(trx, row.assigned_user_id === null ? [] : [row.assigned_user_id]);

interface Telling extends Told {
  readonly send: number;
  readonly at: Date;
}

/** By every channel of the step. @returns whether a message is on its way */
async function tellPerson(
  trx: Trx,
  context: ChangeContext,
  row: EscalationRow,
  telling: Telling & { readonly step: LadderStep },
): Promise<boolean> {
  const contact = await staffContact(trx, telling.userId);
  const tried = new Map<EscalationChannel, 'on-its-way' | 'failed'>();
  for (const channel of telling.step.channels) {
    const ok = await tryChannel(trx, context, row, { ...telling, contact, channel });
    tried.set(channel, ok ? 'on-its-way' : 'failed');
  }
  // In their order, so that what takes a place and fails as well is followed in its turn.
  for (const [channel, state] of tried) {
    if (state !== 'failed') continue;
    const instead = nextChannel(channel, tried);
    if (instead === null) continue;
    const ok = await tryChannel(trx, context, row, { ...telling, contact, channel: instead, insteadOf: channel });
    tried.set(instead, ok ? 'on-its-way' : 'failed');
  }
  return [...tried].some(([channel, state]) => channel !== 'voice-task' && state === 'on-its-way');
}

interface ChannelUse extends Telling {
  readonly contact: StaffContact;
  readonly channel: EscalationChannel;
  readonly insteadOf?: EscalationChannel | undefined;
}

const addressOf = ({ email, telephone, pushDevice }: StaffContact, channel: EscalationChannel): string | null =>
  channel === 'email' ? email : channel === 'sms' ? telephone : pushDevice;

/** @returns false when it is known at once that it leads nowhere */
async function tryChannel(trx: Trx, context: ChangeContext, row: EscalationRow, use: ChannelUse): Promise<boolean> {
  const { channel, contact, userId, at } = use;
  if (channel === 'voice-task') {
    await fileNotice(trx, row, { ...use, state: 'sent' });
    await askForCall(trx, context, row, userId, at);
    return true;
  }
  if (addressOf(contact, channel) === null) {
    await fileNotice(trx, row, { ...use, state: 'failed', error: 'no-address' });
    return false;
  }
  const noticeId = await fileNotice(trx, row, { ...use, state: 'queued' });
  await queueMessage(trx, {
    organizationId: row.organization_id,
    dedupeKey: `${escalationMessageKind}:${noticeId}`,
    aggregate: 'escalation',
    aggregateId: row.id,
    aggregateVersion: row.round,
    kind: escalationMessageKind,
    channel,
    toRef: `user:${userId}`,
    params: { noticeId },
    dueAt: at,
  });
  return true;
}

/** A person of ours rings up. One open task for each person and round, however often they are told. */
async function askForCall(
  trx: Trx,
  { organizationId, actor }: ChangeContext,
  row: EscalationRow,
  userId: string,
  at: Date,
): Promise<void> {
  await raiseStaffTask(trx, {
    organizationId,
    kind: 'call-responder',
    dedupeKey: `call-responder:${row.id}:${row.round}:${userId}`,
    subjectType: 'escalation',
    subjectId: row.id,
    locationId: row.location_id ?? undefined,
    params: { userId },
    priority: 'stat',
    dueAt: at,
    actor,
    at,
  });
}

async function fileNotice(
  trx: Trx,
  row: EscalationRow,
  notice: {
    readonly send: number;
    readonly target: string;
    readonly userId: string | null;
    readonly channel: EscalationChannel | 'banner' | 'none';
    readonly at: Date;
    readonly state: 'queued' | 'sent' | 'failed' | 'nobody';
    readonly error?: string | undefined;
    readonly insteadOf?: string | undefined;
  },
): Promise<string> {
  const [filed] = await trx('escalation_notice')
    .insert({
      organization_id: row.organization_id,
      escalation_id: row.id,
      round: row.round,
      cycle: row.cycle,
      step: row.step,
      send: notice.send,
      target: notice.target,
      user_id: notice.userId,
      channel: notice.channel,
      at: notice.at,
      state: notice.state,
      error: notice.error ?? null,
      instead_of: notice.insteadOf ?? null,
      ended_at: notice.state === 'queued' ? null : notice.at,
    })
    .returning<{ id: string }[]>('id');
  return filed!.id;
}

/** Every administrator's page says that nobody answers; who was told so may take it on. */
async function raiseBanner(trx: Trx, row: EscalationRow, send: number, at: Date): Promise<void> {
  for (const userId of await administrators(trx))
    await fileNotice(trx, row, { send, target: 'administrator', userId, channel: 'banner', at, state: 'sent' });
}

// --- What became of a message ---------------------------------------------------------------------------------------

interface NoticeRow {
  readonly id: string;
  readonly escalation_id: string;
  readonly round: number;
  readonly send: number;
  readonly target: LadderTarget;
  readonly user_id: string;
  readonly channel: EscalationChannel | 'banner' | 'none';
  readonly state: string;
}

export async function noticeSent(trx: Trx, noticeId: string, at: Date): Promise<void> {
  await trx('escalation_notice').where({ id: noticeId }).update({ state: 'sent', error: null, ended_at: at });
}

export async function noticeNotSent(trx: Trx, noticeId: string, reason: string, at: Date): Promise<void> {
  await trx('escalation_notice')
    .where({ id: noticeId })
    .whereNot({ state: 'sent' })
    .update({ state: 'not-sent', error: reason, ended_at: at });
}

/**
 * A message could not be handed over. Its channel counts as failed with the first attempt (the outbox keeps trying all the
 * same): the next channel is used at once, and where a step has reached nobody, the next step is taken at once.
 * @returns whether the escalation moved on, so that its run must look again
 */
export async function noticeFailed(
  trx: Trx,
  context: ChangeContext,
  failed: { readonly noticeId: string; readonly code: string },
): Promise<boolean> {
  const found = await trx('escalation_notice')
    .where({ id: failed.noticeId })
    .first<{ escalation_id: string } | undefined>('escalation_id');
  if (found === undefined) return false;
  const row = await lockEscalation(trx, found.escalation_id);
  const at = notBefore(row, context.at);
  const changed = await trx('escalation_notice')
    .where({ id: failed.noticeId, state: 'queued' })
    .update({ state: 'failed', error: failed.code, ended_at: at })
    .returning<NoticeRow[]>('*');
  const notice = changed[0];
  if (notice === undefined || (row.state !== 'notifying' && row.state !== 'exhausted')) return false;
  if (notice.round !== row.round) return false;

  const ofSend = await trx('escalation_notice')
    .where({ escalation_id: row.id, send: notice.send })
    .whereNotIn('channel', ['banner', 'none'])
    .select<(NoticeRow & { channel: EscalationChannel })[]>('*');
  const tried = new Map(
    ofSend
      .filter(({ user_id: userId }) => userId === notice.user_id)
      .map(({ channel, state }) => [channel, state === 'failed' ? 'failed' : 'on-its-way'] as const),
  );
  await tryNext(trx, { ...context, at }, row, notice, tried);
  const reached =
    [...tried].some(([channel, state]) => channel !== 'voice-task' && state === 'on-its-way') ||
    ofSend.some(({ user_id: userId, channel, state }) => userId !== notice.user_id && channel !== 'voice-task' && state !== 'failed');
  // An older send has had its turn already; the last step is repeated by the clock alone.
  if (reached || row.state !== 'notifying' || notice.send !== row.sends) return false;
  await takeNextStep(trx, context, row, { because: 'nobody-reached' });
  return true;
} // prettier-ignore

async function tryNext(
  trx: Trx,
  context: ChangeContext,
  row: EscalationRow,
  notice: NoticeRow,
  tried: Map<EscalationChannel, 'on-its-way' | 'failed'>,
): Promise<void> {
  const contact = await staffContact(trx, notice.user_id);
  let failed: EscalationChannel | null = notice.channel as EscalationChannel;
  while (failed !== null) {
    const channel = nextChannel(failed, tried);
    if (channel === null) return;
    const use = { target: notice.target, userId: notice.user_id, send: notice.send, at: context.at };
    const ok = await tryChannel(trx, context, row, { ...use, contact, channel, insteadOf: failed });
    tried.set(channel, ok ? 'on-its-way' : 'failed');
    failed = ok ? null : channel;
  }
}
