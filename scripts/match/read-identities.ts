/** Reads people from CSV, one at a time. What is wrong with a file is said with its line, and ends the reading. */
import { createReadStream } from 'node:fs';
import { parse, CsvError } from 'csv-parse';
import type { IdentityRecord } from '../../domain/identity/identity-matching.ts';

export const columns = [
  'id',
  'given',
  'surname',
  'birthDate',
  'address',
  'suburb',
  'postcode',
  'state',
  'phone',
  'email',
  'nationalId',
  'memberId',
] as const;
type Column = (typeof columns)[number];

/** Something is wrong with a file, in words for whoever made it. */
export class BadInput extends Error {}

const known = new Map(columns.map((column) => [column.toLowerCase(), column]));

/**
 * @param options.ignoreUnknown leaves out columns that are not ours instead of refusing the file
 * @throws BadInput names the file and the line
 */
export async function* readIdentities(
  file: string,
  options: { readonly ignoreUnknown: boolean },
): AsyncGenerator<IdentityRecord> {
  const source = createReadStream(file);
  const parser = parse({ bom: true, columns: (header: string[]) => readHeader(file, header, options), info: true });
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  const lineOf = new Map<string, number>();
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: Partial<Record<Column, string>>;
      info: { lines: number };
    }>) {
      const identity = toIdentity(record);
      if (identity.id === '') throw new BadInput(`${file}, line ${info.lines}: a record without an id.`);
      const before = lineOf.get(identity.id);
      if (before !== undefined)
        throw new BadInput(`${file}, line ${info.lines}: the id "${identity.id}" is that of line ${before} already.`);
      lineOf.set(identity.id, info.lines);
      yield identity;
    }
    if (parser.info.lines === 0 || (parser.info.records === 0 && parser.info.bytes === 0))
      throw new BadInput(`${file} is empty: the first line must name the columns.`);
  } catch (error) {
    throw explained(file, error);
  } finally {
    source.destroy();
  }
}

function readHeader(file: string, header: string[], { ignoreUnknown }: { ignoreUnknown: boolean }): (Column | false)[] {
  const found = header.map((name) => known.get(name.trim().toLowerCase()) ?? name.trim());
  const unknown = found.filter((name) => !columns.includes(name as Column));
  if (unknown.length > 0 && !ignoreUnknown)
    throw new BadInput(
      `${file}, line 1: unknown column ${unknown.map((name) => `"${name}"`).join(', ')}. Ours are ${columns.join(', ')}; --ignore-unknown leaves others out.`,
    );
  const twice = found.find((name, at) => columns.includes(name as Column) && found.indexOf(name) !== at);
  if (twice !== undefined) throw new BadInput(`${file}, line 1: the column "${twice}" is there twice.`);
  if (!found.includes('id')) throw new BadInput(`${file}, line 1: there is no column "id".`);
  return found.map((name) => (columns.includes(name as Column) ? (name as Column) : false));
}

function toIdentity(record: Partial<Record<Column, string>>): IdentityRecord {
  const read = (column: Column): string | null => record[column]?.trim() || null;
  // Whoever wrote the file vouches for its numbers; a telephone in a list is nobody's word, and families share one.
  const verified = (column: Column) => list(read(column)).map((value) => ({ value, verified: true }));
  return {
    id: read('id') ?? '',
    names: [{ given: read('given'), surname: read('surname') }],
    birthDate: read('birthDate'),
    address: read('address'),
    suburb: read('suburb'),
    postcode: read('postcode'),
    state: read('state'),
    phones: list(read('phone')).map((value) => ({ value, verified: false })),
    emails: list(read('email')),
    nationalIds: verified('nationalId'),
    memberIds: verified('memberId'),
  };
}

const list = (value: string | null): string[] => (value === null ? [] : [value]);

function explained(file: string, error: unknown): unknown {
  if (error instanceof BadInput) return error;
  if (error instanceof CsvError)
    return new BadInput(`${file}, line ${String(error['lines'] ?? '?')}: ${error.message}`);
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return new BadInput(`${file}: there is no such file.`);
  if (code === 'EISDIR' || code === 'EACCES') return new BadInput(`${file} cannot be read (${code}).`);
  return error;
}
