import {
  type AppointmentChanges,
  type AppointmentFacts,
  type AppointmentRules,
  type AppointmentStatus,
  type Unfit,
} from '../../domain/appointment/appointment-facts.ts';
import { unfitOf } from '../../domain/coverage/eligibility.ts';
import type { AppointmentView, PlannedTimer, VisitMode } from '../../workflows/messages/appointment.ts';
import type { Trx } from '../connection.ts';
import { intakeFactOf } from '../intakes/intake-visits.ts';
import { dateOrNull, isoOrNull, msOrNull } from '../instants.ts';
import { appointmentRules, loadPolicies } from '../policies.ts';
import { patientSql, type PatientFacts } from '../schedule/scheduling-facts.ts';
import { limitsOf, loadVisitType, type VisitTypeRow } from '../schedule/visit-types.ts';

/** A row of `appointment`. */
export interface AppointmentRow {
  readonly id: string;
  readonly organization_id: string;
  readonly patient_id: string;
  readonly visit_type_id: string;
  readonly practitioner_id: string | null;
  readonly location_id: string | null;
  readonly mode: VisitMode;
  readonly status: AppointmentStatus;
  readonly start_at: Date | null;
  readonly end_at: Date | null;
  readonly tz: string | null;
  readonly version: number;
  readonly revision: number;
  readonly hold_expires_at: Date | null;
  readonly hold_owner: string | null;
  readonly hold_extended: boolean;
  readonly awaiting_approval: boolean;
  readonly confirmed_at: Date | null;
  readonly arrived_at: Date | null;
  readonly checked_in_at: Date | null;
  readonly seen_at: Date | null;
  readonly completed_at: Date | null;
  readonly noshow_at: Date | null;
  readonly cancel_reason: string | null;
  readonly cancelled_by: string | null;
  readonly late_cancel: boolean | null;
  readonly reschedule_count: number;
  readonly overbook_reason: string | null;
  readonly intake_waived_reason: string | null;
  readonly replaces_id: string | null;
  readonly booked_at: Date | null;
  readonly group_session_id: string | null;
  readonly interpreter_language: string | null;
  readonly phone_fallback_at: Date | null;
}

/** The row as everybody sees it. */
export function toView(row: AppointmentRow): AppointmentView {
  return {
    id: row.id,
    patientId: row.patient_id,
    visitTypeId: row.visit_type_id,
    practitionerId: row.practitioner_id,
    locationId: row.location_id,
    mode: row.mode,
    status: row.status,
    start: isoOrNull(row.start_at),
    end: isoOrNull(row.end_at),
    timeZone: row.tz,
    version: row.version,
    revision: row.revision,
    holdExpiresAt: isoOrNull(row.hold_expires_at),
    holdExtended: row.hold_extended,
    awaitingApproval: row.awaiting_approval,
    confirmedAt: isoOrNull(row.confirmed_at),
    arrivedAt: isoOrNull(row.arrived_at),
    checkedInAt: isoOrNull(row.checked_in_at),
    seenAt: isoOrNull(row.seen_at),
    completedAt: isoOrNull(row.completed_at),
    cancelReason: row.cancel_reason,
    lateCancel: row.late_cancel,
    rescheduleCount: row.reschedule_count,
    overbookReason: row.overbook_reason,
    replacesId: row.replaces_id,
    groupSessionId: row.group_session_id,
    interpreterLanguage: row.interpreter_language,
    phoneFallbackAt: isoOrNull(row.phone_fallback_at),
  };
}

/** What the rules look at. Intake and notes do not exist yet: absent, and nothing is asked of them. */
export function toFacts(row: AppointmentRow, rules: AppointmentRules, unfit?: Unfit): AppointmentFacts {
  return {
    patientId: row.patient_id,
    status: row.status,
    version: row.version,
    start: msOrNull(row.start_at),
    end: msOrNull(row.end_at),
    timeZone: row.tz,
    holdExpiresAt: msOrNull(row.hold_expires_at),
    holdOwner: row.hold_owner,
    holdExtended: row.hold_extended,
    awaitingApproval: row.awaiting_approval,
    bookedAt: msOrNull(row.booked_at),
    confirmedAt: msOrNull(row.confirmed_at),
    arrivedAt: msOrNull(row.arrived_at),
    checkedInAt: msOrNull(row.checked_in_at),
    seenAt: msOrNull(row.seen_at),
    noShowAt: msOrNull(row.noshow_at),
    cancelReason: row.cancel_reason,
    rescheduleCount: row.reschedule_count,
    intake: row.intake_waived_reason === null ? 'none' : 'waived',
    consentsMissing: [],
    encounterFinished: false,
    liveHolds: 0,
    mode: row.mode,
    phoneFallbackAt: msOrNull(row.phone_fallback_at),
    groupSeat: row.group_session_id !== null,
    ...(unfit && { unfit }),
    rules,
  };
}

