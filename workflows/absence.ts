/**
 * A practitioner is away, or a room or machine is down (features B20, B21): `absence:<id>` brings every affected patient to a
 * resolution. Postgres keeps the list and judges each patient (domain/schedule/absence.ts); this process goes through the list,
 * soonest visit first, and owns the waiting: half of the time to answer, its end, and the next look. Read `absence` first.
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
  upsertSearchAttributes,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import type { AbsenceActivities, Look, Steered, StepOutcome } from '../activities/absence.ts';
import { absenceActions, absenceActionsOf, actionProblem, caseActions } from '../domain/schedule/absence.ts';
import type { AbsenceAction, CaseAction, Progress } from '../domain/schedule/absence.ts';
import { behindUpdate, owed, startCommand } from './activity-options.ts';
import { startOnce, startOpenings, tell } from './children.ts';
import { refusal, refusedWith } from './failures.ts';
import {
  absenceOperationKey,
  absenceOutcomeUpdate,
  absenceProgressQuery,
  absenceStateQuery,
  absenceWorkflowId,
  caseUpdate,
  listChangedSignal,
} from './messages/absence.ts';
import type {
  AbsenceActionOutcome,
  AbsenceActionRequest,
  AbsenceEnd,
  AbsenceInput,
  AbsenceOutcome,
  AbsenceRunState,
  AbsenceView,
  CaseActionRequest,
} from './messages/absence.ts';
import { appointmentWorkflow, appointmentWorkflowId, changedElsewhereSignal } from './messages/appointment.ts';
import { caseSearchAttributes } from './messages/case-search-attributes.ts';
import { openingChangedSignal, openingWorkflowId } from './messages/opening.ts';
import {
  waitlistEntryChangedSignal,
  waitlistEntryWorkflow,
  waitlistEntryWorkflowId,
} from './messages/waitlist-entry.ts';
import { settleStart, startOutcome } from './start.ts';
import { inTurns } from './turns.ts';

const inStart = proxyLocalActivities<AbsenceActivities>(startCommand);
const inUpdate = proxyActivities<AbsenceActivities>(behindUpdate);
// A long list is many rows.
const inTime = proxyActivities<AbsenceActivities>({ ...owed, startToCloseTimeout: '1 minute' });
// One patient's fault must not hold up the others for ever: after so many tries the next one comes. What a killed worker
// had begun is taken up by another one after this long.
const forOne = proxyActivities<AbsenceActivities>({
  ...owed,
  startToCloseTimeout: '15 seconds',
  retry: { ...owed.retry, maximumAttempts: 8 },
});

/** Tasks are finished and visits booked without telling this process: that is how often it looks by itself. */
const lookEveryMs = 15 * 60_000;
const againAfterMs = 60_000;
/** A patient whom we cannot ask for so long is called by a person. */
const faultsBeforeCall = 3;
/** Enough ids for the times held for one patient, and for one that was taken meanwhile. */
const idsPerPatient = 12;

/** Declared by its start command; then it works until all are settled, or until a person stops it. */
export async function absence(input: AbsenceInput): Promise<AbsenceEnd> {
  const list = setUp(input);
  // Cancelling in Temporal Web must not leave patients behind: stopping is an update.
  return CancellationScope.nonCancellable(async () => {
    const outcome = await list.declare();
    while (outcome.ok && !list.isOver()) {
      const next = await list.goThrough();
      if (list.isOver()) break;
      if (workflowInfo().continueAsNewSuggested) {
        await condition(allHandlersFinished);
        await continueAsNew<typeof absence>({
          ...input,
          resumed: { ...outcome, absence: list.view() ?? outcome.absence },
        });
      }
      await list.wait(next);
    }
    await condition(allHandlersFinished);
    return { outcome, absence: list.view() };
  });
}

