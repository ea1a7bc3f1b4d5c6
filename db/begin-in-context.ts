/**
 * A transaction begins with its organization: `BEGIN` and the first statement, which sets the context, go to the server in
 * one message instead of two. Every transaction of the product has both, and a round trip costs a save as much as a
 * statement does (docs/benchmarks.md). Knex has no such mode; BEGIN waits here for what follows it.
 */
import type { PreparableConnection, Query } from './prepared-statements.ts';

/** What `withTransaction` asks first; its one value is a UUID. */
export const setOrganizationSql = `SELECT set_config('app.organization', ?, true)`;
const asSent = setOrganizationSql.replace('?', '$1');
/** Lower case and digits: safe to write into a statement. */
export const organizationPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const isBegin = (query: Query): boolean => query.text === 'BEGIN;' && (query.values?.length ?? 0) === 0;
const begun = { command: 'BEGIN', rowCount: null, rows: [], fields: [] };

/** @param connection of the driver, before anything was asked through it */
export function beginInContext(connection: PreparableConnection): void {
  const ask = connection.query.bind(connection);
  let waits = false;
  connection.query = (query, callback) => {
    // Libraries that hold a connection ask in other shapes; Knex gives a text, values and a callback.
    if (typeof query !== 'object' || typeof query.text !== 'string' || typeof callback !== 'function')
      return ask(query, callback);
    if (isBegin(query)) {
      waits = true;
      return void process.nextTick(callback, null, begun);
    }
    if (!waits) return ask(query, callback);
    waits = false;
    const [organizationId] = query.values ?? [];
    if (query.text === asSent && typeof organizationId === 'string' && organizationPattern.test(organizationId)) {
      const both = `BEGIN; SELECT set_config('app.organization', '${organizationId}', true)`;
      return ask({ text: both }, (error, results) =>
        callback(error, Array.isArray(results) ? results.at(-1) : results),
      );
    }
    return ask({ text: 'BEGIN;' }, (error) =>
      error === null ? void ask(query, callback) : callback(error, undefined),
    );
  };
}
