/**
 * The last look before a message leaves (scheduling-intake.md D1, Sending; I9; feature B14): is it still true, still of
 * use, wanted, and can it reach the person? What is not sent is recorded with its reason.
 */
import type { Trx } from '../db/connection.ts';
import { loadPolicies } from '../db/policies.ts';
import { addDuration } from '../domain/calendar/calendar.ts';
import { policyAt } from '../domain/policies.ts';
import { dueAfterOutage } from '../domain/appointment/reminder.ts';
import { intakeProblem, loadIntakeLink, type IntakeLinkFacts } from './intake-verdict.ts';
import type { LinkKind } from './link-token.ts';
import { isEscalationMessage, judgeEscalation } from './escalation-delivery.ts';
import { isAccountMessage } from './messages/account-messages.ts';
import { isAccountNotice } from './messages/account-notices.ts';
import { isIntakeMessage } from './messages/intake-messages.ts';
import { isVisitMessage } from './messages/visit-messages.ts';
import { isOfferMessage, isWishMessage } from './messages/waitlist-messages.ts';
import type { VisitMessageKind } from './messages/visit-messages.ts';
import { loadAppointment, loadRecipient, mayContact } from './outbox-row.ts';
import type { AppointmentFactsRow, OutboxRow, Recipient } from './outbox-row.ts';
import { loadOffer, loadWish, offerProblem, wishProblem } from './waitlist-verdict.ts';
import type { OfferFactsRow, WishFactsRow } from './waitlist-verdict.ts';

/** The pages have the words. */
export const suppressions = [
  'version-changed',
  'cancelled',
  'no-longer-useful',
  'superseded',
  'no-consent',
  'deceased',
  'no-address',
  'covered-by-email',
  'nothing-to-tell',
  'offer-over',
] as const;
export type Suppression = (typeof suppressions)[number];

export const sendChannels = ['email', 'sms', 'push'] as const;
export type SendChannel = (typeof sendChannels)[number];

export type Verdict =
  | {
      readonly kind: 'send';
      readonly channel: SendChannel;
      readonly address: string;
      /** Why it does not go by the channel that was asked for. */
      readonly fallback?: string | undefined;
      readonly recipient: Recipient;
      readonly appointment?: AppointmentFactsRow | undefined;
      readonly link?: AccessLinkRow | undefined;
      readonly offer?: OfferFactsRow | undefined;
      readonly wish?: WishFactsRow | undefined;
      readonly intakeLink?: IntakeLinkFacts | undefined;
    }
  | {
      readonly kind: 'suppress';
      readonly reason: Suppression;
      /** A person has to call instead. */
      readonly call?: boolean | undefined;
      readonly appointment?: AppointmentFactsRow | undefined;
      readonly offer?: OfferFactsRow | undefined;
    }
  /** What it will say is still being made. */
  | { readonly kind: 'wait'; readonly forMs: number }
  | { readonly kind: 'unknown' };

export interface AccessLinkRow {
  readonly id: string;
  readonly kind: LinkKind;
  readonly code_expires_at: Date | null;
  readonly expires_at: Date;
  readonly used_at: Date | null;
  readonly revoked_at: Date | null;
}

/** In which states of the visit each message is still true. */
const trueIn: Readonly<Record<VisitMessageKind, readonly string[]>> = {
  booked: ['booked'],
  'awaiting-approval': ['proposed', 'pending', 'waitlist'],
  'not-approved': ['cancelled'],
  rescheduled: ['booked'],
  cancelled: ['cancelled'],
  'cancelled-by-clinic': ['cancelled'],
  unconfirmed: ['cancelled'],
  reminder: ['booked'],
};

/** What the person must learn even without a channel. */
const mustReach: ReadonlySet<string> = new Set([
  'cancelled-by-clinic',
  'rescheduled',
  'booked',
  'not-approved',
  'unconfirmed',
  'waitlist-offer',
]);

