/**
 * What becomes of each patient when a practitioner is away, or a room or machine is down (features B20, B21). One small
 * state machine for each affected visit, as data, and one pure function that says what comes next. The process
 * `absence:<id>` carries it out; Postgres keeps it. Instants are epoch milliseconds.
 */
import type { ProblemDetail } from '../errors.ts';

export const absenceKinds = ['absence', 'outage'] as const;
export type AbsenceKind = (typeof absenceKinds)[number];
export const absenceStates = ['running', 'paused', 'resolved', 'stopped'] as const;
export type AbsenceState = (typeof absenceStates)[number];

export const caseStates = [
  // Not settled yet: nothing done; other times are held and the patient was told; a person has to call; another absence
  // that lists the same visit asks, so that nobody is asked twice.
  'affected',
  'offered',
  'to-call',
  'joined',
  // Settled.
  'rebooked',
  'cancelled',
  'kept',
  'moved-resource',
  'called',
  'begun',
  // The process was stopped before.
  'stopped',
] as const;
export type CaseState = (typeof caseStates)[number];

export const openCaseStates: ReadonlySet<CaseState> = new Set(['affected', 'offered', 'to-call', 'joined']);
/** A resolution: 100 % of the list in these ends the process. */
export const settledCaseStates: ReadonlySet<CaseState> = new Set([
  'rebooked',
  'cancelled',
  'kept',
  'moved-resource',
  'called',
  'begun',
]);

/** Every edge and no other: event, from any of, to. */
export const caseEdges = [
  // Other times are held, or none could be found or told: then a person calls.
  ['ask', ['affected', 'offered'], 'offered'],
  ['ask', ['affected', 'offered'], 'to-call'],
  ['move-resource', ['affected'], 'moved-resource'],
  ['remind', ['offered'], 'offered'],
  // Nothing was chosen, or asking failed: a person sees to it.
  ['call-needed', ['affected', 'offered', 'to-call'], 'to-call'],
  // Also when the clinic's own hands moved it.
  ['rebooked', ['affected', 'offered', 'to-call', 'joined'], 'rebooked'],
  // Cancelled by the patient, or a hold that ended, before we came.
  ['visit-over', ['affected'], 'cancelled'],
  // Whoever stands at the desk, or sits with the colleague, is left alone.
  ['begun', ['affected', 'to-call', 'joined'], 'begun'],
  ['call-made', ['to-call'], 'called'],
  ['call-made', ['to-call'], 'cancelled'],
  // A time that another absence held for its patient is given back; that one finds another.
  ['give-back', ['joined'], 'joined'],
  // Another absence had the visit on its list.
  ['outcome', ['joined'], 'rebooked'],
  ['outcome', ['joined'], 'cancelled'],
  ['outcome', ['joined'], 'kept'],
  ['outcome', ['joined'], 'moved-resource'],
  ['outcome', ['joined'], 'called'],
  ['outcome', ['joined'], 'begun'],
  ['take-over', ['joined'], 'affected'],
  // A person's word.
  ['keep', ['affected', 'to-call'], 'kept'],
  ['cancel', ['affected', 'offered', 'to-call'], 'cancelled'],
  ['call', ['affected', 'offered'], 'to-call'],
  ['retry', ['offered', 'to-call'], 'affected'],
  ['pause', ['affected', 'offered', 'to-call', 'joined'], null],
  ['resume', ['affected', 'offered', 'to-call', 'joined'], null],
  ['stop', ['affected', 'offered', 'to-call', 'joined'], 'stopped'],
] as const satisfies readonly (readonly [string, readonly CaseState[], CaseState | null])[];
export type CaseEvent = (typeof caseEdges)[number][0];

/** What a person may say about one patient; the API's `POST /absences/{id}/cases/{appointmentId}/{action}`. */
export const caseActions = ['keep', 'cancel', 'call', 'retry', 'pause', 'resume'] as const;
export type CaseAction = (typeof caseActions)[number];
/** The same about all of it. */
export const absenceActions = ['pause', 'resume', 'stop'] as const;
export type AbsenceAction = (typeof absenceActions)[number];

export function mayMove(event: CaseEvent, from: CaseState, to: CaseState): boolean {
  return caseEdges.some(
    ([name, froms, target]) =>
      name === event && (froms as readonly CaseState[]).includes(from) && (target ?? from) === to,
  );
}

