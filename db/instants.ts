/** SQL for a timestamptz as epoch milliseconds: what the domain counts in. */
export const epochMs = (column: string): string => `round(date_part('epoch', ${column}) * 1000)::int8`;

/** RFC 3339 UTC, or null. */
export const isoOrNull = (value: Date | null): string | null => (value === null ? null : value.toISOString());

/** Epoch milliseconds, or null. */
export const msOrNull = (value: Date | null): number | null => (value === null ? null : value.getTime());

/** Undefined stays undefined (leave the column alone), null clears it. */
export const dateOrNull = (ms: number | null | undefined): Date | null | undefined =>
  ms === null || ms === undefined ? ms : new Date(ms);

/** A timestamptz with all its digits, as the position of a page's last row. */
export const stamp = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
