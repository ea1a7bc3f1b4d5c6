/**
 * No urgent item without a run: one that was raised by a process that died before it started the child, or whose run was
 * ended by hand, is taken up again within seconds. Its row and first messages are there already (db/escalations/escalations.ts).
 */
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Clock } from '../activities/ports.ts';
import type { Db } from '../db/connection.ts';
import { takeUpCall, waitingCalls } from '../db/escalations/escalation-calls.ts';
import { fileLosses, lossSignalled, owedLosses } from '../db/escalations/presence.ts';
import { organizationIds } from '../db/organizations.ts';
import { withOrganization, withTransaction } from '../db/transaction.ts';
import { openEscalationStates } from '../domain/escalation.ts';
import {
  escalationMovedSignal,
  escalationWorkflow,
  escalationWorkflowId,
  presenceLostSignal,
} from '../workflows/messages/escalation.ts';
import { startRounds } from './rounds.ts';
import { appointmentTaskQueue } from './task-queues.ts';

export interface EscalationWatchOptions {
  /** Role worker. */
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Logger;
  /** Of the worker that is connected now; undefined while there is none. */
  readonly client: () => Client | undefined;
  readonly taskQueue?: string | undefined;
  /** Between two looks, ms. */
  readonly intervalMs?: number | undefined;
}

/** Older than this, a row has a run, or its starter is gone. */
const startedWithinMs = 3_000;
/** A step that is overdue by more than this: its run is told to look. */
const overdueMs = 15_000;

/** Any number of processes may look: a run that is there is not begun again. */
export function startEscalationWatch(options: EscalationWatchOptions): { stop(): Promise<void> } {
  const { log, intervalMs = 10_000 } = options;
  return startRounds(async () => {
    try {
      await lookAfterEscalations(options);
    } catch (error) {
      log.warn({ error }, 'urgent items could not be looked after; trying again');
    }
    return intervalMs;
  });
}

/** One look. @returns the escalations whose run was begun by it */
export async function lookAfterEscalations(options: Omit<EscalationWatchOptions, 'intervalMs'>): Promise<string[]> {
  const { db, clock, log, client: connected, taskQueue = appointmentTaskQueue } = options;
  const at = await clock.now();
  await takeUpCalls(db, at);
  const client = connected();
  if (client === undefined) return [];
  const begun: string[] = [];
  for (const organizationId of await organizationIds(db)) {
    for (const { id, overdue } of await openEscalations(db, organizationId, at)) {
      try {
        await client.workflow.start(escalationWorkflow, {
          workflowId: escalationWorkflowId(id),
          taskQueue,
          args: [{ organizationId, escalationId: id }],
          // The row is open: a run that ended all the same was ended by hand.
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          workflowTaskTimeout: '5 seconds',
          staticSummary: `Escalation ${id.slice(0, 8)}`,
        });
        begun.push(id);
        log.warn({ organizationId, entityId: id }, 'an urgent item had no run; it has one again');
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        if (overdue) await client.workflow.getHandle(escalationWorkflowId(id)).signal(escalationMovedSignal);
      }
    }
  }
  await lookForLosses(db, client, at, log);
  return begun;
}

/** Who has an item and is seen nowhere any more: its run is told, and again as long as it has not heard of it. */
async function lookForLosses(db: Db, client: Client, at: Date, log: Logger): Promise<void> {
  for (const organizationId of await organizationIds(db)) {
    const lost = await withTransaction(db, { organizationId }, async (trx) => {
      await fileLosses(trx, organizationId, at);
      return owedLosses(trx, organizationId);
    });
    for (const id of lost) {
      try {
        await client.workflow.getHandle(escalationWorkflowId(id)).signal(presenceLostSignal);
      } catch (error) {
        // Its run is begun again by the next look.
        if (error instanceof WorkflowNotFoundError) continue;
        throw error;
      }
      await withTransaction(db, { organizationId }, (trx) => lossSignalled(trx, id, at));
      log.warn({ organizationId, entityId: id }, 'whoever had an urgent item is not there any more; it begins anew');
    }
  }
}

/** What people have raised while no run could be begun: first of all somebody is told. */
async function takeUpCalls(db: Db, at: Date): Promise<void> {
  for (const organizationId of await organizationIds(db)) {
    const before = new Date(at.getTime() - startedWithinMs);
    const waiting = await withOrganization(db, organizationId, (trx) => waitingCalls(trx, before));
    for (const callId of waiting)
      await withTransaction(db, { organizationId }, (trx) => takeUpCall(trx, { organizationId, callId, at }));
  }
}

async function openEscalations(db: Db, organizationId: string, at: Date): Promise<{ id: string; overdue: boolean }[]> {
  return withOrganization(db, organizationId, async (trx) => {
    const { rows } = await trx.raw<{ rows: { id: string; overdue: boolean }[] }>(
      `SELECT e.id, EXISTS (SELECT 1 FROM case_timer t WHERE t.aggregate = 'escalation' AND t.aggregate_id = e.id AND t.state = 'pending' AND t.due_at < :overdue) AS overdue
       FROM escalation e WHERE e.ended_at IS NULL AND e.state = ANY(:states) AND e.raised_at < :since`,
      {
        states: [...openEscalationStates],
        since: new Date(at.getTime() - startedWithinMs),
        overdue: new Date(at.getTime() - overdueMs),
      },
    );
    return rows;
  });
}
