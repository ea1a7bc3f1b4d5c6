/**
 * When a visit can start (scheduling-intake.md C1). `bookableStarts` works with whole intervals of possible starts, so
 * that fifty practitioners over thirty days take milliseconds; `explainStart` looks at one start from the other side and
 * names the guard that refuses it. A property test holds the two together.
 *
 * Every visit type names a provider requirement; the first one is the *practitioner* whose rules give place, zone and
 * alignment. The other requirements are filled at that place. (Longer than 300 lines: the two views of one rule belong
 * side by side.)
 */
import { addDuration, localTimeOfDay } from '../calendar/calendar.ts';
import type { ProblemDetail } from '../errors.ts';
import type { LocationId, PoolId, PractitionerId, ResourceId } from '../ids.ts';
import { always, atLeast, covers, intersect, normalize } from '../calendar/interval.ts';
import type { Interval } from '../calendar/interval.ts';
import { assignDistinct } from './matching.ts';
import { alignedStarts, buffersOf, busyRangeFor, freeByLane, openFor, patientRequirement } from './schedule.ts';
import type { Requirement, ResourceFacts, ResourceKind, VisitType } from './schedule.ts';
import { DAY, MINUTE } from '../calendar/zone.ts';

export interface AvailabilityQuery {
  readonly visitType: VisitType;
  /** The practitioners asked about. */
  readonly providers: readonly ResourceFacts[];
  /** Members in order of preference (C3: fewest reservations that day, then id). */
  readonly pools: ReadonlyMap<PoolId, readonly ResourceFacts[]>;
  /** Resources that a requirement names. */
  readonly fixed?: ReadonlyMap<ResourceId, ResourceFacts> | undefined;
  /** Left out while nobody is chosen: then patients are not looked at. */
  readonly patient?: ResourceFacts | undefined;
  /** Starts in `[start, end)`. */
  readonly window: Interval;
  /** Now, from the Clock port. */
  readonly at: number;
  /** Earliest first; all when left out. */
  readonly limit?: number | undefined;
  readonly locationId?: LocationId | undefined;
  /** Staff may book inside the minimum notice and beyond the horizon; patients never. */
  readonly noticeWaived?: boolean | undefined;
}

export interface BookableStart {
  readonly start: number;
  readonly end: number;
  readonly timeZone: string;
  readonly practitionerId: PractitionerId;
  readonly locationId: LocationId | null;
}

/** One lane of one resource. */
export interface Lane {
  readonly resourceId: ResourceId;
  readonly lane: number;
}

export interface LaneChoice extends Lane {
  readonly role: string;
  readonly kind: ResourceKind;
  readonly busy: Interval;
}

interface Place {
  readonly locationId: LocationId | null;
  readonly timeZone: string;
}

/** A requirement with the resources that may fill it. */
interface Demand {
  readonly requirement: Requirement;
  readonly count: number;
  readonly candidates: readonly ResourceFacts[];
}

/** One computation: how far rules are expanded, and what was expanded already. */
interface Sweep {
  readonly query: AvailabilityQuery;
  readonly around: Interval;
  readonly open: Map<string, Interval[]>;
  readonly free: Map<string, Interval[][]>;
  readonly starts: Map<string, Interval[]>;
}

/**
 * All bookable starts of the window, earliest first, then in the order of `providers`. With a `limit` the window is
 * computed piece by piece from its beginning, because the first days usually have enough.
 */
export function bookableStarts(query: AvailabilityQuery): BookableStart[] {
  const { window, limit } = query;
  if (limit === undefined) return startsIn(query, window);
  const found: BookableStart[] = [];
  let from = window.start;
  for (let days = 2; from < window.end && found.length < limit; days *= 2) {
    const end = Math.min(window.end, from + days * DAY);
    found.push(...startsIn(query, { start: from, end }));
    from = end;
  }
  return found.slice(0, limit);
}

