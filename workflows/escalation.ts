/**
 * One escalation (scheduling-intake.md D5), `emerg:<id>`: who is told next as long as nobody has said "I have it", and
 * from the beginning again when nothing is heard of it afterwards. Its row and first messages exist before it begins.
 */
import {
  CancellationScope,
  allHandlersFinished,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  proxyActivities,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import type { EscalationActivities } from '../activities/escalation.ts';
import { escalationActions, escalationTarget, eventOf, type EscalationAction } from '../domain/escalation.ts';
import { behindUpdate, owed } from './activity-options.ts';
import { caseShown } from './case-shown.ts';
import { answerActions, caseTurns } from './case-turns.ts';
import { tell } from './children.ts';
import { refusal } from './failures.ts';
import { nextTimersQuery } from './messages/appointment.ts';
import type { PlannedTimer } from './messages/appointment.ts';
import {
  escalationChangedSignal,
  escalationMovedSignal,
  escalationOperationKey,
  escalationQuery,
  escalationRaisedUpdate,
  presenceLostSignal,
  subjectWorkflowId,
} from './messages/escalation.ts';
import type {
  EscalationActionOutcome,
  EscalationRaised,
  EscalationRequest,
  EscalationSettled,
  EscalationStart,
  EscalationView,
} from './messages/escalation.ts';
import { plannedTimers } from './planned-timers.ts';
import { dealWith } from './ring.ts';
import { shortTime } from './short-time.ts';

const inUpdate = proxyActivities<EscalationActivities>(behindUpdate);
const inTime = proxyActivities<EscalationActivities>(owed);

export async function escalation(input: EscalationStart): Promise<EscalationView | null> {
  const urgent = setUp(input);
  // An administrator's "cancel" in Temporal Web must not silence what is urgent: cancelling is an update.
  return CancellationScope.nonCancellable(async () => {
    await urgent.begin();
    while (urgent.isOpen()) {
      await urgent.somethingToDo();
      await urgent.carryOut();
    }
    await urgent.close();
    await condition(allHandlersFinished);
    return urgent.view();
  });
}

function setUp(which: EscalationStart) {
  const { escalationId } = which;
  // A failed message may have moved it.
  const turns = caseTurns(['invalid-transition', 'not-found', 'conflict', 'guard-failed'], { lookFirst: true });
  // All that lies ahead shares one scope: an acknowledgement cancels every step in its own workflow task (I22).
  const clock = plannedTimers(() => true);
  let settled: EscalationSettled | null = null;
  const shown = caseShown('escalation');
  let presenceLost = 0;
  let rings = 0;
  let told: Promise<void> = Promise.resolve();

  answerActions(escalationActions, act, refuseAtTheDoor);
  setHandler(defineUpdate<EscalationRaised>(escalationRaisedUpdate), raised);
  setHandler(defineSignal(escalationMovedSignal), turns.wantLook);
  setHandler(defineSignal(presenceLostSignal), () => void (presenceLost += 1));
  setHandler(defineQuery<EscalationSettled | null>(escalationQuery), () => settled);
  setHandler(defineQuery<readonly PlannedTimer[]>(nextTimersQuery), () => clock.pending());

  /** Whoever raised it by hand waits for this. */
  async function raised(): Promise<EscalationRaised> {
    await condition(() => settled !== null);
    return { escalation: settled!.escalation, inputHash: '' };
  }

  /** Timers first: nothing is awaited before what is no longer to ring is cancelled. */
  async function adopt(step: EscalationSettled): Promise<EscalationView> {
    const before = settled?.escalation;
    settled = step;
    const seen = step.escalation;
    // Another state or round is another plan; within one, what is still ahead runs on.
    clock.follow(step.open ? step.timers : [], planNumber(seen));
    show(seen);
    if (before === undefined || before.state !== seen.state) {
      const subject = subjectWorkflowId(seen.subject);
      // Not waited for: whoever acknowledges has their answer in the task that cancels the steps.
      if (subject !== null) told = told.then(() => tell([subject], escalationChangedSignal));
    }
    return seen;
  }

  function show(seen: EscalationView): void {
    const next = clock.pending()[0];
    setCurrentDetails(detailsOf(seen, next));
    shown({ stage: seen.state, dueAt: next?.dueAt, site: seen.locationId, owner: seen.acknowledgedBy });
  }

  // --- What people say ----------------------------------------------------------------------------------------------

  function refuseAtTheDoor(action: EscalationAction, { actor, input }: EscalationRequest): void {
    if (action === 'resolve' && input.outcome === undefined) throw refusal({ code: 'validation-failed' });
    if (action !== 'cancel' && !actor.permissions.some((held) => mayRespond.has(held)))
      throw refusal({ code: 'forbidden' });
    if (settled === null || turns.mayBeBehind()) return;
    const { state } = settled.escalation;
    if (escalationTarget(eventOf(action, state), state) === null)
      throw refusal({ code: 'invalid-transition', data: { from: state, event: action } });
  }

  async function act(request: EscalationRequest): Promise<EscalationActionOutcome> {
    await condition(() => settled !== null);
    return turns.asked(async () => {
      const changed = await adopt(await inUpdate.applyEscalationAction({ ...which, request }));
      return { escalation: changed, inputHash: request.operation.inputHash };
    });
  }

  // --- What time and others bring -----------------------------------------------------------------------------------

  function carryOut(): Promise<void> {
    return turns.byItself(async () => {
      if (turns.lookWanted()) await readAgain();
      if (presenceLost > 0) await beginAnew();
      const [rung] = clock.rung();
      if (rung !== undefined && isOpen()) await ring(rung);
    });
  }

  async function readAgain(): Promise<void> {
    turns.looked();
    await adopt(await inTime.readEscalation(which));
  }

  async function beginAnew(): Promise<void> {
    presenceLost = 0;
    rings += 1;
    await adopt(await inTime.losePresence({ ...which, operation: nextOperation('presence-lost') }));
  }

  /** A run that takes up a row which had one before must not meet the keys of that one. */
  function nextOperation(name: string) {
    const version = settled?.escalation.version ?? 0;
    return { key: escalationOperationKey(escalationId, `${name}:v${version}:${rings}`), inputHash: name };
  }

  async function ring(timer: PlannedTimer): Promise<void> {
    rings += 1;
    await dealWith(clock, timer, {
      deal: async () =>
        adopt(await inTime.ringEscalationTimer({ ...which, name: timer.name, operation: nextOperation(timer.name) })),
      fault: 'a timer of an escalation could not be dealt with',
      afterFault: 10_000,
    });
  }

  const isOpen = (): boolean => settled?.open === true;

  return {
    begin: () => carryOut(),
    carryOut,
    isOpen,
    somethingToDo: () =>
      condition(() => turns.lookWanted() || presenceLost > 0 || clock.rung().length > 0 || !isOpen()),
    view: () => settled?.escalation ?? null,
    async close() {
      clock.cancel();
      await told;
    },
  };
}

const mayRespond: ReadonlySet<string> = new Set(['emergency:ack', 'escalation:lead']);

const phases = ['raised', 'notifying', 'exhausted', 'acknowledged', 'resolved', 'cancelled'] as const;
const planNumber = ({ round, state }: EscalationView): number => round * phases.length + phases.indexOf(state);

const stateWords: Readonly<Record<string, string>> = {
  raised: 'Raised',
  notifying: 'Looking for somebody',
  exhausted: 'Nobody answers',
  acknowledged: 'Somebody has it',
  resolved: 'Done',
  cancelled: 'Taken back',
};

const timerWords: Readonly<Record<string, string>> = {
  exhaust: 'everybody was told; administrators see it on every page',
  repeat: 'the last step again',
  unresolved: 'without a word of it, everything begins anew',
};

/** Markdown for Temporal Web: plain words, no names, nothing clinical (I24). */
function detailsOf(seen: EscalationView, next: PlannedTimer | undefined): string {
  const lines = [
    `**${stateWords[seen.state] ?? seen.state}**`,
    `Since ${shortTime(seen.raisedAt)}. Round ${seen.round}, cycle ${seen.cycle}, step ${seen.step}.`,
  ];
  if (next !== undefined)
    lines.push(`Next, at ${shortTime(next.dueAt)}: ${timerWords[next.name] ?? 'the next people are told'}.`);
  return lines.join('\n\n');
}
