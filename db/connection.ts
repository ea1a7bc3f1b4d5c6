import knex, { type Knex } from 'knex';
import pg from 'pg';
import { beginInContext } from './begin-in-context.ts';
import { createStatementNames, prepareStatements } from './prepared-statements.ts';
import type { PreparableConnection } from './prepared-statements.ts';

export type Db = Knex;
export type Trx = Knex.Transaction;

// A FHIR date has no time and no zone: left as text. int8 identities stay far below 2^53.
const typeParsers = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): unknown {
    if (oid === pg.types.builtins.DATE || oid === pg.types.builtins.TIMESTAMP) return (text: string) => text;
    if (oid === pg.types.builtins.INT8) return (text: string) => Number(text);
    return pg.types.getTypeParser(oid, format);
  },
};

const silent = (): void => {};

export interface ConnectionOptions {
  readonly url: string;
  /** Shown in pg_stat_activity, so that a waiting transaction names its process. */
  readonly applicationName: string;
  readonly poolMax?: number | undefined;
  /** A query that runs longer is ended by the server. Default 15 s. */
  readonly statementTimeoutMs?: number | undefined;
}

/**
 * A pool for one database role. Timestamps arrive as Date, `date` and `timestamp` as text, int8 as number.
 * A dead server is noticed within 2 s (connectionTimeoutMillis), so that a request can answer 503 in time.
 */
export function connect(options: ConnectionOptions): Db {
  const names = createStatementNames();
  return knex({
    client: 'pg',
    connection: {
      connectionString: options.url,
      application_name: options.applicationName,
      connectionTimeoutMillis: 1_800,
      statement_timeout: options.statementTimeoutMs ?? 15_000,
      idle_in_transaction_session_timeout: 30_000,
      keepAlive: true,
      types: typeParsers,
    } as Knex.PgConnectionConfig,
    pool: {
      min: 0,
      max: options.poolMax ?? 10,
      acquireTimeoutMillis: 5_000,
      idleTimeoutMillis: 30_000,
      afterCreate(
        connection: PreparableConnection,
        done: (error: Error | null, connection: PreparableConnection) => void,
      ) {
        prepareStatements(connection, names);
        beginInContext(connection);
        done(null, connection);
      },
    },
    acquireConnectionTimeout: 5_000,
    // Every failure reaches its caller; knex would print it a second time, past the structured log and its allow-list.
    log: { warn: silent, error: silent, deprecate: silent, debug: silent },
  });
}
