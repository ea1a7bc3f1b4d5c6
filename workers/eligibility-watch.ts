/**
 * Whoever captured a coverage, or wants it asked again, only says so in the row; the process that asks the payer is begun
 * here when nobody else has begun it. So the wish is as durable as the fact, and the engine may be away meanwhile.
 */
import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Db } from '../db/connection.ts';
import { owedAsks } from '../db/patients/eligibility.ts';
import { organizationIds } from '../db/organizations.ts';
import { withOrganization } from '../db/transaction.ts';
import { askAgainSignal, eligibilityWorkflow, eligibilityWorkflowId } from '../workflows/messages/eligibility.ts';
import type { EligibilityStart } from '../workflows/messages/eligibility.ts';
import { startRounds } from './rounds.ts';

export interface EligibilityWatchOptions {
  /** Role worker. */
  readonly db: Db;
  readonly log: Logger;
  /** Of the worker's present connection; undefined while there is none. */
  readonly client: () => Pick<Client, 'workflow'> | undefined;
  readonly taskQueue: string;
  /** Between two looks, ms. Default two seconds. */
  readonly intervalMs?: number | undefined;
}

/** Said once to a run; again after this long, should it have been lost. ms */
const sayAgainAfterMs = 60_000;

/** Any number may run: they find each other's runs. */
export function startEligibilityWatch(options: EligibilityWatchOptions): { stop(): Promise<void> } {
  const { db, log, client, taskQueue, intervalMs = 2_000 } = options;
  const said = new Map<string, number>();
  return startRounds(async (signal) => {
    const engine = client();
    if (engine === undefined) return intervalMs;
    try {
      for (const [key, at] of said) if (Date.now() - at > sayAgainAfterMs) said.delete(key);
      for (const organizationId of await organizationIds(db)) {
        for (const { id, ask } of await withOrganization(db, organizationId, (trx) => owedAsks(trx, organizationId))) {
          const key = `${id}/${ask}`;
          if (signal.aborted) return intervalMs;
          if (said.has(key)) continue;
          await begin(engine, taskQueue, { organizationId, coverageId: id, ask });
          said.set(key, Date.now());
        }
      }
      return intervalMs;
    } catch (error) {
      log.warn({ error }, 'payers could not be asked; trying again');
      return 5 * intervalMs;
    }
  });
}

async function begin(engine: Pick<Client, 'workflow'>, taskQueue: string, start: EligibilityStart): Promise<void> {
  await engine.workflow.signalWithStart<(input: EligibilityStart) => Promise<unknown>, [number]>(eligibilityWorkflow, {
    workflowId: eligibilityWorkflowId(start.coverageId),
    taskQueue,
    args: [start],
    signal: askAgainSignal,
    signalArgs: [start.ask],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowTaskTimeout: '5 seconds',
    staticSummary: `Insurance ${start.coverageId.slice(0, 8)}`,
  });
}
