import type { Appointment } from '../api/types.ts';
import { MINUTE } from '../lib/time.ts';

/** Whole minutes since arrival while nobody has seen the patient yet; null when nobody waits. */
export function waitingOf(visit: Appointment, now: number): number | null {
  if (visit.arrivedAt === null || visit.seenAt !== null) return null;
  if (visit.status !== 'arrived' && visit.status !== 'checked-in') return null;
  return Math.max(0, Math.floor((now - Date.parse(visit.arrivedAt)) / MINUTE));
}
