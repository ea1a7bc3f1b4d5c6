import { bookableStarts, type BookableStart } from '../../domain/schedule/availability.ts';
import { DomainError, type ProblemDetail } from '../../domain/errors.ts';
import type { Interval } from '../../domain/calendar/interval.ts';
import type { Trx } from '../connection.ts';
import {
  availabilityQueryAt,
  loadBusy,
  loadConfiguration,
  placesOf,
  type SchedulingFacts,
} from './scheduling-facts.ts';

const dayMs = 86_400_000;
/** A large clinic has fifty times within hours, and reading a day of its reservations costs more than all the rest. */
const firstStepMs = dayMs / 6;

/** A time that can be booked. Instants RFC 3339 UTC, the place's zone beside them. */
export interface AvailableTime {
  readonly start: string;
  readonly end: string;
  readonly timeZone: string;
  readonly practitionerId: string;
  readonly locationId: string | null;
}

export interface AvailabilityRequest {
  readonly visitTypeId: string;
  /** Starts in `[from, to)`. */
  readonly from: Date;
  readonly to: Date;
  readonly practitionerId?: string | undefined;
  readonly locationId?: string | undefined;
  /** Times at which this patient has a visit are left out. */
  readonly patientId?: string | undefined;
  readonly limit: number;
  /** Now, from the Clock port. */
  readonly at: Date;
  /** Patients keep minimum notice and horizon, and see what they may book themselves only. */
  readonly forPatientSelfService: boolean;
}

/**
 * Bookable times, earliest first, then by practitioner. The window is looked at in growing steps until the limit is
 * reached, so that a month of a full clinic is read only by who needs all of it.
 * @throws DomainError `not-found` for an unknown or inactive visit type
 */
export async function findAvailability(trx: Trx, request: AvailabilityRequest): Promise<AvailableTime[]> {
  const window = { start: request.from.getTime(), end: request.to.getTime() };
  const at = request.at.getTime();
  if (window.start >= window.end) return [];
  const configuration = await loadConfiguration(trx, { ...request, window, at });
  if (configuration === null || !configuration.limits.active) throw new DomainError('not-found');
  if (request.forPatientSelfService && !configuration.visitType.selfSchedulable) return [];
  // What is given in groups is booked as a seat of a session; staff look for the session's own time.
  if (request.forPatientSelfService && configuration.visitType.groupCapacity != null) return [];
  const places = request.locationId === undefined ? placesOf(configuration) : [request.locationId];
  const found: BookableStart[] = [];
  for (const step of steps(window)) {
    const { busy } = await loadBusy(trx, configuration, { window: step, at });
    const facts: SchedulingFacts = { ...configuration, busy };
    const limit = request.limit - found.length;
    const starts = places.flatMap((place) =>
      facts.locations.has(place)
        ? bookableStarts(
            availabilityQueryAt(facts, place, {
              window: step,
              at,
              limit,
              noticeWaived: !request.forPatientSelfService,
            }),
          )
        : [],
    );
    found.push(
      ...starts.toSorted((a, b) => a.start - b.start || (a.practitionerId < b.practitionerId ? -1 : 1)).slice(0, limit),
    );
    if (found.length >= request.limit) break;
  }
  return found.map(toAvailableTime);
}

/** Four hours, eight, sixteen, and so on. */
function* steps(window: Interval): Generator<Interval> {
  let length = firstStepMs;
  for (let start = window.start; start < window.end; length *= 2) {
    const end = Math.min(window.end, start + length);
    yield { start, end };
    start = end;
  }
}

const toAvailableTime = (s: BookableStart): AvailableTime => ({
  start: new Date(s.start).toISOString(),
  end: new Date(s.end).toISOString(),
  timeZone: s.timeZone,
  practitionerId: s.practitionerId,
  locationId: s.locationId,
});

/** Up to five other times from the wanted one on: with the same practitioner, else with anybody. */
export async function findAlternatives(
  trx: Trx,
  wanted: {
    readonly visitTypeId: string;
    readonly patientId: string;
    readonly practitionerId: string;
    readonly locationId?: string | undefined;
    readonly start: number;
    readonly at: Date;
    readonly forPatientSelfService: boolean;
  },
): Promise<AvailableTime[]> {
  const from = new Date(Math.max(wanted.start, wanted.at.getTime()));
  const request: AvailabilityRequest = { ...wanted, from, to: new Date(from.getTime() + 14 * dayMs), limit: 5 };
  const same = await findAvailability(trx, request);
  return same.length > 0 ? same : findAvailability(trx, { ...request, practitionerId: undefined });
}

/** The refusal with its alternatives. It never says who holds the time. */
export async function withAlternatives(
  trx: Trx,
  problem: ProblemDetail,
  wanted: Parameters<typeof findAlternatives>[1],
): Promise<ProblemDetail> {
  return { ...problem, data: { ...problem.data, alternatives: await findAlternatives(trx, wanted) } };
}
