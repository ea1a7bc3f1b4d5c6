/** The ladder of an escalation, and what no interleaving of people, clocks and broken channels may lead to (I17, I22). */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  defaultEscalationPolicy,
  escalationActions,
  escalationEdges,
  escalationLevels,
  escalationProblem,
  escalationStates,
  escalationSubjects,
  escalationTarget,
  nextChannel,
  nextOnLadder,
  openEscalationStates,
  planOf,
  timersOf,
  type EscalationChannel,
  type EscalationPlan,
  type EscalationState,
  type LadderPosition,
} from '../../domain/escalation.ts';
import { isoDurationToMs } from '../../domain/calendar/calendar.ts';

const minute = 60_000;

describe('the ladder', () => {
  test('D5: at 0, 5, 10 and 15 minutes, twice, and then exhausted', () => {
    const plan = planOf(defaultEscalationPolicy, 'lab-result', 'urgent');
    const timers = timersOf(plan, { state: 'notifying', position: { cycle: 1, step: 1 }, since: 0 });
    expect(timers.map(({ name, dueAt }) => [name, dueAt / minute])).toEqual([
      ['step:1:2', 5], ['step:1:3', 10], ['step:1:4', 15], ['step:2:1', 20], ['step:2:2', 25], ['step:2:3', 30], ['step:2:4', 35], ['exhaust', 40],
    ]); // prettier-ignore
    expect(timersOf(plan, { state: 'exhausted', position: { cycle: 2, step: 4 }, since: 0 })).toEqual([{ name: 'repeat', dueAt: 5 * minute }]); // prettier-ignore
    expect(timersOf(plan, { state: 'acknowledged', position: { cycle: 1, step: 2 }, since: 0 })).toEqual([{ name: 'unresolved', dueAt: 15 * minute }]); // prettier-ignore
  });

  test('mail is among the channels of every step; of an intake the on-call clinician is told at once; code tells everybody', () => {
    for (const kind of escalationSubjects)
      for (const level of escalationLevels)
        for (const { channels } of planOf(defaultEscalationPolicy, kind, level).steps) expect(channels).toContain('email');
    expect(planOf(defaultEscalationPolicy, 'intake', 'urgent').steps[0]!.targets).toContain('on-call-clinician');
    const code = planOf(defaultEscalationPolicy, 'intake', 'code');
    expect(code.steps).toHaveLength(1);
    expect(code.steps[0]!.targets).toHaveLength(5);
    expect(code.steps[0]!.wait).toBe('PT1M');
  }); // prettier-ignore

  test('what takes the place of a channel that failed', () => {
    const tried = (...list: [EscalationChannel, 'on-its-way' | 'failed'][]) => new Map(list);
    expect(nextChannel('push', tried(['push', 'failed']))).toBe('sms');
    expect(nextChannel('push', tried(['push', 'failed'], ['sms', 'on-its-way']))).toBeNull();
    expect(nextChannel('push', tried(['push', 'failed'], ['sms', 'failed'], ['email', 'failed']))).toBe('voice-task');
    expect(nextChannel('email', tried(['sms', 'on-its-way'], ['email', 'failed']))).toBe('voice-task');
    expect(nextChannel('voice-task', tried(['voice-task', 'failed']))).toBeNull();
  });
});

describe('the edges', () => {
  test('no edge leaves what is over, and every open state has a way to be taken on or ended', () => {
    for (const [event, froms] of escalationEdges)
      for (const from of froms) expect(['resolved', 'cancelled'], `${event} from ${from}`).not.toContain(from);
    for (const state of openEscalationStates) expect(escalationTarget('cancel', state)).toBe('cancelled');
    for (const state of ['raised', 'notifying', 'exhausted'] as const) expect(escalationTarget('ack', state)).toBe('acknowledged'); // prettier-ignore
  });

  test('nothing is allowed to who was neither told nor leads, whatever the state', () => {
    const facts = { raisedAt: 0, plan: planOf(defaultEscalationPolicy, 'intake', 'urgent') };
    const who = { wasTarget: false, leads: false, responds: false, raisedIt: false, actor: { permissions: ['emergency:ack'] } }; // prettier-ignore
    for (const state of escalationStates)
      for (const action of escalationActions) expect(escalationProblem(action, { ...facts, state }, who, 0)).not.toBeNull(); // prettier-ignore
  });

  test('who raised it may take it back before two minutes have passed, not at them', () => {
    const facts = { state: 'notifying' as const, raisedAt: 0, plan: planOf(defaultEscalationPolicy, 'intake', 'urgent') }; // prettier-ignore
    const who = { wasTarget: false, leads: false, responds: false, raisedIt: true, actor: { permissions: [] } };
    expect(escalationProblem('cancel', facts, who, 2 * minute - 1)).toBeNull();
    expect(escalationProblem('cancel', facts, who, 2 * minute)).toMatchObject({ data: { guard: 'cancel-within' } });
  });
});

