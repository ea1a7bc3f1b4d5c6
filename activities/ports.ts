import type { Db } from '../db/connection.ts';
import type { Logger } from 'pino';

/**
 * The one clock that decides deadlines: database time in production, the time-skipping server's in tests.
 * @returns the present instant, UTC.
 */
export interface Clock {
  now(): Promise<Date>;
}

export interface ActivityPorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Database time. */
export const databaseClock = (db: Db): Clock => ({
  async now() {
    const answer = await db.raw<{ rows: { at: Date }[] }>('SELECT clock_timestamp() AS at');
    const at = answer.rows[0]?.at;
    if (at === undefined) throw new Error('the database gave no time');
    return at;
  },
});
