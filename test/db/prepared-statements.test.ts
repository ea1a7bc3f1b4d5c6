/** Statements that come back are prepared; a table that changes under them costs one failure, not a connection for ever. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect } from '../../db/connection.ts';
import type { Db } from '../../db/connection.ts';
import { createStatementNames } from '../../db/prepared-statements.ts';
import { createTestDatabase } from '../support/test-postgres.ts';
import type { TestDatabase } from '../support/test-postgres.ts';

let database: TestDatabase;
let db: Db;
beforeAll(async () => {
  database = await createTestDatabase();
  db = connect({ url: database.urls.migrator, applicationName: 'test-prepared', poolMax: 1 });
});
afterAll(async () => {
  await db?.destroy();
  await database?.drop();
});

const prepared = async (): Promise<string[]> =>
  (await db.raw<{ rows: { statement: string }[] }>('SELECT statement FROM pg_prepared_statements')).rows.map(
    ({ statement }) => statement,
  );

it('a statement is prepared the second time it is asked, with the answers it had before', async () => {
  const ask = async (n: number): Promise<number> =>
    (await db.raw<{ rows: { n: number }[] }>('SELECT ?::int + 1 AS n', [n])).rows[0]!.n;
  expect(await ask(1)).toBe(2);
  expect(await prepared()).toEqual([]);
  for (let n = 2; n < 10; n += 1) expect(await ask(n)).toBe(n + 1);
  expect(await prepared()).toEqual(['SELECT $1::int + 1 AS n']);
});

it('a table that a migration changes under its plan fails one query at most', async () => {
  await db.raw('CREATE TABLE moving (id int, was text)');
  const read = () => db('moving').where({ id: 1 }).select();
  for (let n = 0; n < 4; n += 1) await read();
  await db.raw('ALTER TABLE moving ADD COLUMN more text');
  await read().catch((error: unknown) => expect(error).toMatchObject({ code: '0A000' }));
  expect(await read()).toEqual([]);
  await db('moving').insert({ id: 1, was: 'a', more: 'b' });
  expect(await read()).toEqual([{ id: 1, was: 'a', more: 'b' }]);
});

it('texts without end take no names without end', () => {
  const names = createStatementNames();
  const given = new Set<string>();
  for (let n = 0; n < 2_000; n += 1) {
    names.nameOf(`SELECT ${n}`);
    const name = names.nameOf(`SELECT ${n}`);
    if (name !== undefined) given.add(name);
  }
  expect(given.size).toBe(300);
  expect(names.nameOf('BEGIN')).toBeUndefined();
});
