/**
 * Group visits (scheduling-intake.md C2): one session with a practitioner, a room and so many seats; each seat is an
 * ordinary visit of one patient. Pure.
 */
import type { ProblemDetail } from '../errors.ts';

export const groupSessionStates = ['open', 'cancelling', 'cancelled', 'over'] as const;
export type GroupSessionState = (typeof groupSessionStates)[number];

export const maxGroupCapacity = 200;

/** Statuses of a seat's visit that the clinic can still call off; who is checked in is there. */
export const seatCanBeCancelled: ReadonlySet<string> = new Set(['pending', 'booked', 'arrived']);
/** Statuses in which a seat is taken; the others have given it back. */
export const seatTakenStatuses = ['pending', 'booked', 'arrived', 'checked-in', 'fulfilled'] as const;

/** The lowest seat that nobody has, or null. Numbers count from 0. */
export function lowestFreeSeat(taken: readonly number[], capacity: number): number | null {
  const numbers = new Set(taken);
  for (let seat = 0; seat < capacity; seat += 1) if (!numbers.has(seat)) return seat;
  return null;
}

/**
 * Which seats move to which number when the capacity becomes smaller: those beyond it take the lowest free ones. Nobody is
 * told a seat's number, so that a move concerns nobody.
 * @returns null when more are taken than there would be
 */
export function seatMoves(taken: readonly number[], capacity: number): { from: number; to: number }[] | null {
  if (taken.length > capacity) return null;
  const numbers = new Set(taken);
  return taken
    .filter((seat) => seat >= capacity)
    .toSorted((a, b) => a - b)
    .map((from) => {
      const to = lowestFreeSeat([...numbers], capacity)!;
      numbers.delete(from);
      numbers.add(to);
      return { from, to };
    });
}

export interface SessionFacts {
  readonly state: GroupSessionState;
  /** Epoch milliseconds. */
  readonly start: number;
  readonly end: number;
  readonly capacity: number;
  readonly taken: readonly number[];
  readonly minNoticeMinutes: number;
}

/** Why no seat can be had now, or null. A patient keeps the visit type's notice; staff may seat until the end. */
export function seatProblem(session: SessionFacts, at: number, bySelf: boolean): ProblemDetail | null {
  if (session.state !== 'open')
    return { code: 'invalid-transition', allowed: [], data: { from: session.state, event: 'book' } };
  if (at >= session.end)
    return { code: 'guard-failed', detail: 'This session is over.', data: { guard: 'visit-over' } };
  if (bySelf && session.start < at + session.minNoticeMinutes * 60_000)
    return { code: 'outside-availability', data: { guard: 'too-soon' } };
  return lowestFreeSeat(session.taken, session.capacity) === null ? sessionFull : null;
}

/** Two words for one thing would need two handlings: a full session is a time that is no longer free. */
export const sessionFull: ProblemDetail = {
  code: 'slot-taken',
  detail: 'All seats of this session are taken.',
  data: { guard: 'session-full', resourceKind: 'seat', alternatives: [] },
};

/** Whether a change of the session is possible now: `null` lets pass. */
export function sessionChangeProblem(
  session: Pick<SessionFacts, 'state' | 'end' | 'taken'>,
  change: { readonly action: 'cancel' } | { readonly action: 'set-capacity'; readonly capacity: number },
  at: number,
): ProblemDetail | null {
  if (session.state !== 'open')
    return { code: 'invalid-transition', allowed: [], data: { from: session.state, event: change.action } };
  if (at >= session.end)
    return { code: 'guard-failed', detail: 'This session is over.', data: { guard: 'visit-over' } };
  if (change.action === 'set-capacity' && change.capacity < session.taken.length)
    return {
      code: 'guard-failed',
      detail: 'More seats than that are taken. Cancel seats first.',
      data: { guard: 'seats-taken', taken: session.taken.length },
    };
  return null;
}
