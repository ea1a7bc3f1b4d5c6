/**
 * The shared escalation engine (scheduling-intake.md D5; red flags of D3 use it, others will): who is told of an urgent
 * item, by what, when, and who next as long as nobody says "I have it". Pure: a position on a ladder, and what follows
 * from it. Whether a message may still be filed is decided in the transaction that files it (db/escalations/escalation-sends.ts).
 * Instants are epoch milliseconds.
 */
import type { Actor } from './actor.ts';
import { isoDurationToMs } from './calendar/calendar.ts';
import type { ProblemDetail } from './errors.ts';

export const escalationStates = ['raised', 'notifying', 'exhausted', 'acknowledged', 'resolved', 'cancelled'] as const;
export type EscalationState = (typeof escalationStates)[number];
/** Nobody has said yet that they have it. */
export const unansweredStates: ReadonlySet<EscalationState> = new Set(['raised', 'notifying', 'exhausted']);
export const openEscalationStates: ReadonlySet<EscalationState> = new Set([...unansweredStates, 'acknowledged']);

export const escalationLevels = ['urgent', 'code'] as const;
export type EscalationLevel = (typeof escalationLevels)[number];

/** What an escalation is about; its process is told of every change of state. */
export const escalationSubjects = ['intake', 'lab-result', 'appointment', 'walk-in', 'patient'] as const;
export type EscalationSubjectKind = (typeof escalationSubjects)[number];

export const onCallRoles = ['on-call-clinician', 'charge-nurse', 'unit-lead', 'medical-director'] as const;
export type OnCallRole = (typeof onCallRoles)[number];
/** Whoever is on call as one of these leads: may end what others began. */
export const leadingRoles: ReadonlySet<string> = new Set<OnCallRole>(['unit-lead', 'medical-director']);

export const ladderTargets = ['assigned', ...onCallRoles] as const;
export type LadderTarget = (typeof ladderTargets)[number];

/** In the order in which one takes the place of another that failed; a voice task is a person of ours who rings up. */
export const escalationChannels = ['push', 'sms', 'email', 'voice-task'] as const;
export type EscalationChannel = (typeof escalationChannels)[number];
/** Of the exhausted: every administrator's page says it. Not on a ladder. */
export const noticeChannels = [...escalationChannels, 'banner', 'none'] as const;
export type NoticeChannel = (typeof noticeChannels)[number];

export interface LadderStep {
  readonly targets: readonly LadderTarget[];
  /** Mail is always among them, so that the inbox is reached. */
  readonly channels: readonly EscalationChannel[];
  /** Until the next step. */
  readonly wait: string;
}

/** Durations ISO-8601. An escalation keeps the policy of its beginning. */
export interface EscalationPolicy {
  readonly ladder: readonly LadderStep[];
  /**
   * Of an intake: nobody at the clinic may be looking at the patient, so that the on-call clinician is told at once
   * beside whoever is assigned.
   */
  readonly intakeLadder: readonly LadderStep[];
  readonly cycles: number;
  /** The last step again, once exhausted. */
  readonly repeat: string;
  /** Level `code`: everybody at once, and again after this. */
  readonly codeResend: string;
  /** Acknowledged, and neither resolved nor extended within this: it begins anew. */
  readonly resolveWithin: string;
  /** Whoever raised it may take it back for so long. */
  readonly cancelWithin: string;
  /** By when somebody should have it; after this the acknowledgement counts as late. */
  readonly ackWithin: string;
  /**
   * Somebody has it and is seen on no page for so long: it begins anew, once for each item. null: not asked for, which is
   * the default of level `urgent`: a telephone in a pocket is seen on no page, and `resolveWithin` asks for a word anyway.
   */
  readonly presenceWithin: string | null;
  /** The same of level `code`, where minutes count and everybody is told each minute as it is. */
  readonly codePresenceWithin: string | null;
}

const steps = {
  onCall: { targets: ['on-call-clinician'], channels: ['sms', 'voice-task'], wait: 'PT5M' },
  house: { targets: ['charge-nurse', 'unit-lead'], channels: ['push', 'sms', 'voice-task'], wait: 'PT5M' },
  director: { targets: ['medical-director'], channels: ['push', 'sms', 'voice-task'], wait: 'PT5M' },
} as const satisfies Record<string, LadderStep>;

export const defaultEscalationPolicy: EscalationPolicy = {
  ladder: [{ targets: ['assigned'], channels: ['push', 'sms'], wait: 'PT5M' }, steps.onCall, steps.house, steps.director],
  intakeLadder: [
    { targets: ['assigned', 'on-call-clinician'], channels: ['push', 'sms'], wait: 'PT5M' },
    steps.onCall,
    steps.house,
    steps.director,
  ],
  cycles: 2,
  repeat: 'PT5M',
  codeResend: 'PT1M',
  resolveWithin: 'PT15M',
  cancelWithin: 'PT2M',
  ackWithin: 'PT15M',
  presenceWithin: null,
  codePresenceWithin: 'PT2M',
}; // prettier-ignore

