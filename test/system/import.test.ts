import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patientFromCsv } from '../../domain/patient/csv-patient.ts';
import { patientFromFhir } from '../../domain/patient/fhir-patient.ts';
import { detectFormat, readPatients, type NumberedRow } from '../../scripts/import/read-patients.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-postgres.ts';

const root = resolve(import.meta.dirname, '../..');
const directory = mkdtempSync(join(tmpdir(), 'import-'));
let database: TestDatabase;
let owner: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new Client({ connectionString: database.adminUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await database.drop();
  rmSync(directory, { recursive: true });
});

const file = (name: string, content: string): string => {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
};

const patient = (n: number, more: object = {}): object => ({
  resourceType: 'Patient',
  identifier: [{ system: 'https://example.org/source', value: `p-${n}` }],
  name: [{ use: 'official', family: `Familie${n}`, given: [`Given${n}`] }],
  gender: 'female',
  birthDate: '1980-02-29',
  communication: [{ language: { coding: [{ code: 'en-US' }] } }],
  ...more,
});

async function newOrganization(): Promise<string> {
  const id = randomUUID();
  await owner.query(`INSERT INTO organization (id, name) VALUES ($1, 'A clinic')`, [id]);
  return id;
}

function startImport(path: string, organization: string, ...more: string[]) {
  return spawn(
    process.execPath,
    ['--import', 'tsx', 'scripts/import.ts', path, '--organization', organization, ...more],
    {
      cwd: root,
      env: {
        ...process.env,
        NODE_ENV: 'development',
        HEALTHSPHERE_HOME: directory,
        DATABASE_URL_WORKER: database.urls.worker,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
}

async function runImport(
  path: string,
  organization: string,
  ...more: string[]
): Promise<{ code: number | null; output: string }> {
  const child = startImport(path, organization, ...more);
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr.on('data', (data: Buffer) => (output += data.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

const all = async (rows: AsyncIterable<NumberedRow>): Promise<NumberedRow[]> => {
  const read: NumberedRow[] = [];
  for await (const row of rows) read.push(row);
  return read;
};

describe('reading patients', () => {
  it('keeps diacritics, several names, missing and partial birth dates, deceased people', () => {
    const row = patientFromFhir(
      patient(1, {
        name: [
          { use: 'maiden', family: 'Łukasiewicz', given: ['Zoë'] },
          { use: 'official', family: 'Nuñez\u0301 O’Brien', given: ['Zoë', 'María\u0000José'], prefix: ['Dra.'] },
        ],
        birthDate: undefined,
        deceasedDateTime: '2020-05-01T10:00:00Z',
      }),
      '2026-01-01',
    );
    expect(row).toMatchObject({
      ok: true,
      patient: {
        name: { family: 'Nuñez\u0301 O’Brien'.normalize('NFC'), given: ['Zoë', 'María José'], prefix: ['Dra.'] },
        otherNames: [{ use: 'maiden', family: 'Łukasiewicz' }],
        birthDate: null,
        deceased: true,
        deceasedAt: new Date('2020-05-01T10:00:00Z'),
      },
      warnings: [{ code: 'birth-date-missing', field: 'Patient.birthDate' }],
    });
    expect(patientFromFhir(patient(2, { birthDate: '1980-02' }), '2026-01-01')).toMatchObject({
      ok: true,
      patient: { birthDate: '1980-02' },
      warnings: [{ code: 'birth-date-partial' }],
    });
  });

  it('names an unknown language and falls back, never refuses for it', () => {
    const language = (code: string) =>
      patientFromFhir(patient(1, { communication: [{ language: { coding: [{ code }] } }] }), '2026-01-01');
    expect(language('es-MX')).toMatchObject({ ok: true, patient: { language: 'es-MX' }, warnings: [] });
    for (const code of ['xx', 'not a tag', 'und'])
      expect(language(code)).toMatchObject({
        ok: true,
        patient: { language: 'en' },
        warnings: [{ code: 'language-unknown' }],
      });
  });

  it('refuses what is no person, with a reason', () => {
    expect(patientFromFhir({ resourceType: 'Observation' }, '2026-01-01')).toMatchObject({
      ok: false,
      code: 'not-a-patient',
    });
    expect(patientFromFhir(patient(1, { name: [] }), '2026-01-01')).toMatchObject({ ok: false, code: 'name-missing' });
    expect(patientFromFhir(patient(1, { birthDate: '1981-02-29' }), '2026-01-01')).toMatchObject({
      ok: false,
      code: 'birth-date-invalid',
    });
    expect(patientFromFhir(patient(1, { birthDate: '2026-01-02' }), '2026-01-01')).toMatchObject({
      ok: false,
      code: 'birth-date-in-future',
    });
    expect(patientFromCsv({ birthDate: '1980-01-01' }, '2026-01-01')).toMatchObject({
      ok: false,
      code: 'name-missing',
    });
  });

  it('reads a Bundle as Synthea writes it, and says where a damaged one breaks off', async () => {
    const entries = [
      { resource: patient(1) },
      { resource: { resourceType: 'Encounter', subject: {} } },
      { resource: patient(2) },
    ];
    const whole = file(
      'bundle.json',
      JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry: entries }, null, 2),
    );
    expect(await detectFormat(whole)).toBe('bundle');
    expect(
      (await all(readPatients(whole, 'bundle', { today: '2026-01-01' }))).map((row) => [row.line, row.row.ok]),
    ).toEqual([
      [1, true],
      [3, true],
    ]);
    const cut = file('cut.json', JSON.stringify({ resourceType: 'Bundle', entry: entries }).slice(0, -40));
    const rows = await all(readPatients(cut, 'bundle', { today: '2026-01-01' }));
    expect(rows[0]?.row.ok).toBe(true);
    expect(rows.at(-1)?.row).toMatchObject({ ok: false, code: 'not-json' });
  });

  it('reads CSV with its own headers through a mapping, quotes, a byte order mark and line breaks in fields', async () => {
    const path = file(
      'people.csv',
      '\uFEFFVorname,family,birth_date,phone,Notes\r\nJürgen,"Groß, junior",1970-01-31,(212) 555-0142,"a\nb"\r\n,,1980-01-01,,\r\n',
    );
    const rows = await all(
      readPatients(path, await detectFormat(path), { today: '2026-01-01', mapping: { Vorname: 'given' } }),
    );
    expect(rows[0]?.row).toMatchObject({
      ok: true,
      patient: { name: { given: ['Jürgen'], family: 'Groß, junior' }, phone: '+12125550142' },
    });
    expect(rows[1]?.row).toMatchObject({ ok: false, code: 'name-missing' });
  });
});

describe('npm run import', () => {
  it('accepts or refuses every line, once, and never again', async () => {
    const organization = await newOrganization();
    const path = file(
      'mixed.ndjson',
      [patient(1), { resourceType: 'Device' }, patient(2, { name: undefined }), patient(3), patient(1)]
        .map((row) => JSON.stringify(row))
        .join('\n') + '\n{broken\n',
    );
    const first = await runImport(path, organization);
    expect(first.output).toContain('2 new, 1 on file already, 3 refused');
    expect(first.output).toContain('line 2: not-a-patient');
    expect(first.output).toContain('line 6: not-json');
    expect(first.code).toBe(0);
    const second = await runImport(path, organization);
    expect(second.output).toContain('imported before: 3 accepted, 3 refused');
    const counted = await owner.query(
      'SELECT (SELECT count(*)::int FROM patient WHERE organization_id = $1) AS patients, (SELECT count(*)::int FROM resource WHERE organization_id = $1) AS resources',
      [organization],
    );
    expect(counted.rows[0]).toEqual({ patients: 2, resources: 2 });
  });

  it('killed in the middle, goes on where it was: nobody lost, nobody twice', async () => {
    const organization = await newOrganization();
    const total = 1_200;
    const path = file('many.ndjson', Array.from({ length: total }, (_, n) => JSON.stringify(patient(n))).join('\n'));
    const child = startImport(path, organization);
    const done = async (): Promise<number> =>
      Number(
        (
          await owner.query('SELECT coalesce(max(lines_done), 0) AS n FROM import_run WHERE organization_id = $1', [
            organization,
          ])
        ).rows[0].n,
      );
    while ((await done()) < 100 && child.exitCode === null) await new Promise((later) => setTimeout(later, 20));
    child.kill('SIGKILL');
    await once(child, 'close');
    const before = await done();
    expect(before).toBeGreaterThanOrEqual(100);
    expect(before).toBeLessThan(total);
    const again = await runImport(path, organization);
    expect(again.output).toContain(`Going on after line ${before}`);
    const counted = await owner.query(
      `SELECT (SELECT count(*)::int FROM patient WHERE organization_id = $1) AS patients, (SELECT count(DISTINCT line)::int FROM import_row WHERE organization_id = $1) AS lines`,
      [organization],
    );
    expect(counted.rows[0]).toEqual({ patients: total, lines: total });
  }, 90_000);
});
