/** Instants in words, with their zone. Intl alone converts, with the current zone data. */

/** `Wednesday, March 17, 2027 at 10:00 AM EDT`. `formats` is a BCP-47 tag such as `es-US`. */
export function longTime(at: Date, timeZone: string, formats: string): string {
  return format(at, formats, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZone,
    timeZoneName: 'short',
  });
}

/** For subjects and SMS: `Wed, Mar 17, 10:00 AM EDT`. */
export function shortTime(at: Date, timeZone: string, formats: string): string {
  return format(at, formats, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: 'numeric',
    minute: '2-digit',
    timeZone,
    timeZoneName: 'short',
  });
}

/** Making a formatter costs Intl most of a millisecond; a clinic has few languages and zones. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(formats: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${formats} ${JSON.stringify(options)}`;
  const known = formatters.get(key);
  if (known !== undefined) return known;
  const fresh = new Intl.DateTimeFormat(formats, options);
  formatters.set(key, fresh);
  return fresh;
}

// Intl puts narrow no-break spaces before AM and PM, which some mail and telephone software shows as boxes.
function format(at: Date, formats: string, options: Intl.DateTimeFormatOptions): string {
  return formatterOf(formats, options)
    .format(at)
    .replaceAll(/[\u202F\u00A0]/g, ' ');
}
