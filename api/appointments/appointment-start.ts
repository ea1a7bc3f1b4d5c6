/** What a request calls `start`, made into an instant (architecture.md section 5, zones; scheduling-intake.md B7). */
import type { Trx } from '../../db/connection.ts';
import { iso, localTimeProblem, parseInstant, parseStart, type Fold } from '../../domain/calendar/calendar.ts';
import { DomainError } from '../../domain/errors.ts';

export interface WantedStart {
  /** RFC 3339 instant, or a local time of the place. */
  readonly start: string;
  readonly fold?: Fold | undefined;
  readonly locationId?: string | undefined;
  readonly practitionerId?: string | undefined;
}

/**
 * UTC, RFC 3339.
 * @throws DomainError `ambiguous-local-time`, `local-time-does-not-exist` (with what could be meant instead),
 * `validation-failed`
 */
export async function resolveStart(trx: Trx, wanted: WantedStart): Promise<string> {
  const instant = parseInstant(wanted.start);
  if (instant !== null) return iso(instant);
  const timeZone = await zoneOf(trx, wanted);
  if (timeZone === null) {
    throw new DomainError('validation-failed', {
      errors: [
        {
          path: '/body/locationId',
          code: 'required',
          message: 'A local time needs its place: send locationId, or an instant.',
        },
      ],
    });
  }
  const resolved = parseStart(wanted.start, timeZone, wanted.fold);
  if (resolved.ok) return iso(resolved.instant);
  const { code, ...problem } = localTimeProblem(resolved, timeZone, '/body/start');
  throw new DomainError(code, problem);
}

/** The location's zone; without one, that of the only place where the practitioner has hours, or of their home. */
async function zoneOf(trx: Trx, { locationId, practitionerId }: WantedStart): Promise<string | null> {
  if (locationId !== undefined) {
    const location = await trx('location')
      .where({ id: locationId })
      .first<{ time_zone: string } | undefined>('time_zone');
    return location?.time_zone ?? null;
  }
  if (practitionerId === undefined) return null;
  const zones = await trx('availability_rule')
    .where({ resource_id: practitionerId })
    .distinct<{ time_zone: string }[]>('time_zone');
  if (zones.length > 0) return zones.length === 1 ? zones[0]!.time_zone : null;
  const home = await trx('resource as r').join('location as l', 'l.id', 'r.location_id').where('r.id', practitionerId)
    .first<{ time_zone: string } | undefined>('l.time_zone'); // prettier-ignore
  return home?.time_zone ?? null;
}