function startsIn(query: AvailabilityQuery, window: Interval): BookableStart[] {
  const { visitType, limit } = query;
  const sweep = sweepOf(query, window);
  const result: BookableStart[] = [];
  for (const provider of query.providers) {
    for (const place of placesOf(provider, query.locationId)) {
      const demands = demandsOf(query, provider, place);
      if (!demands) continue;
      let starts = [permitted(query, place, window)];
      for (const demand of demands) {
        if (starts.length === 0) break;
        starts = intersect(starts, possibleStarts(sweep, demand, place));
      }
      if (starts.length === 0) continue;
      const contested = sharesCandidates(demands);
      let found = 0;
      for (const start of alignedStarts(starts, place.timeZone, visitType.alignMinutes)) {
        if (contested && !assign(sweep, demands, place, start)) continue;
        result.push({
          start,
          end: start + visitType.durationMinutes * MINUTE,
          timeZone: place.timeZone,
          practitionerId: provider.resourceId,
          locationId: place.locationId,
        });
        if (++found === limit) break;
      }
    }
  }
  // Stable: practitioners stay in the order asked.
  return result.toSorted((a, b) => a.start - b.start);
}

/** `s >= at + min_notice` and `s < at + max_advance`; with the notice waived, the visit must not be over. */
function permitted({ visitType, at, noticeWaived }: AvailabilityQuery, place: Place, window: Interval): Interval {
  if (noticeWaived) {
    return { start: Math.max(window.start, at - visitType.durationMinutes * MINUTE + 1), end: window.end };
  }
  const horizon = addDuration(at, `P${visitType.maxAdvanceDays}D`, place.timeZone);
  return {
    start: Math.max(window.start, at + visitType.minNoticeMinutes * MINUTE),
    end: Math.min(window.end, horizon),
  };
}

export const startGuards = ['no-such-resource', 'not-aligned', 'too-soon', 'too-far', 'closed', 'taken'] as const;
export type StartGuard = (typeof startGuards)[number];

export interface StartRefusal {
  readonly guard: StartGuard;
  /** Whose time is closed or taken; never which reservation. */
  readonly resourceKind?: ResourceKind | undefined;
}

/** Why a visit cannot start then with this practitioner, or null when it can. The window of the query is not looked at. */
export function explainStart(query: AvailabilityQuery, provider: ResourceFacts, start: number): StartRefusal | null {
  let best: StartRefusal = { guard: 'closed', resourceKind: 'provider' };
  const order: StartGuard[] = ['no-such-resource', 'closed', 'not-aligned', 'too-soon', 'too-far', 'taken'];
  for (const place of placesOf(provider, query.locationId)) {
    const refusal = explainAt(query, provider, place, start);
    if (!refusal) return null;
    // Of several places the one that came nearest explains best.
    if (order.indexOf(refusal.guard) > order.indexOf(best.guard)) best = refusal;
  }
  return best;
}

function explainAt(
  query: AvailabilityQuery,
  provider: ResourceFacts,
  place: Place,
  start: number,
): StartRefusal | null {
  const { visitType } = query;
  const demands = demandsOf(query, provider, place);
  // Nobody who speaks the language, no machine of the kind: it is said of which kind there is none.
  if (!demands) return nobodyFor(query, place);
  const sweep = sweepOf(query, { start, end: start });
  for (const { requirement, count, candidates } of demands) {
    const range = busyRangeFor(requirement, visitType, start);
    const open = candidates.filter((c) => covers(openOf(sweep, c, place), range));
    if (open.reduce((sum, c) => sum + c.lanes, 0) < count) return { guard: 'closed', resourceKind: requirement.kind };
  }
  if (localTimeOfDay(start, place.timeZone) % (visitType.alignMinutes * MINUTE) !== 0) return { guard: 'not-aligned' };
  const allowed = permitted(query, place, always);
  if (start < allowed.start) return { guard: 'too-soon' };
  if (start >= allowed.end) return { guard: 'too-far' };
  for (const demand of demands) {
    if (freeLanes(sweep, demand, place, start).length < demand.count) {
      return { guard: 'taken', resourceKind: demand.requirement.kind };
    }
  }
  return assign(sweep, demands, place, start)
    ? null
    : { guard: 'taken', resourceKind: demands.at(-1)!.requirement.kind };
}

