/** When somebody comes of age (features.md A15): a day of the calendar, and the instant at which it begins at a place. */
import { Temporal } from 'temporal-polyfill';

/**
 * The day of majority. Who was born on 29 February comes of age on 1 March of a year without one: the years are full then.
 * @param birthDate FHIR date; with a part missing nobody knows the day
 * @param age ISO 8601, whole years: `P18Y`
 * @returns `YYYY-MM-DD`, null without a whole date
 */
export function dayOfMajority(birthDate: string | null, age: string): string | null {
  if (birthDate === null || !/^\d{4}-\d{2}-\d{2}$/.test(birthDate)) return null;
  const born = Temporal.PlainDate.from(birthDate, { overflow: 'reject' });
  const { years } = Temporal.Duration.from(age);
  const day = born.add({ years });
  return (day.day === born.day ? day : day.add({ days: 1 })).toString();
}

/** The beginning of that day where the person is, UTC. @param timeZone IANA */
export function majorityInstant(birthDate: string | null, age: string, timeZone: string): Date | null {
  const day = dayOfMajority(birthDate, age);
  if (day === null) return null;
  return new Date(Temporal.PlainDate.from(day).toZonedDateTime(timeZone).epochMilliseconds);
}

/** False where nobody knows the date of birth: nobody is kept from acting for themselves by a gap in a record. */
export function isMinor(birthDate: string | null, age: string, timeZone: string, at: Date): boolean {
  const ends = majorityInstant(birthDate, age, timeZone);
  return ends !== null && at < ends;
}

/** Until when a signature counts: calendar years, months and days (`P1Y`), of UTC. */
export const signatureEnds = (signedAt: Date, validFor: string): Date =>
  new Date(
    Temporal.Instant.fromEpochMilliseconds(signedAt.getTime()).toZonedDateTimeISO('UTC').add(validFor)
      .epochMilliseconds,
  );
