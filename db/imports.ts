/** Imports of patients: batches that commit together with their progress, so that a killed import goes on where it was. */
import type { Actor } from '../domain/actor.ts';
import { DomainError } from '../domain/errors.ts';
import type { ImportedPatient, ImportedRow, ImportWarning } from '../domain/imported-patient.ts';
import type { Db, Trx } from './connection.ts';
import { createPatient } from './patients.ts';
import { sqlState, withOrganization, withTransaction } from './transaction.ts';

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
    const outcomes: ImportedLine[] = [];
    for (const { line, row } of lines) {
      outcomes.push(
        row.ok
          ? { line, ...(await importPatient(trx, { ...context, at }, row.patient)), warnings: row.warnings }
          : { line, outcome: 'refused', patientId: null, code: row.code, message: row.message, warnings: [] },
      );
    }
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

async function importPatient(
  trx: Trx,
  context: { organizationId: string; actor: Actor; at: Date },
  patient: ImportedPatient,
): Promise<Omit<ImportedLine, 'line' | 'warnings'>> {
  const known = await alreadyOnFile(trx, context.organizationId, patient);
  // What staff have corrected since is never overwritten by an older file.
  if (known !== null) return { outcome: 'unchanged', patientId: known, code: 'already-on-file', message: null };
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
    // Class 22 and 23: this row's data is what the database refuses. Anything else is the building's trouble: stop and retry.
    const state = sqlState(error);
    if (state !== undefined && (state.startsWith('22') || state.startsWith('23'))) {
      return {
        outcome: 'refused',
        patientId: null,
        code: 'not-storable',
        message: `the database refuses this row (${state})`,
      };
    }
    throw error;
  }
}

/** Somebody with one of these identifiers, or with this MRN. */
async function alreadyOnFile(trx: Trx, organizationId: string, patient: ImportedPatient): Promise<string | null> {
  if (patient.identifiers.length > 0) {
    const row = await trx('patient_identifier')
      .where({ organization_id: organizationId })
      .whereIn(
        ['system', 'value'],
        patient.identifiers.map(({ system, value }) => [system, value]),
      )
      .first<{ patient_id: string } | undefined>('patient_id');
    if (row !== undefined) return row.patient_id;
  }
  if (patient.mrn === undefined) return null;
  const row = await trx('patient')
    .where({ organization_id: organizationId, mrn: patient.mrn })
    .first<{ id: string } | undefined>('id');
  return row?.id ?? null;
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