/** The lanes a visit at `start` would reserve, in order of requirement, or null when it cannot start then. */
export function chooseLanes(query: AvailabilityQuery, provider: ResourceFacts, start: number): LaneChoice[] | null {
  for (const place of placesOf(provider, query.locationId)) {
    if (explainAt(query, provider, place, start)) continue;
    const demands = demandsOf(query, provider, place);
    const chosen = demands && assign(sweepOf(query, { start, end: start }), demands, place, start);
    if (chosen) return chosen;
  }
  return null;
}

/** A refused start as a problem: taken time is `slot-taken` or `patient-overlap`, the rest `outside-availability`. */
export function startProblem({ guard, resourceKind }: StartRefusal): ProblemDetail {
  const data = { guard, ...(resourceKind && { resourceKind }) };
  if (guard !== 'taken') return { code: 'outside-availability', data };
  return { code: resourceKind === 'patient' ? 'patient-overlap' : 'slot-taken', data };
}

/** The places (and their zones) at which a practitioner's rules and open exceptions lie. */
function placesOf(provider: ResourceFacts, wanted: LocationId | undefined): Place[] {
  const places = new Map<LocationId | null, Place>();
  const add = (place: Place) => places.has(place.locationId) || places.set(place.locationId, place);
  // A location has one zone, so the first of its rules tells it.
  for (const { locationId, timeZone } of provider.rules) add({ locationId, timeZone });
  // With no home, an open exception counts wherever the rules are.
  const elsewhere = provider.locationId !== null || provider.rules.length === 0;
  if (elsewhere && provider.exceptions.some((e) => e.kind === 'open')) add(provider);
  return [...places.values()].filter((p) => wanted === undefined || p.locationId === wanted);
}

/** The practitioner's own requirement first. Null when this practitioner cannot fill it, or nobody can fill another. */
function demandsOf(query: AvailabilityQuery, provider: ResourceFacts, place: Place): Demand[] | null {
  const principal = query.visitType.requirements.find((r) => r.kind === 'provider');
  if (!principal || (principal.resourceId !== null && principal.resourceId !== provider.resourceId)) return null;
  const pool = principal.poolId === null ? undefined : (query.pools.get(principal.poolId) ?? []);
  if (pool && !pool.some((r) => r.resourceId === provider.resourceId)) return null;
  const demands: Demand[] = [{ requirement: principal, count: 1, candidates: [provider] }];
  if (principal.count > 1) {
    demands.push({ requirement: principal, count: principal.count - 1, candidates: pool ?? [provider] });
  }
  for (const requirement of query.visitType.requirements) {
    if (requirement === principal) continue;
    if (requirement.kind === 'patient') continue;
    demands.push({ requirement, count: requirement.count, candidates: candidatesFor(query, requirement, place) });
  }
  if (query.patient) demands.push({ requirement: patientRequirement, count: 1, candidates: [query.patient] });
  return demands.every((d) => d.candidates.length > 0) ? demands : null;
}

function nobodyFor(query: AvailabilityQuery, place: Place): StartRefusal {
  const lacking = query.visitType.requirements.find(
    (r) => r.kind !== 'provider' && r.kind !== 'patient' && candidatesFor(query, r, place).length === 0,
  );
  return { guard: 'no-such-resource', ...(lacking && { resourceKind: lacking.kind }) };
}

function candidatesFor(query: AvailabilityQuery, requirement: Requirement, place: Place): readonly ResourceFacts[] {
  if (requirement.resourceId !== null) {
    const fixed = query.fixed?.get(requirement.resourceId);
    return fixed ? [fixed] : [];
  }
  const pool = requirement.poolId === null ? [] : (query.pools.get(requirement.poolId) ?? []);
  return pool.filter((r) => r.locationId === null || place.locationId === null || r.locationId === place.locationId);
}

