/**
 * `npm run import -- FILE [--format bundle|ndjson|csv] [--map MAP.json] [--organization ID]`
 * Every row is accepted or refused with its line and reason; interrupted, the same command goes on where it was.
 * Exit 0: the whole file was read (refused rows are listed); 1: it could not be; 2: the command is off.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { loadConfig } from '../config.ts';
import { connect, type Db } from '../db/connection.ts';
import {
  finishImport,
  importBatch,
  openImport,
  refusedLines,
  type ImportedLine,
  type ImportLine,
} from '../db/imports.ts';
import { organizationIds } from '../db/organizations.ts';
import { systemActor } from '../domain/actor.ts';
import { csvColumns, type CsvColumn } from '../domain/csv-patient.ts';
import { detectFormat, readPatients, type ImportFormat } from './import/read-patients.ts';

const batchSize = 100;

interface Command {
  readonly file: string;
  readonly format: ImportFormat | undefined;
  readonly mapping: Record<string, CsvColumn> | undefined;
  readonly organization: string | undefined;
}

function readCommand(): Command {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { format: { type: 'string' }, map: { type: 'string' }, organization: { type: 'string' } },
  });
  const file = positionals[0];
  if (file === undefined || positionals.length > 1)
    throw new Error('Say which file: npm run import -- patients.ndjson');
  const columns = Object.keys(csvColumns) as [CsvColumn, ...CsvColumn[]];
  return {
    file,
    format: z.enum(['bundle', 'ndjson', 'csv']).optional().parse(values.format),
    mapping:
      values.map === undefined
        ? undefined
        : z.record(z.string(), z.enum(columns)).parse(JSON.parse(readFileSync(values.map, 'utf8'))),
    organization: values.organization,
  };
}

async function main(): Promise<void> {
  const command = readCommand();
  const config = loadConfig(process.env, { roles: ['worker'] });
  const db = connect({ url: config.database.worker, applicationName: 'healthsphere-import', poolMax: 2 });
  try {
    const organizationId = await chooseOrganization(db, command.organization);
    const format = command.format ?? (await detectFormat(command.file));
    const run = await openImport(db, organizationId, {
      name: basename(command.file),
      sha256: await sha256(command.file),
      format,
    });
    if (run.state === 'finished') {
      console.log(
        `This file was imported before: ${run.accepted} accepted, ${run.refused} refused. Nothing was changed.`,
      );
    } else {
      if (run.linesDone > 0)
        console.log(`Going on after line ${run.linesDone} (${run.accepted} accepted, ${run.refused} refused so far).`);
      await importRows(db, organizationId, run.id, run.linesDone, command, format);
      await finishImport(db, organizationId, run.id);
    }
    await report(db, organizationId, run.id, join(config.home, 'imports'));
  } finally {
    await db.destroy();
  }
}

async function importRows(
  db: Db,
  organizationId: string,
  runId: string,
  after: number,
  command: Command,
  format: ImportFormat,
): Promise<void> {
  const counts = { created: 0, unchanged: 0, refused: 0, warnings: 0 };
  const started = performance.now();
  const progress = (line: number, last = false): void => {
    const seconds = (performance.now() - started) / 1000;
    const text = `line ${line}: ${counts.created} new, ${counts.unchanged} on file already, ${counts.refused} refused, ${counts.warnings} warnings, ${seconds.toFixed(1)} s, ${Math.round(process.memoryUsage().rss / 1e6)} MB`;
    if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${text}${last ? '\n' : ''}`);
    else if (last || line % 1_000 < batchSize) console.log(text);
  };
  const actor = systemActor('import');
  const today = new Date().toISOString().slice(0, 10);
  let batch: ImportLine[] = [];
  let line = after;
  const flush = async (): Promise<void> => {
    const outcomes: ImportedLine[] = await importBatch(db, { organizationId, actor, runId }, batch);
    for (const { outcome, warnings } of outcomes) {
      counts[outcome] += 1;
      counts.warnings += warnings.length;
    }
    line = batch.at(-1)?.line ?? line;
    batch = [];
    progress(line);
  };
  for await (const row of readPatients(command.file, format, { today, mapping: command.mapping })) {
    if (row.line <= after) continue;
    batch.push(row);
    if (batch.length >= batchSize) await flush();
  }
  if (batch.length > 0) await flush();
  progress(line, true);
}

async function chooseOrganization(db: Db, wanted: string | undefined): Promise<string> {
  const ids = await organizationIds(db);
  if (wanted !== undefined && ids.includes(wanted)) return wanted;
  const only = ids.length === 1 ? ids[0] : undefined;
  if (only !== undefined && wanted === undefined) return only;
  if (ids.length === 0)
    throw new Error('There is no organization yet: run npm start, or npm run first-administrator, first.');
  throw new Error(`Say which organization: --organization ID, one of\n  ${ids.join('\n  ')}`);
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Every refused line with its reason: the first twenty on the screen, all of them in a file. */
async function report(db: Db, organizationId: string, runId: string, directory: string): Promise<void> {
  let after = 0;
  let shown = 0;
  let page = await refusedLines(db, organizationId, runId, after, 1_000);
  if (page.length === 0) return;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, `${runId}-refused.csv`);
  const file = createWriteStream(path, { mode: 0o600 });
  file.write('line,code,reason\n');
  while (page.length > 0) {
    for (const { line, code, message } of page) {
      file.write(`${line},${code},"${(message ?? '').replaceAll('"', '""')}"\n`);
      if (shown < 20) console.log(`  line ${line}: ${code}: ${message ?? ''}`);
      shown += 1;
      after = line;
    }
    page = await refusedLines(db, organizationId, runId, after, 1_000);
  }
  await new Promise<void>((resolve) => file.end(resolve));
  console.log(`${shown} refused line(s), all of them in ${path}`);
}

main().catch((error: unknown) => {
  console.error(
    `\nThe import stopped: ${error instanceof Error ? error.message : String(error)}\nWhat was accepted is kept; run the same command again to go on.`,
  );
  process.exitCode = 1;
});
