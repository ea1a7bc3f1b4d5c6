/** Another room or machine for a visit that keeps its time (feature B21). */
import { interpreterPool } from '../../domain/appointment/interpreter.ts';
import { covers } from '../../domain/calendar/interval.ts';
import { freeByLane, openFor } from '../../domain/schedule/schedule.ts';
import type { AbsenceRow } from '../absences/absence-view.ts';
import type { Locked } from '../appointments/appointment-actions.ts';
import { endExpiredHolds } from '../appointments/appointment-effects.ts';
import { dayMarginMs } from '../appointments/appointments.ts';
import type { Trx } from '../connection.ts';
import type { Place } from './place.ts';
import { countBusy, loadSchedulingFacts, resourceFactsAt } from './scheduling-facts.ts';

/** A free member of the pool that the visit's requirement names, least busy that day first (C3). */
export async function anotherPlace(
  trx: Trx,
  absence: Pick<AbsenceRow, 'resource_id'>,
  { row: visit, visitType }: Locked,
  own: { readonly role: string; readonly starts_at: Date; readonly ends_at: Date },
  { at, opKey }: { readonly at: Date; readonly opKey: string },
): Promise<Place | null> {
  // Who came for the patient's language is replaced by another who speaks it (D3); the visit type names no pool for that.
  const poolId =
    own.role === interpreterPool
      ? interpreterPool
      : (visitType.requirements.find((r) => r.role === own.role)?.poolId ?? null);
  const { start_at: start, practitioner_id: practitionerId, location_id: locationId } = visit;
  if (poolId === null || start === null || practitionerId === null || locationId === null) return null;
  const busy = { start: own.starts_at.getTime(), end: own.ends_at.getTime() };
  const facts = await loadSchedulingFacts(
    trx,
    {
      visitTypeId: visit.visit_type_id,
      practitionerId,
      locationId,
      patientId: visit.patient_id,
      window: { start: start.getTime(), end: start.getTime() + 1 },
      at: at.getTime(),
      margin: dayMarginMs,
    },
    { lock: true },
  );
  if (facts === null) return null;
  const around = { start: busy.start - 12 * 3_600_000, end: busy.end + 12 * 3_600_000 };
  const candidates = (facts.pools.get(poolId) ?? [])
    .filter((id) => id !== absence.resource_id)
    .toSorted((a, b) => countBusy(facts, a, around) - countBusy(facts, b, around) || (a < b ? -1 : 1));
  for (const id of candidates) {
    const resource = facts.resources.get(id);
    if (resource === undefined || (resource.location_id !== null && resource.location_id !== locationId)) continue;
    const known = resourceFactsAt(facts, resource, locationId);
    const lanes = freeByLane(openFor(known, visit.visit_type_id, locationId, around), known, around);
    const lane = lanes.findIndex((free) => covers(free, busy));
    if (lane < 0) continue;
    const place: Place = {
      start: start.getTime(),
      end: visit.end_at!.getTime(),
      locationId,
      timeZone: visit.tz!,
      practitionerId,
      overbookReason: null,
      lanes: [{ resourceId: id, lane, role: own.role, kind: resource.kind, busy, overbookReason: null }],
    };
    if (facts.expired) await endExpiredHolds(trx, visit.organization_id, place, at, opKey, visit.id);
    return place;
  }
  return null;
}
