/** Cursor pagination: an opaque, validated position; what it holds reaches SQL only as bound values. */
import type { z } from 'zod';
import { DomainError } from '../domain/errors.ts';

export function encodeCursor(position: unknown): string {
  return Buffer.from(JSON.stringify(position), 'utf8').toString('base64url');
}

/** @throws DomainError `validation-failed` for anything that this route did not hand out. */
export function decodeCursor<Schema extends z.ZodType>(
  cursor: string | undefined,
  schema: Schema,
): z.output<Schema> | undefined {
  if (cursor === undefined) return undefined;
  try {
    const parsed = schema.safeParse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    if (parsed.success) return parsed.data;
  } catch {
    // Not even JSON: the same refusal.
  }
  throw new DomainError('validation-failed', {
    errors: [{ path: '/query/cursor', code: 'not-a-cursor', message: 'Use nextCursor of the page before, unchanged.' }],
  });
}

/** One row more was read than asked for: there is a next page, and it begins after the last row shown. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
  position: (row: Row) => unknown,
): { items: Item[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const end = shown.at(-1);
  return {
    items: shown.map(toItem),
    nextCursor: rows.length > limit && end !== undefined ? encodeCursor(position(end)) : null,
  };
}
