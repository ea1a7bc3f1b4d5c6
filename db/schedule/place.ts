/** Chooses location, resources and lanes for one start, or says why there is none. Pure over what was read. */
import type { Actor } from '../../domain/actor.ts';
import {
  chooseLanes,
  explainStart,
  startProblem,
  type LaneChoice,
  type StartRefusal,
} from '../../domain/schedule/availability.ts';
import { endOfLocalDay, startOfLocalDay } from '../../domain/calendar/calendar.ts';
import type { ProblemDetail } from '../../domain/errors.ts';
import { withoutInterpreter } from '../../domain/appointment/interpreter.ts';
import type { Interval } from '../../domain/calendar/interval.ts';
import { policyAt } from '../../domain/policies.ts';
import type { ResourceFacts, VisitType } from '../../domain/schedule/schedule.ts';
import { availabilityQueryAt, countBusy, placesOf, type SchedulingFacts } from './scheduling-facts.ts';

export interface Place {
  readonly start: number;
  readonly end: number;
  readonly locationId: string;
  readonly timeZone: string;
  readonly practitionerId: string;
  /** Sorted by (resource, lane): the order in which they are reserved. */
  readonly lanes: readonly PlacedLane[];
  /** Set when a lane beyond capacity or a time outside the hours was needed. */
  readonly overbookReason: string | null;
  /** Of the interpreter whom the patient needs, of ours or from outside. Left out where nobody looked. */
  readonly interpreterLanguage?: string | null | undefined;
}

export interface PlacedLane extends LaneChoice {
  /** Set for lanes at or above the capacity (I2). */
  readonly overbookReason: string | null;
}

export type Placement =
  { readonly ok: true; readonly place: Place } | { readonly ok: false; readonly problem: ProblemDetail };

export interface PlaceRequest {
  readonly start: number;
  readonly practitionerId: string;
  readonly locationId?: string | undefined;
  readonly at: number;
  readonly actor: Pick<Actor, 'kind' | 'permissions'>;
  /** Staff's reason to go beyond capacity or hours (permission `appointment:overbook`). */
  readonly overbookReason?: string | undefined;
}

export function findPlace(facts: SchedulingFacts, request: PlaceRequest): Placement {
  const { practitionerId, start } = request;
  if (!facts.providerIds.includes(practitionerId)) return refuse({ guard: 'no-such-resource' });
  let refusal: StartRefusal = { guard: 'closed', resourceKind: 'provider' };
  for (const locationId of request.locationId === undefined ? placesOf(facts, practitionerId) : [request.locationId]) {
    const location = facts.locations.get(locationId);
    if (location === undefined) continue;
    const query = queryAt(facts, request, locationId, location.timeZone);
    const provider = query.providers.find((p) => p.resourceId === practitionerId)!;
    const found = explainStart(query, provider, start);
    const chosen = found === null ? chooseLanes(query, provider, start) : null;
    if (chosen !== null)
      return { ok: true, place: placeOf(facts, request, locationId, location.timeZone, chosen, null) };
    if (found !== null && nearness(found) > nearness(refusal)) refusal = found;
  }
  const reason = request.overbookReason?.trim() ?? '';
  return reason === '' || refusal.resourceKind === 'patient' ? refuse(refusal) : overbook(facts, request, reason);
}

/** Of several places the one that came nearest explains best. */
function nearness({ guard }: StartRefusal): number {
  return ['no-such-resource', 'closed', 'not-aligned', 'too-soon', 'too-far', 'taken'].indexOf(guard);
}

function refuse(refusal: StartRefusal): Placement {
  return { ok: false, problem: startProblem(refusal) };
}

function queryAt(facts: SchedulingFacts, { start, at, actor }: PlaceRequest, locationId: string, timeZone: string) {
  return availabilityQueryAt(facts, locationId, {
    window: { start, end: start + 1 },
    at,
    noticeWaived: actor.kind !== 'patient',
    preferred: byLoad(facts, { start: startOfLocalDay(start, timeZone), end: endOfLocalDay(start, timeZone) }),
  });
}

/** C3 step 3: fewest reservations that day, then id. */
function byLoad(facts: SchedulingFacts, day: Interval): (ids: readonly string[]) => readonly string[] {
  return (ids) => {
    const load = new Map(ids.map((id) => [id, countBusy(facts, id, day)]));
    return ids.toSorted((a, b) => load.get(a)! - load.get(b)! || (a < b ? -1 : 1));
  };
}

/**
 * Sanctioned overbooking (C3): beyond capacity only with permission, reason, the provider's own consent and below the
 * day's cap; hours, notice and alignment are waived with the same word. Rooms and equipment keep to their own limit.
 */
