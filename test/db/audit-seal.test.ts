import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPairSync } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemActor } from '../../domain/actor.ts';
import { readAnchors, writeAnchor } from '../../db/audit/audit-anchor.ts';
import { canonicalJson, chainHead, sealBatch, verifyChain } from '../../db/audit/audit-seal.ts';
import { recordAudit, recordStateChange } from '../../db/audit/audit-trail.ts';
import { connect, type Db } from '../../db/connection.ts';
import { withTransaction } from '../../db/transaction.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-postgres.ts';

const secret = new Uint8Array(32).fill(7);

let database: TestDatabase;
let worker: Db;
let sealer: Db;
let auditor: Db;
let owner: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  worker = connect({ url: database.urls.worker, applicationName: 'test' });
  sealer = connect({ url: database.urls.sealer, applicationName: 'test' });
  auditor = connect({ url: database.urls.auditor, applicationName: 'test' });
  owner = new Client({ connectionString: database.adminUrl });
  await owner.connect();
});
afterAll(async () => {
  await Promise.all([worker.destroy(), sealer.destroy(), auditor.destroy(), owner.end()]);
  await database.drop();
});

async function newOrganization(): Promise<string> {
  const id = randomUUID();
  await owner.query(`INSERT INTO organization (id, name) VALUES ($1, 'A clinic')`, [id]);
  return id;
}

async function change(organizationId: string, event: string, aggregateId: string = randomUUID()): Promise<void> {
  await withTransaction(worker, { organizationId }, async (trx) => {
    await recordStateChange(trx, {
      organizationId,
      aggregate: 'appointment',
      aggregateId,
      event,
      from: null,
      to: 'booked',
      actor: systemActor('test'),
      at: new Date(),
      data: { b: 1, a: { d: 1, c: 2 } },
    });
    await recordAudit(trx, {
      organizationId,
      actor: systemActor('test'),
      action: 'appointment:read',
      outcome: 'success',
    });
  });
}

/** What only somebody who owns the whole server can do. */
async function tamper(sql: string, values: unknown[]): Promise<void> {
  await owner.query(`SET session_replication_role = replica`);
  await owner.query(sql, values);
  await owner.query(`SET session_replication_role = DEFAULT`);
}

/** Other files' transactions run in the same server, and what is younger than any of them waits for a later round. */
async function sealAll(organizationId: string): Promise<number> {
  let sealed = 0;
  await expect
    .poll(
      async () => {
        sealed += (await sealBatch(sealer, organizationId, secret)).sealed;
        return (await verifyChain(auditor, organizationId, secret)).unsealed;
      },
      { timeout: 10_000 },
    )
    .toBe(0);
  return sealed;
}

async function sealedOrganization(changes = 3): Promise<string> {
  const organizationId = await newOrganization();
  for (let i = 0; i < changes; i += 1) await change(organizationId, `event-${i}`);
  await sealAll(organizationId);
  return organizationId;
}

