/** Streams a file of patients, one row at a time: memory does not grow with the file. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { JSONParser } from '@streamparser/json';
import { parse as parseCsv } from 'csv-parse';
import { csvColumns, patientFromCsv, type CsvColumn } from '../../domain/csv-patient.ts';
import { patientFromFhir } from '../../domain/fhir-patient.ts';
import type { ImportedRow } from '../../domain/imported-patient.ts';

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
  const parser = createReadStream(path).pipe(
    parseCsv({
      bom: true,
      columns: (headers: string[]) => headers.map(toColumn),
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: longestRow,
    }),
  );
  for await (const record of parser as AsyncIterable<{
    record: Partial<Record<CsvColumn, string>>;
    info: { lines: number; invalid_field_length: number };
  }>) {
    yield { line: record.info.lines, row: patientFromCsv(record.record, today) };
  }
}
