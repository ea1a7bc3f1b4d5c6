/**
 * `npm run import -- FILE [--format bundle|ndjson|csv] [--map MAP.json] [--organization ID]`
 * Every row is accepted or refused with its line and reason; interrupted, the same command goes on where it was.
 * Exit 0: the whole file was read (refused rows are listed); 1: it could not be; 2: the command is off.
 */
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { loadConfig } from '../config.ts';
import { connect, type Db } from '../db/connection.ts';
import { refusedLines } from '../db/patients/imports.ts';
import { organizationIds } from '../db/organizations.ts';
import { systemActor } from '../domain/actor.ts';
import { csvColumns, type CsvColumn } from '../domain/patient/csv-patient.ts';
import { batchSize, importFile, type ImportProgress } from './import/import-file.ts';
import { detectFormat, type ImportFormat } from './import/read-patients.ts';

const usage =
  'npm run import -- FILE [--format bundle|ndjson|csv] [--map MAP.json] [--organization ID]; docs/import.md says what is understood';

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
  return {
    file,
    format: values.format === undefined ? undefined : readFormat(values.format),
    mapping: values.map === undefined ? undefined : readMapping(values.map),
    organization: values.organization,
  };
}

const formats = ['bundle', 'ndjson', 'csv'] as const satisfies readonly ImportFormat[];

function readFormat(given: string): ImportFormat {
  const format = formats.find((known) => known === given);
  if (format === undefined) throw new Error(`There is no format "${given}"; there are ${formats.join(', ')}.`);
  return format;
}

function readMapping(path: string): Record<string, CsvColumn> {
  const columns = Object.keys(csvColumns) as [CsvColumn, ...CsvColumn[]];
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`The mapping ${path} cannot be read: ${(error as Error).message}.`, { cause: error });
  }
  const mapping = z.record(z.string(), z.enum(columns)).safeParse(content);
  if (mapping.success) return mapping.data;
  const wrong = mapping.error.issues.map(({ path: [column] }) =>
    column === undefined ? 'the file' : `"${String(column)}"`,
  );
  throw new Error(
    `The mapping ${path} must be a JSON object from the file's columns to ours. Wrong: ${wrong.join(', ')}. Ours are ${columns.join(', ')}.`,
  );
}

async function main(): Promise<void> {
  let command: Command;
  try {
    command = readCommand();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    process.exitCode = 2;
    return;
  }
  const config = loadConfig(undefined, { roles: ['worker'] });
  const db = connect({ url: config.database.worker, applicationName: 'healthsphere-import', poolMax: 2 });
  try {
    const organizationId = await chooseOrganization(db, command.organization);
    const format = command.format ?? (await detectFormat(command.file));
    const progress = progressLine();
    let finishedBefore = false;
    const done = await importFile(db, {
      organizationId,
      file: command.file,
      format,
      mapping: command.mapping,
      actor: systemActor('import'),
      onOpen: (run) => {
        finishedBefore = run.state === 'finished';
        const counts = `${run.accepted} accepted, ${run.refused} refused`;
        if (finishedBefore) console.log(`This file was imported before: ${counts}. Nothing was changed.`);
        else if (run.linesDone > 0) console.log(`Going on after line ${run.linesDone} (${counts} so far).`);
      },
      onBatch: (counts) => progress(counts),
    });
    if (!finishedBefore) progress(done.progress, true);
    await report(db, organizationId, done.runId, join(config.home, 'imports'));
  } finally {
    await db.destroy();
  }
}

/** Rewritten in place on a terminal, else a line every thousand rows. */
function progressLine(): (counts: ImportProgress, last?: boolean) => void {
  const started = performance.now();
  return ({ line, created, unchanged, refused, warnings }, last = false) => {
    const seconds = (performance.now() - started) / 1000;
    const megabytes = Math.round(process.memoryUsage().rss / 1e6);
    const text = `line ${line}: ${created} new, ${unchanged} on file already, ${refused} refused, ${warnings} warnings, ${seconds.toFixed(1)} s, ${megabytes} MB`;
    if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${text}${last ? '\n' : ''}`);
    else if (last || line % 1_000 < batchSize) console.log(text);
  };
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
