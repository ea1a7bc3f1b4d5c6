/** Streams a file of patients, one row at a time: memory does not grow with the file. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { JSONParser } from '@streamparser/json';
import { CsvError, parse as parseCsv } from 'csv-parse';
import { csvColumns, patientFromCsv, type CsvColumn } from '../../domain/patient/csv-patient.ts';
import { patientFromFhir } from '../../domain/patient/fhir-patient.ts';
import type { ImportedRow } from '../../domain/patient/imported-patient.ts';

export type ImportFormat = 'bundle' | 'ndjson' | 'csv';

export interface NumberedRow {
  readonly line: number;
  readonly row: ImportedRow;
}

/** A line or entry longer than this is no patient; reading on would be what an attacker hopes for. Bytes. */
const longestRow = 2_000_000;

/** By extension, else by the first character that is not white space. */
export async function detectFormat(path: string): Promise<ImportFormat> {
  if (/\.csv$/i.test(path)) return 'csv';
  if (/\.(ndjson|jsonl)$/i.test(path)) return 'ndjson';
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(65_536), 0, 65_536, 0);
    const start = buffer
      .subarray(0, bytesRead)
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .trimStart();
    if (!start.startsWith('{')) return 'csv';
    return /"resourceType"\s*:\s*"Bundle"/.test(start) || /"entry"\s*:/.test(start) ? 'bundle' : 'ndjson';
  } finally {
    await file.close();
  }
}

export function readPatients(
  path: string,
  format: ImportFormat,
  options: { readonly today: string; readonly mapping?: Readonly<Record<string, CsvColumn>> | undefined },
): AsyncGenerator<NumberedRow> {
  if (format === 'csv') return readCsv(path, options.today, options.mapping ?? {});
  return format === 'ndjson' ? readNdjson(path, options.today) : readBundle(path, options.today);
}

async function* readNdjson(path: string, today: string): AsyncGenerator<NumberedRow> {
  const lines = createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity });
  let line = 0;
  for await (const text of lines) {
    line += 1;
    const trimmed = line === 1 ? text.replace(/^\uFEFF/, '').trim() : text.trim();
    if (trimmed === '') continue;
    yield { line, row: readLine(trimmed, today) };
  }
}

function readLine(text: string, today: string): ImportedRow {
  if (text.length > longestRow)
    return { ok: false, code: 'row-too-long', message: `longer than ${longestRow} characters` };
  try {
    return patientFromFhir(JSON.parse(text), today);
  } catch {
    return { ok: false, code: 'not-json', message: 'the line is not JSON' };
  }
}

/** Entries that are no patients (Synthea writes a whole life into a Bundle) are passed over, not refused. */
async function* readBundle(path: string, today: string): AsyncGenerator<NumberedRow> {
  const parser = new JSONParser({ paths: ['$.entry.*'], keepStack: false });
  const ready: NumberedRow[] = [];
  let entry = 0;
  let broken: Error | null = null;
  parser.onValue = ({ value }) => {
    entry += 1;
    const resource = (value as { resource?: { resourceType?: unknown } } | null)?.resource;
    if (resource?.resourceType === 'Patient' || resource === undefined)
      ready.push({ line: entry, row: patientFromFhir(resource, today) });
  };
  parser.onError = (error) => {
    broken = error;
  };
  for await (const chunk of createReadStream(path)) {
    if (broken === null) parser.write(chunk as Buffer);
    yield* ready.splice(0);
    if (broken !== null) {
      yield {
        line: entry + 1,
        row: {
          ok: false,
          code: 'not-json',
          message: 'the Bundle breaks off or is damaged here; what came before was read',
        },
      };
      return;
    }
  }
  if (!parser.isEnded)
    yield {
      line: entry + 1,
      row: { ok: false, code: 'not-json', message: 'the Bundle ends too early; what came before was read' },
    };
}

async function* readCsv(
  path: string,
  today: string,
  mapping: Readonly<Record<string, CsvColumn>>,
): AsyncGenerator<NumberedRow> {
  const known = new Map(Object.keys(csvColumns).map((column) => [column.toLowerCase(), column as CsvColumn]));
  const toColumn = (header: string): string =>
    mapping[header.trim()] ??
    known.get(
      header
        .trim()
        .toLowerCase()
        .replaceAll(/[\s_-]/g, ''),
    ) ??
    `ignored:${header}`;
  const skipped: NumberedRow[] = [];
  const parser = createReadStream(path).pipe(
    parseCsv({
      bom: true,
      columns: (headers: string[]) => headers.map(toColumn),
      info: true,
      // Trailing empty fields are often left away; more fields than headers are a comma that should have been quoted.
      relax_column_count_less: true,
      // A quote in the middle of a field is a character. Without this one such quote swallows the lines after it.
      relax_quotes: true,
      skip_records_with_error: true,
      skip_empty_lines: true,
      max_record_size: longestRow,
    }),
  );
  // Line at which a quote that is never closed was noticed: nothing after it can be believed.
  let brokenAt = Infinity;
  parser.on('skip', (error: CsvError | undefined) => {
    if (isOpenQuote(error)) brokenAt = Math.min(brokenAt, lineOf(error));
    else if (brokenAt === Infinity) skipped.push(refusedRecord(error));
  });
  let last = 1;
  const inOrder = function* (rows: readonly NumberedRow[]): Generator<NumberedRow> {
    for (const row of rows) {
      last = row.line;
      yield row;
    }
  };
  try {
    for await (const { record, info } of parser as AsyncIterable<CsvRecord>) {
      if (info.lines >= brokenAt) break;
      yield* inOrder([...earlier(skipped, info.lines), { line: info.lines, row: patientFromCsv(record, today) }]);
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    brokenAt = Math.min(brokenAt, lineOf(error));
  }
  yield* inOrder(earlier(skipped, Infinity));
  if (brokenAt === Infinity) return;
  const message = 'a quote that begins here is not closed: nothing after it was read';
  yield { line: last + 1, row: { ok: false, code: 'not-csv', message } };
}

interface CsvRecord {
  readonly record: Partial<Record<CsvColumn, string>>;
  readonly info: { readonly lines: number };
}

const lineOf = (error: CsvError | undefined): number => Number(error?.['lines'] ?? 0);
const isOpenQuote = (error: CsvError | undefined): boolean =>
  error?.code === 'CSV_QUOTE_NOT_CLOSED' || error?.code === 'CSV_MAX_RECORD_SIZE';

/** Records come through a buffer, the news of skipped ones does not: put back in order. */
function earlier(skipped: NumberedRow[], line: number): NumberedRow[] {
  const before = skipped.filter((row) => row.line < line).toSorted((a, b) => a.line - b.line);
  for (const row of before) skipped.splice(skipped.indexOf(row), 1);
  return before;
}

function refusedRecord(error: CsvError | undefined): NumberedRow {
  const tooMany = error?.code === 'CSV_RECORD_INCONSISTENT_COLUMNS';
  const message = tooMany
    ? 'more fields than the header has: quote fields that contain a comma'
    : 'the record is not CSV';
  return { line: lineOf(error), row: { ok: false, code: 'not-csv', message } };
}
