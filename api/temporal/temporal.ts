/**
 * What the API says to the engine, and what comes back: answers, or refusals of the closed vocabulary (domain/errors.ts).
 * Two kinds of silence are told apart. `unavailable`: the engine is away, nothing was begun. `outcome-unknown`: it was
 * asked and did not answer in time; whoever repeats the same key gets the truth (architecture.md, sections 5 and 7).
 * One file, a little long, so that every way the engine can fail is told apart in one place.
 */
import {
  Client,
  Connection,
  ServiceError,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  defaultGrpcRetryOptions,
  isGrpcServiceError,
  makeGrpcRetryInterceptor,
} from '@temporalio/client';
import type { ConnectionOptions } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Logger } from 'pino';
import type { Config } from '../../config.ts';
import { DomainError, problemCodes, retryableCodes } from '../../domain/errors.ts';
import type { ProblemDetail } from '../../domain/errors.ts';
import type { KeyRing } from '../../keys.ts';
import { dataConverter } from '../../workers/data-converter.ts';
import { appointmentTaskQueue } from '../../workers/task-queues.ts';
import {
  appointmentWorkflow,
  appointmentWorkflowId,
  outcomeUpdate,
  outcomeUpdateId,
  stateQuery,
  timelineQuery,
} from '../../workflows/messages/appointment.ts';
import type {
  ActionOutcome,
  ActionRequest,
  AppointmentCorrection,
  AppointmentEnd,
  AppointmentInput,
  AppointmentOutcome,
  AppointmentStart,
  AppointmentState,
  AppointmentView,
  Operation,
  TimelineEntry,
} from '../../workflows/messages/appointment.ts';
import { absenceGateway } from './temporal-absence.ts';
import type { AbsenceGateway } from './temporal-absence.ts';
import { escalationGateway } from './temporal-escalation.ts';
import type { EscalationGateway } from './temporal-escalation.ts';
import { groupGateway } from './temporal-group.ts';
import type { GroupGateway } from './temporal-group.ts';
import { intakeGateway } from './temporal-intake.ts';
import type { IntakeGateway } from './temporal-intake.ts';
import { mergeGateway } from './temporal-merge.ts';
import type { MergeGateway } from './temporal-merge.ts';
import { seriesGateway } from './temporal-series.ts';
import type { SeriesGateway } from './temporal-series.ts';
import { waitlistGateway } from './temporal-waitlist.ts';
import type { WaitlistGateway } from './temporal-waitlist.ts';
import { walkInGateway } from './temporal-walk-in.ts';
import type { WalkInGateway } from './temporal-walk-in.ts';

/** An action on an appointment that is over: its run is closed. What to answer is decided from Postgres by the caller. */
export const closed = Symbol('closed');

export interface TemporalGateway
  extends
    WaitlistGateway,
    SeriesGateway,
    AbsenceGateway,
    WalkInGateway,
    EscalationGateway,
    GroupGateway,
    IntakeGateway,
    MergeGateway {
  /**
   * Starts the appointment and waits for what its start command led to. A repeat with the same id gets the same answer.
   * @throws DomainError `unavailable`, `outcome-unknown`, `idempotency-key-reused` (same id, other body)
   */
  bookAppointment(start: AppointmentStart): Promise<AppointmentOutcome>;
  /**
   * Carries out an action on a running appointment.
   * @returns the appointment afterwards, or `closed` when its run is over (or never was)
   * @throws DomainError with the code of the refusal, `unavailable`, `outcome-unknown`, `idempotency-key-reused`
   */
  actOnAppointment(
    organizationId: string,
    appointmentId: string,
    request: ActionRequest,
  ): Promise<AppointmentView | typeof closed>;
  /**
   * Whether an earlier try under the same key reached the engine: it may still take effect, so that what Postgres says
   * meanwhile is not yet the answer.
   * @throws DomainError `unavailable`, `outcome-unknown`
   */
  hasRun(appointmentId: string): Promise<boolean>;
  /** The same of an action. */
  hasAction(appointmentId: string, operationKey: string): Promise<boolean>;
  /** What the run says about itself; null when it is closed or the engine is away: Postgres answers then. */
  describeAppointment(
    appointmentId: string,
  ): Promise<(AppointmentState & { timeline: readonly TimelineEntry[] }) | null>;
  /** Whether the engine answers within a second. */
  health(): Promise<boolean>;
  close(): Promise<void>;
}

