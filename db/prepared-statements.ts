/**
 * Statements that come back are prepared once a connection: planning the booking's large reads costs Postgres more than
 * carrying them out (docs/benchmarks.md). Knex has no such mode; the name is added where it hands a query to the driver.
 */

export interface Query {
  readonly text: string;
  readonly values?: readonly unknown[] | undefined;
  name?: string;
}
export type QueryCallback = (error: (Error & { code?: string }) | null, result: unknown) => void;
export interface PreparableConnection {
  query(query: Query, callback: QueryCallback): unknown;
  /** Knex discards a connection that has this. */
  __knex__disposed?: unknown;
}

export interface StatementNames {
  /** Name of a statement that was seen before; undefined the first time, and when there are too many. */
  nameOf(text: string): string | undefined;
}

/** A list of a hundred ids is another text than one of ninety-nine: such texts must not fill the memory of the server. */
const maxNames = 300;
const worthPreparing = /^\s*(?:select|insert|update|delete|with)\b/i;

export function createStatementNames(): StatementNames {
  const seen = new Set<string>();
  const names = new Map<string, string>();
  return {
    nameOf(text) {
      const known = names.get(text);
      if (known !== undefined || names.size >= maxNames || !worthPreparing.test(text)) return known;
      if (!seen.has(text)) {
        if (seen.size >= 10 * maxNames) seen.clear();
        seen.add(text);
        return undefined;
      }
      const name = `s${names.size}`;
      names.set(text, name);
      seen.delete(text);
      return name;
    },
  };
}

/** @param connection of the driver, before anything was asked through it */
export function prepareStatements(connection: PreparableConnection, { nameOf }: StatementNames): void {
  const ask = connection.query.bind(connection);
  connection.query = (query, callback) => {
    // Libraries that hold a connection ask in other shapes; Knex gives a text, values and a callback.
    const isKnex = typeof query === 'object' && query.name === undefined && typeof callback === 'function';
    const name = isKnex && (query.values?.length ?? 0) > 0 ? nameOf(query.text) : undefined;
    if (name === undefined) return ask(query, callback);
    query.name = name;
    return ask(query, (error, result) => {
      // A migration changed a table under a plan: this connection would say so for ever, a new one plans anew.
      if (error?.code === '0A000') connection.__knex__disposed = error;
      callback(error, result);
    });
  };
}
