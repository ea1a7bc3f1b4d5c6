/** What docs/import.md says, and the batch that the database refuses in part. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Db } from '../../db/connection.ts';
import { importBatch, openImport } from '../../db/imports.ts';
import { systemActor } from '../../domain/actor.ts';
import { csvColumns } from '../../domain/csv-patient.ts';
import { patientFromFhir } from '../../domain/fhir-patient.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-postgres.ts';

const root = join(import.meta.dirname, '../..');
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
  const source = readFileSync(join(root, 'domain/imported-patient.ts'), 'utf8');
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
