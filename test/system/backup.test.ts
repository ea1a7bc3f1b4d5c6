import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../config.ts';
import { readAnchors } from '../../db/audit/audit-anchor.ts';
import { verifyChain } from '../../db/audit/audit-seal.ts';
import { connect } from '../../db/connection.ts';
import { loadKeys } from '../../keys.ts';
import { putBack } from '../../scripts/backup/put-back.ts';
import { readManifest } from '../../scripts/backup/manifest.ts';
import { takeBackup } from '../../scripts/backup/take.ts';
import { diagnose, type Diagnosis } from '../../scripts/doctor/diagnose.ts';
import { connectEngine } from '../../scripts/doctor/engine.ts';
import { silentProgress } from '../../scripts/provision/progress.ts';
import { removePostgres } from '../../scripts/provision/postgres.ts';
import { signIn } from '../../scripts/seed/api-session.ts';
import { organizationId } from '../../scripts/seed/clinic.ts';
import { demoEmail } from '../../scripts/seed/users.ts';
import { startClinic, type Clinic } from '../../scripts/supervise/clinic.ts';
import { postgresDirectory } from '../../scripts/supervise/home.ts';

const scratch = mkdtempSync(join(tmpdir(), 'healthsphere-backup-'));
chmodSync(scratch, 0o755);
const home = join(scratch, 'home');
const saved = join(scratch, 'saved');
const places = loadConfig({ HEALTHSPHERE_HOME: home }, { roles: [] });
let clinic: Clinic | undefined;

const start = async (): Promise<Clinic> =>
  (clinic = await startClinic({
    home,
    ports: 'random',
    parts: ['postgres', 'temporal', 'mail', 'workers', 'api', 'seed'],
    workers: 1,
    progress: silentProgress,
  }));
const stop = async (): Promise<void> => {
  await clinic?.stop();
  clinic = undefined;
};

beforeAll(start, 180_000);
afterAll(async () => {
  await stop();
  removePostgres(postgresDirectory(home));
  rmSync(scratch, { recursive: true, force: true });
}, 60_000);

type Visit = { id: string; status: string; confirmedAt: string | null };

const frontDesk = (running: Clinic) =>
  signIn(`http://127.0.0.1:${running.environment['PORT']}`, demoEmail('frontdesk'), 'healthsphere-demo');

async function book(running: Clinic, nth: number): Promise<Visit> {
  const session = await frontDesk(running);
  const { items: visitTypes } = await session.get<{ items: { id: string; code: string }[] }>('/visit-types');
  const { items: patients } = await session.get<{ items: { id: string; deceased: boolean; active: boolean }[] }>('/patients', { limit: '40' }); // prettier-ignore
  const visitTypeId = visitTypes.find(({ code }) => code === 'FU30')!.id;
  const day = 86_400_000;
  const { items } = await session.get<{ items: { start: string; practitionerId: string; locationId: string }[] }>('/availability', {
    visitTypeId,
    from: new Date(Date.now() + day).toISOString(),
    to: new Date(Date.now() + 8 * day).toISOString(),
    limit: '40',
  }); // prettier-ignore
  const patientId = patients.filter(({ deceased, active }) => !deceased && active)[nth]!.id;
  const { start: at, practitionerId, locationId } = items[nth]!;
  return session.post<Visit>('/appointments', { patientId, visitTypeId, practitionerId, locationId, start: at }, `backup-test-${nth}`); // prettier-ignore
}

async function examine(running: Clinic): Promise<Diagnosis> {
  const config = loadConfig({ ...running.environment, NODE_ENV: 'development' }, { roles: ['worker', 'auditor'] });
  const db = connect({ url: config.database.worker, applicationName: 'test' });
  const auditDb = connect({ url: config.database.auditor, applicationName: 'test' });
  const engine = await connectEngine(config, loadKeys(config.keyFile));
  try {
    return await diagnose({ db, auditDb, engine }, { all: true });
  } finally {
    await Promise.all([engine.close(), db.destroy(), auditDb.destroy()]);
  }
}

async function auditChain(running: Clinic) {
  const keys = loadKeys(join(home, 'keys.json'));
  const db = connect({ url: running.database.auditor, applicationName: 'test' });
  try {
    const anchors = await readAnchors(join(home, 'anchors'), keys.anchorPublicKeyPem, organizationId);
    return await verifyChain(db, organizationId, keys.auditSecret, anchors);
  } finally {
    await db.destroy();
  }
}