/** What a single escalation follows: chosen when it is raised, kept with it. */
export interface EscalationPlan {
  readonly steps: readonly LadderStep[];
  readonly cycles: number;
  readonly repeat: string;
  readonly resolveWithin: string;
  readonly cancelWithin: string;
  readonly ackWithin: string;
  /** Absent from plans of before there was such a thing. */
  readonly presenceWithin?: string | null;
}

export function planOf(policy: EscalationPolicy, kind: EscalationSubjectKind, level: EscalationLevel): EscalationPlan {
  const ladder = kind === 'intake' ? policy.intakeLadder : policy.ladder;
  const withMail = ladder.map((step) => ({ ...step, channels: withEmail(step.channels) }));
  const { cycles, repeat, resolveWithin, cancelWithin, ackWithin, codeResend } = policy;
  const presenceWithin = level === 'code' ? policy.codePresenceWithin : policy.presenceWithin;
  const rest = { cycles, resolveWithin, cancelWithin, ackWithin, presenceWithin };
  if (level === 'urgent') return { ...rest, steps: withMail, repeat };
  const all = {
    targets: ladderTargets.filter((target) => ladder.some((step) => step.targets.includes(target))),
    channels: escalationChannels.filter((channel) => withMail.some((step) => step.channels.includes(channel))),
    wait: codeResend,
  };
  return { ...rest, steps: [all], repeat: codeResend };
}

const withEmail = (channels: readonly EscalationChannel[]): EscalationChannel[] =>
  escalationChannels.filter((channel) => channel === 'email' || channels.includes(channel));

/**
 * Which channel takes the place of one that failed, at once: the next in order, unless that one is in use already; beyond
 * one that failed too, the next again. null: none is left, or a later one is on its way.
 */
export function nextChannel(
  failed: EscalationChannel,
  tried: ReadonlyMap<EscalationChannel, 'on-its-way' | 'failed'>,
): EscalationChannel | null {
  for (const channel of escalationChannels.slice(escalationChannels.indexOf(failed) + 1)) {
    const known = tried.get(channel);
    if (known === undefined) return channel;
    if (known === 'on-its-way') return null;
  }
  return null;
}

// --- Edges ----------------------------------------------------------------------------------------------------------

/** Every edge there is: event, from any of, to. `none`: before it was raised. */
export const escalationEdges = [
  ['raise', ['none'], 'raised'],
  /** The next step of the ladder, or the same people again. */
  ['notify', ['raised', 'notifying'], 'notifying'],
  ['exhaust', ['raised', 'notifying'], 'exhausted'],
  ['repeat', ['exhausted'], 'exhausted'],
  ['ack', ['raised', 'notifying', 'exhausted'], 'acknowledged'],
  /** Somebody else had it first. */
  ['join', ['acknowledged'], 'acknowledged'],
  ['extend', ['acknowledged'], 'acknowledged'],
  ['resolve', ['acknowledged'], 'resolved'],
  ['cancel', ['raised', 'notifying', 'exhausted', 'acknowledged'], 'cancelled'],
  /** Nothing was heard of it: from the first step again. */
  ['unresolved', ['acknowledged'], 'notifying'],
  /** Whoever had it is not there any more. */
  ['presence-lost', ['acknowledged'], 'notifying'],
] as const satisfies readonly (readonly [string, readonly (EscalationState | 'none')[], EscalationState])[];
export type EscalationEvent = (typeof escalationEdges)[number][0];

/** What people do; `POST /escalations/{id}/{action}`. */
export const escalationActions = ['ack', 'extend', 'resolve', 'cancel'] as const;
export type EscalationAction = (typeof escalationActions)[number];

/** How it ended, for the record and for counting. */
export const escalationOutcomes = [
  'patient-reached',
  'emergency-services',
  'seen-at-once',
  'referred',
  'no-danger',
  'not-reached',
  'other',
] as const;
export type EscalationOutcome = (typeof escalationOutcomes)[number];

export function escalationTarget(event: EscalationEvent, from: EscalationState | 'none'): EscalationState | null {
  const edge = escalationEdges.find(([e, froms]) => e === event && (froms as readonly string[]).includes(from));
  return edge?.[2] ?? null;
}

/** Acknowledging what somebody has already is joining them. */
export const eventOf = (action: EscalationAction, from: EscalationState): EscalationEvent =>
  action === 'ack' && from === 'acknowledged' ? 'join' : action;

