/** Parts that the schemas of several routes share. Input objects are strict: an unknown key is refused, not ignored. */
import { z } from 'zod';
import { isTimeZone, parseInstant } from '../domain/calendar/calendar.ts';
import { uuidPattern } from '../domain/ids.ts';

export const id = z.string().regex(uuidPattern, 'Not an id').meta({ format: 'uuid' });
export const idParams = z.strictObject({ id });

/** Trimmed, never empty. What Postgres cannot store (NUL, lone surrogates) was refused with the body. */
export const text = (max: number) => z.string().trim().min(1).max(max);
/** May be empty. */
export const note = (max: number) => z.string().trim().max(max);

/** RFC 3339 with Z or an offset; written as UTC. */
export const instant = z
  .string()
  .max(40)
  .refine((value) => parseInstant(value) !== null, 'Send an RFC 3339 instant')
  .meta({ format: 'date-time' });

export const date = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .refine((value) => parseInstant(`${value}T00:00:00Z`) !== null, 'Not a date of the calendar')
  .meta({ format: 'date' });

/** FHIR date: year, year and month, or the whole date. */
export const partialDate = z
  .string()
  .regex(/^\d{4}(-\d{2}(-\d{2})?)?$/, 'Send YYYY, YYYY-MM or YYYY-MM-DD')
  .refine((value) => parseInstant(`${`${value}-01-01`.slice(0, 10)}T00:00:00Z`) !== null, 'Not a date of the calendar');

export const localTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Send HH:MM');
export const timeZone = z.string().max(64).refine(isTimeZone, 'Use an IANA name such as America/New_York');
export const language = z
  .string()
  .max(35)
  .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, 'Use a BCP-47 tag such as es-MX');
export const email = z.email().max(254);
export const phone = text(40);
export const fold = z.enum(['earlier', 'later']);
export const visitMode = z.enum(['in-person', 'video', 'phone']);

/** A flag in a query string. */
export const flag = z.enum(['true', 'false']).transform((value) => value === 'true');

/** A limit above the cap is answered with the cap: a page is never larger, and never an error. */
export const limit = (initial: number, cap: number) =>
  z.coerce
    .number()
    .int()
    .min(1)
    .default(initial)
    .transform((value) => Math.min(value, cap));

export const cursor = z.string().max(600).optional();

export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

export const address = z.strictObject({
  line: z.array(text(200)).max(4).optional(),
  city: text(100).optional(),
  state: text(100).optional(),
  postalCode: text(20).optional(),
  country: text(60).optional(),
});

/** Text by language: at least English. */
export const localizedText = z
  .record(z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/), text(120))
  .refine((names) => names['en'] !== undefined, 'English is needed');
