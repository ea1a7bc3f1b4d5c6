import type { Logger } from 'pino';
import type { Clock } from '../activities/ports.ts';
import type { Db } from '../db/connection.ts';
import { organizationIds } from '../db/organizations.ts';
import { withTransaction } from '../db/transaction.ts';
import { putAwayDrafts } from '../db/intakes/questionnaire-drafts.ts';
import { fileZoneChanges } from '../db/schedule/zone-changes.ts';
import { startRounds } from './rounds.ts';

export interface ZoneWatchOptions {
  /** Role worker. */
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Logger;
  /** Between two looks, ms. Default a day: zone data are new when a process is, and another may still have the old. */
  readonly intervalMs?: number | undefined;
  /** After a look that failed, ms. Default a minute. */
  readonly againAfterMs?: number | undefined;
}

/** What is looked after at the start and each day: visits that new zone data would move (B6), drafts that nobody touches. Any number may run. */
export function startZoneWatch(options: ZoneWatchOptions): { stop(): Promise<void> } {
  const { db, clock, log, intervalMs = 86_400_000, againAfterMs = 60_000 } = options;
  return startRounds(async (signal) => {
    try {
      const at = await clock.now();
      for (const organizationId of await organizationIds(db)) {
        if (signal.aborted) break;
        const count = await withTransaction(db, { organizationId }, (trx) => fileZoneChanges(trx, organizationId, at));
        if (count > 0) log.warn({ organizationId, count }, 'the clock of visits to come has changed; staff have tasks');
        const drafts = await withTransaction(db, { organizationId }, (trx) => putAwayDrafts(trx, organizationId, at));
        if (drafts > 0)
          log.warn({ organizationId, count: drafts }, 'drafts of questionnaires that nobody touched are put away');
      }
      return intervalMs;
    } catch (error) {
      log.warn({ error }, 'the daily look was not finished; trying again');
      return againAfterMs;
    }
  });
}
