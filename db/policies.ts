import type { AppointmentRules } from '../domain/appointment/appointment-facts.ts';
import { policyAt, type PolicyRow } from '../domain/policies.ts';
import type { VisitType } from '../domain/schedule/schedule.ts';
import type { Trx } from './connection.ts';
import { epochMs } from './instants.ts';

/** A scalar subquery: every dated row, as the domain reads it. A clinic has a handful. */
export const policiesSql = `(SELECT coalesce(jsonb_agg(jsonb_build_object('kind', y.kind, 'locationId', y.location_id, 'value', y.value,
  'validFrom', ${epochMs('y.valid_from')}, 'validTo', ${epochMs('y.valid_to')})), '[]') FROM policy y)`;

/** Rows of all kinds and dates; domain `policyAt` chooses and falls back to the defaults. */
export async function loadPolicies(trx: Trx): Promise<PolicyRow[]> {
  const { rows } = await trx.raw<{ rows: { policies: PolicyRow[] }[] }>(`SELECT ${policiesSql} AS policies`);
  return rows[0]?.policies ?? [];
}

/** What the visit type and the policies in force say for one appointment. `at` in epoch milliseconds. */
export function appointmentRules(
  visitType: VisitType,
  policies: readonly PolicyRow[],
  at: number,
  locationId: string | null,
  /** When the place was booked: the deadline to confirm is the one that the patient was told. */
  bookedAt: Date | null = null,
): AppointmentRules {
  const hold = policyAt(policies, 'hold', at, locationId);
  return {
    selfSchedulable: visitType.selfSchedulable,
    needsApproval: visitType.needsApproval,
    minNoticeMinutes: visitType.minNoticeMinutes,
    lateAfterSeconds: visitType.lateAfterSeconds,
    noShowAfterSeconds: visitType.noShowAfterSeconds,
    autoNoShow: visitType.autoNoShow,
    cancelNoticeMinutes: visitType.cancelNoticeMinutes,
    holdDuration: hold.duration,
    holdExtension: hold.extension,
    maxHoldsPerPatient: hold.maxPerPatient,
    approvalWithin: policyAt(policies, 'approval', at, locationId).within,
    arriveEarly: policyAt(policies, 'arrival', at, locationId).early,
    maxReschedulesByPatient: policyAt(policies, 'reschedule', at, locationId).maxByPatient,
    confirmation: policyAt(policies, 'confirmation', bookedAt?.getTime() ?? at, locationId),
  };
}
