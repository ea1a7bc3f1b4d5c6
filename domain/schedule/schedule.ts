/**
 * Implicit availability (scheduling-intake.md C1): rules and exceptions say when a resource is open, reservations when it
 * is taken; what is free is computed, never stored. Instants are epoch milliseconds, intervals half-open.
 *
 * Decided here: a room, a piece of equipment, an interpreter or a patient *without* rules is always open (a closure still
 * closes it), because clinics describe the hours of people, not of chairs; a provider without rules is never open.
 */
import type { LocationId, PoolId, ResourceId, VisitTypeId } from '../ids.ts';
import { always, normalize, overlaps, subtract } from '../calendar/interval.ts';
import type { Interval } from '../calendar/interval.ts';
import { DAY, MINUTE, compatibleInstant, nextTransition, offsetAt } from '../calendar/zone.ts';

export type ResourceKind = 'provider' | 'room' | 'equipment' | 'patient' | 'interpreter';
export type VisitMode = 'in-person' | 'video' | 'phone';
export type Weekday = 'MO' | 'TU' | 'WE' | 'TH' | 'FR' | 'SA' | 'SU';

/** `endLocal <= startLocal` means the next day. Local times are `HH:MM` or `HH:MM:SS`, dates `YYYY-MM-DD` inclusive. */
export interface AvailabilityRule {
  readonly resourceId: ResourceId;
  /** null: for every visit type. */
  readonly visitTypeId: VisitTypeId | null;
  readonly locationId: LocationId;
  readonly byDay: readonly Weekday[];
  readonly startLocal: string;
  readonly endLocal: string;
  readonly timeZone: string;
  readonly validFrom: string;
  readonly validTo: string | null;
}

/** *closed* wins over *open*. */
export interface AvailabilityException extends Interval {
  readonly resourceId: ResourceId;
  readonly kind: 'open' | 'closed';
}

/** A resource that must be reserved: `resourceId` fixed, any of a pool, or (both null) the chosen one of its kind. */
export interface Requirement {
  readonly role: string;
  readonly kind: ResourceKind;
  readonly poolId: PoolId | null;
  readonly resourceId: ResourceId | null;
  /** How many lanes; of one resource or of several in the pool. */
  readonly count: number;
  readonly ownBufferBeforeMinutes: number | null;
  readonly ownBufferAfterMinutes: number | null;
}

/** The patient is a resource too, with no buffers (B9); always required, whatever a visit type lists. */
export const patientRequirement: Requirement = {
  role: 'patient',
  kind: 'patient',
  poolId: null,
  resourceId: null,
  count: 1,
  ownBufferBeforeMinutes: null,
  ownBufferAfterMinutes: null,
};

export interface VisitType {
  readonly id: VisitTypeId;
  readonly code: string;
  readonly durationMinutes: number;
  readonly bufferBeforeMinutes: number;
  readonly bufferAfterMinutes: number;
  readonly alignMinutes: number;
  readonly modes: readonly VisitMode[];
  readonly minNoticeMinutes: number;
  /** Calendar days in the zone of the rule. */
  readonly maxAdvanceDays: number;
  readonly lateAfterSeconds: number;
  readonly noShowAfterSeconds: number;
  readonly autoNoShow: boolean;
  readonly cancelNoticeMinutes: number;
  readonly selfSchedulable: boolean;
  readonly needsApproval: boolean;
  readonly needsIntake: boolean;
  /** true: only new patients; false: only established ones. */
  readonly newPatient: boolean | null;
  /** Completed years, both inclusive. */
  readonly ageMin: number | null;
  readonly ageMax: number | null;
  /** Seats of a session, where it is given in groups (domain/schedule/group-session.ts). */
  readonly groupCapacity?: number | null | undefined;
  readonly requirements: readonly Requirement[];
}

/** What is known about a resource around the window asked for. */
export interface ResourceFacts {
  readonly resourceId: ResourceId;
  readonly kind: ResourceKind;
  /** Capacity: availability looks for one free lane among 0 .. lanes-1. */
  readonly lanes: number;
  /** Live reservations by lane (buffers are part of them); lanes left out are free. Any order. */
  readonly busyByLane: readonly (readonly Interval[])[];
  readonly rules: readonly AvailabilityRule[];
  readonly exceptions: readonly AvailabilityException[];
  /** Where it is; null: everywhere. An *open* exception of a provider is at this place. */
  readonly locationId: LocationId | null;
  readonly timeZone: string;
}

// Day 0 of the epoch was a Thursday.
const WEEKDAYS: readonly Weekday[] = ['TH', 'FR', 'SA', 'SU', 'MO', 'TU', 'WE'];

function clockMs(time: string): number {
  return Number(time.slice(0, 2)) * 60 * MINUTE + Number(time.slice(3, 5)) * MINUTE + Number(time.slice(6, 8)) * 1000;
}

function dayNumber(date: string): number {
  return Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1, Number(date.slice(8, 10))) / DAY;
}

