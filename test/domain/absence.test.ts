/** Features B20, B21: what becomes of each patient of an absence. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  actionProblem,
  callBeforeMs,
  caseActions,
  caseEdges,
  caseStates,
  halfWay,
  inOrder,
  mayMove,
  nextOf,
  openCaseStates,
  progressOf,
  settledCaseStates,
  targetOf,
} from '../../domain/schedule/absence.ts';
import type { CaseFacts, CaseState } from '../../domain/schedule/absence.ts';
import { appointmentStatuses } from '../../domain/appointment/appointment-facts.ts';
import { outcomesOf } from '../../domain/staff-task.ts';

const hour = 3_600_000;
const at = Date.parse('2027-03-01T13:00:00Z');
const facts = (changes: Partial<CaseFacts> = {}): CaseFacts => ({
  state: 'affected',
  paused: false,
  round: 0,
  remindAt: null,
  reminded: false,
  answerUntil: null,
  askAgain: false,
  visit: { status: 'booked', start: at + hour, awaitingApproval: false, holdExpiresAt: null, stands: true },
  replaced: false,
  liveHolds: 0,
  task: null,
  joined: null,
  mayMoveResource: false,
  ...changes,
});
const visit = (changes: Partial<CaseFacts['visit']>): Partial<CaseFacts> => ({
  visit: { ...facts().visit, ...changes },
});

const instant = fc.integer({ min: -48, max: 48 }).map((h) => at + h * hour);
const anyFacts: fc.Arbitrary<CaseFacts> = fc.record({
  state: fc.constantFrom(...caseStates),
  paused: fc.boolean(),
  round: fc.nat(3),
  remindAt: fc.option(instant),
  reminded: fc.boolean(),
  answerUntil: fc.option(instant),
  askAgain: fc.boolean(),
  visit: fc.record({
    status: fc.constantFrom(...appointmentStatuses),
    start: instant,
    awaitingApproval: fc.boolean(),
    holdExpiresAt: fc.option(instant),
    stands: fc.boolean(),
  }),
  replaced: fc.boolean(),
  liveHolds: fc.nat(3),
  task: fc.option(
    fc.record({
      state: fc.constantFrom('open', 'done', 'cancelled'),
      outcome: fc.option(fc.constantFrom(...outcomesOf('call-patient'))),
    }),
  ),
  joined: fc.option(fc.record({ state: fc.constantFrom(...caseStates), sameVisit: fc.boolean() })),
  mayMoveResource: fc.boolean(),
});

describe('one patient', () => {
  test('is asked, and where only a room is down another room is tried first', () => {
    expect(nextOf(facts(), at)).toEqual({ kind: 'work', step: 'ask' });
    expect(nextOf(facts({ mayMoveResource: true }), at)).toEqual({ kind: 'work', step: 'move-resource' });
  });

  test('who is there is left alone; who was never asked and whose time has come is called about', () => {
    for (const changes of [{ status: 'arrived' }, { status: 'checked-in' }]) {
      expect(nextOf(facts(visit(changes)), at)).toEqual({ kind: 'settle', event: 'begun', to: 'begun' });
    }
    expect(nextOf(facts(visit({ start: at + 1 })), at)).toEqual({ kind: 'work', step: 'ask' });
    for (const changes of [{ start: at }, { status: 'noshow' }])
      expect(nextOf(facts(visit(changes)), at)).toEqual({ kind: 'work', step: 'call' });
    const called = { state: 'to-call' as const, task: { state: 'open' as const, outcome: null } };
    expect(nextOf(facts({ ...called, ...visit({ start: at }) }), at)).toEqual({ kind: 'wait', until: null });
    expect(nextOf(facts({ ...called, ...visit({ status: 'arrived' }) }), at)).toMatchObject({ to: 'begun' });
  });

  test('a pause forgets nobody: a visit that stands becomes a call hours before its time', () => {
    const start = at + 10 * hour;
    for (const [changes, all] of [
      [{ paused: true }, false],
      [{}, true],
    ] as const) {
      const one = facts({ ...changes, ...visit({ start }) });
      expect(nextOf(one, at, all)).toEqual({ kind: 'wait', until: start - callBeforeMs });
      expect(nextOf(one, start - callBeforeMs, all)).toEqual({ kind: 'work', step: 'call' });
    }
  });

  test('who cancelled or moved the visit in time is not asked', () => {
    expect(nextOf(facts(visit({ status: 'cancelled', stands: false })), at)).toMatchObject({ to: 'cancelled' });
    expect(nextOf(facts(visit({ stands: false })), at)).toMatchObject({ to: 'rebooked' });
  });

  test('who is just holding the time is looked at again when the hold ends; who waits for approval is asked', () => {
    const holding = visit({ status: 'pending', holdExpiresAt: at + 600_000 });
    expect(nextOf(facts(holding), at)).toEqual({ kind: 'wait', until: at + 600_000 });
    expect(nextOf(facts(visit({ status: 'pending', awaitingApproval: true })), at)).toEqual({
      kind: 'work',
      step: 'ask',
    });
  });

  const asked: Partial<CaseFacts> = {
    state: 'offered',
    round: 1,
    remindAt: at + 12 * hour,
    answerUntil: at + 24 * hour,
    liveHolds: 3,
    ...visit({ status: 'cancelled', stands: false }),
  };

  test('is reminded once, half-way, then called when the holds are over', () => {
    expect(nextOf(facts(asked), at)).toEqual({ kind: 'wait', until: at + 12 * hour });
    expect(nextOf(facts(asked), at + 12 * hour)).toEqual({ kind: 'work', step: 'remind' });
    expect(nextOf(facts({ ...asked, reminded: true }), at + 12 * hour)).toEqual({
      kind: 'wait',
      until: at + 24 * hour,
    });
    expect(nextOf(facts({ ...asked, reminded: true, liveHolds: 0 }), at + 24 * hour)).toEqual({
      kind: 'work',
      step: 'call',
    });
    expect(halfWay(at, at + 24 * hour)).toBe(at + 12 * hour);
  });

  test('who gave all held times back is called at once; whose times another absence took is asked again', () => {
    expect(nextOf(facts({ ...asked, liveHolds: 0 }), at)).toEqual({ kind: 'work', step: 'call' });
    expect(nextOf(facts({ ...asked, liveHolds: 0, askAgain: true }), at)).toEqual({ kind: 'work', step: 'ask' });
    expect(nextOf(facts({ ...asked, liveHolds: 1, askAgain: true }), at)).toMatchObject({ kind: 'wait' });
  });

  test('a call ends it: declined is a cancellation, all else was a call; a visit booked meanwhile counts most', () => {
    const call = (outcome: string): CaseFacts =>
      facts({ ...asked, state: 'to-call', liveHolds: 0, task: { state: 'done', outcome } });
    expect(nextOf(call('declined'), at)).toMatchObject({ to: 'cancelled' });
    expect(nextOf(call('reached'), at)).toMatchObject({ to: 'called' });
    expect(nextOf({ ...call('reached'), replaced: true }, at)).toMatchObject({ to: 'rebooked' });
    expect(nextOf({ ...call('x'), task: { state: 'open', outcome: null } }, at)).toEqual({ kind: 'wait', until: null });
  });

  test('whom another absence asks is not asked twice: its outcome counts, and what it lets go is taken over', () => {
    const joined = (state: CaseState | null): CaseFacts =>
      facts({ state: 'joined', joined: state && { state, sameVisit: true } });
    for (const open of openCaseStates) expect(nextOf(joined(open), at)).toEqual({ kind: 'wait', until: null });
    for (const done of settledCaseStates) expect(nextOf(joined(done), at)).toMatchObject({ kind: 'settle', to: done });
    expect(nextOf(joined('stopped'), at)).toEqual({ kind: 'settle', event: 'take-over', to: 'affected' });
    expect(nextOf(joined(null), at)).toEqual({ kind: 'settle', event: 'take-over', to: 'affected' });
  });

  test('a time held for the patient of another absence is given back, unless it was taken before', () => {
    const held = (changes: Partial<CaseFacts['visit']>): CaseFacts =>
      facts({ state: 'joined', joined: { state: 'offered', sameVisit: false }, ...visit(changes) });
    expect(nextOf(held({ status: 'pending' }), at)).toEqual({ kind: 'work', step: 'give-back' });
    expect(nextOf(held({ status: 'booked' }), at)).toEqual({ kind: 'settle', event: 'take-over', to: 'affected' });
    expect(nextOf(held({ status: 'cancelled', stands: false }), at)).toEqual({ kind: 'wait', until: null });
    expect(nextOf(held({ status: 'booked', start: at }), at)).toMatchObject({ to: 'begun' });
  });

  test('a visit that was cancelled is never kept; pausing and resuming need each other', () => {
    const now = (state: CaseState, stands: boolean, paused = false) => ({ state, stands, paused });
    expect(actionProblem(now('affected', true), 'keep')).toBeNull();
    expect(actionProblem(now('to-call', false), 'keep')).toMatchObject({ code: 'invalid-transition' });
    expect(actionProblem(now('offered', false), 'pause')).toBeNull();
    expect(actionProblem(now('offered', false), 'resume')).toMatchObject({
      allowed: ['cancel', 'call', 'retry', 'pause'],
    });
    expect(actionProblem(now('offered', false, true), 'resume')).toBeNull();
    for (const state of settledCaseStates) {
      for (const action of caseActions)
        expect(actionProblem(now(state, true, true), action)).toMatchObject({ allowed: [] });
    }
  });
});

describe('always', () => {
  test('what is written down is an edge of the table, and what is over stays', () => {
    fc.assert(
      fc.property(anyFacts, instant, fc.boolean(), (one, now, paused) => {
        const next = nextOf(one, now, paused);
        if (next.kind === 'settle') expect(mayMove(next.event, one.state, next.to)).toBe(true);
        if (!openCaseStates.has(one.state)) expect(next).toEqual({ kind: 'wait', until: null });
      }),
    );
  });

  test('nobody is written to while paused, and what comes about is written down all the same', () => {
    fc.assert(
      fc.property(anyFacts, instant, (one, now) => {
        const running = nextOf({ ...one, paused: false }, now);
        for (const paused of [nextOf({ ...one, paused: false }, now, true), nextOf({ ...one, paused: true }, now)]) {
          if (running.kind !== 'work') expect(paused).toEqual(running);
          else if (paused.kind === 'work') {
            expect(paused.step).toBe('call');
            expect(one.visit.stands && one.visit.start - callBeforeMs <= now).toBe(true);
          } else expect(paused.kind).toBe('wait');
        }
      }),
    );
  });

  test('nobody is asked who holds times, whose visit has begun, or who has another visit', () => {
    fc.assert(
      fc.property(anyFacts, instant, (one, now) => {
        const next = nextOf(one, now);
        if (next.kind !== 'work' || (next.step !== 'ask' && next.step !== 'move-resource')) return;
        expect(one.replaced).toBe(false);
        expect(one.state === 'offered' && one.liveHolds > 0).toBe(false);
        if (one.state === 'affected') expect(one.visit.status === 'booked' && one.visit.start <= now).toBe(false);
      }),
    );
  });

  test('an accepted word follows an edge of the table', () => {
    fc.assert(
      fc.property(anyFacts, fc.constantFrom(...caseActions), ({ state, paused, visit: { stands } }, action) => {
        if (actionProblem({ state, paused, stands }, action) === null)
          expect(mayMove(action, state, targetOf(action, state))).toBe(true);
      }),
    );
  });

  /** The world around one patient, who may take a time, give them back, or say nothing; and a desk that calls. */
  test('everybody reaches a resolution, whatever patients and staff do, and is reminded at most once a round', () => {
    const answer = fc.constantFrom('takes', 'gives-back', 'silent', 'books-elsewhere');
    const world = fc.record({
      answers: fc.array(answer, { minLength: 3, maxLength: 3 }),
      found: fc.array(fc.nat(3), { minLength: 3, maxLength: 3 }),
      mail: fc.boolean(),
      outcome: fc.constantFrom(...outcomesOf('call-patient')),
      retries: fc.nat(2),
      pool: fc.option(fc.boolean()),
    });
    fc.assert(
      fc.property(world, ({ answers, found, mail, outcome, retries, pool }) => {
        let now = at;
        let one = facts({ mayMoveResource: pool !== null });
        let reminders = 0;
        let retriesLeft = retries;
        const change = (changes: Partial<CaseFacts>): void => void (one = { ...one, ...changes });
        const ask = (): void => {
          const held = found[Math.min(one.round, 2)]!;
          reminders = 0;
          change({
            state: held > 0 && mail ? 'offered' : 'to-call',
            round: one.round + 1,
            liveHolds: held,
            remindAt: halfWay(now, now + 24 * hour),
            reminded: false,
            answerUntil: now + 24 * hour,
            task: mail && held > 0 ? null : { state: 'open', outcome: null },
            ...visit({ status: 'cancelled', stands: false }),
          });
        };
        for (let turn = 0; turn < 60; turn += 1) {
          if (!openCaseStates.has(one.state)) {
            expect(settledCaseStates.has(one.state)).toBe(true);
            return;
          }
          const next = nextOf(one, now);
          if (next.kind === 'settle') change({ state: next.to });
          else if (next.kind === 'work' && next.step === 'move-resource' && pool === true)
            change({ state: 'moved-resource' });
          else if (next.kind === 'work' && next.step === 'remind') {
            reminders += 1;
            expect(reminders).toBe(1);
            change({ reminded: true });
          } else if (next.kind === 'work' && next.step === 'call')
            change({ state: 'to-call', task: { state: 'open', outcome: null } });
          else if (next.kind === 'work') ask();
          else if (one.state === 'offered') {
            const does = answers[Math.min(one.round - 1, 2)];
            if (does === 'takes' || does === 'books-elsewhere') change({ replaced: true });
            else if (does === 'gives-back') change({ liveHolds: 0 });
            else {
              now = next.until ?? now;
              if (now >= (one.answerUntil ?? 0)) change({ liveHolds: 0 });
            }
          } else if (retriesLeft > 0) {
            retriesLeft -= 1;
            change({ state: targetOf('retry', one.state), task: null, liveHolds: 0 });
          } else change({ task: { state: 'done', outcome } });
        }
        expect.unreachable(`still ${one.state}`);
      }),
    );
  });

  test('the soonest visit comes first, and progress counts everybody once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ start: fc.nat(5), appointmentId: fc.uuid(), state: fc.constantFrom(...caseStates) })),
        (list) => {
          const starts = inOrder(list).map(({ start }) => start);
          expect(starts).toEqual(starts.toSorted((a, b) => a - b));
          const progress = progressOf(list.map(({ state }) => state));
          expect(Object.values(progress.byState).reduce((sum, n) => sum + n, 0)).toBe(list.length);
          expect(progress.percent === 100).toBe(list.every(({ state }) => settledCaseStates.has(state)));
        },
      ),
    );
  });

  test('every state is reached by some edge, and every edge leaves an open state', () => {
    const reached = new Set<CaseState>(caseEdges.flatMap(([, , to]) => (to === null ? [] : [to])));
    // The list itself begins with these.
    for (const state of caseStates) expect(reached.has(state) || state === 'joined', state).toBe(true);
    for (const [event, froms] of caseEdges)
      for (const from of froms) expect(openCaseStates.has(from), event).toBe(true);
  });
});
