/**
 * Reminders (scheduling-intake.md D1, S1): what is due when, by which channel, and what is left out and why. The plan is
 * computed in an activity and recorded, so that a change of zone data cannot break a replay. Instants are epoch
 * milliseconds. Never sent to a mail provider ahead of time.
 */
import {
  addDays,
  addDuration,
  edgeInstant,
  isCalendarDuration,
  localOf,
  subtractDuration,
} from '../calendar/calendar.ts';
import type { AppointmentId } from '../ids.ts';
import { reminderChannels } from '../policies.ts';
import type { ReminderChannel, ReminderPolicy, ReminderRule } from '../policies.ts';

export type ReminderKind = 'reminder' | 'confirm-request' | 'telehealth-link';
export const reminderSkips = ['within-margin', 'quiet-hours'] as const;
export type ReminderSkip = (typeof reminderSkips)[number];
/** `staff-call`: the patient has no channel, a person calls (architecture.md, messages). */
export const plannedChannels = [...reminderChannels, 'staff-call'] as const;

export interface PlannedReminder {
  /** The rule's `before`: `P3D`. */
  readonly policyItem: string;
  readonly kind: ReminderKind;
  readonly dueAt: number;
  /** From here on it is of no use: the start of the visit. */
  readonly usefulUntil: number;
  readonly channel: (typeof plannedChannels)[number];
  /** The channel the policy named, where the patient has not got it. Recorded with the message. */
  readonly insteadOf?: ReminderChannel | undefined;
  readonly askConfirm: boolean;
  /** By when to confirm, where the clinic gives the time away otherwise (B17): the message has to say so. */
  readonly confirmBy?: number | undefined;
  readonly onlyIf: 'unconfirmed-or-high-risk' | null;
  /** Recorded and not sent. */
  readonly skip?: ReminderSkip | undefined;
}

export interface ReminderRequest {
  readonly policy: ReminderPolicy;
  readonly start: number;
  /** Of the location: calendar days are counted there. */
  readonly timeZone: string;
  /** Quiet hours are the patient's. */
  readonly patientTimeZone: string;
  /** When this place was booked (or last moved). */
  readonly bookedAt: number;
  /** Channels the patient agreed to and can be reached by. */
  readonly channelsAvailable: readonly ReminderChannel[];
  readonly video?: boolean | undefined;
  /** When an unconfirmed visit is given away; null or left out: never. */
  readonly releaseAt?: number | null | undefined;
}

/** The whole plan of one version, in order of time. */
export function planReminders(request: ReminderRequest): PlannedReminder[] {
  const { policy, start, timeZone, bookedAt } = request;
  const earliest = addDuration(bookedAt, policy.margin, timeZone);
  const plan: PlannedReminder[] = [];
  for (const rule of policy.items) {
    const wanted = subtractDuration(start, rule.before, timeZone);
    const { dueAt, skip } = outsideQuietHours(wanted, rule, request);
    for (const { channel, insteadOf } of channelsOf(rule, request.channelsAvailable)) {
      plan.push({
        policyItem: rule.before,
        kind: kindOf(rule, request),
        dueAt,
        usefulUntil: start,
        channel,
        ...(insteadOf && { insteadOf }),
        askConfirm: rule.askConfirm ?? false,
        onlyIf: rule.onlyIf ?? null,
        // `due <= booked_at + margin` is skipped: who has just booked needs no reminder.
        ...(dueAt <= earliest ? { skip: 'within-margin' as const } : skip && { skip }),
      });
    }
  }
  return withDeadline(plan, request.releaseAt ?? null).toSorted((a, b) => a.dueAt - b.dueAt);
}

/**
 * B17: who is asked to confirm is told until when, and reminded of it while it can still be done. Nobody can be held to a
 * deadline that no message names: then none of them does, and the timer asks for a call (db/cases/case-timers.ts).
 */
function withDeadline(plan: readonly PlannedReminder[], releaseAt: number | null): readonly PlannedReminder[] {
  if (releaseAt === null) return plan;
  const inTime = (item: PlannedReminder): boolean =>
    item.skip === undefined && item.channel !== 'staff-call' && item.dueAt < releaseAt;
  if (!plan.some((item) => item.askConfirm && inTime(item))) return plan;
  return plan.map((item) =>
    inTime(item) && (item.askConfirm || item.onlyIf === 'unconfirmed-or-high-risk')
      ? { ...item, confirmBy: releaseAt }
      : item,
  );
}

