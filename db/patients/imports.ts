/** Imports of patients: batches that commit together with their progress, so that a killed import goes on where it was. */
import type { Actor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/errors.ts';
import type { ImportedPatient, ImportedRow, ImportWarning } from '../../domain/patient/imported-patient.ts';
import type { Db, Trx } from '../connection.ts';
import { createPatients } from './patient-batch.ts';
import { createPatient } from './patients.ts';
import { sqlState, withOrganization, withTransaction } from '../transaction.ts';

export interface ImportRun {
  readonly id: string;
  readonly state: 'running' | 'finished';
  readonly linesDone: number;
  readonly accepted: number;
  readonly refused: number;
}

export interface ImportLine {
  /** Line of the file, or position of the entry in a Bundle; from 1. */
  readonly line: number;
  readonly row: ImportedRow;
}

export interface ImportedLine {
  readonly line: number;
  readonly outcome: 'created' | 'unchanged' | 'refused';
  readonly patientId: string | null;
  readonly code: string | null;
  readonly message: string | null;
  readonly warnings: readonly ImportWarning[];
}

/** The run of exactly this content: a new one, or the one to go on with. */
export async function openImport(
  db: Db,
  organizationId: string,
  file: { readonly name: string; readonly sha256: string; readonly format: string },
): Promise<ImportRun> {
  return withTransaction(db, { organizationId }, async (trx) => {
    await trx('import_run')
      .insert({
        organization_id: organizationId,
        file_name: file.name,
        content_sha256: file.sha256,
        format: file.format,
      })
      .onConflict(['organization_id', 'content_sha256'])
      .ignore();
    const row = await trx('import_run').where({ organization_id: organizationId, content_sha256: file.sha256 }).first<{
      id: string;
      state: ImportRun['state'];
      lines_done: number;
      accepted: number;
      refused: number;
    }>();
    return { id: row.id, state: row.state, linesDone: row.lines_done, accepted: row.accepted, refused: row.refused };
  });
}

/**
 * Writes one batch and its progress in one transaction. A row that the database refuses is rolled back alone and kept
 * with its reason; the batch goes on.
 * @returns what became of each line, in order.
 */
export async function importBatch(
  db: Db,
  context: { readonly organizationId: string; readonly actor: Actor; readonly runId: string },
  lines: readonly ImportLine[],
): Promise<ImportedLine[]> {
  const last = lines.at(-1);
  if (last === undefined) return [];
  return withTransaction(db, { organizationId: context.organizationId }, async (trx) => {
    const at = new Date();
    const outcomes = await importLines(trx, { ...context, at }, lines);
    await trx('import_row').insert(
      outcomes.map((outcome) => ({
        organization_id: context.organizationId,
        import_run_id: context.runId,
        line: outcome.line,
        outcome: outcome.outcome,
        patient_id: outcome.patientId,
        code: outcome.code,
        message: outcome.message,
        warnings: JSON.stringify(outcome.warnings),
      })),
    );
    const refused = outcomes.filter((outcome) => outcome.outcome === 'refused').length;
    await trx('import_run')
      .where({ id: context.runId })
      .update({
        lines_done: last.line,
        accepted: trx.raw('accepted + ?', [outcomes.length - refused]),
        refused: trx.raw('refused + ?', [refused]),
      });
    return outcomes;
  });
}

type WriteContext = Parameters<typeof createPatients>[1];

/** All new people of a batch in a handful of statements; when the database refuses one of them, row by row. */
async function importLines(trx: Trx, context: WriteContext, lines: readonly ImportLine[]): Promise<ImportedLine[]> {
  const people = lines.flatMap(({ row }) => (row.ok ? [row.patient] : []));
  const found = await onFileAlready(trx, context.organizationId, people);
  const fresh: ImportedPatient[] = [];
  /** Key of an identifier or MRN to who has it: a patient on file, or one of this batch. */
  const owners = new Map<string, string | ImportedPatient>(found);
  const twinOf = new Map<ImportedPatient, string | ImportedPatient>();
  for (const patient of people) {
    const keys = keysOf(patient);
    const owner = keys.map((key) => owners.get(key)).find((known) => known !== undefined);
    if (owner !== undefined) twinOf.set(patient, owner);
    else {
      fresh.push(patient);
      for (const key of keys) owners.set(key, patient);
    }
  }
  const created = await createTogether(trx, context, fresh);
  const outcomes: ImportedLine[] = [];
  for (const { line, row } of lines) {
    if (!row.ok) {
      outcomes.push({ line, outcome: 'refused', patientId: null, code: row.code, message: row.message, warnings: [] });
      continue;
    }
    const owner = twinOf.get(row.patient);
    const result: Omit<ImportedLine, 'line' | 'warnings'> =
      created === null
        ? await importPatient(trx, context, row.patient)
        : owner === undefined
          ? { outcome: 'created', patientId: created.get(row.patient) ?? null, code: null, message: null }
          : alreadyOnFileAs(typeof owner === 'string' ? owner : (created.get(owner) ?? null));
    outcomes.push({ line, ...result, warnings: row.warnings });
  }
  return outcomes;
}

/** Null when the database refused one of them: nothing was written then. */
async function createTogether(
  trx: Trx,
  context: WriteContext,
  patients: readonly ImportedPatient[],
): Promise<ReadonlyMap<ImportedPatient, string> | null> {
  if (patients.length === 0) return new Map();
  const savepoint = await trx.transaction();
  try {
    const ids = await createPatients(savepoint, context, patients);
    await savepoint.commit();
    return new Map(patients.map((patient, index) => [patient, ids[index]!]));
  } catch (error) {
    await savepoint.rollback();
    if (error instanceof DomainError || isRefusalOfData(error)) return null;
    throw error;
  }
}

// What staff have corrected since is never overwritten by an older file.
const alreadyOnFileAs = (patientId: string | null): Omit<ImportedLine, 'line' | 'warnings'> => ({
  outcome: 'unchanged',
  patientId,
  code: 'already-on-file',
  message: null,
});

const identifierKey = (system: string, value: string): string => JSON.stringify([system, value]);
const mrnKey = (mrn: string): string => JSON.stringify(['mrn', mrn, null]);
const keysOf = (patient: ImportedPatient): string[] => [
  ...patient.identifiers.map(({ system, value }) => identifierKey(system, value)),
  ...(patient.mrn === undefined ? [] : [mrnKey(patient.mrn)]),
];

/** Who has one of these identifiers or MRNs, in two reads for a whole batch. */
async function onFileAlready(
  trx: Trx,
  organizationId: string,
  patients: readonly ImportedPatient[],
): Promise<Map<string, string>> {
  const owners = new Map<string, string>();
  const identifiers = patients.flatMap((patient) => patient.identifiers);
  if (identifiers.length > 0) {
    const { rows } = await trx.raw<{ rows: { system: string; value: string; patient_id: string }[] }>(
      `SELECT i.system, i.value, i.patient_id FROM unnest(:systems::text[], :values::text[]) AS w(system, value)
       JOIN patient_identifier i ON i.organization_id = :organizationId AND i.system = w.system AND i.value = w.value`,
      { organizationId, systems: identifiers.map((i) => i.system), values: identifiers.map((i) => i.value) },
    );
    for (const row of rows) owners.set(identifierKey(row.system, row.value), row.patient_id);
  }
  const mrns = patients.flatMap(({ mrn }) => mrn ?? []);
  if (mrns.length > 0) {
    const rows = await trx('patient')
      .where({ organization_id: organizationId })
      .whereIn('mrn', mrns)
      .select<{ mrn: string; id: string }[]>('mrn', 'id');
    for (const row of rows) owners.set(mrnKey(row.mrn), row.id);
  }
  return owners;
}

/** Class 22 and 23: the row's data is what the database refuses. Anything else is the building's trouble: stop and retry. */
function isRefusalOfData(error: unknown): boolean {
  const state = sqlState(error);
  return state !== undefined && (state.startsWith('22') || state.startsWith('23'));
}

async function importPatient(
  trx: Trx,
  context: WriteContext,
  patient: ImportedPatient,
): Promise<Omit<ImportedLine, 'line' | 'warnings'>> {
  const [known] = (await onFileAlready(trx, context.organizationId, [patient])).values();
  if (known !== undefined) return alreadyOnFileAs(known);
  const savepoint = await trx.transaction();
  try {
    const id = await createPatient(savepoint, context, patient);
    await savepoint.commit();
    return { outcome: 'created', patientId: id, code: null, message: null };
  } catch (error) {
    await savepoint.rollback();
    if (error instanceof DomainError) {
      return { outcome: 'refused', patientId: null, code: error.code, message: error.problem.detail ?? error.message };
    }
    if (isRefusalOfData(error)) {
      const message = `the database refuses this row (${sqlState(error)})`;
      return { outcome: 'refused', patientId: null, code: 'not-storable', message };
    }
    throw error;
  }
}

export async function finishImport(db: Db, organizationId: string, runId: string): Promise<void> {
  await withTransaction(db, { organizationId }, (trx) =>
    trx('import_run').where({ id: runId }).update({ state: 'finished', finished_at: trx.fn.now() }),
  );
}

/** The refused lines of a run with their reasons, in order, a page at a time. */
export async function refusedLines(
  db: Db,
  organizationId: string,
  runId: string,
  after: number,
  limit: number,
): Promise<{ line: number; code: string; message: string | null }[]> {
  return withOrganization(db, organizationId, (trx) =>
    trx('import_row')
      .where({ import_run_id: runId, outcome: 'refused' })
      .where('line', '>', after)
      .orderBy('line')
      .limit(limit)
      .select('line', 'code', 'message'),
  );
}