export interface CaseFacts {
  readonly state: CaseState;
  readonly paused: boolean;
  /** How often this patient was asked. */
  readonly round: number;
  readonly remindAt: number | null;
  readonly reminded: boolean;
  readonly answerUntil: number | null;
  /** Times held for the patient were taken back (another absence fell on them). */
  readonly askAgain: boolean;
  readonly visit: {
    readonly status: string;
    readonly start: number;
    readonly awaitingApproval: boolean;
    readonly holdExpiresAt: number | null;
    /** Still has time of who is away, within the absence. */
    readonly stands: boolean;
  };
  /** The patient has a visit in place of this one. */
  readonly replaced: boolean;
  /** Times held for the patient now. */
  readonly liveHolds: number;
  /** The call that was asked for. */
  readonly task: { readonly state: 'open' | 'done' | 'cancelled'; readonly outcome: string | null } | null;
  /** The case of the absence that asks; null when this one does. */
  readonly joined: {
    readonly state: CaseState;
    /** False: this visit is a time that is held there for the patient. */
    readonly sameVisit: boolean;
  } | null;
  /** Another member of the pool may do: a room or a machine, never a person. */
  readonly mayMoveResource: boolean;
}

export type CaseStep = 'move-resource' | 'ask' | 'remind' | 'call' | 'give-back';

export type CaseNext =
  /** It has come about already; only to be written down. */
  | { readonly kind: 'settle'; readonly event: CaseEvent; readonly to: CaseState }
  /** To be done. */
  | { readonly kind: 'work'; readonly step: CaseStep }
  /** @property until null: somebody else moves next */
  | { readonly kind: 'wait'; readonly until: number | null };

const waiting: CaseNext = { kind: 'wait', until: null };
const work = (step: CaseStep): CaseNext => ({ kind: 'work', step });
const settle = (event: CaseEvent, to: CaseState): CaseNext => ({ kind: 'settle', event, to });

/** Pausing is no way to forget: whoever still has a visit on the closed time is called about it this long before. */
export const callBeforeMs = 4 * 3_600_000;

/**
 * What comes next for one patient. While paused nobody is written to, but what comes about is written down, and a visit that
 * still stands becomes a call before its time comes.
 */
export function nextOf(facts: CaseFacts, at: number, paused = false): CaseNext {
  const next = unpaused(facts, at);
  if (next.kind !== 'work' || !(paused || facts.paused)) return next;
  const { visit } = facts;
  if (facts.state !== 'affected' || visit.status !== 'booked' || !visit.stands) return waiting;
  const callAt = visit.start - callBeforeMs;
  return at >= callAt ? work('call') : { kind: 'wait', until: callAt };
}

function unpaused(facts: CaseFacts, at: number): CaseNext {
  switch (facts.state) {
    case 'affected':
      return affected(facts, at);
    case 'offered':
      return offered(facts, at);
    case 'to-call':
      return toCall(facts);
    case 'joined':
      return joined(facts, at);
    default:
      return waiting;
  }
}

const presentStatuses: ReadonlySet<string> = new Set(['arrived', 'checked-in', 'fulfilled', 'noshow']);

/** The patient is there: nobody is sent home by a message. */
const isThere = ({ status }: Pick<CaseFacts['visit'], 'status'>): boolean =>
  status !== 'noshow' && presentStatuses.has(status);

/** The patient is there, or should be. */
export function hasBegun(visit: Pick<CaseFacts['visit'], 'status' | 'start'>, at: number): boolean {
  return presentStatuses.has(visit.status) || (visit.status === 'booked' && visit.start <= at);
}

function affected(facts: CaseFacts, at: number): CaseNext {
  const { visit } = facts;
  if (facts.replaced) return settle('rebooked', 'rebooked');
  if (isThere(visit)) return settle('begun', 'begun');
  // Somebody moved it to another time, or to another resource.
  if (visit.status === 'booked' && !visit.stands) return settle('rebooked', 'rebooked');
  // Its time came before the patient could be asked: a person sees to who may be standing at the desk.
  if (hasBegun(visit, at)) return work('call');
  if (visit.status === 'pending' && !visit.awaitingApproval) return { kind: 'wait', until: visit.holdExpiresAt };
  if (visit.status !== 'booked' && visit.status !== 'pending') {
    // Once asked, the visit was cancelled by us.
    return facts.round > 0 ? work('ask') : settle('visit-over', 'cancelled');
  }
  return work(facts.mayMoveResource ? 'move-resource' : 'ask');
}