/** What is known of the person who asks, beside their permissions. */
export interface Standing {
  /** Was told of it at or before now. */
  readonly wasTarget: boolean;
  /** Was told as unit lead or medical director. */
  readonly leads: boolean;
  /** Has acknowledged it, first or joining. */
  readonly responds: boolean;
  readonly raisedIt: boolean;
}

/** The reason why not, or null. Permission, standing and edge; what a form must hold is asked where it is known. */
export function escalationProblem(
  action: EscalationAction,
  facts: { readonly state: EscalationState; readonly raisedAt: number; readonly plan: Pick<EscalationPlan, 'cancelWithin'> },
  who: Standing & { readonly actor: Pick<Actor, 'permissions'> },
  at: number,
): ProblemDetail | null {
  const may = (permission: string): boolean => who.actor.permissions.includes(permission);
  const leads = may('escalation:lead') || (may('emergency:ack') && who.leads);
  if (action !== 'cancel' && !may('emergency:ack') && !(action === 'resolve' && leads)) return { code: 'forbidden' };
  if (action === 'ack' && !who.wasTarget)
    return { code: 'guard-failed', detail: 'Only who was told of it can acknowledge it.', data: { guard: 'was-target' } };
  if (escalationTarget(eventOf(action, facts.state), facts.state) === null) {
    const allowed = escalationActions.filter((other) => escalationTarget(eventOf(other, facts.state), facts.state) !== null);
    return { code: 'invalid-transition', allowed, data: { from: facts.state, event: action } };
  }
  if (action === 'ack' && facts.state === 'acknowledged' && who.responds)
    return { code: 'conflict', detail: 'You have acknowledged this already.' };
  if ((action === 'extend' || action === 'resolve') && !who.responds && !leads)
    return { code: 'guard-failed', detail: 'Only who has acknowledged it can do this.', data: { guard: 'responds' } };
  if (action === 'cancel' && !leads) {
    const inTime = who.raisedIt && at < facts.raisedAt + isoDurationToMs(facts.plan.cancelWithin);
    if (!who.raisedIt) return { code: 'forbidden' };
    if (!inTime)
      return { code: 'guard-failed', detail: 'It can be taken back for two minutes only.', data: { guard: 'cancel-within' } };
  }
  return null;
} // prettier-ignore

// --- The ladder -----------------------------------------------------------------------------------------------------

/** Where an escalation stands: cycles and steps count from 1; step 0 is before the first. */
export interface LadderPosition {
  readonly cycle: number;
  readonly step: number;
}

export type NextOnLadder =
  | { readonly kind: 'step'; readonly position: LadderPosition; readonly step: LadderStep }
  /** The last step of the last cycle is behind. */
  | { readonly kind: 'exhausted'; readonly step: LadderStep };

export function nextOnLadder(plan: EscalationPlan, { cycle, step }: LadderPosition): NextOnLadder {
  const last = plan.steps.length;
  const position = step < last ? { cycle, step: step + 1 } : { cycle: cycle + 1, step: 1 };
  if (position.cycle > plan.cycles) return { kind: 'exhausted', step: plan.steps[last - 1]! };
  return { kind: 'step', position, step: plan.steps[position.step - 1]! };
}

export interface EscalationTimer {
  readonly name: string;
  readonly dueAt: number;
}

export const stepTimer = ({ cycle, step }: LadderPosition): string => `step:${cycle}:${step}`;

/**
 * Everything that lies ahead if nothing happens, earliest first: all later steps, exhaustion, the next repeat, or the end
 * of patience with whoever has it. An open escalation always has one (I17).
 * @param since the instant of the last step, repeat, acknowledgement or extension
 */
export function timersOf(
  plan: EscalationPlan,
  facts: { readonly state: EscalationState; readonly position: LadderPosition; readonly since: number },
): EscalationTimer[] {
  const { state, since } = facts;
  if (state === 'acknowledged') return [{ name: 'unresolved', dueAt: since + isoDurationToMs(plan.resolveWithin) }];
  if (state === 'exhausted') return [{ name: 'repeat', dueAt: since + isoDurationToMs(plan.repeat) }];
  if (state !== 'notifying') return [];
  const timers: EscalationTimer[] = [];
  let { position } = facts;
  let at = since;
  for (;;) {
    at += isoDurationToMs(plan.steps[position.step - 1]!.wait);
    const next = nextOnLadder(plan, position);
    timers.push({ name: next.kind === 'step' ? stepTimer(next.position) : 'exhaust', dueAt: at });
    if (next.kind === 'exhausted') return timers;
    ({ position } = next);
  }
}