export interface GatewayOptions {
  readonly config: Pick<Config, 'temporal' | 'codecOff'>;
  readonly keys: Pick<KeyRing, 'current' | 'keys'>;
  readonly log: Logger;
  /** For tests. */
  readonly taskQueue?: string | undefined;
  /** How long an answer is waited for, ms. Default 5 s. */
  readonly answerWithinMs?: number | undefined;
}

const defaultAnswerWithinMs = 5_000;
/** The engine counts as there for this long after it last answered; then it is asked before anything is begun. */
const trustedForMs = 1_000;
const probeMs = 1_200;
const describeWithinMs = 1_500;
/** An action whose activity was given up while the database was away may be asked for again; its key keeps it single. */
const maxRepeats = 5;

/** Connects when first needed, and again by itself whenever the engine comes back. */
export function createTemporalGateway(options: GatewayOptions): TemporalGateway {
  const { config, keys, log } = options;
  const taskQueue = options.taskQueue ?? appointmentTaskQueue;
  const answerWithinMs = options.answerWithinMs ?? defaultAnswerWithinMs;
  const connection = Connection.lazy(connectionOptions(config));
  const client = new Client({
    connection,
    namespace: config.temporal.namespace,
    dataConverter: dataConverter(config, keys),
  });
  let answeredAt = -Infinity;

  async function health(): Promise<boolean> {
    try {
      await connection.withDeadline(Date.now() + probeMs, () => connection.workflowService.getSystemInfo({}));
      answeredAt = Date.now();
      return true;
    } catch {
      return false;
    }
  }

  /** Nothing is begun with an engine that is away: the answer is known within two seconds. */
  async function ask<T>(question: () => Promise<T>): Promise<T> {
    const startedAt = Date.now();
    if (startedAt - answeredAt > trustedForMs && !(await health())) throw away();
    try {
      const answer = await connection.withDeadline(startedAt + answerWithinMs, question);
      answeredAt = Date.now();
      return answer;
    } catch (error) {
      const isTrouble = isConnectionTrouble(error);
      answeredAt = isTrouble ? -Infinity : Date.now();
      if (!isTrouble && !isTaskFailing(error)) throw error;
      if (isTrouble && wasNeverSent(error)) throw away();
      log.warn({ ms: Date.now() - startedAt, code: 'outcome-unknown' }, 'the engine did not answer in time');
      throw new DomainError('outcome-unknown', { data: { retryAfterSeconds: 1 } });
    }
  }

  async function begin(input: AppointmentInput, summary: string): Promise<AppointmentOutcome> {
    const startWorkflowOperation = new WithStartWorkflowOperation<AppointmentRun>(appointmentWorkflow, {
      workflowId: appointmentWorkflowId(input.appointmentId),
      taskQueue,
      args: [input],
      workflowIdConflictPolicy: 'USE_EXISTING',
      // A closed run is never begun again: its result answers. A correction is what may follow a cancelled one.
      workflowIdReusePolicy: 'correction' in input ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
      // A worker that is killed gives its task to another after this long; the default of 10 s is twice our patience.
      workflowTaskTimeout: '3 seconds',
      staticSummary: summary,
    });
    return client.workflow.executeUpdateWithStart<AppointmentRun, AppointmentOutcome, []>(outcomeUpdate, {
      startWorkflowOperation,
      // A server answers an update id that a closed run knew from that run: a correction asks under its own.
      updateId: 'correction' in input ? `${outcomeUpdateId}:${input.correction.operation.key}` : outcomeUpdateId,
      args: [],
    });
  }

  async function bookAppointment(start: AppointmentStart): Promise<AppointmentOutcome> {
    const summary = `Visit ${shortId(start.appointmentId)}, ${begun[start.command.event]}`;
    return onlyOnce(appointmentWorkflowId(start.appointmentId), start.operation, () => begin(start, summary));
  }

  /** What a start led to, also when its run is over; the same id with another body is refused. */
  async function onlyOnce<T extends { readonly inputHash: string }>(
    workflowId: string,
    operation: Operation,
    start: () => Promise<T>,
  ): Promise<T> {
    const outcome = await ask(async () => {
      try {
        return await start();
      } catch (error) {
        if (!isAlreadyStarted(error)) throw error;
        const end = await client.workflow.getHandle<() => Promise<{ outcome: T }>>(workflowId).result();
        return end.outcome;
      }
    });
    if (outcome.inputHash !== operation.inputHash) throw new DomainError('idempotency-key-reused');
    return outcome;
  }

  async function actOnAppointment(
    organizationId: string,
    appointmentId: string,
    request: ActionRequest,
  ): Promise<AppointmentView | typeof closed> {
    const outcome = await act<ActionOutcome>(appointmentWorkflowId(appointmentId), request);
    if (outcome !== closed) return outcome.appointment;
    if (request.action !== 'entered-in-error') return closed;
    return correct({ organizationId, appointmentId, correction: request });
  }

  /** An update on a run that is there: its outcome, a refusal as the error it stands for, or `closed`. */
  async function act<T extends { readonly inputHash: string }>(
    workflowId: string,
    request: { readonly action: string; readonly operation: Operation },
  ): Promise<T | typeof closed> {
    const handle = client.workflow.getHandle(workflowId);
    const updateId = updateIdOf(workflowId, request.operation.key);
    const attempt = async (repeat: number): Promise<T> => {
      try {
        return await handle.executeUpdate<T, [typeof request]>(request.action, {
          updateId: repeat === 0 ? updateId : `${updateId}~${repeat}`,
          args: [request],
        });
      } catch (error) {
        const problem = refusalOf(error);
        if (problem === undefined) throw error;
        if (retryableCodes.has(problem.code) && repeat < maxRepeats) return attempt(repeat + 1);
        throw asError(problem);
      }
    };
    try {
      const outcome = await ask(() => attempt(0));
      if (outcome.inputHash !== request.operation.inputHash) throw new DomainError('idempotency-key-reused');
      return outcome;
    } catch (error) {
      if (!isClosed(error)) throw error;
      return closed;
    }
  }

  /** cancelled -> entered-in-error (D1): a short run of its own. */
  async function correct(correction: AppointmentCorrection): Promise<AppointmentView | typeof closed> {
    const summary = `Visit ${shortId(correction.appointmentId)}, correction`;
    const outcome = await ask(() => begin(correction, summary));
    if (outcome.inputHash !== correction.correction.operation.inputHash) return closed;
    if (!outcome.ok) throw asError(outcome.problem);
    return outcome.appointment;
  }

  async function exists(question: () => Promise<unknown>): Promise<boolean> {
    try {
      await ask(question);
      return true;
    } catch (error) {
      if (grpcErrorOf(error)?.code === 5) return false;
      throw error;
    }
  }

  const { namespace } = config.temporal;
  const executionOf = (appointmentId: string) => ({ workflowId: appointmentWorkflowId(appointmentId) });

  const hasRun = (appointmentId: string): Promise<boolean> =>
    exists(() =>
      connection.workflowService.describeWorkflowExecution({ namespace, execution: executionOf(appointmentId) }),
    );

  const hasAction = (appointmentId: string, operationKey: string): Promise<boolean> =>
    exists(() =>
      connection.workflowService.pollWorkflowExecutionUpdate({
        namespace,
        updateRef: {
          workflowExecution: executionOf(appointmentId),
          updateId: updateIdOf(appointmentWorkflowId(appointmentId), operationKey),
        },
        // However far it is: not waited for.
        waitPolicy: {},
      }),
    );

  async function describeAppointment(appointmentId: string) {
    const handle = client.workflow.getHandle(appointmentWorkflowId(appointmentId));
    try {
      return await connection.withDeadline(Date.now() + describeWithinMs, async () => {
        const { status } = await handle.describe();
        if (status.name !== 'RUNNING') return null;
        const [state, timeline] = await Promise.all([
          handle.query<AppointmentState, []>(stateQuery),
          handle.query<readonly TimelineEntry[], []>(timelineQuery),
        ]);
        return { ...state, timeline };
      });
    } catch {
      return null;
    }
  }

  return {
    bookAppointment,
    actOnAppointment,
    hasRun,
    hasAction,
    describeAppointment,
    ...waitlistGateway({ client, taskQueue, act, onlyOnce }),
    ...seriesGateway({ client, taskQueue, act, onlyOnce }),
    ...absenceGateway({ client, taskQueue, act, onlyOnce }),
    ...groupGateway({ client, taskQueue, act, onlyOnce }),
    ...walkInGateway({ client, taskQueue, act, onlyOnce }),
    ...intakeGateway({ client, taskQueue, act, onlyOnce }),
    ...escalationGateway({ client, taskQueue, act, onlyOnce }),
    ...mergeGateway({ client, taskQueue, act, onlyOnce }),
    health,
    close: () => connection.close(),
  };
}