function overbook(facts: SchedulingFacts, request: PlaceRequest, reason: string): Placement {
  const { practitionerId, start, at, actor } = request;
  if (!actor.permissions.includes('appointment:overbook'))
    return { ok: false, problem: { code: 'overbook-not-permitted', data: { reason: 'permission' } } };
  const locationId =
    request.locationId ??
    placesOf(facts, practitionerId)[0] ??
    facts.resources.get(practitionerId)?.location_id ??
    undefined;
  const location = locationId === undefined ? undefined : facts.locations.get(locationId);
  if (locationId === undefined || location === undefined) return refuse({ guard: 'no-such-resource' });
  const day = { start: startOfLocalDay(start, location.timeZone), end: endOfLocalDay(start, location.timeZone) };
  const result = choose(
    facts,
    { ...request, locationId },
    {
      visitType: { ...facts.visitType, alignMinutes: 1 },
      window: { start, end: start + 1 },
      timeZone: location.timeZone,
      day,
      at,
    },
  );
  if ('guard' in result) return refuse(result);
  const provider = facts.resources.get(practitionerId)!;
  if (result.some((l) => l.resourceId === practitionerId && l.lane >= provider.capacity)) {
    if (!provider.overbook_consent)
      return { ok: false, problem: { code: 'overbook-not-permitted', data: { reason: 'consent' } } };
    const cap = policyAt(facts.policies, 'overbook', at, locationId).maxPerProviderPerDay;
    const used = (facts.busy.get(practitionerId) ?? [])
      .slice(provider.capacity)
      .flat()
      .filter((b) => b.start < day.end && b.end > day.start).length;
    if (used >= cap)
      return { ok: false, problem: { code: 'overbook-not-permitted', data: { reason: 'limit', limit: cap } } };
  }
  return { ok: true, place: placeOf(facts, request, locationId, location.timeZone, result, reason) };
}

/** The rest of a visit whose patient came after all: `[at, end)` on any free lane, else on an overbook lane (D1). */
export function findRemainingPlace(
  facts: SchedulingFacts,
  request: PlaceRequest & { readonly locationId: string; readonly end: number },
): Placement {
  const { start, end, at, locationId } = request;
  const location = facts.locations.get(locationId);
  if (location === undefined || !facts.providerIds.includes(request.practitionerId))
    return refuse({ guard: 'no-such-resource' });
  const visitType: VisitType = {
    ...facts.visitType,
    durationMinutes: (end - start) / 60_000,
    bufferBeforeMinutes: 0,
    // A patient walks in at any second.
    alignMinutes: 1 / 60_000,
    requirements: facts.visitType.requirements.map((r) => ({ ...r, ownBufferBeforeMinutes: 0 })),
  };
  const day = { start: startOfLocalDay(start, location.timeZone), end: endOfLocalDay(start, location.timeZone) };
  const waived = { visitType, window: { start, end: start + 1 }, timeZone: location.timeZone, day, at };
  let result = choose(facts, request, waived);
  // Who is here is seen, and an interpreter is found for them: the visit asks for one (db/appointments/appointment-effects.ts).
  if ('guard' in result && facts.interpreter !== null)
    result = choose(facts, request, { ...waived, visitType: withoutInterpreter(visitType) });
  if ('guard' in result) return refuse(result);
  const reason = request.overbookReason ?? 'undo-no-show';
  const place = placeOf(facts, request, locationId, location.timeZone, result, reason);
  return { ok: true, place: { ...place, end } };
}

interface Waived {
  readonly visitType: VisitType;
  readonly window: Interval;
  readonly timeZone: string;
  readonly day: Interval;
  readonly at: number;
}

/** With hours waived: first overbook lanes of the practitioner alone, then of whatever has them. */
function choose(
  facts: SchedulingFacts,
  request: PlaceRequest & { readonly locationId: string },
  waived: Waived,
): LaneChoice[] | StartRefusal {
  const around: Interval = { start: waived.window.start - 3 * 86_400_000, end: waived.window.end + 3 * 86_400_000 };
  let refusal: StartRefusal = { guard: 'closed', resourceKind: 'provider' };
  for (const extended of [
    new Set<string>(),
    new Set(['provider']),
    new Set(['provider', 'room', 'equipment', 'interpreter']),
  ]) {
    const adapt = (r: ResourceFacts): ResourceFacts => ({
      ...r,
      lanes: r.lanes + (extended.has(r.kind) ? (facts.resources.get(r.resourceId)?.overbook_limit ?? 0) : 0),
      rules: [],
      exceptions: r.kind === 'provider' ? [{ resourceId: r.resourceId, kind: 'open', ...around }] : [],
      locationId: r.kind === 'provider' ? request.locationId : r.locationId,
      timeZone: r.kind === 'provider' ? waived.timeZone : r.timeZone,
    });
    const query = availabilityQueryAt(facts, request.locationId, {
      window: waived.window,
      at: waived.at,
      noticeWaived: true,
      visitType: waived.visitType,
      preferred: byLoad(facts, waived.day),
      adapt,
    });
    const provider = query.providers.find((p) => p.resourceId === request.practitionerId)!;
    const found = explainStart(query, provider, request.start);
    const chosen = found === null ? chooseLanes(query, provider, request.start) : null;
    if (chosen !== null) return chosen;
    if (found !== null) refusal = found;
  }
  return refusal;
}

function placeOf(
  facts: SchedulingFacts,
  { start, practitionerId }: PlaceRequest,
  locationId: string,
  timeZone: string,
  chosen: readonly LaneChoice[],
  overbookReason: string | null,
): Place {
  const lanes = chosen
    .map((l) => ({
      ...l,
      overbookReason: l.lane >= (facts.resources.get(l.resourceId)?.capacity ?? 1) ? overbookReason : null,
    }))
    .toSorted((a, b) => (a.resourceId === b.resourceId ? a.lane - b.lane : a.resourceId < b.resourceId ? -1 : 1));
  return {
    start,
    end: start + facts.visitType.durationMinutes * 60_000,
    locationId,
    timeZone,
    practitionerId,
    lanes,
    overbookReason,
    interpreterLanguage: facts.interpreter?.language ?? null,
  };
}
