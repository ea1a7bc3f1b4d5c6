/** Filters live in the address, so that a view can be kept and shared: what may stand there, read from what somebody typed. */
export type RawSearch = Record<string, unknown>;

/** Any text; numbers come back as numbers from the address. */
export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;

/** What somebody typed: a field that was cleared stays empty. */
export const typed = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export const oneOf = <const T extends string>(value: unknown, allowed: readonly T[]): T | undefined =>
  allowed.find((item) => item === value);

/** A whole number from nought up. */
export const count = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;

export const flag = (value: unknown): true | undefined => (value === true ? true : undefined);

/** The address with `next` in it; a filter that is no longer set leaves the address. */
export const changedSearch = <Search extends object>(before: Search, next: Partial<Search>): Search =>
  Object.fromEntries(Object.entries({ ...before, ...next }).filter(([, value]) => value !== undefined)) as Search;