describe('backup and restore of a running clinic', () => {
  it('brings back the state of the backup, with every open visit watched over and the audit chain whole', async () => {
    const before = clinic!;
    const visit = await book(before, 0);
    // Bookings go on meanwhile: each is in the backup whole, row and workflow, or not at all.
    const meanwhile = Promise.allSettled(Array.from({ length: 8 }, (_, n) => book(before, 2 + n)));
    const taken = await takeBackup({ places, directory: saved, databaseUrl: before.database.backup });
    const outcomes = await meanwhile;
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
    expect(taken.clinic).toBe('running');
    console.log(`backup: ${taken.totalMs} ms, of which the engine stood still ${taken.frozenMs} ms; ${Math.round(taken.bytes / 1e6)} MB`); // prettier-ignore
    expect(existsSync(join(saved, 'keys.json'))).toBe(false);

    // What happens after the backup, and must be gone after the restore.
    const session = await frontDesk(before);
    const cancelled = await session.post<Visit>(`/appointments/${visit.id}/cancel`, { reason: 'later' }, 'backup-test-cancel'); // prettier-ignore
    expect(cancelled.status).toBe('cancelled');
    const later = await book(before, 1);
    await expect(putBack({ places, directory: saved })).rejects.toThrow(/runs.*nothing was changed/s);
    await stop();

    const restored = await putBack({ places, directory: saved });
    console.log(`restore: ${restored.totalMs} ms`);
    expect(restored.movedAside.length).toBeGreaterThan(0);
    for (const directory of restored.movedAside) expect(readdirSync(directory).length).toBeGreaterThan(0);

    const after = await start();
    const again = await frontDesk(after);
    expect(await again.get<Visit>(`/appointments/${visit.id}`)).toMatchObject({ status: 'booked' });
    await expect(again.get(`/appointments/${later.id}`)).rejects.toMatchObject({ status: 404 });
    const chain = await auditChain(after);
    expect(chain.fault).toBeNull();
    expect(chain.links).toBeGreaterThan(60);
    // The visit's own workflow carries this out.
    const confirmed = await again.post<Visit>(`/appointments/${visit.id}/confirm`, {}, 'backup-test-confirm');
    expect(confirmed.confirmedAt).not.toBeNull();
    const diagnosis = await examine(after);
    expect(diagnosis.organizations.flatMap(({ findings }) => findings)).toEqual([]);
    expect(diagnosis.findings).toEqual([]);
    expect(diagnosis.workflows).toBeGreaterThan(0);
    await stop();
  }, 180_000);

  it('of a stopped one, and refuses what is damaged or lacks its keys', async () => {
    const directory = join(scratch, 'cold');
    const taken = await takeBackup({ places, directory });
    expect(taken.clinic).toBe('stopped');
    await expect(takeBackup({ places, directory })).rejects.toThrow(/not empty/);

    const damaged = join(scratch, 'damaged');
    cpSync(directory, damaged, { recursive: true });
    const manifest = join(damaged, 'manifest.json');
    const text = readFileSync(manifest, 'utf8');
    writeFileSync(manifest, text.replace('"clinic": "stopped"', '"clinic": "running"'));
    await expect(putBack({ places, directory: damaged })).rejects.toThrow(/manifest .* changed or damaged/);
    writeFileSync(manifest, text);
    const file = readManifest(damaged).files.find(({ path, size }) => path.startsWith('postgres/base/') && size > 0)!;
    const content = readFileSync(join(damaged, file.path));
    content[0] = content[0]! ^ 1;
    writeFileSync(join(damaged, file.path), content);
    await expect(putBack({ places, directory: damaged })).rejects.toThrow(`${file.path} has another content`);
    rmSync(join(damaged, file.path));
    await expect(putBack({ places, directory: damaged })).rejects.toThrow(`${file.path} is missing`);

    const keyFile = join(scratch, 'no-such-keys.json');
    await expect(putBack({ places: { ...places, keyFile }, directory })).rejects.toThrow(/does not exist.*nothing was changed/s); // prettier-ignore
    expect(readdirSync(home).filter((name) => name.startsWith('restoring-'))).toEqual([]);
  }, 60_000);
});

describe('holding a process still', () => {
  const stateOf = (pid: number): string => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2)[0]!;
  };
  const until = async (holds: () => boolean): Promise<void> => {
    for (let attempt = 0; attempt < 200 && !holds(); attempt += 1) await sleep(25);
    expect(holds()).toBe(true);
  };

  it.runIf(process.platform === 'linux')('lets it go on even when the backup is killed in the middle', async () => {
    const held = spawn('sleep', ['120'], { stdio: 'ignore' });
    const script = `import { whileFrozen } from './scripts/backup/freeze.ts';
      import { describeProcess } from './scripts/supervise/process-identity.ts';
      await whileFrozen(describeProcess(${held.pid}), () => new Promise((resolve) => setTimeout(resolve, 60_000)));`;
    const backup = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      cwd: join(import.meta.dirname, '../..'),
      stdio: 'ignore',
    });
    try {
      await until(() => stateOf(held.pid!) === 'T');
      backup.kill('SIGKILL');
      await until(() => stateOf(held.pid!) !== 'T');
    } finally {
      held.kill('SIGKILL');
      backup.kill('SIGKILL');
    }
  });
});
