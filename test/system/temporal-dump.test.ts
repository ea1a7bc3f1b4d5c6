/**
 * Nothing readable leaves Postgres (architecture.md, section 1): after a visit's whole life the files of the Temporal server
 * and every log hold no patient's name, birth date or address, in any spelling. With the codec off on purpose the same
 * look finds what was planted, so that finding nothing means something.
 */
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { signIn } from '../../scripts/client/clinic-client.ts';
import { removePostgres } from '../../scripts/provision/postgres.ts';
import { silentProgress } from '../../scripts/provision/progress.ts';
import { startClinic, type Clinic } from '../../scripts/supervise/clinic.ts';
import { postgresDirectory } from '../../scripts/supervise/home.ts';
import { playAppointment } from '../../scripts/tour/appointment.ts';
import { createNarrator } from '../../scripts/tour/narrator.ts';
import { findTexts } from '../support/find-text.ts';

/** A person who is mentioned where she should not be: in the reason of a cancellation. */
const planted = 'Zoë Quillfeather-Ngũgĩ';
const homes: string[] = [];
const running: Clinic[] = [];

afterAll(async () => {
  for (const clinic of running) await clinic.stop();
  for (const home of homes) {
    removePostgres(postgresDirectory(home));
    rmSync(home, { recursive: true, force: true });
  }
});

async function start(env: Record<string, string>): Promise<Clinic> {
  const home = mkdtempSync(join(tmpdir(), 'healthsphere-dump-'));
  // As root, Postgres runs as another user, which has to reach its data in here.
  chmodSync(home, 0o711);
  homes.push(home);
  const clinic = await startClinic({
    home,
    ports: 'random',
    parts: ['postgres', 'temporal', 'mail', 'workers', 'api', 'seed'],
    workers: 1,
    // Everything that is ever logged.
    env: { LOG_LEVEL: 'trace', ...env },
    progress: silentProgress,
    report: () => undefined,
  });
  running.push(clinic);
  return clinic;
}

const client = ({ addresses: { api } }: Clinic, name: string) =>
  signIn(api, `${name}@demo.healthsphere.example`, 'healthsphere-demo');

/** Registers the planted person, books a visit for her, and cancels it with a reason that names her. */
async function plant(clinic: Clinic): Promise<void> {
  const desk = await client(clinic, 'frontdesk');
  const [given, family] = planted.split(' ');
  const person = { name: { given: [given], family }, birthDate: '1931-10-29', sex: 'female', language: 'en', email: 'zoe.quillfeather@patients.healthsphere.example' }; // prettier-ignore
  const patient = await desk.must('POST', '/patients', { body: person });
  const types = (await desk.must('GET', '/visit-types')) as unknown as {
    items: { id: string; needsApproval: boolean }[];
  };
  for (const { id: visitTypeId } of types.items.filter(({ needsApproval }) => !needsApproval)) {
    const query = new URLSearchParams({ visitTypeId, from: inDays(2), to: inDays(9), limit: '1' });
    const [free] = ((await desk.must('GET', `/availability?${query}`)) as unknown as { items: { start: string }[] })
      .items;
    if (free === undefined) continue;
    const {
      start: at,
      practitionerId,
      locationId,
    } = free as { start: string; practitionerId?: string; locationId?: string };
    const body = { patientId: patient['id'], visitTypeId, practitionerId, locationId, start: at };
    const booked = await desk.call('POST', '/appointments', { body });
    if (booked.status !== 201) continue;
    const reason = `${planted} called, born 1931-10-29`;
    await desk.must('POST', `/appointments/${String(booked.body['id'])}/cancel`, { body: { reason } });
    return;
  }
  throw new Error('no visit type had a free time for the planted person');
}

const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();

/** Names of six letters and more (a shorter one stands in random bytes by chance), dates, addresses and numbers. */
async function patientsTexts(clinic: Clinic): Promise<string[]> {
  const owner = new Client({ connectionString: clinic.database.migrator });
  await owner.connect();
  try {
    const { rows } = await owner.query<{ texts: string[] }>(
      `SELECT array_remove(given || ARRAY[family, email, phone, birth_date, chosen_name], NULL) AS texts FROM patient`,
    );
    return rows.flatMap(({ texts }) => texts).filter((text) => text.length >= 6);
  } finally {
    await owner.end();
  }
}

const engineFiles = ({ home }: Clinic): string[] =>
  readdirSync(home)
    .filter((name) => name.startsWith('temporal.sqlite'))
    .map((name) => join(home, name));
const logFiles = ({ home }: Clinic): string[] =>
  readdirSync(join(home, 'logs')).map((name) => join(home, 'logs', name));

describe('a dump of the Temporal database', { timeout: 180_000 }, () => {
  it('after the tour holds no patient’s name, birth date or address, nor does a log', async () => {
    const clinic = await start({});
    await playAppointment({
      narrator: createNarrator(() => undefined),
      desk: await client(clinic, 'frontdesk'),
      doctor: await client(clinic, 'doctor'),
      administrator: await client(clinic, 'admin'),
      publicUrl: clinic.addresses.web,
      inbox: clinic.addresses.mailInbox,
    });
    await plant(clinic);
    const texts = [...(await patientsTexts(clinic)), 'Quillfeather'];
    expect(texts).toEqual(expect.arrayContaining(['Tourneau', 'Amélie', '1987-04-12', '1931-10-29']));
    // Stopped: what was in memory is in the files.
    await clinic.stop();
    const files = engineFiles(clinic);
    expect(files.length).toBeGreaterThan(0);
    // The runs themselves are in there, under their readable ids.
    expect(findTexts(['appt:'], files)).not.toEqual([]);
    expect(findTexts(texts, files)).toEqual([]);
    expect(findTexts(texts, logFiles(clinic))).toEqual([]);
  });

  it('with the codec off on purpose shows the planted name', async () => {
    const clinic = await start({ HEALTHSPHERE_CODEC: 'off' });
    await plant(clinic);
    await clinic.stop();
    const found = findTexts(['Quillfeather', planted, '1931-10-29'], engineFiles(clinic));
    expect(new Set(found.map((line) => line.split(' in ')[0]))).toEqual(
      new Set(['Quillfeather', planted, '1931-10-29']),
    );
  });

  it('is looked at in every spelling', () => {
    const file = join(homes[0]!, 'spellings');
    const around = (text: string) => `{"given":"${text}","x":1}`;
    for (const write of [
      (text: string) => Buffer.from(around(text)),
      (text: string) => Buffer.from(around(text), 'utf16le'),
      (text: string) => Buffer.from(around(text), 'utf16le').swap16(),
      ...['', 'a', 'ab'].map(
        (before) => (text: string) => Buffer.from(Buffer.from(before + around(text)).toString('base64')),
      ),
      (text: string) => Buffer.from(Buffer.from(around(text)).toString('hex')),
    ]) {
      writeFileSync(file, write(planted));
      expect(findTexts([planted], [file])).toHaveLength(1);
      writeFileSync(file, write('somebody else'));
      expect(findTexts([planted], [file])).toEqual([]);
    }
  });
});
