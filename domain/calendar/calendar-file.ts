/**
 * One visit, or all of a series, as an iCalendar file (RFC 5545, scheduling methods of RFC 5546). Time, place and a link only: never the
 * visit type, the reason or a specialty (architecture.md section 5, messages).
 */
export interface CalendarVisit {
  /** The appointment's id: stays the same when the visit moves, so that a calendar moves it too. */
  readonly id: string;
  /** Host of the clinic's address, which makes the UID unique in the world. */
  readonly host: string;
  readonly version: number;
  readonly start: Date;
  readonly end: Date;
  /** In the person's language, such as "Appointment at Harbor Clinic". */
  readonly summary: string;
  readonly place?: string | undefined;
  readonly url?: string | undefined;
  /** When this file says so. */
  readonly at: Date;
  readonly organizer?: { readonly name: string; readonly email: string } | undefined;
  readonly attendee?: string | undefined;
  /** Of a visit in a file that tells of several. */
  readonly cancelled?: boolean | undefined;
}

/**
 * `PUBLISH`: a file somebody downloads, or several visits at once; `REQUEST` and `CANCEL` go by mail, need organizer and
 * attendee, and are about one visit only (RFC 5546, 3.2.2 and 3.2.5: all components have the same UID).
 */
export type CalendarMethod = 'PUBLISH' | 'REQUEST' | 'CANCEL';

export function calendarFile(method: CalendarMethod, ...visits: readonly CalendarVisit[]): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//HealthSphere//Visits//EN',
    'CALSCALE:GREGORIAN',
    `METHOD:${method}`,
    ...visits.flatMap((visit) => eventOf(method, visit)),
    'END:VCALENDAR',
  ];
  return lines.map(fold).join('\r\n') + '\r\n';
}

function eventOf(method: CalendarMethod, visit: CalendarVisit): string[] {
  const cancelled = method === 'CANCEL' || visit.cancelled === true;
  return [
    'BEGIN:VEVENT',
    `UID:${visit.id}@${text(visit.host)}`,
    // A cancellation has to rank above what it cancels, and the version does not move again after it (RFC 5546, 2.1.4).
    `SEQUENCE:${visit.version + (cancelled ? 1 : 0)}`,
    `DTSTAMP:${utc(visit.at)}`,
    `DTSTART:${utc(visit.start)}`,
    `DTEND:${utc(visit.end)}`,
    `SUMMARY:${text(visit.summary)}`,
    ...(visit.place ? [`LOCATION:${text(visit.place)}`] : []),
    ...(visit.url ? [`URL:${visit.url.replaceAll(/[\r\n]/g, '')}`] : []),
    ...(visit.organizer
      ? [`ORGANIZER;CN=${quoted(visit.organizer.name)}:mailto:${address(visit.organizer.email)}`]
      : []),
    // Who is told by publishing is nobody's guest (RFC 5546, 3.2.1).
    ...(visit.attendee && method !== 'PUBLISH'
      ? [`ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:${address(visit.attendee)}`]
      : []),
    `STATUS:${cancelled ? 'CANCELLED' : 'CONFIRMED'}`,
    // On a shared or work calendar the hour is busy and nothing more is told.
    'CLASS:PRIVATE',
    'TRANSP:OPAQUE',
    'END:VEVENT',
  ];
}

const utc = (at: Date): string => at.toISOString().replaceAll(/[-:]|\.\d{3}/g, '');

/** RFC 5545, 3.3.11. */
const text = (value: string): string =>
  value
    .replaceAll(/[\\;,]/g, (sign) => `\\${sign}`)
    .replaceAll(/\r\n|\r|\n/g, '\\n')
    .replaceAll(/\p{Cc}/gu, '');

const quoted = (value: string): string => `"${value.replaceAll(/["\p{Cc}]/gu, '')}"`;
const address = (value: string): string => value.replaceAll(/[\s\p{Cc}]/gu, '');

/** Lines of at most 75 octets, continued after CRLF and a space, never inside a character (RFC 5545, 3.1). */
function fold(line: string): string {
  const encoder = new TextEncoder();
  let folded = '';
  let width = 0;
  for (const character of line) {
    const size = encoder.encode(character).length;
    if (width + size > 75) {
      folded += '\r\n ';
      width = 1;
    }
    folded += character;
    width += size;
  }
  return folded;
}
