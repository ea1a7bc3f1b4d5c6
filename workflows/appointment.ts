/**
 * The life of one appointment (scheduling-intake.md D1), `appt:<id>`. Postgres decides whether a time is free and keeps
 * what happened; this process owns the waiting: the hold, the approval, the reminders, the late and missed visit, the
 * end of the day. Read `appointment` first; setting up and what updates do come below.
 *
 * Longer than most files: the handlers share the state of one case in one closure, and D1 is best read in one place.
 */
import {
  CancellationScope,
  ParentClosePolicy,
  allHandlersFinished,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  log,
  patched,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  startChild,
  uuid4,
} from '@temporalio/workflow';
import type { AppointmentActivities, Settled } from '../activities/appointment.ts';
import type { Actor } from '../domain/actor.ts';
import { systemActor } from '../domain/actor.ts';
import { decide } from '../domain/appointment/appointment.ts';
import type { AppointmentEvent } from '../domain/appointment/appointment-events.ts';
import { finalStatuses } from '../domain/appointment/appointment-facts.ts';
import type { AppointmentFacts } from '../domain/appointment/appointment-facts.ts';
import type { ProblemCode, ProblemDetail } from '../domain/errors.ts';
import { dueAfterOutage } from '../domain/appointment/reminder.ts';
import { behindUpdate, owed, startCommand } from './activity-options.ts';
import { caseShown } from './case-shown.ts';
import { currentDetails, waitingFor } from './appointment-words.ts';
import { startIntakes, startOpenings, tell } from './children.ts';
import { refusal, refusedWith } from './failures.ts';
import { absenceWorkflowId, listChangedSignal } from './messages/absence.ts';
import {
  appointmentActions,
  appointmentOperationKey,
  appointmentWorkflowId,
  changedElsewhereSignal,
  encounterStartedSignal,
  nextTimersQuery,
  outcomeUpdate,
  stateQuery,
  timelineQuery,
} from './messages/appointment.ts';
import type {
  ActionInput,
  ActionOutcome,
  ActionRequest,
  AppointmentAction,
  AppointmentEnd,
  AppointmentInput,
  AppointmentOutcome,
  AppointmentStart,
  AppointmentState,
  AppointmentView,
  EncounterStarted,
  OpeningCommand,
  Operation,
  PlannedTimer,
  TimelineEntry,
} from './messages/appointment.ts';
import { intakeChangedSignal, intakeWorkflowId } from './messages/intake.ts';
import { walkInChangedSignal, walkInWorkflowId } from './messages/walk-in.ts';
import { isReminder, plannedTimers } from './planned-timers.ts';
import { settleStart, startOutcome } from './start.ts';
import { inTurns } from './turns.ts';

const inStart = proxyLocalActivities<AppointmentActivities>(startCommand);
const inUpdate = proxyActivities<AppointmentActivities>(behindUpdate);
const inTime = proxyActivities<AppointmentActivities>(owed);

/**
 * Booked, held or asked for by its start command; then moved by people's updates and by its own timers until it is
 * over. A refused start ends the run at once, and its result answers whoever repeats the request.
 */
export async function appointment(input: AppointmentInput): Promise<AppointmentEnd> {
  const visit = setUp(input);
  // An administrator's "cancel" in Temporal Web must not end the process of a visit that stands: cancelling is an update.
  return CancellationScope.nonCancellable(async () => {
    const outcome = await visit.start();
    if (outcome.ok) {
      while (!visit.isOver()) {
        await visit.nextTimer();
        await visit.carryOutTimers();
      }
      visit.close();
    }
    await condition(allHandlersFinished);
    return { outcome, appointment: visit.view() };
  });
}

