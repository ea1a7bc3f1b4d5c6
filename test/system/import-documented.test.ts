/** What docs/import.md says, and the batch that the database refuses in part. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Db } from '../../db/connection.ts';
import { importBatch, openImport } from '../../db/patients/imports.ts';
import { systemActor } from '../../domain/actor.ts';
import { csvColumns } from '../../domain/patient/csv-patient.ts';
import { patientFromFhir } from '../../domain/patient/fhir-patient.ts';
import { readPatients } from '../../scripts/import/read-patients.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-postgres.ts';

const root = join(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'import-csv-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const page = readFileSync(join(root, 'docs/import.md'), 'utf8');
const tableAfter = (heading: string): string[][] => {
  const rows = page
    .slice(page.indexOf(`## ${heading}`))
    .split('\n## ')[0]!
    .split('\n');
  return rows
    .filter((row) => row.startsWith('| `'))
    .map((row) => row.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim().replaceAll('\\|', '|').replace(/^`|`$/g, ''))); // prettier-ignore
};
/** The members of a union type, as written in the source. */
const union = (name: string): string[] => {
  const source = readFileSync(join(root, 'domain/patient/imported-patient.ts'), 'utf8');
  return [...new RegExp(`type ${name} =([^;]+);`).exec(source)![1]!.matchAll(/'([^']+)'/g)].map(([, code]) => code!);
};

describe('docs/import.md', () => {
  it('lists exactly the columns that are understood', () => {
    expect(Object.fromEntries(tableAfter('CSV columns'))).toEqual({ ...csvColumns });
  });

  it('explains every warning and every refusal', () => {
    expect(tableAfter('Warnings').map(([code]) => code)).toEqual(union('ImportWarningCode'));
    expect(tableAfter('Refusals').map(([code]) => code)).toEqual([...union('ImportRefusal'), 'duplicate', 'not-storable']); // prettier-ignore
  });
});

describe('CSV that is not quite', () => {
  const read = async (name: string, text: string) => {
    const path = join(scratch, name);
    writeFileSync(path, text);
    const rows: [number, string][] = [];
    for await (const { line, row } of readPatients(path, 'csv', { today: '2026-01-01' }))
      rows.push([line, row.ok ? String(row.patient.name.family) : `${row.code}: ${row.message}`]);
    return rows;
  };

  it('loses no line to a stray quote, and refuses the ones with a comma too many', async () => {
    const text =
      'given,family,birthDate\nA,Ruiz,1980-01-01\nB,Smith, Jr,1980-01-01\nC,"Bad"quote,1980-01-01\nD,Good\nE,a"b,1981-01-01\n';
    expect(await read('stray.csv', text)).toEqual([
      [2, 'Ruiz'],
      [3, 'not-csv: more fields than the header has: quote fields that contain a comma'],
      [4, '"Bad"quote'],
      [5, 'Good'],
      [6, 'a"b'],
    ]);
  });

  it('says from where on a file with an open quote was not read, however long it is', async () => {
    const refused = [3, 'not-csv: a quote that begins here is not closed: nothing after it was read'];
    const begin = 'given,family,birthDate\nA,Ruiz,1980-01-01\nB,"never closed,1980-01-01\n';
    const line = 'C,Gone,1982-01-01\n';
    expect(await read('open.csv', begin + line)).toEqual([[2, 'Ruiz'], refused]);
    expect(await read('open-long.csv', begin + line.repeat(150_000))).toEqual([[2, 'Ruiz'], refused]);
  });
});

describe('a batch', () => {
  let database: TestDatabase;
  let db: Db;
  let owner: Db;
  beforeAll(async () => {
    database = await createTestDatabase();
    db = connect({ url: database.urls.worker, applicationName: 'test-worker' });
    owner = connect({ url: database.urls.migrator, applicationName: 'test-owner', poolMax: 1 });
  });
  afterAll(async () => {
    await Promise.all([db.destroy(), owner.destroy()]);
    await database.drop();
  });

  const person = (n: number, more: object = {}) =>
    patientFromFhir(
      {
        resourceType: 'Patient',
        identifier: [{ system: 'urn:test', value: `p-${n}` }],
        name: [{ use: 'official', family: `Name${n}`, given: ['Ana'] }, { use: 'maiden', family: 'Ruiz' }],
        contact: [{ name: { family: 'Kin' } }],
        birthDate: '1980-01-01',
        ...more,
      },
      '2026-01-01',
    ); // prettier-ignore

  async function importOf(rows: readonly ReturnType<typeof person>[]) {
    const organizationId = randomUUID();
    await owner('organization').insert({ id: organizationId, name: organizationId });
    const run = await openImport(db, organizationId, { name: 'x', sha256: organizationId, format: 'ndjson' });
    const lines = rows.map((row, index) => ({ line: index + 1, row }));
    const outcomes = await importBatch(db, { organizationId, actor: systemActor('import'), runId: run.id }, lines);
    const count = async (table: string) => Number((await owner(table).where({ organization_id: organizationId }).count('* as n'))[0]!['n']); // prettier-ignore
    const tables = ['patient', 'patient_name', 'patient_identifier', 'patient_contact', 'resource', 'state_change', 'audit_event', 'import_row']; // prettier-ignore
    const counts: number[] = [];
    for (const table of tables) counts.push(await count(table));
    return { outcomes, counts };
  }

  it('writes the same rows together as one by one', async () => {
    // A date that JavaScript knows and Postgres does not: the batch is refused as a whole, then taken row by row.
    const refused = person(9, { deceasedDateTime: '-200000-01-01T00:00:00Z' });
    const together = await importOf([person(1), person(2), person(3)]);
    const oneByOne = await importOf([person(1), person(2), refused, person(3)]);
    expect(together.outcomes.map(({ outcome }) => outcome)).toEqual(['created', 'created', 'created']);
    expect(oneByOne.outcomes.map(({ outcome, code }) => code ?? outcome)).toEqual(['created', 'created', 'not-storable', 'created']); // prettier-ignore
    expect(together.counts).toEqual([3, 6, 3, 3, 3, 3, 3, 3]);
    expect(oneByOne.counts).toEqual([3, 6, 3, 3, 3, 3, 3, 4]);
  });

  it('takes two lines with one identifier as one patient, and points both to it', async () => {
    const { outcomes, counts } = await importOf([person(1), person(2), person(1, { name: [{ family: 'Other' }] })]);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['created', 'created', 'unchanged']);
    expect(outcomes[2]!.patientId).toBe(outcomes[0]!.patientId);
    expect(counts[0]).toBe(2);
  });
});