/** Before it exists. `start` and `end` are the place asked for. */
export function factsOfNothing(
  patientId: string,
  rules: AppointmentRules,
  asked: {
    readonly start: number | null;
    readonly end: number | null;
    readonly timeZone: string | null;
    readonly liveHolds: number;
  },
): AppointmentFacts {
  return {
    patientId,
    status: 'none',
    version: 0,
    holdExpiresAt: null,
    holdOwner: null,
    holdExtended: false,
    awaitingApproval: false,
    confirmedAt: null,
    arrivedAt: null,
    checkedInAt: null,
    seenAt: null,
    noShowAt: null,
    cancelReason: null,
    rescheduleCount: 0,
    intake: 'none',
    consentsMissing: [],
    encounterFinished: false,
    rules,
    ...asked,
  };
}

/** The domain's changes as columns; what it does not name stays as it is. */
export function changedColumns(changes: AppointmentChanges): Record<string, unknown> {
  const columns = {
    version: changes.version,
    hold_expires_at: dateOrNull(changes.holdExpiresAt),
    hold_owner: changes.holdOwner,
    hold_extended: changes.holdExtended,
    awaiting_approval: changes.awaitingApproval,
    approval_due_at: changes.awaitingApproval === true ? dateOrNull(changes.holdExpiresAt) : undefined,
    confirmed_at: dateOrNull(changes.confirmedAt),
    arrived_at: dateOrNull(changes.arrivedAt),
    checked_in_at: dateOrNull(changes.checkedInAt),
    seen_at: dateOrNull(changes.seenAt),
    completed_at: dateOrNull(changes.completedAt),
    noshow_at: dateOrNull(changes.noShowAt),
    phone_fallback_at: dateOrNull(changes.phoneFallbackAt),
    cancelled_at: dateOrNull(changes.cancelledAt),
    cancel_reason: changes.cancelReason,
    cancelled_by: changes.cancelledBy,
    late_cancel: changes.lateCancel,
    reschedule_count: changes.rescheduleCount,
    intake_waived_reason: changes.intakeWaivedReason,
    no_note_reason: changes.noNoteReason,
  };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}

/** One appointment, or null. */
export async function readAppointment(trx: Trx, id: string): Promise<AppointmentView | null> {
  const row = await trx('appointment').where({ id }).first<AppointmentRow | undefined>();
  return row === undefined ? null : toView(row);
}

export interface SettledState {
  readonly appointment: AppointmentView;
  readonly facts: AppointmentFacts;
  /** Pending ones, earliest first. */
  readonly timers: readonly PlannedTimer[];
}

/**
 * What Postgres knows: for a run that finds itself changed by another writer, and for questions about a closed run.
 * @param at epoch milliseconds: which dated policies apply
 */
export async function settledState(trx: Trx, id: string, at: number): Promise<SettledState | null> {
  const row = await trx('appointment').where({ id }).first<AppointmentRow | undefined>();
  if (row === undefined) return null;
  const visitType = await loadVisitType(trx, row.visit_type_id);
  if (visitType === null) return null;
  const rules = appointmentRules(visitType, await loadPolicies(trx), at, row.location_id, row.booked_at);
  return { appointment: toView(row), facts: toFacts(row, rules), timers: await pendingTimers(trx, id, row.version) };
}

/** Steps that give or settle a place start here; for the others nobody asks whom the visit is for. */
const placedFrom: ReadonlySet<string> = new Set(['proposed', 'pending', 'booked']);

/** The same for who decides now: with whether the patient may have this visit. Never for a run, which keeps what it reads. */
export async function stateToJudge(trx: Trx, id: string, at: number): Promise<SettledState | null> {
  const settled = await withIntake(trx, await settledState(trx, id, at));
  if (settled === null || !placedFrom.has(settled.appointment.status)) return settled;
  const { rows } = await trx.raw<{ rows: { patient: PatientFacts; limits: VisitTypeRow }[] }>(
    `SELECT ${patientSql('a.patient_id')} AS patient, to_jsonb(v) AS limits
     FROM appointment a JOIN visit_type v ON v.id = a.visit_type_id WHERE a.id = :id`,
    { id, at: new Date(at) },
  );
  const found = rows[0];
  if (found === undefined) return settled;
  const unfit = unfitOf(limitsOf(found.limits), found.patient, settled.appointment.mode);
  return { ...settled, facts: { ...settled.facts, unfit } };
}

/** Only who checks in is asked about an intake. */
async function withIntake(trx: Trx, settled: SettledState | null): Promise<SettledState | null> {
  if (settled === null || !['booked', 'arrived'].includes(settled.appointment.status)) return settled;
  const intake = await intakeFactOf(trx, settled.appointment.id);
  return intake === null ? settled : { ...settled, facts: { ...settled.facts, intake } };
}

interface TimerRow {
  readonly name: string;
  readonly due_at: Date;
  readonly detail: Readonly<Record<string, unknown>>;
}

export const toPlannedTimer = (row: TimerRow): PlannedTimer => ({
  name: row.name,
  dueAt: row.due_at.toISOString(),
  detail: row.detail,
});

export async function pendingTimers(trx: Trx, appointmentId: string, version: number): Promise<PlannedTimer[]> {
  const rows = await trx('case_timer')
    .where({ aggregate: 'appointment', aggregate_id: appointmentId, version, state: 'pending' })
    .orderBy([{ column: 'due_at' }, { column: 'name' }])
    .select<TimerRow[]>('name', 'due_at', 'detail');
  return rows.map(toPlannedTimer);
}
