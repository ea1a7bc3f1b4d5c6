/**
 * The promotion of one freed time (scheduling-intake.md D2), `opening:<id>`. Who is asked, and whether a word counts, is
 * decided by the transactions; this process owns the waiting: for the end of each offer, for the morning, for the release,
 * and for what patients and staff say meanwhile. Read `opening` first.
 */
import {
  CancellationScope,
  allHandlersFinished,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  log,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { OpeningActivities } from '../activities/opening.ts';
import type { ProblemCode } from '../domain/errors.ts';
import { liveOpeningStates } from '../domain/waitlist/waitlist.ts';
import { behindUpdate, owed } from './activity-options.ts';
import { caseShown } from './case-shown.ts';
import { startOnce, startOpenings, tell } from './children.ts';
import { refusal, refusedWith } from './failures.ts';
import {
  appointmentWorkflow,
  appointmentWorkflowId,
  changedElsewhereSignal,
  nextTimersQuery,
} from './messages/appointment.ts';
import type { AppointmentStart, PlannedTimer } from './messages/appointment.ts';
import {
  currentOfferQuery,
  offerHistoryQuery,
  openingActions,
  openingChangedSignal,
  openingOperationKey,
  openingWorkflowId,
} from './messages/opening.ts';
import type {
  OfferView,
  OpeningAction,
  OpeningActionOutcome,
  OpeningActionRequest,
  OpeningEnd,
  OpeningSettled,
  OpeningStart,
  StartAppointment,
} from './messages/opening.ts';
import { waitlistEntryChangedSignal, waitlistEntryWorkflowId } from './messages/waitlist-entry.ts';
import { endOf, openingDetails, openingTimers } from './opening-words.ts';
import { missingShape, refusedAsKnown } from './opening-door.ts';
import { plannedTimers } from './planned-timers.ts';
import { inTurns } from './turns.ts';

const inUpdate = proxyActivities<OpeningActivities>(behindUpdate);
const inTime = proxyActivities<OpeningActivities>(owed);

/** Asks one after the other until the time is filled, closed, or everybody's. */
export async function opening(input: OpeningStart): Promise<OpeningEnd> {
  const promotion = setUp(input);
  // An administrator's "cancel" in Temporal Web must not leave a time that is kept for nobody: closing is an update.
  return CancellationScope.nonCancellable(async () => {
    let end = await promotion.advance();
    while (end === null) {
      await promotion.somethingToDo();
      end = await promotion.advance();
    }
    await condition(allHandlersFinished);
    return end;
  });
}

function setUp({ organizationId, openingId }: OpeningStart) {
  // Looks are counted anew by a run that takes up the rows of one that was ended.
  const { runId } = workflowInfo();
  const inTurn = inTurns();
  const clock = plannedTimers();
  const history = new Map<string, OfferView>();
  let settled: OpeningSettled | null = null;
  const shown = caseShown('opening');
  /** Asked for by a step or a signal: what the rows say may call for the next offer. */
  let lookWanted = false;
  let looks = 0;
  /** Steps that the database may have committed already, and that have not come back here yet. */
  let underWay = 0;
  /** What became of a step is not known: only the transaction judges, until it tells again. */
  let inDoubt = false;
  /** Steps whose answer was given up: if they took place, what follows from them is still owed. */
  const lost: { action: OpeningAction; request: OpeningActionRequest }[] = [];

  for (const action of openingActions) {
    const update = defineUpdate<OpeningActionOutcome, [OpeningActionRequest]>(action);
    setHandler(update, (request) => CancellationScope.nonCancellable(() => act(action, request)), {
      validator: (request) => refuseAtTheDoor(action, request),
    });
  }
  setHandler(defineSignal(openingChangedSignal), () => void (lookWanted = true));
  setHandler(defineQuery<OpeningSettled | null>(currentOfferQuery), () => settled);
  setHandler(defineQuery<readonly OfferView[]>(offerHistoryQuery), () => [...history.values()]);
  setHandler(defineQuery<readonly PlannedTimer[]>(nextTimersQuery), () => clock.pending());

  // --- What time brings ---------------------------------------------------------------------------------------------

  /** One look at the rows: what is over lapses, the next is asked, or the time is released. @returns the end, when it is one */
  function advance(): Promise<OpeningEnd | null> {
    return inTurn(async () => {
      await findLost();
      // What was done meanwhile may have ended it.
      if (settled === null || isLive(settled)) await look();
      return settled === null || isLive(settled) ? null : { opening: settled.opening };
    });
  }

  async function look(): Promise<void> {
    lookWanted = false;
    looks += 1;
    const step = { key: openingOperationKey(openingId, `advance:${runId}:${looks}`), inputHash: 'advance' };
    let againIn = 1_000;
    underWay += 1;
    try {
      await adopt(await inTime.advanceOpening({ organizationId, openingId, operation: step }), 'advance');
    } catch (error) {
      const problem = refusedWith(error);
      if (problem === undefined || problem.code === 'not-found') throw error;
      // A fault of ours must not end the process of a time that is kept: tried again until a release mends it.
      log.error('an opening could not be advanced', { code: problem.code });
      againIn = 60_000;
      const again = { name: 'again', dueAt: new Date(Date.now() + againIn).toISOString() };
      clock.follow([...(settled === null ? [] : openingTimers(settled)), again], 0);
    } finally {
      underWay -= 1;
    }
    // The database's clock decides deadlines, and may be a little behind the engine's.
    for (const timer of clock.rung()) clock.ringAgain(timer, againIn);
  }

  const somethingToDo = (): Promise<void> =>
    condition(() => lookWanted || clock.rung().length > 0 || (settled !== null && !isLive(settled)));

  // --- What people say ----------------------------------------------------------------------------------------------

  /** A rejected update leaves no history: shapes, and what is over for certain. Everything else is the transaction's. */
  function refuseAtTheDoor(action: OpeningAction, { input }: OpeningActionRequest): void {
    const missing = missingShape(action, input);
    if (missing !== null) throw refusal(missing);
    // Between a commit and its arrival here, somebody who sees it may ask for the next step: it waits its turn.
    if (settled === null || underWay > 0 || inDoubt) return;
    const problem = refusedAsKnown(action, input, settled, history);
    if (problem !== null) throw refusal(problem);
  }

  async function act(action: OpeningAction, request: OpeningActionRequest): Promise<OpeningActionOutcome> {
    await condition(() => settled !== null);
    return inTurn(async () => {
      underWay += 1;
      try {
        const step = await inUpdate.applyOpeningAction({ organizationId, openingId, request });
        inDoubt = false;
        await adopt(step, action, request.input.offerId);
        // Who is next is asked at once; an offer that stands longer, or a pause, needs nobody.
        lookWanted ||= action !== 'extend' && action !== 'pause';
        return {
          opening: step.opening,
          appointment: step.appointment ?? null,
          inputHash: request.operation.inputHash,
        };
      } catch (error) {
        const problem = refusedWith(error);
        inDoubt ||= problem === undefined;
        if (problem === undefined) lost.push({ action, request });
        // The door let it pass and the transaction did not: another writer was here.
        lookWanted ||= problem === undefined || knewBetter.has(problem.code);
        throw refusal(problem ?? { code: 'unavailable' });
      } finally {
        underWay -= 1;
      }
    });
  }

  /** A visit without a run, or a freed time that nobody looks after, must not come of a lost answer. */
  async function findLost(): Promise<void> {
    for (let step = lost.shift(); step !== undefined; step = lost.shift()) {
      const { action, request } = step;
      const found = await inTime.findOpeningStep({ organizationId, openingId, operation: request.operation });
      if (found !== null) await adopt(found, action, request.input.offerId);
    }
  }

  // --- What follows from a step -------------------------------------------------------------------------------------

  /** What the database says now becomes what this process goes by, and whom it concerns is told. */
  async function adopt(step: OpeningSettled, cause: string, offerId?: string): Promise<void> {
    const before = settled?.offers ?? [];
    settled = step;
    inDoubt = false;
    clock.follow(isLive(step) ? openingTimers(step) : [], 0);
    remember(before, step, cause, offerId);
    show(step);
    if (step.startAppointment !== undefined) await startVisit(step.startAppointment);
    if (step.movedAppointmentId !== undefined)
      await tell([appointmentWorkflowId(step.movedAppointmentId)], changedElsewhereSignal);
    await startOpenings(organizationId, step.openings ?? []);
    await tell((step.withdrawnFrom ?? []).map(openingWorkflowId), openingChangedSignal);
    const entries = new Set([...concerned(before, step.offers), ...(step.entries ?? [])]);
    await tell([...entries].map(waitlistEntryWorkflowId), waitlistEntryChangedSignal);
  }

  /** The visit exists already: its run finds the operation of its start done, and takes it up from there. */
  async function startVisit({ appointmentId, operation, actor, ...visit }: StartAppointment): Promise<void> {
    const command = { event: 'book', ...visit, locationId: visit.locationId ?? undefined } as const;
    const start: AppointmentStart = { organizationId, appointmentId, operation, actor, command };
    await startOnce(appointmentWorkflow, {
      workflowId: appointmentWorkflowId(appointmentId),
      input: start,
      summary: `Visit ${appointmentId.slice(0, 8)}, from the waitlist`,
    });
  }

  function remember(before: readonly OfferView[], step: OpeningSettled, cause: string, offerId?: string): void {
    const live = new Set(step.offers.map(({ id }) => id));
    for (const offer of before) {
      if (!live.has(offer.id)) history.set(offer.id, { ...offer, state: endOf(offer, cause, offerId, Date.now()) });
    }
    for (const offer of step.offers) history.set(offer.id, offer);
  }

  function show(step: OpeningSettled): void {
    setCurrentDetails(openingDetails(step));
    const { state, locationId, practitionerId } = step.opening;
    const next = clock.pending()[0];
    shown({ stage: state, dueAt: next?.dueAt, site: locationId, owner: practitionerId });
  }

  return { advance, somethingToDo };
}

const knewBetter: ReadonlySet<ProblemCode> = new Set(['invalid-transition', 'offer-expired', 'not-found']);

const isLive = ({ opening: { state } }: OpeningSettled): boolean => liveOpeningStates.has(state);

/** Entries whose offer is new, or no longer live. */
function concerned(before: readonly OfferView[], after: readonly OfferView[]): string[] {
  const were = new Set(before.map(({ id }) => id));
  const are = new Set(after.map(({ id }) => id));
  const changed = [...before.filter(({ id }) => !are.has(id)), ...after.filter(({ id }) => !were.has(id))];
  return changed.map(({ entryId }) => entryId);
}
