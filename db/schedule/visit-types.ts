import type { EligibilityLimits } from '../../domain/coverage/eligibility.ts';
import type { ResourceKind, VisitMode, VisitType } from '../../domain/schedule/schedule.ts';
import type { Trx } from '../connection.ts';

/** A `visit_type` row. Durations in minutes, tolerances in seconds. */
export interface VisitTypeRow {
  readonly id: string;
  readonly code: string;
  readonly name: Readonly<Record<string, string>>;
  readonly duration_minutes: number;
  readonly buffer_before_minutes: number;
  readonly buffer_after_minutes: number;
  readonly align_minutes: number;
  readonly modes: readonly VisitMode[];
  readonly min_notice_minutes: number;
  readonly max_advance_days: number;
  readonly late_after_seconds: number;
  readonly noshow_after_seconds: number;
  readonly auto_noshow: boolean;
  readonly cancel_notice_minutes: number;
  readonly self_schedulable: boolean;
  readonly needs_approval: boolean;
  readonly needs_intake: boolean;
  readonly new_patient: boolean | null;
  readonly age_min: number | null;
  readonly age_max: number | null;
  readonly group_capacity: number | null;
  readonly active: boolean;
}

export interface RequirementRow {
  readonly role: string;
  readonly kind: ResourceKind;
  readonly pool_id: string | null;
  readonly resource_id: string | null;
  readonly count: number;
  readonly own_buffer_before_minutes: number | null;
  readonly own_buffer_after_minutes: number | null;
}

/** Rows to the domain's visit type. `requirements` with the practitioner's own first; the patient needs no row (B9). */
export function toVisitType(row: VisitTypeRow, requirements: readonly RequirementRow[]): VisitType {
  return {
    id: row.id,
    code: row.code,
    durationMinutes: row.duration_minutes,
    bufferBeforeMinutes: row.buffer_before_minutes,
    bufferAfterMinutes: row.buffer_after_minutes,
    alignMinutes: row.align_minutes,
    modes: row.modes,
    minNoticeMinutes: row.min_notice_minutes,
    maxAdvanceDays: row.max_advance_days,
    lateAfterSeconds: row.late_after_seconds,
    noShowAfterSeconds: row.noshow_after_seconds,
    autoNoShow: row.auto_noshow,
    cancelNoticeMinutes: row.cancel_notice_minutes,
    selfSchedulable: row.self_schedulable,
    needsApproval: row.needs_approval,
    needsIntake: row.needs_intake,
    newPatient: row.new_patient,
    ageMin: row.age_min,
    ageMax: row.age_max,
    groupCapacity: row.group_capacity,
    requirements: requirements.map((r) => ({
      role: r.role,
      kind: r.kind,
      poolId: r.pool_id,
      resourceId: r.resource_id,
      count: r.count,
      ownBufferBeforeMinutes: r.own_buffer_before_minutes,
      ownBufferAfterMinutes: r.own_buffer_after_minutes,
    })),
  };
}

/** Whom a visit type is for (domain/coverage/eligibility.ts). */
export const limitsOf = (row: VisitTypeRow): EligibilityLimits => ({
  newPatient: row.new_patient,
  ageMin: row.age_min,
  ageMax: row.age_max,
  modes: row.modes,
  active: row.active,
});

/** A scalar subquery: the practitioner's own requirement first (the first without pool and resource), then by role. */
export const requirementsSql = (visitTypeId: string): string =>
  `(SELECT coalesce(jsonb_agg(to_jsonb(q) ORDER BY q.kind = 'provider' DESC, (q.pool_id IS NULL AND q.resource_id IS NULL) DESC, q.role), '[]')
    FROM visit_type_requirement q WHERE q.visit_type_id = ${visitTypeId})`;

/** A visit type as the domain knows it, or null. */
export async function loadVisitType(trx: Trx, visitTypeId: string): Promise<VisitType | null> {
  const { rows } = await trx.raw<{ rows: { visit_type: VisitTypeRow; requirements: RequirementRow[] }[] }>(
    `SELECT to_jsonb(v) AS visit_type, ${requirementsSql('v.id')} AS requirements FROM visit_type v WHERE v.id = ?`,
    [visitTypeId],
  );
  return rows[0] === undefined ? null : toVisitType(rows[0].visit_type, rows[0].requirements);
}
