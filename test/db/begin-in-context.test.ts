/** BEGIN waits for the first statement: a transaction is one all the same, whatever that statement is. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect } from '../../db/connection.ts';
import type { Db, Trx } from '../../db/connection.ts';
import { withOrganization, withTransaction } from '../../db/transaction.ts';
import { createTestDatabase } from '../support/test-postgres.ts';
import type { TestDatabase } from '../support/test-postgres.ts';

let database: TestDatabase;
let db: Db;
beforeAll(async () => {
  database = await createTestDatabase();
  db = connect({ url: database.urls.migrator, applicationName: 'test-begin', poolMax: 2 });
  await db.raw('CREATE TABLE note (n int)');
});
afterAll(async () => {
  await db?.destroy();
  await database?.drop();
});

const organizationId = randomUUID();
const contextOf = async (on: Trx | Db): Promise<string> =>
  (await on.raw<{ rows: { id: string }[] }>(`SELECT current_setting('app.organization', true) AS id`)).rows[0]!.id;
const count = async (): Promise<number> => Number((await db('note').count({ n: '*' }))[0]!['n']);
const fails = async (trx: Trx): Promise<never> => {
  await trx('note').insert({ n: 1 });
  throw new Error('no');
};

it('the context is that of the transaction, and of nothing after it on the same connection', async () => {
  const one = connect({ url: database.urls.migrator, applicationName: 'test-begin-one', poolMax: 1 });
  try {
    expect(await withOrganization(one, organizationId, contextOf)).toBe(organizationId);
    expect(await contextOf(one)).toBe('');
    const other = randomUUID();
    expect(await withOrganization(one, other, contextOf)).toBe(other);
  } finally {
    await one.destroy();
  }
});

it('what fails leaves nothing, with a context and without one', async () => {
  await expect(withTransaction(db, { organizationId }, fails)).rejects.toThrow('no');
  await expect(db.transaction(fails)).rejects.toThrow('no');
  expect(await count()).toBe(0);
  await db.transaction(async (trx) => trx('note').insert({ n: 2 }));
  await withTransaction(db, { organizationId }, async (trx) => trx('note').insert({ n: 3 }));
  expect(await count()).toBe(2);
});

it('a first statement that is refused, and none at all, leave the connection as it was', async () => {
  await expect(db.transaction((trx) => trx.raw('SELECT 1 FROM nowhere'))).rejects.toMatchObject({ code: '42P01' });
  await db.transaction(async () => undefined);
  await expect(withOrganization(db, `x'; DROP TABLE note; --`, contextOf)).rejects.toThrow('must be a UUID');
  const inside = await db.transaction(async (trx) => [
    (await trx.raw<{ rows: { now: Date }[] }>('SELECT now()')).rows[0]!.now,
    (await trx.raw<{ rows: { now: Date }[] }>('SELECT now()')).rows[0]!.now,
  ]);
  expect(inside[0]).toEqual(inside[1]);
  expect(await count()).toBe(2);
});
