/**
 * Times for people. An instant is shown on the wall clock of its location, never of the computer, with Intl in the
 * language of the page. Days are `YYYY-MM-DD` of the location.
 */
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const formats = new Map<string, Intl.DateTimeFormat>();
function format(language: string, timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language}|${timeZone}|${JSON.stringify(options)}`;
  let made = formats.get(key);
  if (made === undefined) {
    made = new Intl.DateTimeFormat(language, { ...options, timeZone });
    formats.set(key, made);
  }
  return made;
}

const epoch = (at: string | number): number => (typeof at === 'number' ? at : Date.parse(at));

export const timeOf = (at: string | number, zone: string, language: string): string =>
  format(language, zone, { hour: 'numeric', minute: '2-digit' }).format(epoch(at));

/** A wall-clock time of the API ("13:30:00") as the language writes it. */
export const wallTime = (time: string, language: string): string =>
  timeOf(`2000-01-01T${time.slice(0, 5)}Z`, 'UTC', language);

export const timeToTheSecond = (at: string | number, zone: string, language: string): string =>
  format(language, zone, { hour: 'numeric', minute: '2-digit', second: '2-digit' }).format(epoch(at));

/** "Wed, Mar 17": enough in lists of near days. */
export const dayOf = (at: string | number, zone: string, language: string): string =>
  format(language, zone, { weekday: 'short', month: 'short', day: 'numeric' }).format(epoch(at));

export const longDayOf = (at: string | number, zone: string, language: string): string =>
  format(language, zone, { weekday: 'long', month: 'long', day: 'numeric', year: 'numeric' }).format(epoch(at));

export const dateTimeOf = (at: string | number, zone: string, language: string): string =>
  format(language, zone, {
    weekday: 'short',
    month: 'short',
    day: 'numeric',
    year: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
  }).format(epoch(at));

/** A day without a zone (a birth date, the day of a policy). */
export const plainDay = (day: string, language: string): string =>
  format(language, 'UTC', { year: 'numeric', month: 'short', day: 'numeric' }).format(Date.parse(`${day}T00:00:00Z`));

export const weekdayName = (index: number, language: string, style: 'long' | 'short' = 'long'): string =>
  // 2024-01-01 was a Monday.
  format(language, 'UTC', { weekday: style }).format(Date.UTC(2024, 0, 1 + index));

export const zoneName = (at: string | number, zone: string, language: string): string =>
  format(language, zone, { timeZoneName: 'short' })
    .formatToParts(epoch(at))
    .find((part) => part.type === 'timeZoneName')?.value ?? zone;

const stamp = (at: number, zone: string): Record<string, string> =>
  Object.fromEntries(
    format('en-US', zone, {
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    })
      .formatToParts(at)
      .map((part) => [part.type, part.value]),
  );

/** The location's day of an instant. */
export function localDay(at: string | number, zone: string): string {
  const parts = stamp(epoch(at), zone);
  return `${parts['year']}-${parts['month']}-${parts['day']}`;
}

/** Minutes after local midnight on the wall clock. */
export function localMinutes(at: string | number, zone: string): number {
  const parts = stamp(epoch(at), zone);
  return Number(parts['hour']) * 60 + Number(parts['minute']);
}

function offset(at: number, zone: string): number {
  const parts = stamp(at, zone);
  const wall = Date.UTC(
    Number(parts['year']),
    Number(parts['month']) - 1,
    Number(parts['day']),
    Number(parts['hour']),
    Number(parts['minute']),
    Number(parts['second']),
  );
  return wall - Math.floor(at / 1000) * 1000;
}

/**
 * The instant at which a local day begins, to bound a search or draw a day. Never for a time that a person typed: those go
 * to the server as local time, which refuses or asks (scheduling-intake.md B7).
 */
export function startOfDay(day: string, zone: string, minutes = 0): number {
  const wall = Date.parse(`${day}T00:00:00Z`) + minutes * MINUTE;
  const guess = wall - offset(wall, zone);
  return wall - offset(guess, zone);
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
}

/** 0 is Monday. */
export const weekdayIndex = (day: string): number => (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;

export const instant = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');

/** "in 3 hours", "5 minutes ago"; the two nearest units would only jitter. */
export function relative(at: string | number, now: number, language: string): string {
  const seconds = Math.round((epoch(at) - now) / 1000);
  const speak = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const size = Math.abs(seconds);
  if (size < 90) return speak.format(seconds, 'second');
  if (size < 90 * 60) return speak.format(Math.round(seconds / 60), 'minute');
  if (size < 36 * 3600) return speak.format(Math.round(seconds / 3600), 'hour');
  return speak.format(Math.round(seconds / 86_400), 'day');
}

/** "09:41" or "1:02:03" left; negative counts as none. */
export function clock(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const pad = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const rest = `${pad(Math.floor((seconds % 3600) / 60))}:${pad(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** Completed years on a day; null when the date is not known. */
export function ageOn(birthDate: string | null, day: string): number | null {
  if (birthDate === null) return null;
  const before = day.slice(5) < birthDate.slice(5) ? 1 : 0;
  return Number(day.slice(0, 4)) - Number(birthDate.slice(0, 4)) - before;
}

const units = { W: 'week', D: 'day', H: 'hour', M: 'minute', S: 'second' } as const;

/** An ISO-8601 duration in words ("3 days"); whole minutes where seconds make them. Anything else comes back as it is. */
export function durationWords(iso: string, language: string): string {
  const parts = [...iso.matchAll(/(\d+(?:\.\d+)?)([WDHMS])/g)];
  if (parts.length === 0 || !iso.startsWith('P')) return iso;
  return parts
    .map(([, amount = '0', letter = 'D']) => {
      const seconds = letter === 'S' && Number(amount) % 60 === 0;
      const unit = seconds ? 'minute' : units[letter as keyof typeof units];
      return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(
        seconds ? Number(amount) / 60 : Number(amount),
      );
    })
    .join(' ');
}