type AppointmentRun = (input: AppointmentInput) => Promise<AppointmentEnd>;

const begun = { book: 'booked', hold: 'held', request: 'requested' } as const;

const shortId = (id: string): string => id.slice(0, 8);

/** Update ids dedupe within a run; operation keys carry the workflow's id, which the run knows. */
function updateIdOf(workflowId: string, operationKey: string): string {
  const prefix = `${workflowId}/`;
  return operationKey.startsWith(prefix) ? operationKey.slice(prefix.length) : operationKey;
}

function connectionOptions({ temporal }: Pick<Config, 'temporal'>): ConnectionOptions {
  return {
    address: temporal.address,
    ...(temporal.tls === undefined ? {} : { tls: temporal.tls }),
    ...(temporal.apiKey === undefined ? {} : { apiKey: temporal.apiKey }),
    // Four attempts take about a second: longer than a hiccup, shorter than a person's patience.
    interceptors: [makeGrpcRetryInterceptor(defaultGrpcRetryOptions({ maxAttempts: 4 }))],
    channelArgs: {
      // grpc-js waits up to two minutes before it tries a lost server again.
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.min_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1_000,
    },
  };
}

const away = (): DomainError => new DomainError('unavailable', { data: { retryAfterSeconds: 2 } });

/** A refusal that travelled as a failure of an update: its type is the code, its first detail the ProblemDetail. */
function refusalOf(error: unknown): ProblemDetail | undefined {
  if (!(error instanceof WorkflowUpdateFailedError)) return undefined;
  const { cause } = error;
  if (!(cause instanceof ApplicationFailure)) return { code: 'internal' };
  const problem = cause.details?.[0] as ProblemDetail | undefined;
  if (problem !== undefined && Object.hasOwn(problemCodes, problem.code)) return problem;
  // The run ended before the update was done.
  return cause.type === 'AcceptedUpdateCompletedWorkflow' ? { code: 'outcome-unknown' } : { code: 'internal' };
}