function setUp(input: AppointmentInput) {
  const { organizationId, appointmentId } = input;
  const inTurn = inTurns();
  const clock = plannedTimers();
  const timeline: TimelineEntry[] = [];
  let outcome: AppointmentOutcome | undefined;
  let view: AppointmentView | null = null;
  let facts: AppointmentFacts | null = null;
  const shown = caseShown('appointment');
  /** Steps that the database may have committed already, and that have not come back here yet. */
  let underWay = 0;
  /** Steps whose answer was given up after ten minutes. */
  const lost: { event: AppointmentEvent; actor: Actor; operation: Operation }[] = [];
  const carriedOn = new Set<string>();

  const now = (): number => Date.now();
  const note = (event: string, result: string): void => {
    timeline.push({ at: new Date(now()).toISOString(), event, result });
  };
  const stepKey = (step: string): string => appointmentOperationKey(appointmentId, step);

  for (const action of appointmentActions) {
    const update = defineUpdate<ActionOutcome, [ActionRequest]>(action);
    setHandler(update, (request) => CancellationScope.nonCancellable(() => act(action, request)), {
      validator: (request) => refuseAtTheDoor(action, request),
    });
  }
  setHandler(defineUpdate<AppointmentOutcome>(outcomeUpdate), async () => {
    await condition(() => outcome !== undefined);
    return outcome as AppointmentOutcome;
  });
  setHandler(defineSignal<[EncounterStarted]>(encounterStartedSignal), (signal) =>
    CancellationScope.nonCancellable(() => encounterStarted(signal)),
  );
  setHandler(defineSignal(changedElsewhereSignal), () => CancellationScope.nonCancellable(changedElsewhere));
  setHandler(defineQuery<AppointmentState>(stateQuery), () => ({
    stage: view?.status ?? (outcome === undefined ? 'opening' : 'refused'),
    waitingFor: view === null ? (outcome === undefined ? 'booking' : null) : waitingFor(view),
    appointment: view,
    nextTimers: clock.pending(),
  }));
  setHandler(defineQuery<readonly PlannedTimer[]>(nextTimersQuery), () => clock.pending());
  setHandler(defineQuery<readonly TimelineEntry[]>(timelineQuery), () => timeline);

  /** What the database says now becomes what this process goes by. */
  function adopt(settled: Settled): AppointmentView {
    view = settled.appointment;
    facts = settled.facts;
    clock.follow(settled.timers, view.version);
    show();
    return view;
  }

  function show(): void {
    if (view === null) return;
    const timers = clock.pending();
    setCurrentDetails(currentDetails(view, timers));
    const next = timers[0];
    shown({ stage: view.status, dueAt: next?.dueAt, site: view.locationId, owner: view.practitionerId });
  }

  // --- The start command --------------------------------------------------------------------------------------------

  async function start(): Promise<AppointmentOutcome> {
    const [event, { inputHash }] =
      'correction' in input
        ? [input.correction.action, input.correction.operation]
        : [input.command.event, input.operation];
    let begun: Settled | undefined;
    outcome = await startOutcome(inputHash, async () => {
      begun = await settleStart(
        () => startWith(inStart),
        () => startWith(inTime),
      );
      return { appointment: adopt(begun) };
    });
    note(`start:${event}`, outcome.ok ? outcome.appointment.status : outcome.problem.code);
    if (begun !== undefined) {
      await beginIntakes(begun, 'correction' in input ? input.correction.actor : input.actor);
      // An open one that serves this visit too; nobody was told at a first booking before, so no history has it.
      await tell((begun.intakesTold ?? []).map(intakeWorkflowId), intakeChangedSignal);
    }
    return outcome;
  }

  function startWith(activities: Pick<AppointmentActivities, 'openAppointment' | 'applyAction'>): Promise<Settled> {
    if (!('correction' in input)) return activities.openAppointment(input);
    const { action, input: actionInput, actor, operation } = input.correction;
    return activities.applyAction({
      organizationId,
      appointmentId,
      event: action,
      input: actionInput,
      actor,
      operation,
    });
  }

  // --- What people ask for ------------------------------------------------------------------------------------------

  /**
   * A rejected update leaves no history. Judged here: who may, the table's edges, times and shapes. What other processes
   * change meanwhile (intake, consents, the note) is judged in the transaction, where it is read.
   */
  function refuseAtTheDoor(action: AppointmentAction, request: ActionRequest): void {
    if (outcome !== undefined && !outcome.ok) throw refusal({ code: 'not-found' });
    // Between a commit and its arrival here, somebody who sees it may ask for the next step: it waits its turn, and the
    // transaction decides.
    if (facts === null || underWay > 0) return;
    const known: AppointmentFacts = {
      ...facts,
      mode: facts.mode ?? view?.mode,
      intake: 'waived',
      consentsMissing: [],
      encounterFinished: true,
      liveHolds: 0,
    };
    const decision = decide(known, action, { at: now(), actor: request.actor, input: request.input });
    if (!decision.ok) throw refusal(decision.problem);
  }

  async function act(action: AppointmentAction, request: ActionRequest): Promise<ActionOutcome> {
    await condition(() => outcome !== undefined);
    if (outcome?.ok === false) throw refusal({ code: 'not-found' });
    return inTurn(async () => {
      const { actor, input: actionInput, operation } = request;
      const changed = await apply(inUpdate, action, actionInput, actor, operation);
      return { appointment: changed, inputHash: operation.inputHash };
    });
  }

  async function encounterStarted({ actor, operation }: EncounterStarted): Promise<void> {
    await condition(() => outcome !== undefined);
    await inTurn(() => applyUnlessRefused('start-encounter', actor, operation).catch(() => null));
  }

  async function changedElsewhere(): Promise<void> {
    await condition(() => outcome !== undefined);
    if (outcome?.ok === true) await inTurn(readAgain);
  }

  async function readAgain(): Promise<void> {
    adopt(await inTime.readAppointment({ organizationId, appointmentId }));
  }

  async function apply(
    activities: Pick<AppointmentActivities, 'applyAction'>,
    event: AppointmentEvent,
    actionInput: ActionInput,
    actor: Actor,
    operation: Operation,
  ): Promise<AppointmentView> {
    underWay += 1;
    try {
      const settled = await activities.applyAction({
        organizationId,
        appointmentId,
        event,
        input: actionInput,
        actor,
        operation,
      });
      const changed = adopt(settled);
      note(event, changed.status);
      await carryOn(settled, actor, operation);
      return changed;
    } catch (error) {
      const problem = refusedWith(error);
      note(event, problem?.code ?? 'unknown');
      // Whether it happened is not known any more: from here on only the transaction judges, until it tells again.
      if (problem === undefined) {
        facts = null;
        if (patched('finds-lost-steps')) lost.push({ event, actor, operation });
      }
      // The door let it pass and the transaction did not: somebody else changed this visit.
      else if (knewBetter.has(problem.code)) await readAgain();
      throw refusal(problem ?? { code: 'unavailable' });
    } finally {
      underWay -= 1;
    }
  }

  /** What a change means for others, once for each. */
  async function carryOn(settled: Settled, actor: Actor, { key }: Operation): Promise<void> {
    if (carriedOn.has(key)) return;
    carriedOn.add(key);
    await offerAlternatives(settled.alternatives ?? [], actor);
    // Their hold timers would find out too, but the day-list should not show a held time until then.
    await tell((settled.alsoClosed ?? []).map(appointmentWorkflowId), changedElsewhereSignal);
    await startOpenings(organizationId, settled.openings ?? []);
    await tell((settled.absences ?? []).map(absenceWorkflowId), listChangedSignal);
    await tell((settled.walkIns ?? []).map(walkInWorkflowId), walkInChangedSignal);
    await beginIntakes(settled, actor);
    await tell((settled.intakesTold ?? []).map(intakeWorkflowId), intakeChangedSignal);
  }

  async function beginIntakes({ appointment: { patientId }, intakes }: Settled, actor: Actor): Promise<void> {
    await startIntakes({ organizationId, appointmentId, patientId, actor }, intakes ?? []);
  }

  /** The answer of a step was given up: if it took place, others are still owed what follows from it. */
  async function findLost(): Promise<void> {
    for (let step = lost.shift(); step !== undefined; step = lost.shift()) {
      const { event, actor, operation } = step;
      const settled = await inTime.findStep({ organizationId, appointmentId, operation });
      if (settled === null) continue;
      note(event, settled.appointment.status);
      await carryOn(settled, actor, operation);
      // Whoever repeated it, or came after it, may have changed more.
      await readAgain();
    }
  }

  /** For what a timer or another system wants: a refusal means that the visit has moved on meanwhile. */
  async function applyUnlessRefused(
    event: AppointmentEvent,
    actor: Actor,
    operation: Operation,
  ): Promise<ProblemDetail | null> {
    try {
      await apply(inTime, event, {}, actor, operation);
      return null;
    } catch (error) {
      const problem = refusedWith(error);
      if (problem === undefined) throw error;
      return problem;
    }
  }

  /**
   * D1, clinic cancels: each alternative is a visit of its own, held for the patient, that outlives this one. Who may cancel
   * for the clinic may hold times in exchange.
   */
  async function offerAlternatives(commands: readonly OpeningCommand[], by: Actor): Promise<void> {
    const actor: Actor = { ...by, permissions: [...by.permissions, 'appointment:book'] };
    for (const command of commands) {
      const id = uuid4();
      const operation = { key: appointmentOperationKey(id, 'start'), inputHash: 'alternative' };
      const offer: AppointmentStart = { organizationId, appointmentId: id, operation, command, actor };
      await startChild(appointment, {
        workflowId: appointmentWorkflowId(id),
        args: [offer],
        parentClosePolicy: ParentClosePolicy.ABANDON,
        workflowTaskTimeout: '5 seconds',
        staticSummary: `Visit ${id.slice(0, 8)}, held for the patient`,
      });
    }
  }

  // --- What time brings ---------------------------------------------------------------------------------------------

  /** Deals with all timers that have rung, in one turn, so that a day of outage is one decision and not a burst. */
  function carryOutTimers(): Promise<void> {
    return inTurn(async () => {
      await findLost();
      await orLater(clock.rung().filter(isReminder), remind);
      for (const timer of clock.rung()) {
        // An earlier one may have ended what this one was for.
        const still = clock.rung().some(({ name }) => name === timer.name);
        if (still && !isReminder(timer)) await orLater([timer], () => carryOut(timer));
      }
      show();
    });
  }

  /** A fault of ours must not end the process of a visit: it is logged, and tried again until a release mends it. */
  async function orLater(timers: readonly PlannedTimer[], work: (timers: readonly PlannedTimer[]) => Promise<void>) {
    try {
      await work(timers);
    } catch (error) {
      log.error('a timer could not be dealt with', { code: refusedWith(error)?.code ?? 'unknown' });
      for (const timer of timers) clock.ringAgain(timer, 60_000);
    }
  }

  async function remind(rung: readonly PlannedTimer[]): Promise<void> {
    if (view === null || rung.length === 0) return;
    const items = rung.map((timer) => ({ timer, ...reminderTimes(timer, view?.start ?? timer.dueAt) }));
    const { send, suppress } = dueAfterOutage(items, now());
    const { version } = view;
    const reminder = (timer: PlannedTimer, reason?: string) =>
      inTime.queueReminder({ organizationId, appointmentId, version, timer, suppress: reason });
    for (const { item, reason } of suppress) {
      await reminder(item.timer, reason);
      clock.settle(item.timer);
      note(`timer:${item.timer.name}`, reason);
    }
    for (const { timer } of send) {
      const became = await reminder(timer);
      clock.settle(timer);
      note(`timer:${timer.name}`, became);
    }
  }

  async function carryOut(timer: PlannedTimer): Promise<void> {
    const event = eventOf(timer);
    let task = event === null ? taskOf(timer) : null;
    if (event !== null) {
      const problem = await applyUnlessRefused(event, systemActor('timer'), timerOperation(timer));
      // The database's clock decides deadlines, and may be a little behind the engine's.
      if (problem !== null && isTooEarly(problem)) return clock.ringAgain(timer, 1_000);
      // The time is not given away, and nobody has said that the patient comes: somebody calls.
      if (problem !== null && asksForCall(timer, problem)) task = 'confirmation';
    }
    if (task !== null && view !== null) {
      const { version } = view;
      await inTime.raiseStaffTask({ organizationId, appointmentId, version, kind: task, timer });
    }
    clock.settle(timer);
    note(`timer:${timer.name}`, view?.status ?? '');
  }

  function timerOperation(timer: PlannedTimer): Operation {
    return { key: stepKey(`timer:${timer.name}:v${view?.version ?? 0}:${timer.dueAt}`), inputHash: timer.dueAt };
  }

  return {
    start,
    carryOutTimers,
    view: () => view,
    close: () => clock.cancel(),
    nextTimer: () => condition(() => clock.rung().length > 0 || lost.length > 0 || isOver()),
    isOver,
  };

  /** Final, or missed and no longer to be undone: its last timer has been dealt with. */
  function isOver(): boolean {
    if (view === null) return false;
    if (finalStatuses.has(view.status as AppointmentFacts['status'])) return true;
    return view.status === 'noshow' && clock.pending().length === 0;
  }
}