function sharesCandidates(demands: readonly Demand[]): boolean {
  const seen = new Set<ResourceId>();
  for (const { candidates } of demands) {
    for (const { resourceId } of candidates) {
      if (seen.has(resourceId)) return true;
      seen.add(resourceId);
    }
  }
  return false;
}

/** Rules are expanded wide enough that no opening is cut where a buffer or a night shift crosses the window's edge. */
function sweepOf(query: AvailabilityQuery, window: Interval): Sweep {
  const { bufferBeforeMinutes, bufferAfterMinutes, durationMinutes, requirements } = query.visitType;
  const before = Math.max(bufferBeforeMinutes, ...requirements.map((r) => r.ownBufferBeforeMinutes ?? 0));
  const after = Math.max(bufferAfterMinutes, ...requirements.map((r) => r.ownBufferAfterMinutes ?? 0));
  const around = { start: window.start - before * MINUTE, end: window.end + (durationMinutes + after) * MINUTE + 1 };
  return { query, around, open: new Map(), free: new Map(), starts: new Map() };
}

function openOf({ query, around, open }: Sweep, resource: ResourceFacts, place: Place): Interval[] {
  const key = `${resource.resourceId}|${place.locationId}`;
  let list = open.get(key);
  if (!list) open.set(key, (list = openFor(resource, query.visitType.id, place.locationId, around)));
  return list;
}

function freeOf(sweep: Sweep, resource: ResourceFacts, place: Place): Interval[][] {
  const key = `${resource.resourceId}|${place.locationId}`;
  let lanes = sweep.free.get(key);
  if (!lanes) sweep.free.set(key, (lanes = freeByLane(openOf(sweep, resource, place), resource, sweep.around)));
  return lanes;
}

/** Starts at which at least `count` lanes of the candidates are free for the whole busy range. */
function possibleStarts(sweep: Sweep, demand: Demand, place: Place): Interval[] {
  const { visitType } = sweep.query;
  const { requirement, count, candidates } = demand;
  const who = candidates.length === 1 ? candidates[0]!.resourceId : '';
  const key = `${requirement.role}|${count}|${who}|${place.locationId}`;
  const known = sweep.starts.get(key);
  if (known) return known;
  const { before, after } = buffersOf(requirement, visitType);
  const tail = visitType.durationMinutes * MINUTE + after;
  // The last possible start belongs to it, hence one millisecond more in a half-open interval.
  const lists = candidates.flatMap((resource) =>
    freeOf(sweep, resource, place).map((free) =>
      normalize(free.map((f) => ({ start: f.start + before, end: f.end - tail + 1 }))),
    ),
  );
  const result = atLeast(count, lists);
  sweep.starts.set(key, result);
  return result;
}

function freeLanes(sweep: Sweep, demand: Demand, place: Place, start: number): Lane[] {
  const range = busyRangeFor(demand.requirement, sweep.query.visitType, start);
  return demand.candidates.flatMap((resource) =>
    freeOf(sweep, resource, place).flatMap((free, lane) =>
      covers(free, range) ? [{ resourceId: resource.resourceId, lane }] : [],
    ),
  );
}

function assign(sweep: Sweep, demands: readonly Demand[], place: Place, start: number): LaneChoice[] | null {
  const slots = demands.flatMap((d) => Array.from({ length: d.count }, () => d));
  const lanes = new Map(demands.map((d) => [d, freeLanes(sweep, d, place, start)] as const));
  const chosen = assignDistinct(slots.map((d) => lanes.get(d)!.map((l) => `${l.lane}:${l.resourceId}`)));
  if (!chosen) return null;
  return slots.map((demand, slot) => {
    const { requirement } = demand;
    const busy = busyRangeFor(requirement, sweep.query.visitType, start);
    const lane = lanes.get(demand)!.find((l) => `${l.lane}:${l.resourceId}` === chosen[slot])!;
    return { ...lane, role: requirement.role, kind: requirement.kind, busy };
  });
}
