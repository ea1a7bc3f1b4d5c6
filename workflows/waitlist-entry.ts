/**
 * One wish on the waitlist (scheduling-intake.md D2), `wait:<id>`: begun by joining, changed by the patient or staff, and
 * ended by a visit, by leaving, or by its own timer. Offers belong to openings (opening.ts), which tell it of them.
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
import type { OpeningActivities } from '../activities/opening.ts';
import { waitingStates } from '../domain/waitlist/waitlist.ts';
import { behindUpdate, owed, startCommand } from './activity-options.ts';
import { caseShown } from './case-shown.ts';
import { answerActions, caseTurns } from './case-turns.ts';
import { tell } from './children.ts';
import { refusal } from './failures.ts';
import { nextTimersQuery } from './messages/appointment.ts';
import type { PlannedTimer } from './messages/appointment.ts';
import { openingChangedSignal, openingWorkflowId } from './messages/opening.ts';
import {
  waitlistEntryActions,
  waitlistEntryChangedSignal,
  waitlistEntryOperationKey,
  waitlistEntryQuery,
  waitlistOutcomeUpdate,
} from './messages/waitlist-entry.ts';
import type {
  WaitlistEntryAction,
  WaitlistEntryActionOutcome,
  WaitlistEntryEnd,
  WaitlistEntryOutcome,
  WaitlistEntryRequest,
  WaitlistEntrySettled,
  WaitlistEntryStart,
  WaitlistEntryView,
} from './messages/waitlist-entry.ts';
import { plannedTimers } from './planned-timers.ts';
import { dealWith } from './ring.ts';
import { shortTime } from './short-time.ts';
import { settleStart, startOutcome } from './start.ts';

const inStart = proxyLocalActivities<OpeningActivities>(startCommand);
const inUpdate = proxyActivities<OpeningActivities>(behindUpdate);
const inTime = proxyActivities<OpeningActivities>(owed);

/** A refused wish ends the run at once, and its result answers whoever repeats the request. */
export async function waitlistEntry(input: WaitlistEntryStart): Promise<WaitlistEntryEnd> {
  const wish = setUp(input);
  // An administrator's "cancel" in Temporal Web must not leave a wish that nothing ends: leaving is an update.
  return CancellationScope.nonCancellable(async () => {
    const outcome = await wish.join();
    while (wish.isWaiting()) {
      await wish.somethingToDo();
      await wish.carryOut();
    }
    wish.close();
    await condition(allHandlersFinished);
    return { outcome, entry: wish.view() };
  });
}