function offered(facts: CaseFacts, at: number): CaseNext {
  if (facts.replaced) return settle('rebooked', 'rebooked');
  if (facts.liveHolds === 0) return work(facts.askAgain && at < (facts.answerUntil ?? -Infinity) ? 'ask' : 'call');
  const remindAt = facts.reminded ? null : facts.remindAt;
  if (remindAt !== null && at >= remindAt) return work('remind');
  return { kind: 'wait', until: remindAt ?? facts.answerUntil };
}

function toCall(facts: CaseFacts): CaseNext {
  const { visit, task } = facts;
  if (facts.replaced) return settle('rebooked', 'rebooked');
  if (isThere(visit)) return settle('begun', 'begun');
  if (visit.status === 'booked' && !visit.stands) return settle('rebooked', 'rebooked');
  if (task === null) return work('call');
  if (task.state === 'open') return waiting;
  return settle('call-made', task.outcome === 'declined' ? 'cancelled' : 'called');
}

function joined({ visit, joined: other }: CaseFacts, at: number): CaseNext {
  if (other !== null && !other.sameVisit) {
    if (hasBegun(visit, at)) return settle('begun', 'begun');
    // Taken before it could be given back: a visit like any other.
    if (visit.status === 'booked')
      return visit.stands ? settle('take-over', 'affected') : settle('rebooked', 'rebooked');
    if (visit.status === 'pending') return visit.awaitingApproval ? settle('take-over', 'affected') : work('give-back');
  }
  if (other === null || other.state === 'stopped') return settle('take-over', 'affected');
  return settledCaseStates.has(other.state) ? settle('outcome', other.state) : waiting;
}

/** Why a person may not say this now, or null. What an accepted word leads to is the edge of its event. */
export function actionProblem(
  facts: Pick<CaseFacts, 'state' | 'paused'> & { readonly stands: boolean },
  action: CaseAction,
): ProblemDetail | null {
  const possible = caseActions.filter((a) => fits(facts, a));
  if (!possible.includes(action))
    return { code: 'invalid-transition', allowed: possible, data: { from: facts.state, event: action } };
  return null;
}

function fits({ state, paused, stands }: Parameters<typeof actionProblem>[0], action: CaseAction): boolean {
  const froms = caseEdges.filter(([name]) => name === action).flatMap(([, from]) => from as readonly CaseState[]);
  if (!froms.includes(state)) return false;
  // What was cancelled is never revived (D1).
  if (action === 'keep') return stands;
  if (action === 'pause') return !paused;
  return action !== 'resume' || paused;
}

/** Which of its own words an absence takes now. */
export function absenceActionsOf(state: AbsenceState): AbsenceAction[] {
  if (state === 'running') return ['pause', 'stop'];
  return state === 'paused' ? ['resume', 'stop'] : [];
}

/** Where a person's word leads; pausing moves nothing. */
export function targetOf(action: CaseAction, from: CaseState): CaseState {
  return caseEdges.find(([name]) => name === action)?.[2] ?? from;
}

/** Soonest visit first: who has least time to be told is told first. */
export function inOrder<T extends { readonly start: number; readonly appointmentId: string }>(
  cases: readonly T[],
): T[] {
  return cases.toSorted((a, b) => a.start - b.start || (a.appointmentId < b.appointmentId ? -1 : 1));
}

/** Half of the time to answer. */
export const halfWay = (askedAt: number, answerUntil: number): number =>
  askedAt + Math.max(0, Math.floor((answerUntil - askedAt) / 2));

export interface Progress {
  readonly total: number;
  readonly settled: number;
  readonly open: number;
  /** Whole percent, rounded down: 100 means all of them. */
  readonly percent: number;
  readonly byState: Readonly<Partial<Record<CaseState, number>>>;
}

export function progressOf(states: readonly CaseState[]): Progress {
  const byState: Partial<Record<CaseState, number>> = {};
  for (const state of states) byState[state] = (byState[state] ?? 0) + 1;
  const settled = states.filter((state) => settledCaseStates.has(state)).length;
  const total = states.length;
  return {
    total,
    settled,
    open: states.filter((state) => openCaseStates.has(state)).length,
    percent: total === 0 ? 100 : Math.floor((settled * 100) / total),
    byState,
  };
}
