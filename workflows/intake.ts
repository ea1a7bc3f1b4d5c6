/**
 * One guided intake (scheduling-intake.md D3), `intake:<id>`: begun by staff or with a visit, answered step by step by the
 * patient over weeks, reviewed by staff, and ended by approval, cancellation or its own timers. Postgres decides and keeps
 * what was said; this process owns the waiting, and begins what follows: escalations, merges, questions to payers.
 */
import {
  CancellationScope,
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  log,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { IntakeActivities } from '../activities/intake.ts';
import { intakeAfter, openIntakeStates } from '../domain/intake/intake.ts';
import { behindUpdate, owed, startCommand } from './activity-options.ts';
import { caseShown } from './case-shown.ts';
import { answerActions, caseTurns } from './case-turns.ts';
import { startEscalations, startMerges, startOnce } from './children.ts';
import { refusal, refusedWith } from './failures.ts';
import { intakeDetails } from './intake-words.ts';
import { nextTimersQuery } from './messages/appointment.ts';
import type { PlannedTimer } from './messages/appointment.ts';
import { eligibilityWorkflow, eligibilityWorkflowId } from './messages/eligibility.ts';
import type { EligibilityStart } from './messages/eligibility.ts';
import {
  escalationChangedSignal,
  intakeChangedSignal,
  intakeFlagsQuery,
  intakeOperationKey,
  intakeOutcomeUpdate,
  intakeProgressQuery,
  intakeQuery,
  intakeScoreQuery,
  intakeUpdates,
} from './messages/intake.ts';
import type {
  IntakeActionOutcome,
  IntakeEnd,
  IntakeFlags,
  IntakeOutcome,
  IntakeProgressView,
  IntakeRequest,
  IntakeScoreView,
  IntakeSettled,
  IntakeStart,
  IntakeUpdate,
  IntakeView,
} from './messages/intake.ts';
import { plannedTimers } from './planned-timers.ts';
import { dealWith } from './ring.ts';
import { settleStart, startOutcome } from './start.ts';

const inStart = proxyLocalActivities<IntakeActivities>(startCommand);
const inUpdate = proxyActivities<IntakeActivities>(behindUpdate);
const inTime = proxyActivities<IntakeActivities>(owed);

/**
 * A save leaves about ten events: after this many the run goes on in a new one, with what it needs. Every repeat is
 * recognized by its operation, in whichever run it arrives.
 */
const longHistory = 4_000;

/** A refused start ends the run at once, and its result answers whoever repeats the request. */
export async function intake(input: IntakeStart): Promise<IntakeEnd> {
  const process = setUp(input);
  // An administrator's "cancel" in Temporal Web must not leave an intake that nothing ends: cancelling is an update.
  return CancellationScope.nonCancellable(async () => {
    const outcome = await process.begin();
    while (process.isLive()) {
      await process.somethingToDo();
      if (process.isTooLong()) {
        await condition(allHandlersFinished);
        if (process.isTooLong() && process.isLive()) return continueAsNew<typeof intake>(process.goesOn());
      }
      await process.carryOut();
    }
    process.close();
    await condition(allHandlersFinished);
    return { outcome, intake: process.view() };
  });
}

function setUp(input: IntakeStart) {
  const { organizationId, intakeId } = input;
  const which = { organizationId, intakeId };
  // Another transaction may have changed the intake.
  const turns = caseTurns(['invalid-transition', 'not-found']);
  const clock = plannedTimers();
  const limit = input.longHistory ?? longHistory;
  let outcome: IntakeOutcome | undefined;
  let settled: IntakeSettled | null = null;
  const shown = caseShown('intake');
  /** Of timers and looks, over all runs: part of their operations' keys. */
  let rings = input.goesOn?.rings ?? 0;

  answerActions(intakeUpdates, act, refuseAtTheDoor);
  setHandler(defineUpdate<IntakeOutcome>(intakeOutcomeUpdate), async () => {
    await condition(() => outcome !== undefined);
    return outcome as IntakeOutcome;
  });
  setHandler(defineSignal(intakeChangedSignal), turns.wantLook);
  setHandler(defineSignal(escalationChangedSignal), turns.wantLook);
  setHandler(defineQuery<IntakeSettled | null>(intakeQuery), () => settled);
  setHandler(defineQuery<IntakeProgressView | null>(intakeProgressQuery), () =>
    settled === null ? null : { step: settled.intake.step, percent: settled.intake.percent, missing: settled.left },
  );
  setHandler(defineQuery<IntakeFlags | null>(intakeFlagsQuery), () => {
    if (settled === null) return null;
    const { identity, escalation, insurance, flags } = settled.intake;
    return { identity, escalation, insurance, redFlags: flags };
  });
  setHandler(
    defineQuery<IntakeScoreView | null, [string]>(intakeScoreQuery),
    (tool) => settled?.scores.find((score) => score.tool === tool) ?? null,
  );
  setHandler(defineQuery<readonly PlannedTimer[]>(nextTimersQuery), () => clock.pending());

  /** What the database says now becomes what this process goes by; what follows from it begins. */
  async function adopt(step: IntakeSettled): Promise<IntakeView> {
    settled = step;
    clock.follow(step.timers, 0);
    show(step.intake);
    await startEscalations(organizationId, step.escalations);
    await startMerges(step.merges ?? []);
    for (const coverageId of step.coverages ?? []) {
      const start: EligibilityStart = { organizationId, coverageId, ask: 1 };
      const workflowId = eligibilityWorkflowId(coverageId);
      await startOnce(eligibilityWorkflow, { workflowId, input: start, summary: `Coverage ${coverageId.slice(0, 8)}` });
    }
    return step.intake;
  }

  function show(view: IntakeView): void {
    const next = clock.pending()[0];
    setCurrentDetails(intakeDetails(view, next));
    shown({ stage: view.state, dueAt: next?.dueAt, site: view.locationId, owner: view.assignedTo });
  }

  // --- How it begins --------------------------------------------------------------------------------------------------

  async function begin(): Promise<IntakeOutcome> {
    const { goesOn } = input;
    if (goesOn !== undefined) {
      const { inputHash } = goesOn;
      outcome = { ok: true, intake: await adopt(await inTime.readIntake(which)), inputHash };
      return outcome;
    }
    outcome = await startOutcome(input.operation.inputHash, async () => {
      // Two transactions: whatever becomes of the second, the chart that the first has made is marked incomplete (A14).
      if (input.person !== undefined)
        await settleStart(
          () => inStart.createProvisionalChart(input),
          () => inTime.createProvisionalChart(input),
        );
      const begun = await settleStart(
        () => inStart.beginIntake(input),
        () => inTime.beginIntake(input),
      );
      return { intake: await adopt(begun) };
    });
    return outcome;
  }

  // --- What people say ------------------------------------------------------------------------------------------------

  function refuseAtTheDoor(action: IntakeUpdate): void {
    if (outcome !== undefined && !outcome.ok) throw refusal({ code: 'not-found' });
    if (settled === null || turns.mayBeBehind() || action === 'save-step') return;
    // Danger in a save is noticed whatever the state: only its transaction refuses it.
    if (intakeAfter(settled.intake.state, action) !== null) return;
    throw refusal({ code: 'invalid-transition', data: { from: settled.intake.state, event: action } });
  }

  async function act(request: IntakeRequest): Promise<IntakeActionOutcome> {
    await condition(() => outcome !== undefined);
    if (outcome?.ok === false) throw refusal({ code: 'not-found' });
    return turns.asked(async () => {
      const step = await inUpdate.applyIntakeAction({ ...which, request });
      const view = await adopt(step);
      if (step.refused !== undefined) throw refusal(step.refused);
      return {
        intake: view,
        inputHash: request.operation.inputHash,
        ...(step.saved !== undefined && { saved: step.saved }),
      };
    });
  }

  // --- What time and others bring -------------------------------------------------------------------------------------

  function carryOut(): Promise<void> {
    return turns.byItself(async () => {
      if (turns.lookWanted()) await lookAgain();
      const [rung] = clock.rung();
      if (rung !== undefined) await ring(rung);
    });
  }

  async function lookAgain(): Promise<void> {
    turns.looked();
    rings += 1;
    const operation = { key: intakeOperationKey(intakeId, `look:${rings}`), inputHash: 'look' };
    try {
      await adopt(await inTime.refreshIntake({ ...which, operation }));
    } catch (error) {
      const problem = refusedWith(error);
      if (problem === undefined) throw error;
      log.error('what changed beside an intake could not be followed', { code: problem.code });
    }
  }

  async function ring(timer: PlannedTimer): Promise<void> {
    rings += 1;
    const operation = { key: intakeOperationKey(intakeId, `ring:${rings}`), inputHash: timer.name };
    await dealWith(clock, timer, {
      deal: async () => adopt(await inTime.ringIntakeTimer({ ...which, name: timer.name, operation })),
      fault: 'a timer of an intake could not be dealt with',
    });
  }

  /** Open, or over with something left to wait for: the last day to take it up again, the end of a retention. */
  const isLive = (): boolean =>
    settled !== null && (openIntakeStates.has(settled.intake.state) || settled.timers.length > 0);
  const isTooLong = (): boolean => {
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    return continueAsNewSuggested || historyLength > limit;
  };

  return {
    begin,
    carryOut,
    isLive,
    isTooLong,
    somethingToDo: () => condition(() => turns.lookWanted() || clock.rung().length > 0 || !isLive() || isTooLong()),
    goesOn: (): IntakeStart => ({ ...input, goesOn: { inputHash: outcome?.inputHash ?? '', rings } }),
    view: () => settled?.intake ?? null,
    close: () => clock.cancel(),
  };
}