/**
 * The opening times of the rules that touch the window, whole (not cut at its edges), as a normal list. Edges convert
 * `compatible` (B7); a rule that lies wholly in a gap yields nothing that day.
 */
export function expandRules(rules: readonly AvailabilityRule[], window: Interval): Interval[] {
  const result: Interval[] = [];
  for (const rule of rules) {
    const { timeZone } = rule;
    const startMs = clockMs(rule.startLocal);
    const endMs = clockMs(rule.endLocal) + (rule.endLocal <= rule.startLocal ? DAY : 0);
    const validFrom = dayNumber(rule.validFrom);
    const validTo = rule.validTo === null ? Infinity : dayNumber(rule.validTo);
    // The evening before may reach into the window.
    const first = Math.floor((window.start + offsetAt(timeZone, window.start)) / DAY) - 1;
    const last = Math.floor((window.end + offsetAt(timeZone, window.end)) / DAY);
    for (let day = Math.max(first, validFrom); day <= Math.min(last, validTo); day++) {
      if (!rule.byDay.includes(WEEKDAYS[((day % 7) + 7) % 7]!)) continue;
      const start = compatibleInstant(timeZone, day * DAY + startMs);
      const end = compatibleInstant(timeZone, day * DAY + endMs);
      // An opening that the change of clocks turned around is dropped by normalize.
      if (start < window.end && end > window.start) result.push({ start, end });
    }
  }
  return normalize(result);
}

/** (rules expanded + open exceptions) - closed ones. */
export function openIntervals(
  rules: readonly AvailabilityRule[],
  exceptions: readonly AvailabilityException[],
  window: Interval,
): Interval[] {
  const opened = exceptions.filter((e) => e.kind === 'open');
  const closed = exceptions.filter((e) => e.kind === 'closed');
  const ruled = expandRules(rules, window);
  return subtract(opened.length ? normalize([...ruled, ...opened]) : ruled, normalize(closed));
}

/** When a resource is open for a visit type at a location, by the decision at the head of this file. */
export function openFor(
  resource: ResourceFacts,
  visitTypeId: VisitTypeId,
  locationId: LocationId | null,
  window: Interval,
): Interval[] {
  const { rules, exceptions } = resource;
  if (resource.kind !== 'provider' && rules.length === 0) {
    const closed = exceptions.filter((e) => e.kind === 'closed');
    return closed.length ? subtract([always], normalize(closed)) : [always];
  }
  const home = locationId === null || resource.locationId === null || resource.locationId === locationId;
  return openIntervals(
    rules.filter(
      (r) =>
        (r.visitTypeId === null || r.visitTypeId === visitTypeId) &&
        (locationId === null || r.locationId === locationId),
    ),
    home ? exceptions : exceptions.filter((e) => e.kind === 'closed'),
    window,
  );
}

/**
 * Free time of each lane. Never counted together: two half-free lanes are no place (architecture.md, capacity). Outside
 * `around` the answer means nothing.
 */
export function freeByLane(
  open: readonly Interval[],
  resource: ResourceFacts,
  around: Interval = always,
): Interval[][] {
  return Array.from({ length: resource.lanes }, (_, lane) => {
    const busy = (resource.busyByLane[lane] ?? []).filter((b) => overlaps(b, around));
    return busy.length > 0 ? subtract(open, normalize(busy)) : [...open];
  });
}

export interface Buffers {
  /** Milliseconds. */
  readonly before: number;
  readonly after: number;
}

/** A requirement's own buffers, else the visit type's; a patient has none (B9, S6). */
export function buffersOf(requirement: Requirement, visitType: VisitType): Buffers {
  if (requirement.kind === 'patient') return { before: 0, after: 0 };
  return {
    before: (requirement.ownBufferBeforeMinutes ?? visitType.bufferBeforeMinutes) * MINUTE,
    after: (requirement.ownBufferAfterMinutes ?? visitType.bufferAfterMinutes) * MINUTE,
  };
}

/** What a visit at `start` reserves of the resource: `[start - before, start + duration + after)`, elapsed time. */
export function busyRangeFor(requirement: Requirement, visitType: VisitType, start: number): Interval {
  const { before, after } = buffersOf(requirement, visitType);
  return { start: start - before, end: start + visitType.durationMinutes * MINUTE + after };
}

/** Instants whose local clock is a multiple of `align` minutes since local midnight, by the wall clock of the zone. */
export function* alignedStarts(starts: readonly Interval[], timeZone: string, align: number): Generator<number> {
  const step = align * MINUTE;
  for (const { start, end } of starts) {
    for (let from = start; from < end;) {
      const until = nextTransition(timeZone, from, end) ?? end;
      const offset = offsetAt(timeZone, from);
      for (let wall = nextAligned(from + offset, step); wall < until + offset; wall = nextAligned(wall + 1, step)) {
        yield wall - offset;
      }
      from = until;
    }
  }
}

function nextAligned(wall: number, step: number): number {
  const midnight = Math.floor(wall / DAY) * DAY;
  return Math.min(midnight + Math.ceil((wall - midnight) / step) * step, midnight + DAY);
}