function kindOf(rule: ReminderRule, { video }: ReminderRequest): ReminderKind {
  if (rule.askConfirm) return 'confirm-request';
  return rule.telehealthLink && video ? 'telehealth-link' : 'reminder';
}

/**
 * The night is patient-local and both its edges are allowed. What is counted in days moves to the evening before; what is
 * counted in hours (PT3H) is no use then: it goes out as it is from 07:00 on, and else is suppressed.
 */
function outsideQuietHours(
  due: number,
  rule: ReminderRule,
  { policy, patientTimeZone }: ReminderRequest,
): { dueAt: number; skip?: ReminderSkip } {
  const quiet = policy.quietHours;
  if (!quiet) return { dueAt: due };
  const [date, time] = localOf(due, patientTimeZone).split('T') as [string, string];
  // Same-length prefixes compare as times do; seconds matter just after 20:00:00.
  const evening = time > `${quiet.from}:00`;
  const morning = time < `${quiet.until}:00`;
  if (!evening && !morning) return { dueAt: due };
  if (isCalendarDuration(rule.before)) {
    return { dueAt: edgeInstant(evening ? date : addDays(date, -1), quiet.from, patientTimeZone) };
  }
  return morning && time >= `${quiet.asIsFrom}:00` ? { dueAt: due } : { dueAt: due, skip: 'quiet-hours' };
}

/** A missing channel falls back to mail, then to a call by staff; two rules for one channel are one message. */
function channelsOf(
  rule: ReminderRule,
  available: readonly ReminderChannel[],
): { channel: PlannedReminder['channel']; insteadOf?: ReminderChannel }[] {
  const has = rule.channels.filter((c) => available.includes(c));
  const missing = rule.channels.find((c) => !available.includes(c));
  if (has.length === 0 && missing) {
    return [{ channel: available.includes('email') ? 'email' : 'staff-call', insteadOf: missing }];
  }
  // Where mail goes out anyway it also stands in for the channel that is missing.
  return has.map((channel) => (missing && channel === 'email' ? { channel, insteadOf: missing } : { channel }));
}

/** Decided when it is due, not when it is planned. */
export function conditionMet(
  item: Pick<PlannedReminder, 'onlyIf'>,
  now: { readonly confirmed: boolean; readonly highRisk: boolean },
): boolean {
  return item.onlyIf === null || !now.confirmed || now.highRisk;
}

/** One send per version, item, channel and recipient (I10). The recipient is a reference, never an address. */
export function dedupeKey(
  appointmentId: AppointmentId,
  version: number,
  item: { readonly policyItem: string; readonly channel: string },
  recipient: string,
): string {
  return `appt:${appointmentId}:v${version}:${item.policyItem}:${item.channel}:${recipient}`;
}

export interface OutageVerdict<Item> {
  readonly send: Item[];
  readonly suppress: { readonly item: Item; readonly reason: 'superseded' | 'no-longer-useful' }[];
  /** Not due yet. */
  readonly wait: Item[];
}

/**
 * What to do with items that were not sent in time (feature B14): of several overdue only the latest goes out (by each of
 * its channels), the earlier are recorded as superseded; what is at or past its usefulness is suppressed. Never a burst.
 * Give it what was neither sent nor skipped in the plan.
 */
export function dueAfterOutage<Item extends Pick<PlannedReminder, 'policyItem' | 'dueAt' | 'usefulUntil'>>(
  items: readonly Item[],
  at: number,
): OutageVerdict<Item> {
  const due = items.filter((i) => i.dueAt <= at);
  const useful = due.filter((i) => at < i.usefulUntil);
  const latest = useful.reduce<Item | null>((best, i) => (best && best.dueAt >= i.dueAt ? best : i), null);
  const chosen = (i: Item) => latest !== null && i.dueAt === latest.dueAt && i.policyItem === latest.policyItem;
  return {
    send: useful.filter(chosen),
    suppress: due
      .filter((i) => at >= i.usefulUntil || !chosen(i))
      .map((item) => ({ item, reason: at >= item.usefulUntil ? 'no-longer-useful' : 'superseded' })),
    wait: items.filter((i) => i.dueAt > at),
  };
}
