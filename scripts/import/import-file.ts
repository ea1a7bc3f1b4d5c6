/** One file of patients into one organization: what `npm run import` and the seed both do. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Db } from '../../db/connection.ts';
import { finishImport, importBatch, openImport, type ImportLine, type ImportRun } from '../../db/patients/imports.ts';
import type { Actor } from '../../domain/actor.ts';
import type { CsvColumn } from '../../domain/patient/csv-patient.ts';
import { readPatients, type ImportFormat } from './read-patients.ts';

/** Rows of one transaction: what is lost when the process is killed, and read again. */
export const batchSize = 100;

export interface ImportOptions {
  readonly organizationId: string;
  readonly file: string;
  readonly format: ImportFormat;
  readonly mapping?: Readonly<Record<string, CsvColumn>> | undefined;
  readonly actor: Actor;
  /** Before the first row: a new run, one to go on with, or one that is finished. */
  readonly onOpen?: ((run: ImportRun) => void) | undefined;
  readonly onBatch?: ((progress: ImportProgress) => void) | undefined;
}

export interface ImportProgress {
  /** Last line (or entry) that is done. */
  readonly line: number;
  /** Since this process began, not since the run did. */
  readonly created: number;
  readonly unchanged: number;
  readonly refused: number;
  readonly warnings: number;
}

/** Goes on where an interrupted import of the same content was; does nothing for a finished one. @returns the run's id */
export async function importFile(db: Db, options: ImportOptions): Promise<{ runId: string; progress: ImportProgress }> {
  const { organizationId, file, format, mapping, actor } = options;
  const run = await openImport(db, organizationId, { name: basename(file), sha256: await sha256(file), format });
  options.onOpen?.(run);
  const counts = { line: run.linesDone, created: 0, unchanged: 0, refused: 0, warnings: 0 };
  if (run.state === 'finished') return { runId: run.id, progress: counts };
  const today = new Date().toISOString().slice(0, 10);
  let batch: ImportLine[] = [];
  const flush = async (): Promise<void> => {
    const last = batch.at(-1);
    if (last === undefined) return;
    for (const { outcome, warnings } of await importBatch(db, { organizationId, actor, runId: run.id }, batch)) {
      counts[outcome] += 1;
      counts.warnings += warnings.length;
    }
    counts.line = last.line;
    batch = [];
    options.onBatch?.(counts);
  };
  for await (const row of readPatients(file, format, { today, mapping })) {
    if (row.line <= run.linesDone) continue;
    batch.push(row);
    if (batch.length >= batchSize) await flush();
  }
  await flush();
  await finishImport(db, organizationId, run.id);
  return { runId: run.id, progress: counts };
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