describe('the audit chain', () => {
  it('seals every committed row once and verifies', async () => {
    const organizationId = await sealedOrganization(5);
    // Each change writes its state_change, its audit row, and one read.
    expect(await verifyChain(auditor, organizationId, secret)).toEqual({ links: 15, unsealed: 0, fault: null });
    expect(await sealBatch(sealer, organizationId, secret)).toEqual({ sealed: 0, more: false });
  });

  it('leaves out what an older transaction may still add to, and seals it after the commit, in order', async () => {
    const organizationId = await newOrganization();
    const slow = await worker.transaction();
    await slow.raw(`SELECT set_config('app.organization', ?, true)`, [organizationId]);
    await recordAudit(slow, { organizationId, actor: systemActor('slow'), action: 'slow', outcome: 'success' });
    await change(organizationId, 'quick');
    expect((await sealBatch(sealer, organizationId, secret)).sealed).toBe(0);
    await slow.commit();
    expect(await sealAll(organizationId)).toBe(4);
    expect((await verifyChain(auditor, organizationId, secret)).fault).toBeNull();
    const first = await owner.query(
      'SELECT a.action FROM audit_seal s JOIN audit_event a ON a.id = s.row_id WHERE s.organization_id = $1 AND s.n = 1',
      [organizationId],
    );
    expect(first.rows[0]?.action).toBe('slow');
  });

  it('names the first row that was altered', async () => {
    const organizationId = await sealedOrganization();
    const row = await owner.query(`SELECT id FROM audit_event WHERE organization_id = $1 ORDER BY id LIMIT 1`, [
      organizationId,
    ]);
    await tamper(`UPDATE audit_event SET principal = 'somebody else' WHERE id = $1`, [row.rows[0]?.id]);
    expect((await verifyChain(auditor, organizationId, secret)).fault).toMatchObject({
      kind: 'row-changed',
      source: 'audit_event',
      rowId: Number(row.rows[0]?.id),
    });
  });

  it('notices a deleted row, a deleted link, a row slipped in, and a wrong secret', async () => {
    const deleted = await sealedOrganization();
    await tamper(`DELETE FROM state_change WHERE organization_id = $1 AND event = 'event-1'`, [deleted]);
    expect((await verifyChain(auditor, deleted, secret)).fault?.kind).toBe('row-missing');

    const unlinked = await sealedOrganization();
    await tamper(`DELETE FROM audit_seal WHERE organization_id = $1 AND n = 4`, [unlinked]);
    expect((await verifyChain(auditor, unlinked, secret)).fault).toEqual({ kind: 'seal-missing', n: 4 });

    const slipped = await sealedOrganization();
    await tamper(
      `INSERT INTO audit_event (organization_id, principal, action, outcome, txid) VALUES ($1, 'ghost', 'x', 'success', '5'::xid8)`,
      [slipped],
    );
    expect((await verifyChain(auditor, slipped, secret)).fault?.kind).toBe('row-slipped-in');

    const whole = await sealedOrganization();
    expect((await verifyChain(auditor, whole, new Uint8Array(32).fill(8))).fault).toMatchObject({
      kind: 'row-changed',
      n: 1,
    });
  });

  it('sees through a tail that the owner cut, by the anchor outside the database', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'anchors-'));
    const pair = generateKeyPairSync('ed25519');
    const privatePem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const publicPem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    try {
      const organizationId = await sealedOrganization();
      const head = await chainHead(sealer, organizationId);
      const anchor = { organizationId, n: head?.n ?? 0, hash: head?.hash ?? '', at: '2027-03-01T00:00:00.000Z' };
      expect(await writeAnchor(directory, privatePem, anchor)).toBe('written');
      expect(await writeAnchor(directory, privatePem, { ...anchor, n: 1 })).toBe('exists');
      await tamper(`DELETE FROM audit_seal WHERE organization_id = $1 AND n > 3`, [organizationId]);
      await tamper(
        `DELETE FROM audit_event a WHERE a.organization_id = $1 AND NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.source = 'audit_event' AND s.row_id = a.id)`,
        [organizationId],
      );
      await tamper(
        `DELETE FROM state_change a WHERE a.organization_id = $1 AND NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.source = 'state_change' AND s.row_id = a.id)`,
        [organizationId],
      );
      expect((await verifyChain(auditor, organizationId, secret)).fault).toBeNull();
      const anchors = await readAnchors(directory, publicPem, organizationId);
      expect((await verifyChain(auditor, organizationId, secret, anchors)).fault).toEqual({
        kind: 'tail-cut',
        n: 4,
        anchoredAt: anchor.at,
      });
      const file = join(directory, (await readdir(directory))[0] ?? '');
      await writeFile(file, (await readFile(file, 'utf8')).replace('"n": 9', '"n": 3'));
      await expect(readAnchors(directory, publicPem, organizationId)).rejects.toThrow(/altered/);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('is refused to every role, the owner included', async () => {
    const organizationId = await sealedOrganization();
    for (const role of ['worker', 'api', 'sealer', 'auditor', 'migrator'] as const) {
      const db = connect({ url: database.urls[role], applicationName: 'test', poolMax: 1 });
      try {
        for (const sql of [
          `UPDATE audit_event SET action = 'x'`,
          `DELETE FROM state_change`,
          `TRUNCATE audit_seal`,
          `DELETE FROM audit_seal`,
        ]) {
          await expect(withTransaction(db, { organizationId }, (trx) => trx.raw(sql))).rejects.toMatchObject({
            code: '42501',
          });
        }
      } finally {
        await db.destroy();
      }
    }
  });

  it('writes the same JSON whatever the order of keys', () => {
    expect(canonicalJson({ b: [1, { z: null, a: 'ü' }], a: true })).toBe(
      canonicalJson({ a: true, b: [1, { a: 'ü', z: null }] }),
    );
  });
});