function asError({ code, ...problem }: ProblemDetail): DomainError {
  return new DomainError(code, problem);
}

function isClosed(error: unknown): boolean {
  return error instanceof WorkflowNotFoundError;
}

function isAlreadyStarted(error: unknown): boolean {
  return error instanceof WorkflowExecutionAlreadyStartedError;
}

/** CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNAVAILABLE, DATA_LOSS. */
const troubleCodes = new Set([1, 2, 4, 8, 10, 13, 14, 15]);

function grpcErrorOf(error: unknown): { code: number; details: string } | undefined {
  if (isGrpcServiceError(error)) return error;
  return error instanceof ServiceError && isGrpcServiceError(error.cause) ? error.cause : undefined;
}

function isConnectionTrouble(error: unknown): boolean {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
  const grpc = grpcErrorOf(error);
  return grpc !== undefined && troubleCodes.has(grpc.code);
}

/**
 * FAILED_PRECONDITION: the run's task was lost three times in a row, as when one worker after the other is killed, and the
 * engine takes no further update for the run until one of its tasks succeeds. What was asked under this key before may
 * have happened.
 */
function isTaskFailing(error: unknown): boolean {
  return grpcErrorOf(error)?.code === 9;
}

/** The connection was never made, so that nothing can have been begun. */
function wasNeverSent(error: unknown): boolean {
  return /No connection established|ECONNREFUSED|Name resolution failed/i.test(grpcErrorOf(error)?.details ?? '');
}