export async function judge(
  trx: Trx,
  row: OutboxRow,
  at: Date,
  channelsHere: ReadonlySet<SendChannel>,
): Promise<Verdict> {
  const appointment = row.aggregate === 'appointment' ? await loadAppointment(trx, row.aggregate_id) : undefined;
  const offer = row.aggregate === 'waitlist-offer' ? await loadOffer(trx, row.aggregate_id) : undefined;
  const wish = row.aggregate === 'waitlist-entry' ? await loadWish(trx, row.aggregate_id) : undefined;
  const suppress = (reason: Suppression, call = false): Verdict => ({
    kind: 'suppress',
    reason,
    call,
    appointment,
    offer,
  });

  if (isEscalationMessage(row)) return judgeEscalation(trx, row, await loadRecipient(trx, row.to_ref), channelsHere);

  let link: AccessLinkRow | undefined;
  let intakeLink: IntakeLinkFacts | undefined;
  if (isVisitMessage(row.kind)) {
    const untrue = await visitProblem(trx, row, row.kind, appointment, at);
    if (untrue !== null) return suppress(untrue);
    if (await alternativesComing(trx, row, at)) return { kind: 'wait', forMs: 2_000 };
  } else if (isOfferMessage(row.kind)) {
    const untrue = await offerProblem(trx, row.kind, offer, at);
    if (untrue === 'not-yet') return { kind: 'wait', forMs: 2_000 };
    if (untrue !== null) return suppress(untrue);
  } else if (isWishMessage(row.kind)) {
    const untrue = wishProblem(row.kind, wish, at);
    if (untrue !== null) return suppress(untrue);
  } else if (isAccountMessage(row.kind)) {
    link = await loadLink(trx, row);
    if (link === undefined) return suppress('nothing-to-tell');
    const until = row.kind === 'account-claim-code' ? (link.code_expires_at ?? link.expires_at) : link.expires_at;
    if (link.used_at !== null || link.revoked_at !== null || at >= until) return suppress('no-longer-useful');
  } else if (isIntakeMessage(row.kind)) {
    intakeLink = row.aggregate === 'intake-link' ? await loadIntakeLink(trx, row.aggregate_id, at) : undefined;
    const untrue = intakeProblem(row.kind, intakeLink, at);
    if (untrue !== null) return suppress(untrue);
  } else if (!isAccountNotice(row.kind)) {
    return { kind: 'unknown' };
  }
  if (row.useful_until !== null && at >= row.useful_until) return suppress('no-longer-useful');

  const recipient = await loadRecipient(trx, row.to_ref);
  if (recipient === undefined) return suppress('no-address', isVisitMessage(row.kind) || row.kind === 'waitlist-offer');
  if (recipient.deceased) return suppress('deceased');
  return reach(trx, row, recipient, { channelsHere, about: { appointment, link, offer, wish, intakeLink }, suppress });
}

async function visitProblem(
  trx: Trx,
  row: OutboxRow,
  kind: VisitMessageKind,
  appointment: AppointmentFactsRow | undefined,
  at: Date,
): Promise<Suppression | null> {
  if (appointment === undefined) return 'nothing-to-tell';
  if (row.aggregate_version !== null && row.aggregate_version !== appointment.version) return 'version-changed';
  if (!trueIn[kind].includes(appointment.status)) {
    return appointment.status === 'cancelled' ? 'cancelled' : 'no-longer-useful';
  }
  const begins = appointment.start_at;
  if (begins === null) return kind === 'awaiting-approval' || kind === 'not-approved' ? null : 'nothing-to-tell';
  // What is said about a coming visit helps nobody once it has begun.
  if (trueIn[kind].includes('booked') && at >= begins) return 'no-longer-useful';
  return kind === 'reminder' ? reminderProblem(trx, row, appointment, begins, at) : null;
}

/**
 * The places held instead of a cancelled visit are bookings of their own, made just after the cancellation. Their patient
 * gets one message with all of them: it waits a little, not for ever.
 */
async function alternativesComing(trx: Trx, row: OutboxRow, at: Date): Promise<boolean> {
  const expected = row.params['alternatives'];
  if (typeof expected !== 'number' || at.getTime() - row.due_at.getTime() >= 20_000) return false;
  const held = await trx('appointment').where({ replaces_id: row.aggregate_id }).count<{ count: number }[]>('id');
  return Number(held[0]?.count ?? 0) < expected;
}

interface Sibling {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly due_at: Date;
  readonly useful_until: Date | null;
  readonly sent_at: Date | null;
  readonly params: Readonly<Record<string, unknown>>;
}

/** One useful message after an outage, never a burst (B14). */
async function reminderProblem(
  trx: Trx,
  row: OutboxRow,
  appointment: AppointmentFactsRow,
  begins: Date,
  at: Date,
): Promise<Suppression | null> {
  const siblings = await trx('notification')
    .where({ aggregate: 'appointment', aggregate_id: row.aggregate_id, aggregate_version: appointment.version })
    .whereIn('state', ['queued', 'sending', 'sent'])
    .select<Sibling[]>('id', 'kind', 'state', 'due_at', 'useful_until', 'sent_at', 'params');
  // The notice of this very place says the same, and more: still on its way, or only just there (the policy's margin,
  // of the policy that the plan was made by).
  const { booked_at: bookedAt, location_id: locationId, tz } = appointment;
  const { margin } = policyAt(await loadPolicies(trx), 'reminder', (bookedAt ?? at).getTime(), locationId);
  const justTold = siblings.some(
    ({ kind, state, sent_at }) =>
      (kind === 'booked' || kind === 'rescheduled') &&
      (state !== 'sent' || (sent_at !== null && at.getTime() < addDuration(sent_at.getTime(), margin, tz ?? 'UTC'))),
  );
  // Only a late reminder gives way: in a clinic of short deadlines one that is on time follows the booking closely.
  if (justTold && at.getTime() - row.due_at.getTime() > 10 * 60_000) return 'superseded';
  const items = siblings
    .filter(({ kind }) => kind === 'reminder')
    .map(({ id, due_at, useful_until, params }) => ({
      id,
      policyItem: policyItemOf(params) ?? id,
      dueAt: due_at.getTime(),
      usefulUntil: (useful_until ?? begins).getTime(),
    }));
  const verdict = dueAfterOutage(items, at.getTime());
  return verdict.suppress.find(({ item }) => item.id === row.id)?.reason ?? null;
}