/** The engine without a database: the same functions, a clock, and people and channels that do as they like. */
interface World {
  state: EscalationState;
  position: LadderPosition;
  since: number;
  now: number;
  /** Of the round: when somebody was told, and when somebody took it on. */
  told: number[];
  ackAt: number | null;
}

type Move =
  { kind: 'wait'; ms: number } | { kind: 'ack' | 'unreached' | 'extend' | 'presence-lost' | 'resolve' | 'cancel' };

function tellNext(plan: EscalationPlan, world: World, reaches: boolean): void {
  for (;;) {
    const next = nextOnLadder(plan, world.position);
    const to = escalationTarget(next.kind === 'step' ? 'notify' : 'exhaust', world.state);
    if (to === null) return;
    Object.assign(world, { state: to, since: world.now });
    world.told.push(world.now);
    if (next.kind === 'exhausted') return;
    world.position = next.position;
    if (reaches) return;
  }
}

function beginAgain(plan: EscalationPlan, world: World, event: 'unresolved' | 'presence-lost'): void {
  const to = escalationTarget(event, world.state);
  if (to === null) return;
  Object.assign(world, { state: to, position: { cycle: 1, step: 0 }, told: [], ackAt: null });
  tellNext(plan, world, true);
}

function ring(plan: EscalationPlan, world: World): void {
  const [due] = timersOf(plan, world).filter(({ dueAt }) => dueAt <= world.now);
  if (due === undefined) return;
  if (due.name === 'unresolved') return beginAgain(plan, world, 'unresolved');
  if (due.name !== 'repeat') return tellNext(plan, world, true);
  world.since = world.now;
  world.told.push(world.now);
}

function move(plan: EscalationPlan, world: World, step: Move): void {
  if (step.kind === 'wait') {
    world.now += step.ms;
    ring(plan, world);
    return;
  }
  if (step.kind === 'unreached') {
    if (world.state === 'notifying') tellNext(plan, world, false);
    return;
  }
  if (step.kind === 'presence-lost') return beginAgain(plan, world, 'presence-lost');
  const to = escalationTarget(step.kind, world.state);
  if (to === null) return;
  if (step.kind === 'ack') world.ackAt = world.now;
  Object.assign(world, { state: to, since: world.now });
}

const moves = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 20 * minute }) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('ack', 'unreached', 'extend', 'presence-lost') }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('resolve', 'cancel') }) },
  ),
  { maxLength: 40 },
) as fc.Arbitrary<Move[]>; // prettier-ignore

test('I17 and I22: whatever comes in whatever order, an open one always goes on, and nobody is told after somebody has it', () => {
  fc.assert(
    fc.property(moves, fc.constantFrom(...escalationLevels), fc.boolean(), (steps, level, reaches) => {
      const plan = planOf(defaultEscalationPolicy, 'intake', level);
      const world: World = { state: 'raised', position: { cycle: 1, step: 0 }, since: 0, now: 0, told: [], ackAt: null }; // prettier-ignore
      tellNext(plan, world, reaches);
      const longest = Math.max(isoDurationToMs(plan.resolveWithin), ...plan.steps.map(({ wait }) => isoDurationToMs(wait))); // prettier-ignore
      for (const step of steps) {
        move(plan, world, step);
        const timers = timersOf(plan, world);
        expect(timers.length > 0).toBe(openEscalationStates.has(world.state));
        // The next is never further away than one wait.
        if (timers[0] !== undefined) expect(timers[0].dueAt - world.since).toBeLessThanOrEqual(longest);
        if (world.ackAt !== null) expect(world.told.every((at) => at <= world.ackAt!)).toBe(true);
        if (world.state === 'acknowledged') expect(timers.map(({ name }) => name)).toEqual(['unresolved']);
      }
    }),
    { numRuns: 300 },
  );
});
