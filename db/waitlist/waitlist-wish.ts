/** What a wish names, and its patient, as the rules of domain/waitlist/waitlist-wish.ts look at them. */
import { DomainError } from '../../domain/errors.ts';
import { policyAt, type PolicyRow, type WaitlistPolicy } from '../../domain/policies.ts';
import type { WishFacts } from '../../domain/waitlist/waitlist-wish.ts';
import type { Wish } from '../../workflows/messages/waitlist-entry.ts';
import type { Trx } from '../connection.ts';
import { epochMs } from '../instants.ts';
import { policiesSql } from '../policies.ts';
import { patientSql, type PatientFacts } from '../schedule/scheduling-facts.ts';
import { limitsOf, type VisitTypeRow } from '../schedule/visit-types.ts';

export interface LoadedWishFacts extends WishFacts {
  readonly patient: PatientFacts;
  readonly policy: WaitlistPolicy;
}

interface FactsRow {
  readonly visit_types: (VisitTypeRow & { readonly waitlisted: boolean })[];
  readonly locations: Readonly<Record<string, string>>;
  readonly providers: string[];
  readonly patient: PatientFacts | null;
  readonly current: WishFacts['current'];
  readonly policies: PolicyRow[];
}

/**
 * One statement.
 * @throws DomainError `not-found` when there is no such patient
 */
export async function loadWishFacts(
  trx: Trx,
  patientId: string,
  wish: Pick<Wish, 'visitTypeIds' | 'providerIds' | 'locationIds' | 'currentAppointmentId'>,
  at: Date,
): Promise<LoadedWishFacts> {
  const { rows } = await trx.raw<{ rows: FactsRow[] }>(
    `SELECT (SELECT coalesce(json_agg(to_json(v)), '[]') FROM visit_type v WHERE v.id = ANY(CAST(:visitTypeIds AS uuid[]))) AS visit_types,
       (SELECT coalesce(json_object_agg(l.id, l.time_zone), '{}') FROM location l WHERE l.active) AS locations,
       (SELECT coalesce(json_agg(r.id), '[]') FROM resource r WHERE r.id = ANY(CAST(:providerIds AS uuid[])) AND r.kind = 'provider' AND r.active) AS providers,
       (SELECT json_build_object('visitTypeId', a.visit_type_id, 'status', a.status, 'start', ${epochMs('a.start_at')})
        FROM appointment a WHERE a.id = CAST(:appointmentId AS uuid) AND a.patient_id = CAST(:patientId AS uuid)) AS current,
       ${patientSql('CAST(:patientId AS uuid)')} AS patient, ${policiesSql} AS policies`,
    {
      visitTypeIds: [...wish.visitTypeIds],
      providerIds: [...(wish.providerIds ?? [])],
      appointmentId: wish.currentAppointmentId,
      patientId,
      at,
    },
  );
  const row = rows[0];
  if (row === undefined || row.patient === null)
    throw new DomainError('not-found', {
      errors: [{ path: '/patientId', code: 'unknown', message: 'There is no such patient.' }],
    });
  return {
    visitTypes: new Map(
      row.visit_types.map((v) => [
        v.id,
        { ...limitsOf(v), selfSchedulable: v.self_schedulable, waitlisted: v.waitlisted },
      ]),
    ),
    locations: new Map(Object.entries(row.locations)),
    providerIds: new Set(row.providers),
    patient: row.patient,
    current: row.current,
    policy: waitlistPolicy(row.policies, wish.locationIds, at),
  };
}

/** A wish for one place has that place's policy. */
function waitlistPolicy(policies: readonly PolicyRow[], locationIds: readonly string[], at: Date): WaitlistPolicy {
  const only = locationIds.length === 1 ? locationIds[0]! : null;
  return policyAt(policies, 'waitlist', at.getTime(), only);
}