async function loadLink(trx: Trx, row: OutboxRow): Promise<AccessLinkRow | undefined> {
  if (row.aggregate !== 'access-link') return undefined;
  return trx('access_link')
    .where({ id: row.aggregate_id })
    .first<AccessLinkRow | undefined>('id', 'kind', 'code_expires_at', 'expires_at', 'used_at', 'revoked_at');
}

interface Reach {
  readonly channelsHere: ReadonlySet<SendChannel>;
  readonly about: Pick<Extract<Verdict, { kind: 'send' }>, 'appointment' | 'link' | 'offer' | 'wish' | 'intakeLink'>;
  suppress(reason: Suppression, call?: boolean): Verdict;
}

/** The channel asked for, else mail, else a call by staff (architecture.md section 5, messages). */
async function reach(trx: Trx, row: OutboxRow, recipient: Recipient, facts: Reach): Promise<Verdict> {
  const { channelsHere, about, suppress } = facts;
  const aboutVisits = isVisitMessage(row.kind) || isOfferMessage(row.kind) || isWishMessage(row.kind);
  // What the person asked for a moment ago (a code, another link) is not refused by what they said about contact.
  const unasked = isIntakeMessage(row.kind) && row.kind !== 'intake-code' && row.kind !== 'intake-new-link';
  const category = aboutVisits || unasked ? 'appointment' : 'account';
  const wanted = row.channel;
  const problem = await channelProblem(trx, wanted, recipient, category, channelsHere);
  if (problem === null) {
    const address = addressFor(wanted, recipient)!;
    return { kind: 'send', channel: wanted, address, recipient, ...about };
  }
  const mailProblem =
    wanted === 'email' ? problem : await channelProblem(trx, 'email', recipient, category, channelsHere);
  if (mailProblem === null) {
    if (await mailSaysTheSame(trx, row)) return suppress('covered-by-email');
    return {
      kind: 'send',
      channel: 'email',
      address: recipient.email!,
      fallback: problem,
      recipient,
      ...about,
    };
  }
  // A person who said no to messages is called only where not knowing would harm, and only if calls were not refused too.
  if (problem === 'no-consent' || mailProblem === 'no-consent') {
    const patient = recipient.patientId;
    const call = mustReach.has(row.kind) && (patient === null || (await mayContact(trx, patient, 'phone', category)));
    return suppress('no-consent', call);
  }
  return suppress('no-address', about.appointment !== undefined || row.kind === 'waitlist-offer');
}

type ChannelProblem = 'no-consent' | 'no-address' | 'no-provider';

async function channelProblem(
  trx: Trx,
  channel: SendChannel,
  recipient: Recipient,
  category: 'appointment' | 'account',
  channelsHere: ReadonlySet<SendChannel>,
): Promise<ChannelProblem | null> {
  const { patientId } = recipient;
  // What somebody asked for about their own account is not refused by a consent about contact.
  if (category === 'appointment' && patientId !== null && !(await mayContact(trx, patientId, channel, category))) {
    return 'no-consent';
  }
  if (!channelsHere.has(channel)) return 'no-provider';
  return addressFor(channel, recipient) === null ? 'no-address' : null;
}

function addressFor(channel: SendChannel, { email, phone }: Recipient): string | null {
  if (channel === 'email') return email !== null && isMailAddress(email) ? email : null;
  // No device is registered for push yet: those messages go by mail, on record.
  return channel === 'sms' && phone !== null && /^\+?[0-9][0-9 ().-]{5,24}$/.test(phone) ? phone : null;
}

/** One address and nothing else: no control characters, no second recipient, no comment. */
export const isMailAddress = (value: string): boolean =>
  value.length <= 254 &&
  /^[^\s\p{Cc}<>()[\]\\,;:"@]{1,64}@[^\s\p{Cc}<>()[\]\\,;:"@]+\.[^\s\p{Cc}<>()[\]\\,;:"@]+$/u.test(value);

/** I10: a policy item is one message to a person. Where its mail goes out anyway, a text that became mail would be a second. */
async function mailSaysTheSame(trx: Trx, row: OutboxRow): Promise<boolean> {
  const twin = await trx('notification')
    .where({
      aggregate: row.aggregate,
      aggregate_id: row.aggregate_id,
      kind: row.kind,
      channel: 'email',
      to_ref: row.to_ref,
    })
    .where('due_at', row.due_at)
    .whereNot('id', row.id)
    .whereIn('state', ['queued', 'sending', 'sent'])
    .whereRaw(`aggregate_version IS NOT DISTINCT FROM ?`, [row.aggregate_version])
    .whereRaw(`params->>'policyItem' IS NOT DISTINCT FROM ?`, [policyItemOf(row.params)])
    .first('id');
  return twin !== undefined;
}

const policyItemOf = (params: Readonly<Record<string, unknown>>): string | null =>
  typeof params['policyItem'] === 'string' ? params['policyItem'] : null;
