/**
 * Walk-ins (feature B26): who came without an appointment, in which order they are seen, and about how long they wait.
 * Pure. Time never changes an order: whoever waits is passed only by somebody more urgent, or by a person's decision
 * with a reason. Instants are epoch milliseconds.
 */
import type { Action } from './access.ts';
import type { Actor } from './actor.ts';
import type { ProblemDetail } from './errors.ts';
import type { Interval } from './calendar/interval.ts';
import { MINUTE } from './calendar/zone.ts';

/** Five levels, as ESI, CTAS and the Manchester system have them: 1 immediate .. 5 non-urgent. The words are a policy. */
export const triageLevels = [1, 2, 3, 4, 5] as const;
export type TriageLevel = (typeof triageLevels)[number];

/** Whose words the five levels carry: Emergency Severity Index, Canadian Triage and Acuity Scale, Manchester. */
export const triageSchemes = ['esi', 'ctas', 'mts'] as const;
export type TriageScheme = (typeof triageSchemes)[number];

export const walkInStates = ['waiting', 'called', 'in-room', 'done', 'left', 'transferred', 'cancelled'] as const;
export type WalkInState = (typeof walkInStates)[number];
/** In the house: at most one of these a patient. */
export const liveWalkInStates: ReadonlySet<WalkInState> = new Set(['waiting', 'called', 'in-room']);

/** Every edge there is: event, from any of, to. `none`: nobody came yet. */
export const walkInEdges = [
  ['arrive', ['none'], 'waiting'],
  ['triage', ['waiting'], 'waiting'],
  ['move', ['waiting'], 'waiting'],
  /** Another queue of the same place. */
  ['transfer', ['waiting'], 'waiting'],
  /** To another house, such as an emergency department. */
  ['transfer-out', ['waiting'], 'transferred'],
  ['call', ['waiting'], 'called'],
  /** Nobody was seen: the visit was entered in error, and the patient waits where they waited. */
  ['undo-call', ['called', 'in-room'], 'waiting'],
  ['start', ['called'], 'in-room'],
  ['finish', ['called', 'in-room'], 'done'],
  /** Left without being seen, or before the visit was over. */
  ['leave', ['waiting', 'called', 'in-room'], 'left'],
  /** Came back on the same day. */
  ['return', ['left'], 'waiting'],
  ['entered-in-error', ['waiting', 'called', 'left'], 'cancelled'],
  /** Time says: look at this patient again. */
  ['retriage-due', ['waiting'], 'waiting'],
  ['day-end', ['waiting'], 'waiting'],
  ['day-end', ['left'], 'left'],
] as const satisfies readonly (readonly [string, readonly (WalkInState | 'none')[], WalkInState])[];
export type WalkInEvent = (typeof walkInEdges)[number][0];

/** What people do; `POST /walk-ins/{id}/{action}`. */
export const walkInActions = [
  'triage',
  'move',
  'transfer',
  'transfer-out',
  'call',
  'undo-call',
  'start',
  'finish',
  'leave',
  'return',
  'entered-in-error',
] as const satisfies readonly WalkInEvent[];
export type WalkInAction = (typeof walkInActions)[number];

/** What an action needs; a visit's own steps need what they need of any visit. */
export const walkInPermissions: Readonly<Record<WalkInAction, Action>> = {
  'triage': 'walk-in:manage',
  'move': 'walk-in:manage',
  'transfer': 'walk-in:manage',
  'transfer-out': 'walk-in:manage',
  'call': 'walk-in:manage',
  'undo-call': 'walk-in:manage',
  'start': 'appointment:complete',
  'finish': 'appointment:complete',
  'leave': 'walk-in:manage',
  'return': 'walk-in:manage',
  'entered-in-error': 'walk-in:manage',
}; // prettier-ignore

/** The state an event leads to, or null where the table has no such edge. */
export function walkInTarget(event: WalkInEvent, from: WalkInState | 'none'): WalkInState | null {
  const edge = walkInEdges.find(([e, froms]) => e === event && (froms as readonly string[]).includes(from));
  return edge?.[2] ?? null;
}

/** Permission and edge; what else an action needs is asked where it is known. */
export function walkInProblem(
  action: WalkInAction,
  from: WalkInState,
  actor: Pick<Actor, 'permissions'>,
): ProblemDetail | null {
  if (!actor.permissions.includes(walkInPermissions[action])) return { code: 'forbidden' };
  // Once the visit has begun, only who may correct visits can say that it never was.
  if (action === 'undo-call' && from === 'in-room' && !actor.permissions.includes('appointment:correct'))
    return { code: 'forbidden' };
  if (walkInTarget(action, from) !== null) return null;
  const allowed = walkInActions.filter((other) => walkInTarget(other, from) !== null);
  return { code: 'invalid-transition', allowed, data: { from, event: action } };
}

/**
 * Levels are a clinical judgement (`walk-in:triage`). Who stands at the desk without it may sound the alarm and never
 * the all-clear: level 1 or 2, and more urgent than what was said before.
 */