const knewBetter: ReadonlySet<ProblemCode> = new Set(['invalid-transition', 'hold-expired', 'stale-token']);

/** The event of D1 that a timer stands for; null where it makes a staff task and changes nothing. */
function eventOf({ name, detail }: PlannedTimer): AppointmentEvent | null {
  if (name === 'hold') return 'hold-expired';
  if (name === 'approval') return 'approval-expired';
  const event = detail?.['event'];
  return typeof event === 'string' ? (event as AppointmentEvent) : null;
}

/** What a timer without an event asks a person to look at. The end of the day after a no-show asks nothing. */
function taskOf({ name }: PlannedTimer): 'late' | 'no-show' | 'confirmation' | null {
  return name === 'late' || name === 'no-show' || name === 'confirmation' ? name : null;
}

/** B17, domain/appointment/confirmation.ts: the deadline was not told, or there is too little time left for somebody else. */
function asksForCall({ name }: PlannedTimer, { code, data }: ProblemDetail): boolean {
  if (name !== 'confirmation' || code !== 'guard-failed') return false;
  return data?.['guard'] === 'deadline-not-told' || data?.['guard'] === 'release-too-late';
}

function isTooEarly({ code, data }: ProblemDetail): boolean {
  return code === 'guard-failed' && (data?.['guard'] === 'not-yet' || data?.['guard'] === 'too-early');
}

/** `reminder:P3D:email`, useful until the start of the visit unless the plan says otherwise. */
function reminderTimes({ name, dueAt, detail }: PlannedTimer, start: string) {
  const until = detail?.['usefulUntil'];
  const usefulUntil = typeof until === 'number' ? until : Date.parse(typeof until === 'string' ? until : start);
  return { policyItem: name.split(':')[1] ?? name, dueAt: Date.parse(dueAt), usefulUntil };
}