function setUp(input: WaitlistEntryStart) {
  const { organizationId, entryId } = input;
  const which = { organizationId, entryId };
  // An opening's transaction may have changed the wish.
  const turns = caseTurns(['invalid-transition', 'not-found']);
  const clock = plannedTimers();
  let outcome: WaitlistEntryOutcome | undefined;
  let settled: WaitlistEntrySettled | null = null;
  const shown = caseShown('waitlist-entry');
  let rings = 0;

  answerActions(waitlistEntryActions, act, refuseAtTheDoor);
  setHandler(defineUpdate<WaitlistEntryOutcome>(waitlistOutcomeUpdate), async () => {
    await condition(() => outcome !== undefined);
    return outcome as WaitlistEntryOutcome;
  });
  setHandler(defineSignal(waitlistEntryChangedSignal), turns.wantLook);
  setHandler(defineQuery<WaitlistEntrySettled | null>(waitlistEntryQuery), () => settled);
  setHandler(defineQuery<readonly PlannedTimer[]>(nextTimersQuery), () => clock.pending());

  async function adopt(step: WaitlistEntrySettled): Promise<WaitlistEntryView> {
    settled = step;
    clock.follow(isWaiting() ? step.timers : [], 0);
    show(step.entry);
    // Who was asked has left: the next is asked at once, not when the offer would have ended.
    await tell(step.openings.map(openingWorkflowId), openingChangedSignal);
    return step.entry;
  }

  function show(entry: WaitlistEntryView): void {
    const next = clock.pending()[0];
    setCurrentDetails(detailsOf(entry, next));
    const [site = null, otherSite] = entry.locationIds;
    const [owner = null, otherOwner] = entry.providerIds ?? [];
    const place = { site: otherSite === undefined ? site : null, owner: otherOwner === undefined ? owner : null };
    shown({ stage: entry.state, dueAt: next?.dueAt, site: place.site, owner: place.owner });
  }

  // --- Joining ------------------------------------------------------------------------------------------------------

  async function join(): Promise<WaitlistEntryOutcome> {
    const { inputHash } = input.operation;
    outcome = await startOutcome(inputHash, async () => {
      const joined = await settleStart(
        () => inStart.joinWaitlist(input),
        () => inTime.joinWaitlist(input),
      );
      return { entry: await adopt(joined) };
    });
    return outcome;
  }

  // --- What people ask for ------------------------------------------------------------------------------------------

  function refuseAtTheDoor(action: WaitlistEntryAction, { input: { wish } }: WaitlistEntryRequest): void {
    if (outcome !== undefined && !outcome.ok) throw refusal({ code: 'not-found' });
    if (action === 'change' && wish === undefined) throw refusal({ code: 'validation-failed' });
    if (settled === null || turns.mayBeBehind() || isWaiting()) return;
    throw refusal({ code: 'invalid-transition', data: { from: settled.entry.state, event: action } });
  }

  async function act(request: WaitlistEntryRequest): Promise<WaitlistEntryActionOutcome> {
    await condition(() => outcome !== undefined);
    if (outcome?.ok === false) throw refusal({ code: 'not-found' });
    return turns.asked(async () => {
      const entry = await adopt(await inUpdate.applyEntryAction({ ...which, request }));
      return { entry, inputHash: request.operation.inputHash };
    });
  }

  // --- What time and others bring -----------------------------------------------------------------------------------

  function carryOut(): Promise<void> {
    return turns.byItself(async () => {
      if (turns.lookWanted()) await readAgain();
      const [rung] = clock.rung();
      if (rung !== undefined && isWaiting()) await ring(rung);
    });
  }

  async function readAgain(): Promise<void> {
    turns.looked();
    await adopt(await inTime.readEntry(which));
  }

  async function ring(timer: PlannedTimer): Promise<void> {
    rings += 1;
    const operation = { key: waitlistEntryOperationKey(entryId, `ring:${rings}`), inputHash: timer.name };
    await dealWith(clock, timer, {
      deal: async () => adopt(await inTime.ringEntryTimer({ ...which, name: timer.name, operation })),
      fault: 'a timer of a wish could not be dealt with',
    });
  }

  const isWaiting = (): boolean => settled !== null && waitingStates.has(settled.entry.state);

  return {
    join,
    carryOut,
    isWaiting,
    somethingToDo: () => condition(() => turns.lookWanted() || clock.rung().length > 0 || !isWaiting()),
    view: () => settled?.entry ?? null,
    close: () => clock.cancel(),
  };
}

const stateWords: Readonly<Record<string, string>> = {
  active: 'Waiting',
  offered: 'Waiting, and asked about a time now',
  paused: 'Paused',
  promoted: 'Has a time',
  withdrawn: 'Left the waitlist',
  expired: 'Over: nothing came free in time',
};

const timerWords: Readonly<Record<string, string>> = {
  'expiry-notice': 'the patient is told that the wish will end',
  expiry: 'the wish ends',
};

/** Markdown for Temporal Web: plain words, no names, nothing clinical (I24). */
function detailsOf(entry: WaitlistEntryView, next: PlannedTimer | undefined): string {
  const lines = [`**${stateWords[entry.state] ?? entry.state}**`, `Since ${shortTime(entry.joinedAt)}.`];
  if (next !== undefined) lines.push(`Next, at ${shortTime(next.dueAt)}: ${timerWords[next.name] ?? next.name}.`);
  return lines.join('\n\n');
}
