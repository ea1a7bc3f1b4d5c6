/** The walls that the database itself keeps: who may write what, whose rows one sees, and that history stays. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseRoles } from '../../db/bootstrap.ts';
import { connect, type Db } from '../../db/connection.ts';
import { applyGrants } from '../../db/grants.ts';
import { findGrantProblems } from '../../db/grants-check.ts';
import { tables } from '../../db/tables.ts';
import { sqlState, withOrganization, withTransaction } from '../../db/transaction.ts';
import { createClinic, type Clinic } from '../support/clinic-fixture.ts';

let clinic: Clinic;
const connections = new Map<string, Db>();
/** One connection, so that whatever a transaction leaves behind is met by the next. */
const as = (role: (typeof databaseRoles)[number]): Db => {
  const known =
    connections.get(role) ?? connect({ url: clinic.database.urls[role], applicationName: `test-${role}`, poolMax: 1 });
  connections.set(role, known);
  return known;
};
const named = (kind: string): string[] =>
  Object.entries(tables).flatMap(([name, t]) => (t.class === kind ? [name] : []));

beforeAll(async () => {
  clinic = await createClinic();
  // Something to see in the tables of the process.
  const { appointment } = await clinic.open({ start: '2027-03-03T15:00:00Z' });
  await clinic.act(appointment.id, 'cancel', { reason: 'ill' });
});
afterAll(async () => {
  for (const db of connections.values()) await db.destroy();
  await clinic.stop();
});

/** The SQLSTATE of a statement in the organization's context; undefined when it works. Nothing is kept. */
async function stateOf(db: Db, sql: string): Promise<string | undefined> {
  let state: string | undefined;
  await db
    .transaction(async (trx) => {
      await trx.raw(`SELECT set_config('app.organization', ?, true)`, [clinic.organizationId]);
      await trx.raw(sql).catch((error: unknown) => void (state = sqlState(error) ?? 'unknown'));
      throw new Error('undo');
    })
    .catch(() => undefined);
  return state;
}
const denied = '42501';

describe('privileges', () => {
  it('are exactly those declared', async () => {
    expect(await findGrantProblems(clinic.owner)).toEqual([]);
  });

  it('let the API write no table of a process', async () => {
    const process = named('process');
    expect(process).toEqual(
      expect.arrayContaining(['appointment', 'reservation', 'opening', 'case_timer', 'notification']),
    );
    for (const table of process) {
      // Mail of accounts is the API's to queue, never of visits.
      const insert =
        table === 'notification'
          ? `INSERT INTO notification (organization_id, dedupe_key, aggregate, aggregate_id, kind, channel, to_ref, due_at)
             VALUES ('${clinic.organizationId}', 'k', 'appointment', '${randomUUID()}', 'booked', 'email', 'patient:x', now())`
          : `INSERT INTO ${table} DEFAULT VALUES`;
      const statements = [
        insert,
        `UPDATE ${table} SET organization_id = organization_id`,
        `DELETE FROM ${table}`,
        `TRUNCATE ${table} CASCADE`,
      ];
      for (const sql of statements) expect([sql, await stateOf(as('api'), sql)]).toEqual([sql, denied]);
    }
    const history = `INSERT INTO state_change (organization_id, aggregate, aggregate_id, seq, event, to_state, actor, at)
                     VALUES ('${clinic.organizationId}', 'appointment', '${randomUUID()}', 1, 'book', 'booked', 'user:x', now())`;
    expect(await stateOf(as('api'), history)).toBe(denied);
    expect(await stateOf(as('worker'), history)).toBeUndefined();
  });

  it('let no role change or remove history', async () => {
    // A seal to try on; the others have rows.
    await as('sealer').transaction(async (trx) => {
      await trx.raw(`SELECT set_config('app.organization', ?, true)`, [clinic.organizationId]);
      await trx.raw(
        `INSERT INTO audit_seal (organization_id, n, source, row_id, txid, hash, prev_hash)
         SELECT organization_id, 1, 'state_change', id, txid, sha256('a'), sha256('b') FROM state_change ORDER BY id LIMIT 1`,
      );
    });
    for (const table of named('audit')) {
      expect(await clinic.count(table)).toBeGreaterThan(0);
      for (const role of databaseRoles) {
        for (const sql of [
          `UPDATE ${table} SET organization_id = organization_id`,
          `DELETE FROM ${table}`,
          `TRUNCATE ${table}`,
        ]) {
          expect([role, sql, await stateOf(as(role), sql)]).toEqual([role, sql, denied]);
        }
      }
    }
  });
});

