/**
 * One walk-in (feature B26), `walkin:<id>`: begun by arriving, moved by staff and by its visit, and awake for the next look
 * at the patient and for the end of the day. The visit of a call is a run of its own (appointment.ts), begun here.
 */
import {
  CancellationScope,
  allHandlersFinished,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import type { WalkInActivities } from '../activities/walk-in.ts';
import { walkInActions, walkInProblem, type WalkInAction } from '../domain/walk-in.ts';
import { behindUpdate, owed, startCommand } from './activity-options.ts';
import { caseShown } from './case-shown.ts';
import { answerActions, caseTurns } from './case-turns.ts';
import { startOnce, tell } from './children.ts';
import { refusal } from './failures.ts';
import {
  appointmentWorkflow,
  appointmentWorkflowId,
  changedElsewhereSignal,
  nextTimersQuery,
} from './messages/appointment.ts';
import type { AppointmentStart, Operation, PlannedTimer } from './messages/appointment.ts';
import {
  walkInChangedSignal,
  walkInOperationKey,
  walkInOutcomeUpdate,
  walkInQuery,
  walkInWorkflowId,
} from './messages/walk-in.ts';
import type {
  WalkInActionOutcome,
  WalkInEnd,
  WalkInOutcome,
  WalkInRequest,
  WalkInSettled,
  WalkInStart,
  WalkInView,
} from './messages/walk-in.ts';
import { plannedTimers } from './planned-timers.ts';
import { dealWith } from './ring.ts';
import { shortTime } from './short-time.ts';
import { settleStart, startOutcome } from './start.ts';

const inStart = proxyLocalActivities<WalkInActivities>(startCommand);
const inUpdate = proxyActivities<WalkInActivities>(behindUpdate);
const inTime = proxyActivities<WalkInActivities>(owed);

/** A refused arrival ends the run at once, and its result answers whoever repeats the request. */
export async function walkIn(input: WalkInStart): Promise<WalkInEnd> {
  const patient = setUp(input);
  // An administrator's "cancel" in Temporal Web must not leave a patient whom nobody looks at: leaving is an update.
  return CancellationScope.nonCancellable(async () => {
    const outcome = await patient.arrive();
    while (patient.isOpen()) {
      await patient.somethingToDo();
      await patient.carryOut();
    }
    patient.close();
    await condition(allHandlersFinished);
    return { outcome, walkIn: patient.view() };
  });
}

function setUp(input: WalkInStart) {
  const { organizationId, walkInId } = input;
  const which = { organizationId, walkInId };
  // Its visit, or a neighbour's step, may have changed it.
  const turns = caseTurns(['invalid-transition', 'not-found', 'conflict']);
  const clock = plannedTimers();
  let outcome: WalkInOutcome | undefined;
  let settled: WalkInSettled | null = null;
  const shown = caseShown('walk-in');
  let rings = 0;
  /** Steps whose answer was given up: a call that took place is owed the run of its visit. */
  const lost: Operation[] = [];

  answerActions(walkInActions, act, refuseAtTheDoor);
  setHandler(defineUpdate<WalkInOutcome>(walkInOutcomeUpdate), async () => {
    await condition(() => outcome !== undefined);
    return outcome as WalkInOutcome;
  });
  setHandler(defineSignal(walkInChangedSignal), turns.wantLook);
  setHandler(defineQuery<WalkInSettled | null>(walkInQuery), () => settled);
  setHandler(defineQuery<readonly PlannedTimer[]>(nextTimersQuery), () => clock.pending());

  async function adopt(step: WalkInSettled): Promise<WalkInView> {
    settled = step;
    clock.follow(step.open ? step.timers : [], 0);
    show(step);
    if (step.startAppointment !== undefined) await startVisit(step.startAppointment);
    if (step.appointmentId !== undefined)
      await tell([appointmentWorkflowId(step.appointmentId)], changedElsewhereSignal);
    await tell((step.walkIns ?? []).map(walkInWorkflowId), walkInChangedSignal);
    return step.walkIn;
  }

  /** The visit exists already: its run finds the operation of its start done, and takes it up from there. */
  async function startVisit(start: AppointmentStart): Promise<void> {
    await startOnce(appointmentWorkflow, {
      workflowId: appointmentWorkflowId(start.appointmentId),
      input: start,
      summary: `Visit ${start.appointmentId.slice(0, 8)}, from the walk-in queue`,
    });
  }

  function show({ walkIn: seen }: WalkInSettled): void {
    const next = clock.pending()[0];
    setCurrentDetails(detailsOf(seen, next));
    shown({ stage: seen.state, dueAt: next?.dueAt, site: seen.locationId, owner: seen.calledProviderId });
  }

  // --- Arriving -----------------------------------------------------------------------------------------------------

  async function arrive(): Promise<WalkInOutcome> {
    const { inputHash } = input.operation;
    outcome = await startOutcome(inputHash, async () => {
      const arrived = await settleStart(
        () => inStart.arriveWalkIn(input),
        () => inTime.arriveWalkIn(input),
      );
      return { walkIn: await adopt(arrived) };
    });
    return outcome;
  }

  // --- What people say ----------------------------------------------------------------------------------------------

  function refuseAtTheDoor(action: WalkInAction, { actor }: WalkInRequest): void {
    if (outcome !== undefined && !outcome.ok) throw refusal({ code: 'not-found' });
    if (settled === null || turns.mayBeBehind()) return;
    const problem = walkInProblem(action, settled.walkIn.state, actor);
    if (problem !== null) throw refusal(problem);
  }

  async function act(request: WalkInRequest): Promise<WalkInActionOutcome> {
    await condition(() => outcome !== undefined);
    if (outcome?.ok === false) throw refusal({ code: 'not-found' });
    return turns.asked(
      async () => {
        const changed = await adopt(await inUpdate.applyWalkInAction({ ...which, request }));
        return { walkIn: changed, inputHash: request.operation.inputHash };
      },
      () => lost.push(request.operation),
    );
  }

  // --- What time and others bring -----------------------------------------------------------------------------------

  function carryOut(): Promise<void> {
    return turns.byItself(async () => {
      if (turns.lookWanted()) await readAgain();
      const [rung] = clock.rung();
      if (rung !== undefined && isOpen()) await ring(rung);
    });
  }

  async function readAgain(): Promise<void> {
    turns.looked();
    for (let operation = lost.shift(); operation !== undefined; operation = lost.shift()) {
      const found = await inTime.findWalkInStep({ ...which, operation });
      if (found !== null) await adopt(found);
    }
    await adopt(await inTime.readWalkIn(which));
  }

  async function ring(timer: PlannedTimer): Promise<void> {
    rings += 1;
    const operation = { key: walkInOperationKey(walkInId, `ring:${rings}`), inputHash: timer.name };
    await dealWith(clock, timer, {
      deal: async () => adopt(await inTime.ringWalkInTimer({ ...which, name: timer.name, operation })),
      fault: 'a timer of a walk-in could not be dealt with',
    });
  }

  const isOpen = (): boolean => settled?.open === true;

  return {
    arrive,
    carryOut,
    isOpen,
    somethingToDo: () => condition(() => turns.lookWanted() || clock.rung().length > 0 || !isOpen()),
    view: () => settled?.walkIn ?? null,
    close: () => clock.cancel(),
  };
}

const stateWords: Readonly<Record<string, string>> = {
  'waiting': 'Waiting',
  'called': 'Called',
  'in-room': 'Being seen',
  'done': 'Seen',
  'left': 'Left without being seen',
  'transferred': 'Sent to another house',
  'cancelled': 'Entered in error',
}; // prettier-ignore

const timerWords: Readonly<Record<string, string>> = {
  're-triage': 'somebody has to look again',
  'day-end': 'the day is over',
};

/** Markdown for Temporal Web: plain words, no names, nothing clinical (I24). */
function detailsOf(seen: WalkInView, next: PlannedTimer | undefined): string {
  const lines = [
    `**${stateWords[seen.state] ?? seen.state}**`,
    `Number ${seen.ticket}, since ${shortTime(seen.arrivedAt)}.`,
  ];
  if (next !== undefined) lines.push(`Next, at ${shortTime(next.dueAt)}: ${timerWords[next.name] ?? next.name}.`);
  return lines.join('\n\n');
}