export function triageProblem(
  level: TriageLevel,
  before: TriageLevel | null,
  actor: Pick<Actor, 'permissions'>,
): ProblemDetail | null {
  if (actor.permissions.includes('walk-in:triage')) return null;
  const raises = level <= 2 && (before === null || level < before);
  return raises
    ? null
    : {
        code: 'guard-failed',
        detail: 'Without the right to triage, a patient can only be marked as level 1 or 2.',
        data: { guard: 'may-only-raise' },
      };
}

// --- The order ------------------------------------------------------------------------------------------------------

export interface QueuePlace {
  readonly id: string;
  /** null: nobody has looked yet. */
  readonly level: TriageLevel | null;
  /** Epoch ms: in whose place among the arrivals staff have put this patient; null: in their own. */
  readonly position: number | null;
  readonly arrivedAt: number;
}

/** Until somebody has looked, a patient counts as urgent: nobody is put last unseen. */
export const levelUntilTriaged: TriageLevel = 3;

const placeOf = ({ position, arrivedAt }: QueuePlace): number => position ?? arrivedAt;

/** Level, then the place staff gave, then arrival, then id: total, and the same whatever order they are given in. */
export function compareInQueue(a: QueuePlace, b: QueuePlace): number {
  const level = (a.level ?? levelUntilTriaged) - (b.level ?? levelUntilTriaged);
  if (level !== 0) return level;
  const place = placeOf(a) - placeOf(b) || a.arrivedAt - b.arrivedAt;
  return place !== 0 ? place : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

export const inQueueOrder = <T extends QueuePlace>(waiting: readonly T[]): T[] => waiting.toSorted(compareInQueue);

/**
 * One step up or down among those of the same level: two patients exchange their places among the arrivals, so that the
 * places stay those of arrivals, nobody else moves, and who comes later still comes after. To pass another level is to
 * triage anew.
 * @returns the new positions, by id; null when there is nobody to pass
 */
export function movedPlaces(
  waiting: readonly QueuePlace[],
  id: string,
  direction: 'up' | 'down',
): ReadonlyMap<string, number> | null {
  const own = waiting.find((one) => one.id === id);
  if (own === undefined) return null;
  const level = own.level ?? levelUntilTriaged;
  const peers = inQueueOrder(waiting.filter((one) => (one.level ?? levelUntilTriaged) === level));
  const from = peers.findIndex((one) => one.id === id);
  const to = direction === 'up' ? from - 1 : from + 1;
  if (to < 0 || to >= peers.length) return null;
  // Who arrived in the same millisecond must be told apart first.
  const places: number[] = [];
  for (const peer of peers) places.push(Math.max(placeOf(peer), (places.at(-1) ?? -Infinity) + 1));
  const order = [...peers];
  [order[from], order[to]] = [order[to]!, order[from]!];
  return new Map(order.flatMap((peer, n) => (placeOf(peer) === places[n] ? [] : [[peer.id, places[n]!] as const])));
}

// --- The wait -------------------------------------------------------------------------------------------------------

/** About how long, in minutes; `to` is null when nobody can say an end. */
export interface WaitBand {
  readonly from: number;
  readonly to: number | null;
}

export interface ServingProvider {
  /** When they are with somebody or expect somebody: what is reserved of them, from now on. */
  readonly busy: readonly Interval[];
}

/**
 * Reckoned so: everybody ahead is given, in their order, to the practitioner of the queue who can begin first, for the
 * length of the queue's visit type, between what is reserved of them already; the patient then begins when the next of
 * them can. Real visits differ from their planned length, so that the answer is a band: from 0.7 to 1.5 of the reckoned
 * wait, widened to whole five minutes. Beyond four hours only that is said. null: nobody serves the queue.
 */
export function estimateWaits(asked: {
  readonly at: number;
  readonly providers: readonly ServingProvider[];
  readonly visitMinutes: number;
  /** How many wait, in order. */
  readonly waiting: number;
}): readonly (WaitBand | null)[] {
  const { at, providers, visitMinutes, waiting } = asked;
  if (providers.length === 0) return Array.from({ length: waiting }, () => null);
  const length = visitMinutes * MINUTE;
  const taken = providers.map(({ busy }) => [...busy]);
  const bands: WaitBand[] = [];
  for (let n = 0; n < waiting; n += 1) {
    const starts = taken.map((busy) => firstGap(busy, at, length));
    const start = Math.min(...starts);
    taken[starts.indexOf(start)]!.push({ start, end: start + length });
    bands.push(bandOf((start - at) / MINUTE));
  }
  return bands;
}

function firstGap(busy: readonly Interval[], from: number, length: number): number {
  let start = from;
  for (const span of busy.toSorted((a, b) => a.start - b.start)) {
    if (span.start >= start + length) break;
    if (span.end > start) start = span.end;
  }
  return start;
}

const longestSaid = 240;

function bandOf(minutes: number): WaitBand {
  if (minutes >= longestSaid) return { from: longestSaid, to: null };
  const from = Math.floor((minutes * 0.7) / 5) * 5;
  const to = Math.ceil((minutes * 1.5) / 5) * 5;
  return { from, to: Math.max(to, from + 5) };
}