describe('organizations', () => {
  const protectedTables = Object.entries(tables).flatMap(([name, t]) => (t.rowSecurity ? [name] : []));

  it('show nothing to a query without context, on every table', async () => {
    for (const name of protectedTables) {
      for (const role of ['worker', 'api', 'auditor', 'sealer'] as const) {
        if (!(tables[name]?.grants[role] ?? []).includes('SELECT')) continue;
        const rows = await as(role)(name).select('*').limit(1);
        expect([role, name, rows]).toEqual([role, name, []]);
      }
    }
    // There was something to see.
    expect(await clinic.read((trx) => trx('appointment').select('id'))).toHaveLength(1);
    await expect(
      as('api')('location').insert({ organization_id: clinic.organizationId, name: 'x', time_zone: 'UTC' }),
    ).rejects.toMatchObject({ code: denied });
  });

  it('show nothing of each other', async () => {
    const [other] = await clinic.owner('organization').insert({ name: 'Other' }).returning<{ id: string }[]>('id');
    for (const name of protectedTables) {
      if (!(tables[name]?.grants.api ?? []).includes('SELECT') || name === 'organization') continue;
      expect([name, await withOrganization(as('api'), other!.id, (trx) => trx(name).select('*').limit(1))]).toEqual([
        name,
        [],
      ]);
    }
    await expect(
      withOrganization(as('worker'), other!.id, (trx) =>
        trx('staff_task').insert({
          organization_id: clinic.organizationId,
          kind: 'x',
          due_at: new Date(),
          dedupe_key: 'x',
          created_by: 'x',
        }),
      ),
    ).rejects.toMatchObject({ code: denied });
  });

  it('do not leak over a pooled connection', async () => {
    const api = as('api');
    const seen = (): Promise<unknown[]> => Promise.resolve(api('appointment').select('id'));
    expect(await withOrganization(api, clinic.organizationId, (trx) => trx('appointment').select('id'))).toHaveLength(
      1,
    );
    expect(await seen()).toEqual([]);
    await expect(
      withTransaction(api, { organizationId: clinic.organizationId }, () => Promise.reject(new Error('refused'))),
    ).rejects.toThrow('refused');
    expect(await seen()).toEqual([]);
    await expect(
      withTransaction(api, { organizationId: clinic.organizationId }, (trx) => trx.raw('SELECT 1/0')),
    ).rejects.toMatchObject({ code: '22012' });
    expect(await seen()).toEqual([]);
    await expect(withOrganization(api, `x' OR true --`, (trx) => trx('appointment').select('id'))).rejects.toThrow(
      'UUID',
    );
  });
});

describe('the check fails when a rule is broken on purpose', () => {
  const breaches: readonly [sql: string, problem: string][] = [
    [`GRANT INSERT ON appointment TO api`, 'api has INSERT on appointment'],
    [`GRANT UPDATE (status) ON appointment TO api`, 'privileges are granted on the column appointment.status'],
    [`GRANT DELETE ON state_change TO PUBLIC`, 'auditor has DELETE on state_change'],
    [`REVOKE SELECT ON audit_seal FROM auditor`, 'auditor lacks SELECT on audit_seal'],
    [`ALTER TABLE reservation NO FORCE ROW LEVEL SECURITY`, 'reservation does not force row security'],
    [
      `CREATE POLICY everyone ON patient USING (true)`,
      'patient has the policies everyone:*:true, in_organization:*:true',
    ],
    [`ALTER TABLE audit_event DISABLE TRIGGER append_only`, 'audit_event has no working trigger append_only'],
    [`CREATE TABLE forgotten (id int)`, 'forgotten is not declared'],
    [`CREATE VIEW window_to_everything AS SELECT * FROM patient`, 'window_to_everything is not declared'],
  ];

  it.each(breaches)('%s', async (sql, problem) => {
    let problems: string[] = [];
    await clinic.owner
      .transaction(async (trx) => {
        await trx.raw(sql);
        problems = await findGrantProblems(trx);
        throw new Error('undo');
      })
      .catch((error: Error) => {
        if (error.message !== 'undo') throw error;
      });
    expect(problems).toContain(problem);
  });

  it('and the next migration repairs what was granted, or refuses what nobody declared', async () => {
    await clinic.owner.raw(`GRANT INSERT ON appointment TO api`);
    await applyGrants(clinic.owner);
    expect(await findGrantProblems(clinic.owner)).toEqual([]);
    await clinic.owner.raw(`CREATE TABLE forgotten (id int)`);
    await expect(applyGrants(clinic.owner)).rejects.toThrow('forgotten');
    await clinic.owner.raw(`DROP TABLE forgotten`);
  });
});
