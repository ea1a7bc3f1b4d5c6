/**
 * The life of one group session (scheduling-intake.md C2), `group:<id>`: it is opened with the practitioner's and the
 * room's time, its seats are filled by visits with runs of their own, and it is over at its end; or the clinic calls it
 * off, and every seat's visit is cancelled one by one, by its own run, until nobody is left who was not told.
 */
import {
  CancellationScope,
  allHandlersFinished,
  condition,
  defineQuery,
  defineUpdate,
  log,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { GroupSessionActivities } from '../activities/group-session.ts';
import type { Actor } from '../domain/actor.ts';
import { behindUpdate, owed, startCommand } from './activity-options.ts';
import { refusal, refusedWith } from './failures.ts';
import { appointmentOperationKey } from './messages/appointment.ts';
import type { ActionRequest } from './messages/appointment.ts';
import { caseSearchAttributes } from './messages/case-search-attributes.ts';
import {
  groupOperationKey,
  groupOutcomeUpdate,
  groupProgressQuery,
  groupSessionActions,
} from './messages/group-session.ts';
import type {
  GroupSessionAction,
  GroupSessionAnswer,
  GroupSessionEnd,
  GroupSessionOutcome,
  GroupSessionProgress,
  GroupSessionRequest,
  GroupSessionStart,
} from './messages/group-session.ts';
import { settleStart, startOutcome } from './start.ts';
import { inTurns } from './turns.ts';

const inStart = proxyLocalActivities<GroupSessionActivities>(startCommand);
const inUpdate = proxyActivities<GroupSessionActivities>(behindUpdate);
const inTime = proxyActivities<GroupSessionActivities>(owed);

/** A visit that could not be called off now (somebody was faster) is looked at again. */
const againAfter = '1 minute';

export async function groupSession(input: GroupSessionStart): Promise<GroupSessionEnd> {
  const session = setUp(input);
  // An administrator's "cancel" in Temporal Web must not leave half a session: cancelling is an update.
  return CancellationScope.nonCancellable(async () => {
    const outcome = await session.start();
    while (outcome.ok && !session.isOver()) {
      await session.nextStep();
      if (session.isCancelling()) await session.callOff();
      else await session.settle();
    }
    await condition(allHandlersFinished);
    return { outcome, state: session.state() };
  });
}

function setUp(input: GroupSessionStart) {
  const { organizationId, sessionId } = input;
  const which = { organizationId, sessionId };
  const inTurn = inTurns();
  let outcome: GroupSessionOutcome | undefined;
  let progress: GroupSessionProgress | undefined;
  /** The word of who cancelled it, for the visits. */
  let cancel: { readonly reason: string; readonly actor: Actor } | undefined;
  let steps = 0;

  setHandler(defineUpdate<GroupSessionOutcome>(groupOutcomeUpdate), async () => {
    await condition(() => outcome !== undefined);
    return outcome as GroupSessionOutcome;
  });
  for (const action of groupSessionActions) {
    const update = defineUpdate<GroupSessionAnswer, [GroupSessionRequest]>(action);
    setHandler(update, (request) => CancellationScope.nonCancellable(() => change(action, request)), {
      validator: (_request) => refuseAtTheDoor(action),
    });
  }
  setHandler(defineQuery<GroupSessionProgress | null>(groupProgressQuery), () => progress ?? null);

  function adopt(settled: GroupSessionProgress): GroupSessionProgress {
    progress = settled;
    setCurrentDetails(detailsOf(settled));
    upsertSearchAttributes([
      { key: caseSearchAttributes.caseType, value: 'group-session' },
      { key: caseSearchAttributes.stage, value: settled.state },
      { key: caseSearchAttributes.dueAt, value: settled.state === 'open' ? new Date(settled.end) : null },
      { key: caseSearchAttributes.site, value: settled.locationId },
      { key: caseSearchAttributes.owner, value: settled.practitionerId },
    ]);
    return settled;
  }

  async function start(): Promise<GroupSessionOutcome> {
    const { inputHash } = input.operation;
    outcome = await startOutcome(inputHash, async () => {
      const opened = await settleStart(
        () => inStart.openGroupSession(input),
        () => inTime.openGroupSession(input),
      );
      return { progress: adopt(opened) };
    });
    return outcome;
  }

  function refuseAtTheDoor(action: GroupSessionAction): void {
    if (outcome?.ok === false) throw refusal({ code: 'not-found' });
    if (progress === undefined || progress.state === 'open') return;
    throw refusal({ code: 'invalid-transition', allowed: [], data: { from: progress.state, event: action } });
  }

  async function change(action: GroupSessionAction, request: GroupSessionRequest): Promise<GroupSessionAnswer> {
    await condition(() => outcome !== undefined);
    if (outcome?.ok === false) throw refusal({ code: 'not-found' });
    return inTurn(async () => {
      const word = { reason: request.input.reason ?? '', actor: request.actor };
      try {
        const changed = adopt(await inUpdate.changeGroupSession({ ...which, ...request, action }));
        if (action === 'cancel') cancel = word;
        return { progress: changed, inputHash: request.operation.inputHash };
      } catch (error) {
        const problem = refusedWith(error);
        // It may have been filed all the same: what Postgres says is gone by.
        if (problem === undefined) {
          if (action === 'cancel') cancel = word;
          adopt(await inTime.readGroupSession(which));
        }
        throw refusal(problem ?? { code: 'unavailable' });
      }
    });
  }

  /** Its end, or somebody's word. */
  async function nextStep(): Promise<void> {
    if (progress === undefined || isCancelling()) return;
    const ms = Date.parse(progress.end) - Date.now();
    if (ms > 0) await condition(() => isCancelling(), ms);
  }

  /** One after the other, by the visits' own runs: each tells its patient (cancelByClinic). */
  async function callOff(): Promise<void> {
    const { seats } = adopt(await inTime.readGroupSession(which));
    for (const { appointmentId, action } of seats) {
      const problem = await inTime.actOnSeat({ appointmentId, request: requestOf(appointmentId, action) });
      if (problem !== null) log.warn('a seat was not called off', { code: problem.code });
    }
    await settle();
    if (isCancelling()) await sleep(againAfter);
  }

  function requestOf(appointmentId: string, action: ActionRequest['action']): ActionRequest {
    const { reason, actor } = cancel ?? { reason: 'other', actor: input.actor };
    return {
      action,
      input: { reason, alternatives: 0 },
      // Who may call off the session may call off its seats, also those that wait for approval.
      actor: { ...actor, permissions: [...new Set([...actor.permissions, 'appointment:approve', 'appointment:cancel-by-clinic'])] }, // prettier-ignore
      operation: { key: appointmentOperationKey(appointmentId, `group:${steps}`), inputHash: `group-cancel:${reason}` },
    };
  }

  /** Postgres says where it stands. */
  function settle(): Promise<void> {
    return inTurn(async () => {
      steps += 1;
      const operation = { key: groupOperationKey(sessionId, `settle:${steps}`), inputHash: 'settle' };
      const settled = adopt(await inTime.settleGroupSession({ ...which, operation }));
      // The database's clock decides when it is over, and may be a little behind the engine's.
      if (settled.state === 'open' && Date.parse(settled.end) <= Date.now()) await sleep('1 second');
    });
  }

  function isCancelling(): boolean {
    return progress?.state === 'cancelling';
  }

  return {
    start,
    nextStep,
    callOff,
    settle,
    isCancelling,
    state: () => progress?.state ?? null,
    isOver: () => progress?.state === 'cancelled' || progress?.state === 'over',
  };
}

const words: Readonly<Record<GroupSessionProgress['state'], string>> = {
  open: 'Open: seats can be taken',
  cancelling: 'Called off: the visits are being cancelled one by one',
  cancelled: 'Called off',
  over: 'Over',
};

/** Markdown for the page of the workflow in Temporal Web; UTC, as everywhere there. */
function detailsOf({ state, seats, start, capacity }: GroupSessionProgress): string {
  return [
    `**${words[state]}**`,
    `${capacity} seats, ${start.slice(0, 10)} ${start.slice(11, 16)} UTC.`,
    ...(seats.length > 0 ? [`${seats.length} visits still to be called off.`] : []),
  ].join('\n\n');
}
