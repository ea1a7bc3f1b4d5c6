/** The sealer over several organizations: what fails for one holds up none of the others. */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { recordAudit } from '../../db/audit/audit-trail.ts';
import { chainHead } from '../../db/audit/audit-seal.ts';
import { connect, type Db } from '../../db/connection.ts';
import { withTransaction } from '../../db/transaction.ts';
import { systemActor } from '../../domain/actor.ts';
import { createLog } from '../../log.ts';
import { startSealer } from '../../workers/sealer.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-postgres.ts';

let database: TestDatabase;
let owner: Db;
let worker: Db;
let sealer: Db;
let scratch: string;
const organizations: string[] = [];

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'healthsphere-sealer-'));
  database = await createTestDatabase();
  const open = (role: 'migrator' | 'worker' | 'sealer'): Db =>
    connect({ url: database.urls[role], applicationName: 'test', poolMax: 2 });
  [owner, worker, sealer] = [open('migrator'), open('worker'), open('sealer')];
  for (let k = 0; k < 3; k += 1) {
    const id = randomUUID();
    organizations.push(id);
    await owner('organization').insert({ id, name: `Clinic ${k}` });
    await withTransaction(worker, { organizationId: id }, (trx) =>
      recordAudit(trx, {
        organizationId: id,
        actor: systemActor('test'),
        action: 'appointment:read',
        outcome: 'success',
      }),
    );
  }
});
afterAll(async () => {
  await Promise.all([owner.destroy(), worker.destroy(), sealer.destroy()]);
  await database.drop();
  rmSync(scratch, { recursive: true, force: true });
});

it('seals every organization while no anchor can be written, and anchors each once it can be', async () => {
  // A file stands where the directory should be: every anchor fails, for root too.
  const place = join(scratch, 'anchors');
  writeFileSync(place, '');
  const lines: string[] = [];
  const running = startSealer({
    db: sealer,
    auditSecret: new Uint8Array(32).fill(7),
    anchorDirectory: place,
    anchorPrivateKeyPem: generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    log: createLog({ component: 'worker', level: 'warn' }, { write: (line) => void lines.push(line) }),
    intervalMs: 20,
  });
  try {
    const complaints = () => lines.map((line) => JSON.parse(line) as { organizationId?: string; code?: string });
    await vi.waitFor(
      async () => {
        for (const id of organizations) expect(await chainHead(sealer, id)).not.toBeNull();
        expect(new Set(complaints().map(({ organizationId }) => organizationId))).toEqual(new Set(organizations));
      },
      { timeout: 5_000 },
    );
    expect(complaints()[0]?.code).toMatch(/^(ENOTDIR|EEXIST)$/);
    rmSync(place);
    await vi.waitFor(() => expect(readdirSync(place)).toHaveLength(organizations.length), { timeout: 5_000 });
  } finally {
    await running.stop();
  }
});
