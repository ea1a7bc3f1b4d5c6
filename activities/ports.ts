import type { Db } from '../db/connection.ts';
import type { Logger } from 'pino';
import type { ProblemDetail } from '../domain/errors.ts';
import type { FieldSecrets } from '../db/field-secrets.ts';
import type { ActionRequest, AppointmentOutcome } from '../workflows/messages/appointment.ts';

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
  /** Seals and opens single fields; a process that has to do with none needs none. */
  readonly secrets?: FieldSecrets | undefined;
}

/** The processes of single visits, for a process that has to do with many of them. */
export interface AppointmentRuns {
  /** What the start of a visit's run led to. @throws DomainError `unavailable` while it is not known */
  outcomeOf(appointmentId: string): Promise<AppointmentOutcome>;
  /** Carries out one action, once for its operation key. @returns the refusal, or null. @throws DomainError `unavailable` */
  act(appointmentId: string, request: ActionRequest): Promise<ProblemDetail | null>;
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
