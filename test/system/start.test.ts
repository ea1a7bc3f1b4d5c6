/** Starting, killing and stopping the processes of a clinic, in a home and on ports of its own. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../config.ts';
import { loadKeys } from '../../keys.ts';
import { silentProgress } from '../../scripts/provision/progress.ts';
import { startClinic } from '../../scripts/supervise/clinic.ts';
import type { Clinic, ClinicOptions } from '../../scripts/supervise/clinic.ts';
import { postgresDirectory } from '../../scripts/supervise/home.ts';
import { removePostgres } from '../../scripts/provision/postgres.ts';
import { AlreadyRunningError, endProcess, writeProcesses } from '../../scripts/supervise/process-file.ts';
import { describeProcess, isSameProcess } from '../../scripts/supervise/process-identity.ts';

let home: string;
const running: Clinic[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'healthsphere-start-'));
});
afterEach(async () => {
  for (const clinic of running.splice(0)) await clinic.stop();
  removePostgres(postgresDirectory(home));
  rmSync(home, { recursive: true, force: true });
});

/** The servers without the programs of this project, which other tests exercise. */
async function start(options: ClinicOptions = {}): Promise<{ clinic: Clinic; said: string[] }> {
  const said: string[] = [];
  const clinic = await startClinic({
    home,
    ports: 'random',
    parts: ['postgres', 'temporal', 'mail'],
    progress: silentProgress,
    report: (line) => said.push(line),
    ...options,
  });
  running.push(clinic);
  return { clinic, said };
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('a clinic', { timeout: 120_000 }, () => {
  it('starts, tells scripts how to reach it, and leaves nothing running when it stops', async () => {
    const { clinic } = await start();
    expect(Object.keys(clinic.pids()).toSorted()).toEqual(['mail', 'postgres', 'temporal']);
    const config = loadConfig({ HEALTHSPHERE_HOME: home });
    expect(config.database).toEqual(
      expect.objectContaining({ api: clinic.database.api, worker: clinic.database.worker }),
    );
    expect(config.temporal.address).toBe(clinic.addresses.temporal);
    expect(Object.keys(loadKeys(config.keyFile).keys)).toEqual(['k1']);
    expect(await query(clinic.database.api, 'SELECT current_user')).toEqual([{ current_user: 'api' }]);
    const identities = Object.values(clinic.pids()).map(describeProcess);
    await clinic.stop();
    expect(identities.filter(isSameProcess)).toEqual([]);
    expect(existsSync(join(home, 'processes.json'))).toBe(false);
  });

  it('starts each process again after kill -9, with what was acknowledged before', async () => {
    const { clinic, said } = await start();
    const admin = clinic.database.admin!;
    await query(admin, 'CREATE TABLE kept (id int)');
    await query(admin, 'INSERT INTO kept VALUES (1)');
    const transport = createTransport(clinic.addresses.smtp);
    await transport.sendMail({ from: 'a@example.org', to: 'b@example.org', subject: 'kept', text: 'kept' });
    transport.close();
    for (const name of ['postgres', 'temporal', 'mail']) {
      const before = clinic.pids()[name];
      expect(clinic.kill(name)).toBe(true);
      await expect.poll(() => clinic.restarts()[name], { timeout: 20_000 }).toBe(1);
      await clinic.whenReady(name, 20_000);
      expect(clinic.pids()[name]).not.toBe(before);
      expect(said.join('\n')).toContain(`${name} ended (SIGKILL)`);
    }
    expect(await query(admin, 'SELECT id FROM kept')).toEqual([{ id: 1 }]);
    const inbox = (await (await fetch(`${clinic.addresses.mailInbox}/api/messages?to=b@example.org`)).json()) as object;
    expect(inbox).toMatchObject({ total: 1, items: [{ subject: 'kept' }] });
  });

  it('keeps its state over a restart, and begins anew when told to', async () => {
    const first = await start();
    await query(first.clinic.database.admin!, 'CREATE TABLE kept (id int)');
    await first.clinic.stop();
    const second = await start();
    const tables = `SELECT count(*)::int AS n FROM pg_tables WHERE tablename = 'kept'`;
    expect(await query(second.clinic.database.admin!, tables)).toEqual([{ n: 1 }]);
    await second.clinic.stop();
    writeFileSync(join(home, 'backup-of-yesterday.tar'), 'precious');
    const third = await start({ reset: true });
    expect(await query(third.clinic.database.admin!, tables)).toEqual([{ n: 0 }]);
    expect(readFileSync(join(home, 'backup-of-yesterday.tar'), 'utf8')).toBe('precious');
  });
});

describe('a home', { timeout: 60_000 }, () => {
  it('refuses a second clinic while one runs', async () => {
    await start({ parts: ['mail'] });
    await expect(start({ parts: ['mail'] })).rejects.toThrow(AlreadyRunningError);
  });

  it('names every taken port and the variable that moves it', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const taken = start({ parts: ['mail'], ports: 'random', env: { MAIL_SMTP_PORT: String(port) } });
    await expect(taken).rejects.toThrow(new RegExp(`port ${port}, SMTP: MAIL_SMTP_PORT`));
    await new Promise<void>((resolve) => other.close(() => resolve()));
  });

  it('does not signal a stranger who was given the pid of a process that is gone', async () => {
    const stranger = { ...describeProcess(process.ppid), startedAt: 'another time' };
    await endProcess(stranger, 'SIGKILL', 0);
    expect(isSameProcess(describeProcess(process.ppid))).toBe(true);
    writeProcesses(home, undefined, [{ name: 'gone', pid: 2 ** 22 + 1 }]);
    expect(JSON.parse(readFileSync(join(home, 'processes.json'), 'utf8'))).toMatchObject({ children: [] });
  });
});
