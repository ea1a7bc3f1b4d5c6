/** A place in time that somebody is about to take. */
import type { Slot } from '../api/types.ts';

export interface Place {
  /** An instant, or for a typed time the location's wall clock without an offset. */
  readonly start: string;
  readonly typed: boolean;
  readonly timeZone: string;
  readonly practitionerId: string;
  readonly locationId?: string | undefined;
}

/** Tells two places apart, whether they were found or typed. */
export const placeKey = (place: { readonly start: string; readonly practitionerId: string }): string =>
  `${place.start}/${place.practitionerId}`;

export const placeOf = (slot: Slot): Place => ({
  start: slot.start,
  typed: false,
  timeZone: slot.timeZone,
  practitionerId: slot.practitionerId,
  locationId: slot.locationId ?? undefined,
});

/** The alternatives of a 409 `slot-taken`: whole slots, or starts of the same practitioner. */
export function alternativesOf(raw: unknown, place: Place): Slot[] {
  if (!Array.isArray(raw)) return [];
  const slots: Slot[] = [];
  for (const item of raw as unknown[]) {
    const slot: Partial<Slot> = typeof item === 'string' ? { start: item } : ((item ?? {}) as Partial<Slot>);
    if (typeof slot.start !== 'string') continue;
    slots.push({
      start: slot.start,
      end: slot.end ?? slot.start,
      timeZone: slot.timeZone ?? place.timeZone,
      practitionerId: slot.practitionerId ?? place.practitionerId,
      locationId: slot.locationId ?? place.locationId ?? null,
    });
  }
  return slots;
}