function setUp(input: AbsenceInput) {
  const { organizationId, absenceId } = input;
  const which = { organizationId, absenceId };
  const inTurn = inTurns();
  let outcome: AbsenceOutcome | undefined;
  let view: AbsenceView | null = null;
  let last: Look | null = null;
  let woken = false;
  let shown: string | undefined;
  /** Whom asking failed for: a person sees to it. */
  const refused = new Set<string>();
  /** How often the step of a patient was given up for a fault of ours. */
  const faults = new Map<string, number>();

  for (const action of absenceActions) {
    const update = defineUpdate<AbsenceActionOutcome, [AbsenceActionRequest]>(action);
    setHandler(update, (request) => CancellationScope.nonCancellable(() => steer(request)), {
      validator: (_request) => refuseAtTheDoor(action),
    });
  }
  for (const action of caseActions) {
    const update = defineUpdate<AbsenceActionOutcome, [CaseActionRequest]>(caseUpdate(action));
    setHandler(update, (request) => CancellationScope.nonCancellable(() => override(request)), {
      validator: (request) => refuseCaseAtTheDoor(action, request),
    });
  }
  setHandler(defineUpdate<AbsenceOutcome>(absenceOutcomeUpdate), async () => {
    await condition(() => outcome !== undefined);
    return outcome as AbsenceOutcome;
  });
  setHandler(defineSignal(listChangedSignal), () => void (woken = true));
  setHandler(defineQuery<AbsenceRunState>(absenceStateQuery), () => ({
    stage: view?.state ?? (outcome === undefined ? 'declaring' : 'refused'),
    absence: view,
    open: last?.open ?? [],
    nextAt: last?.nextAt ?? null,
  }));
  setHandler(defineQuery<Progress | null>(absenceProgressQuery), () => view?.progress ?? null);

  function adopt(now: AbsenceView): void {
    view = now;
    const { settled, total, percent } = now.progress;
    setCurrentDetails(`${now.state}: ${settled} of ${total} patients settled (${percent} %)`);
    const attributes = [now.state, last?.nextAt].join(' ');
    if (attributes === shown) return;
    shown = attributes;
    upsertSearchAttributes([
      { key: caseSearchAttributes.caseType, value: 'absence' },
      { key: caseSearchAttributes.stage, value: now.state },
      { key: caseSearchAttributes.dueAt, value: last?.nextAt == null ? null : new Date(last.nextAt) },
      { key: caseSearchAttributes.owner, value: now.resourceId ?? now.locationId },
    ]);
  }

  async function declare(): Promise<AbsenceOutcome> {
    const { operation } = input;
    if (input.resumed !== undefined) {
      outcome = input.resumed;
      if (outcome.ok) adopt(outcome.absence);
      return outcome;
    }
    outcome = await startOutcome(operation.inputHash, async () => {
      const declared = await settleStart(
        () => inStart.declareAbsence(input),
        () => inTime.declareAbsence(input),
      );
      adopt(declared);
      return { absence: declared };
    });
    return outcome;
  }

  /** Everything that can be done now, one patient after the other. @returns the next deadline */
  async function goThrough(): Promise<string | null> {
    for (;;) {
      woken = false;
      const look = await inTurn(lookAgain);
      if (look.steps.length === 0) return look.nextAt;
      let anyDone = false;
      for (const { appointmentId, step } of look.steps) {
        await inTurn(async () => {
          // While paused nobody is written to; a call is for staff.
          if (isOver() || (view?.state === 'paused' && step !== 'call')) return;
          const done = await take(appointmentId, step);
          anyDone ||= done || (step === 'move-resource' && (await take(appointmentId, 'ask')));
          if (refused.delete(appointmentId)) anyDone = (await take(appointmentId, 'call')) || anyDone;
        });
      }
      // What cannot be done is tried again later, by a fixed release if need be.
      if (!anyDone) return new Date(Date.now() + againAfterMs).toISOString();
    }
  }

  async function lookAgain(): Promise<Look> {
    last = await inTime.lookAtList(which);
    adopt(last.absence);
    await tell(last.tell.map(absenceWorkflowId), listChangedSignal);
    await tell(last.closed.map(openingWorkflowId), openingChangedSignal);
    await tell(last.wishes.map(waitlistEntryWorkflowId), waitlistEntryChangedSignal);
    await tell(last.visits.map(appointmentWorkflowId), changedElsewhereSignal);
    return last;
  }

  /** One patient's trouble must not hold up the others: it is tried again with the next look. */
  async function take(appointmentId: string, step: Look['steps'][number]['step']): Promise<boolean> {
    try {
      const done = await forOne.carryOutStep({
        ...which,
        appointmentId,
        step,
        key: absenceOperationKey(absenceId, `${step}:${appointmentId}:${uuid4()}`),
        ids: Array.from({ length: idsPerPatient }, () => uuid4()),
        actor: input.actor,
      });
      await spread(done);
      return done.done;
    } catch (error) {
      const problem = refusedWith(error);
      if (problem === undefined) {
        const times = (faults.get(appointmentId) ?? 0) + 1;
        faults.set(appointmentId, times);
        log.error('a step for a patient failed', { step, times });
        if (times < faultsBeforeCall) return false;
      } else log.error('a step for a patient was refused', { code: problem.code, step });
      if (step === 'ask' || step === 'move-resource') refused.add(appointmentId);
      return false;
    }
  }

  /** What a step means for other runs. */
  async function spread(
    of: Pick<StepOutcome, 'visits' | 'openings' | 'absences'> &
      Partial<Pick<StepOutcome, 'held' | 'wishes' | 'changedWishes'>>,
  ) {
    for (const start of of.held ?? []) {
      await startOnce(appointmentWorkflow, {
        workflowId: appointmentWorkflowId(start.appointmentId),
        input: start,
        summary: `Visit ${start.appointmentId.slice(0, 8)}, held for the patient`,
      });
    }
    for (const start of of.wishes ?? []) {
      await startOnce(waitlistEntryWorkflow, {
        workflowId: waitlistEntryWorkflowId(start.entryId),
        input: start,
        summary: `Wish ${start.entryId.slice(0, 8)}, displaced by the clinic`,
      });
    }
    await tell((of.changedWishes ?? []).map(waitlistEntryWorkflowId), waitlistEntryChangedSignal);
    await tell(of.visits.map(appointmentWorkflowId), changedElsewhereSignal);
    await tell(of.absences.map(absenceWorkflowId), listChangedSignal);
    await startOpenings(organizationId, of.openings);
  }

  // --- What people say ----------------------------------------------------------------------------------------------

  function refuseAtTheDoor(action: AbsenceAction): void {
    if (outcome?.ok === false) throw refusal({ code: 'not-found' });
    if (view === null) return;
    const allowed = absenceActionsOf(view.state);
    if (!allowed.includes(action))
      throw refusal({ code: 'invalid-transition', allowed, data: { from: view.state, event: action } });
  }

  /** Who is not known as open was settled meanwhile, or was listed just now: the transaction tells. */
  function refuseCaseAtTheDoor(action: CaseAction, { appointmentId }: CaseActionRequest): void {
    if (outcome?.ok === false) throw refusal({ code: 'not-found' });
    const known = last?.open.find((one) => one.appointmentId === appointmentId);
    // What was settled since is judged by the transaction as well.
    const problem = known === undefined || last?.steps.length !== 0 ? null : actionProblem(known, action);
    if (problem !== null) throw refusal(problem);
  }

  const steer = (request: AbsenceActionRequest): Promise<AbsenceActionOutcome> =>
    carryOutUpdate(request, () => inUpdate.steerAbsence({ ...which, request }));
  const override = (request: CaseActionRequest): Promise<AbsenceActionOutcome> =>
    carryOutUpdate(request, () => inUpdate.steerCase({ ...which, request }));

  async function carryOutUpdate(
    { operation }: Pick<AbsenceActionRequest, 'operation'>,
    work: () => Promise<Steered>,
  ): Promise<AbsenceActionOutcome> {
    await condition(() => outcome !== undefined);
    if (outcome?.ok === false) throw refusal({ code: 'not-found' });
    return inTurn(async () => {
      try {
        const steered = await work();
        await spread(steered);
        // What the door knows is that of the last look.
        await lookAgain();
        return { absence: steered.absence, inputHash: operation.inputHash };
      } catch (error) {
        throw refusal(refusedWith(error) ?? { code: 'unavailable' });
      } finally {
        woken = true;
      }
    });
  }

  function isOver(): boolean {
    return view !== null && view.endedAt !== null;
  }

  return {
    declare,
    goThrough,
    isOver,
    view: () => view,
    /**
     * Until the deadline, at most until the next look by itself, or until something is said. Not for less than a second: the
     * database's clock decides deadlines, and may be a little behind the engine's.
     */
    async wait(until: string | null): Promise<void> {
      const ms = until === null ? lookEveryMs : Math.min(lookEveryMs, Math.max(1_000, Date.parse(until) - Date.now()));
      await condition(() => woken || isOver(), ms);
    },
  };
}
