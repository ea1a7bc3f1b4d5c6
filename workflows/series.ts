/**
 * A recurring series (scheduling-intake.md C2, feature B13), `series:<id>`. Its rule became dated steps in Postgres; this
 * process takes them one after the other. Each visit is an ordinary appointment with a run and reminders of its own, which
 * outlives this one. Postgres knows which steps are left, so that it goes on wherever it was stopped. Read `series` first.
 */
import {
  CancellationScope,
  ParentClosePolicy,
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineUpdate,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  startChild,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { SeriesActivities } from '../activities/series.ts';
import type { Actor } from '../domain/actor.ts';
import type { ProblemDetail } from '../domain/errors.ts';
import { behindUpdate, owed, startCommand } from './activity-options.ts';
import { refusal, refusedWith } from './failures.ts';
import { appointmentOperationKey, appointmentWorkflow, appointmentWorkflowId } from './messages/appointment.ts';
import type { ActionRequest, AppointmentStart } from './messages/appointment.ts';
import { caseSearchAttributes } from './messages/case-search-attributes.ts';
import { seriesChangeUpdate, seriesOperationKey, seriesOutcomeUpdate, seriesProgressQuery } from './messages/series.ts';
import type {
  SeriesChange,
  SeriesChangeOutcome,
  SeriesChangeRequest,
  SeriesEnd,
  SeriesInput,
  SeriesOutcome,
  SeriesProgress,
  SeriesStep,
} from './messages/series.ts';
import { settleStart, startOutcome } from './start.ts';
import { inTurns } from './turns.ts';

const inStart = proxyLocalActivities<SeriesActivities>(startCommand);
const inUpdate = proxyActivities<SeriesActivities>(behindUpdate);
const inTime = proxyActivities<SeriesActivities>(owed);

/** scheduling-intake.md D1: a series goes on in a new run after this many events. */
const longHistory = 500;
/** After the last visit: it may have been moved meanwhile. */
const dayMs = 86_400_000;

/** Books what the rule means, then waits for changes until its last visit is over. */
export async function series(input: SeriesInput): Promise<SeriesEnd> {
  const recurring = setUp(input);
  // An administrator's "cancel" in Temporal Web must not leave half a series: cancelling is an update.
  return CancellationScope.nonCancellable(async () => {
    const outcome = await recurring.start();
    while (outcome.ok && !recurring.isOver()) {
      await recurring.takeSteps();
      await recurring.settle();
      if (!recurring.isOver() && !recurring.hasSteps()) await recurring.somethingToDo();
    }
    await condition(allHandlersFinished);
    return { outcome, state: recurring.state() };
  });
}

function setUp(input: SeriesInput) {
  const { organizationId, seriesId, command } = input;
  const which = { organizationId, seriesId };
  const inTurn = inTurns();
  let outcome: SeriesOutcome | undefined = input.resumed?.outcome;
  let progress: SeriesProgress | undefined;
  /** Whose steps are being taken. */
  let change: SeriesChange | null = input.resumed?.change ?? null;
  let settlings = 0;

  setHandler(defineUpdate<SeriesOutcome>(seriesOutcomeUpdate), async () => {
    await condition(() => outcome !== undefined);
    return outcome as SeriesOutcome;
  });
  setHandler(
    defineUpdate<SeriesChangeOutcome, [SeriesChangeRequest]>(seriesChangeUpdate),
    (request) => CancellationScope.nonCancellable(() => begin(request)),
    { validator: refuseAtTheDoor },
  );
  setHandler(defineQuery<SeriesProgress | null>(seriesProgressQuery), () => progress ?? null);

  function adopt(settled: SeriesProgress): void {
    progress = settled;
    setCurrentDetails(detailsOf(settled));
    upsertSearchAttributes([
      { key: caseSearchAttributes.caseType, value: 'series' },
      { key: caseSearchAttributes.stage, value: settled.state },
      { key: caseSearchAttributes.dueAt, value: settled.endsAt === null ? null : new Date(settled.endsAt) },
      { key: caseSearchAttributes.site, value: command.locationId },
      { key: caseSearchAttributes.owner, value: command.practitionerId },
    ]);
  }

  // --- The start command --------------------------------------------------------------------------------------------

  async function start(): Promise<SeriesOutcome> {
    if (outcome !== undefined) {
      adopt(await inTime.readSeriesProgress(which));
      return outcome;
    }
    const { inputHash } = input.operation;
    outcome = await startOutcome(inputHash, async () => {
      const filed = await settleStart(
        () => inStart.openSeries(input),
        () => inTime.openSeries(input),
      );
      adopt(filed);
      return { progress: filed };
    });
    return outcome;
  }

  // --- Steps --------------------------------------------------------------------------------------------------------

  /** One after the other; all or nothing stops at the first refusal. */
  async function takeSteps(): Promise<void> {
    while (progress !== undefined && progress.steps.length > 0) {
      await makeRoom();
      const [step, ...rest] = progress.steps;
      const problem = await take(step!);
      progress = { ...progress, steps: rest };
      if (step!.kind === 'book' && problem !== null && command.mode === 'all') return;
    }
  }

  async function take(step: SeriesStep): Promise<ProblemDetail | null> {
    if (step.kind !== 'book') return inTime.actOnOccurrence({ ...which, step, request: requestOf(step) });
    await book(step);
    return inTime.bookedOccurrence({ ...which, step });
  }

  async function book({ appointmentId, occurrence, start: at, practitionerId, locationId }: SeriesStep): Promise<void> {
    const visit: AppointmentStart = {
      organizationId,
      appointmentId,
      operation: { key: appointmentOperationKey(appointmentId, 'start'), inputHash: 'series' },
      command: {
        event: 'book',
        patientId: command.patientId,
        visitTypeId: command.visitTypeId,
        mode: command.visitMode,
        start: at!,
        practitionerId,
        locationId,
      },
      actor: input.actor,
      series: { id: seriesId, occurrence },
    };
    try {
      await startChild<(visit: AppointmentStart) => Promise<unknown>>(appointmentWorkflow, {
        workflowId: appointmentWorkflowId(appointmentId),
        args: [visit],
        parentClosePolicy: ParentClosePolicy.ABANDON,
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        workflowTaskTimeout: '5 seconds',
        staticSummary: `Visit ${appointmentId.slice(0, 8)}, occurrence ${occurrence} of series ${seriesId.slice(0, 8)}`,
      });
    } catch (error) {
      // Begun before a new run of this process took over.
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }

  function requestOf(step: SeriesStep): ActionRequest {
    const { kind, changeNo, appointmentId, start: at, practitionerId, locationId } = step;
    const operation = {
      key: appointmentOperationKey(appointmentId, `series:${changeNo}:${kind}`),
      inputHash: `${kind}:${at ?? ''}:${practitionerId}:${locationId}`,
    };
    if (kind === 'undo') {
      // Who may book may take back what cannot all be booked; the patient was not told of it, and nobody pays for it.
      const actor: Actor = {
        ...input.actor,
        permissions: [...input.actor.permissions, 'appointment:cancel-by-clinic'],
      };
      return { action: 'cancel-by-clinic', input: { reason: 'series-not-booked', quiet: true }, actor, operation };
    }
    // The patient is told of all of them together, when they are settled.
    const actor = change?.actor ?? input.actor;
    if (kind === 'move')
      return {
        action: 'reschedule',
        input: { slot: { start: at!, practitionerId, locationId }, quiet: true },
        actor,
        operation,
      };
    const { reason, feeWaived, byClinic } = change ?? {};
    return {
      action: byClinic === true ? 'cancel-by-clinic' : 'cancel',
      input: { reason, feeWaived, quiet: true },
      actor,
      operation,
    };
  }

  /** Postgres says where the recorded steps lead, and what they bring. */
  function settle(): Promise<void> {
    return inTurn(async () => {
      settlings += 1;
      const operation = {
        key: seriesOperationKey(seriesId, `settle:${workflowInfo().runId}:${settlings}`),
        inputHash: 'settle',
      };
      adopt(await inTime.settleSeries({ ...which, operation }));
    });
  }

  /** A change, or the end of the last visit. */
  async function somethingToDo(): Promise<void> {
    const end = progress?.endsAt === undefined || progress.endsAt === null ? 0 : Date.parse(progress.endsAt);
    const ms = Math.max(dayMs, end + dayMs - Date.now());
    await condition(() => hasSteps(), ms);
  }

  /** Between two steps, when the history has become long. */
  async function makeRoom(): Promise<void> {
    if (workflowInfo().historyLength < longHistory || outcome === undefined) return;
    await condition(allHandlersFinished);
    await continueAsNew<typeof series>({ ...input, resumed: { outcome, change } });
  }

  // --- Changes ------------------------------------------------------------------------------------------------------

  function refuseAtTheDoor({ change: asked }: SeriesChangeRequest): void {
    if (outcome?.ok === false) throw refusal({ code: 'not-found' });
    if (progress === undefined || progress.state === 'booked') return;
    throw refusal({ code: 'invalid-transition', allowed: [], data: { from: progress.state, event: asked.kind } });
  }

  async function begin(request: SeriesChangeRequest): Promise<SeriesChangeOutcome> {
    await condition(() => outcome !== undefined);
    if (outcome?.ok === false) throw refusal({ code: 'not-found' });
    return inTurn(async () => {
      try {
        const begun = await inUpdate.beginSeriesChange({
          ...which,
          change: request.change,
          operation: request.operation,
        });
        change = request.change;
        adopt(begun.progress);
        return { ...begun, inputHash: request.operation.inputHash };
      } catch (error) {
        const problem = refusedWith(error);
        // It may have been filed all the same: what Postgres says is gone by.
        if (problem === undefined) {
          change = request.change;
          adopt(await inTime.readSeriesProgress(which));
        }
        throw refusal(problem ?? { code: 'unavailable' });
      }
    });
  }

  function hasSteps(): boolean {
    return progress !== undefined && progress.steps.length > 0;
  }

  return {
    start,
    takeSteps,
    settle,
    somethingToDo,
    hasSteps,
    state: () => progress?.state ?? null,
    isOver: () => progress !== undefined && (progress.state === 'refused' || progress.state === 'ended'),
  };
}

const words: Readonly<Record<SeriesProgress['state'], string>> = {
  booking: 'Booking the visits one by one',
  undoing: 'Not all could be booked: taking back those that were',
  refused: 'Not booked',
  booked: 'Booked',
  changing: 'Changing the visits one by one',
  ended: 'Over',
};

/** Markdown for the page of the workflow in Temporal Web; UTC, as everywhere there. */
function detailsOf({ state, steps, endsAt }: SeriesProgress): string {
  return [
    `**${words[state]}**`,
    ...(steps.length > 0 ? [`${steps.length} still to do.`] : []),
    ...(endsAt === null ? [] : [`The last visit ends at ${endsAt.slice(0, 10)} ${endsAt.slice(11, 16)} UTC.`]),
  ].join('\n\n');
}
