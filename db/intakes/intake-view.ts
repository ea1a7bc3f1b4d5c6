/** The rows of an intake, and the same as everybody sees it; what they say together is worked out by domain/intake/intake-steps.ts. */
import { localDateOf } from '../../domain/calendar/calendar.ts';
import { DomainError } from '../../domain/errors.ts';
import { intakeSteps } from '../../domain/intake/intake.ts';
import type {
  EscalationFlag,
  IdentityFlag,
  InsuranceFlag,
  IntakeState,
  IntakeStep,
} from '../../domain/intake/intake.ts';
import type { IntakePolicy } from '../../domain/intake/intake-policy.ts';
import { ageOn, progressOf, type NeedFacts, type Progress } from '../../domain/intake/intake-steps.ts';
import { policyAt, type PolicyRow } from '../../domain/policies.ts';
import type { Answers } from '../../domain/questionnaire/questionnaire-answers.ts';
import type { IntakeScoreView, IntakeView } from '../../workflows/messages/intake.ts';
import type { Trx } from '../connection.ts';
import { epochMs } from '../instants.ts';
import { policiesSql } from '../policies.ts';

export interface IntakeRow {
  readonly id: string;
  readonly organization_id: string;
  readonly patient_id: string;
  readonly appointment_id: string | null;
  readonly visit_type_id: string | null;
  readonly location_id: string | null;
  readonly state: IntakeState;
  readonly language: string;
  readonly identity: IdentityFlag;
  readonly escalation: EscalationFlag;
  readonly insurance: InsuranceFlag;
  readonly guardian: Readonly<Record<string, unknown>> | null;
  /** A minor may sign alone here, by this rule (db/minor-consents.ts). */
  readonly minor_consent_rule_id: string | null;
  /** No guardian is shown anything of it while the patient is a minor. */
  readonly confidential: boolean;
  /** Where the minor says it is safe to write to; the chart's addresses may be a parent's. */
  readonly private_contact: { readonly email?: string | undefined; readonly phone?: string | undefined } | null;
  /** `consents`: only what must be signed is asked. */
  readonly about: 'whole' | 'consents';
  readonly invited_at: Date | null;
  readonly submitted_at: Date | null;
  readonly assigned_to: string | null;
  readonly review_due_at: Date | null;
  readonly review_escalated_at: Date | null;
  readonly completed_at: Date | null;
  readonly ended_at: Date | null;
  readonly expires_at: Date;
  readonly reopen_until: Date | null;
  readonly reopened_at: Date | null;
  readonly retain_until: Date | null;
  readonly end_reason: string | null;
  readonly created_by: string;
  readonly version: number;
  readonly created_at: Date;
}

export interface IntakeStepRow {
  readonly intake_id: string;
  readonly step: IntakeStep;
  readonly questionnaire_version: number;
  readonly state: 'open' | 'started' | 'answered' | 'returned' | 'waived';
  readonly version: number;
  readonly answers: Answers;
  readonly saved_at: Date | null;
  readonly accepted_at: Date | null;
  readonly note: string | null;
}

/** An intake with everything that its progress depends on. */
export interface LoadedIntake {
  readonly row: IntakeRow;
  /** In the order of the steps. */
  readonly steps: readonly IntakeStepRow[];
  /** Rules of red flags, each once, in the order in which they were raised. */
  readonly flags: readonly string[];
  readonly patient: { readonly birthDate: string | null; readonly timeZone: string | null; readonly language: string };
  /** The first that it is for and that takes place. */
  readonly visit: IntakeVisit | null;
  /** Later ones of the same kind, booked while it was open. */
  readonly alsoFor: readonly IntakeVisit[];
  /** When the authority of whoever answers for the patient ends or ended; null: nobody does, or without an end. */
  readonly guardianUntil: Date | null;
  /** Pending ones, earliest first; instants RFC 3339 UTC. */
  readonly timers: readonly { readonly name: string; readonly dueAt: string }[];
  /** The last of each tool. */
  readonly scores: readonly IntakeScoreView[];
  readonly timeZone: string;
  readonly policies: readonly PolicyRow[];
  readonly policy: IntakePolicy;
  readonly needs: NeedFacts;
  readonly progress: Progress;
}

export interface IntakeVisit {
  readonly id: string;
  readonly status: string;
  readonly start: Date | null;
  readonly timeZone: string | null;
}

/** The visit is still to come, or under way: its beginning counts. */
export const standingVisits: ReadonlySet<string> = new Set(['pending', 'booked', 'arrived', 'checked-in']);

/** @throws DomainError `not-found` */
export const readIntakeRow = (trx: Trx, intakeId: string): Promise<IntakeRow> => intakeRow(trx, intakeId, '');

/** The row, and what was answered to this operation if it was asked before. @throws DomainError `not-found` */
export async function readIntakeBefore<T>(
  trx: Trx,
  intakeId: string,
  operationKey: string,
): Promise<{
  readonly row: IntakeRow;
  readonly known: { readonly inputHash: string; readonly result: T } | undefined;
}> {
  const { rows } = await trx.raw<{
    rows: (IntakeRow & { readonly known_hash: string | null; readonly known_result: T })[];
  }>(
    `SELECT i.*, o.input_hash AS known_hash, o.result AS known_result FROM intake i
       LEFT JOIN operation o ON o.organization_id = i.organization_id AND o.op_key = :operationKey WHERE i.id = :intakeId`,
    { intakeId, operationKey },
  );
  const [row] = rows;
  if (row === undefined) throw new DomainError('not-found');
  const { known_hash: inputHash, known_result: result } = row;
  return { row, known: inputHash === null ? undefined : { inputHash, result } };
}

/** Kept from changing until commit. Lock order: appointment, intake, patient. @throws DomainError `not-found` */
export const lockIntake = (trx: Trx, intakeId: string): Promise<IntakeRow> => intakeRow(trx, intakeId, 'FOR UPDATE');

async function intakeRow(trx: Trx, intakeId: string, lock: string): Promise<IntakeRow> {
  const { rows } = await trx.raw<{ rows: IntakeRow[] }>(`SELECT * FROM intake WHERE id = :intakeId ${lock}`, {
    intakeId,
  });
  const row = rows[0];
  if (row === undefined) throw new DomainError('not-found');
  return row;
}

interface Beside {
  readonly steps: (Omit<IntakeStepRow, 'saved_at' | 'accepted_at'> & {
    saved_at: string | null;
    accepted_at: string | null;
  })[];
  readonly flags: string[];
  readonly timers: { readonly name: string; readonly dueAt: number }[];
  readonly scores: IntakeScoreView[];
  readonly guardian_until: Date | null;
  readonly birth_date: string | null;
  readonly patient_time_zone: string | null;
  readonly patient_language: string;
  readonly visit_type_code: string | null;
  /** Its own and those that it serves too, the earliest first. */
  readonly visits: {
    readonly id: string;
    readonly status: string;
    readonly start: string | null;
    readonly tz: string | null;
  }[];
  readonly location_tz: string | null;
  readonly policies: PolicyRow[];
}

const besideSql = `(SELECT coalesce(jsonb_agg(to_jsonb(s)), '[]') FROM intake_step s WHERE s.intake_id = i.id) AS steps,
       ARRAY(SELECT f.rule FROM intake_flag f WHERE f.intake_id = i.id GROUP BY f.rule ORDER BY min(f.raised_at), f.rule) AS flags,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('name', t.name, 'dueAt', ${epochMs('t.due_at')}) ORDER BY t.due_at, t.name), '[]')
          FROM case_timer t WHERE t.aggregate = 'intake' AND t.aggregate_id = i.id AND t.state = 'pending') AS timers,
       (SELECT coalesce(jsonb_agg(to_jsonb(c) ORDER BY c.tool), '[]') FROM (SELECT DISTINCT ON (x.tool) x.tool, x.score, x.band, x.positive, x.prorated
          FROM intake_score x WHERE x.intake_id = i.id ORDER BY x.tool, x.step_version DESC) c) AS scores,
       (SELECT coalesce(g.revoked_at, g.valid_until) FROM intake_link k JOIN patient_guardian g ON g.id = k.guardian_id
          WHERE k.intake_id = i.id ORDER BY k.created_at DESC LIMIT 1) AS guardian_until,
       p.birth_date, p.time_zone AS patient_time_zone, p.language AS patient_language, v.code AS visit_type_code,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'status', a.status, 'start', a.start_at, 'tz', a.tz) ORDER BY a.start_at), '[]')
          FROM appointment a WHERE a.id = ANY(ARRAY(SELECT i.appointment_id UNION ALL SELECT w.appointment_id FROM intake_visit w WHERE w.intake_id = i.id))) AS visits,
       coalesce(l.time_zone, (SELECT min(o.time_zone) FROM location o WHERE o.active)) AS location_tz,
       ${policiesSql} AS policies`;
const besideFrom = `FROM intake i JOIN patient p ON p.id = i.patient_id LEFT JOIN visit_type v ON v.id = i.visit_type_id
  LEFT JOIN location l ON l.id = i.location_id
  WHERE i.id = :id`;

/** What belongs to a row as it is now. @param at judges age and policy */
export async function loadIntake(trx: Trx, row: IntakeRow, at: Date): Promise<LoadedIntake> {
  const { rows } = await trx.raw<{ rows: Beside[] }>(`SELECT ${besideSql} ${besideFrom}`, { id: row.id });
  const found = rows[0];
  if (found === undefined) throw new DomainError('not-found');
  return loadedOf(row, found, at);
}

/** An intake as it is at the database's time, for who only looks at it. @throws DomainError `not-found` */
export async function lookAtIntake(trx: Trx, intakeId: string): Promise<LoadedIntake> {
  const { rows } = await trx.raw<{ rows: (IntakeRow & Beside & { readonly now: Date })[] }>(
    `SELECT i.*, clock_timestamp() AS now, ${besideSql} ${besideFrom}`,
    { id: intakeId },
  );
  const found = rows[0];
  if (found === undefined) throw new DomainError('not-found');
  return loadedOf(found, found, found.now);
}

function loadedOf(row: IntakeRow, found: Beside, at: Date): LoadedIntake {
  const steps = found.steps
    .map((step) => ({
      ...step,
      saved_at: step.saved_at === null ? null : new Date(step.saved_at),
      accepted_at: step.accepted_at === null ? null : new Date(step.accepted_at),
    }))
    .toSorted((a, b) => intakeSteps.indexOf(a.step) - intakeSteps.indexOf(b.step));
  const { policies } = found;
  // The clocks that were in force when it began hold to its end.
  const policy = policyAt(policies, 'intake', row.created_at.getTime(), row.location_id);
  const visits = found.visits.map(({ id, status, start, tz }): IntakeVisit => ({
    id,
    status,
    start: start === null ? null : new Date(start),
    timeZone: tz,
  }));
  const standing = visits.filter(({ status }) => standingVisits.has(status));
  // The first that takes place counts; its own where none does.
  const visit = standing[0] ?? visits.find(({ id }) => id === row.appointment_id) ?? null;
  const timeZone = visit?.timeZone ?? found.location_tz ?? 'UTC';
  const needs: NeedFacts = {
    age: ageOn(found.birth_date, localDateOf(at.getTime(), timeZone)),
    visitTypeCode: found.visit_type_code,
    about: row.about,
    answers: Object.fromEntries(steps.map((step) => [step.step, step.answers])),
    policy,
  };
  return {
    row,
    steps,
    flags: found.flags,
    patient: { birthDate: found.birth_date, timeZone: found.patient_time_zone, language: found.patient_language },
    visit,
    alsoFor: standing.slice(1),
    guardianUntil: found.guardian_until,
    timers: found.timers.map(({ name, dueAt }) => ({ name, dueAt: new Date(dueAt).toISOString() })),
    scores: found.scores,
    timeZone,
    policies,
    policy,
    needs,
    progress: progressOf(steps, needs),
  };
}

/**
 * The same intake after one of its steps was written and nothing else that it is judged by: worked out, where reading it all
 * again would cost as much as the rest of a save.
 */
export function withStep(loaded: LoadedIntake, row: IntakeRow, stand: IntakeStepRow): LoadedIntake {
  const steps = loaded.steps.map((one) => (one.step === stand.step ? stand : one));
  const needs = { ...loaded.needs, answers: { ...loaded.needs.answers, [stand.step]: stand.answers } };
  return { ...loaded, row, steps, needs, progress: progressOf(steps, needs) };
}

/** The beginning of the visit, while it stands. */
export const visitStartOf = ({ visit }: Pick<LoadedIntake, 'visit'>): Date | null =>
  visit !== null && standingVisits.has(visit.status) ? visit.start : null;

export const stepRowOf = ({ steps }: Pick<LoadedIntake, 'steps'>, step: IntakeStep): IntakeStepRow => {
  const found = steps.find((one) => one.step === step);
  if (found === undefined) throw new Error(`an intake without its step ${step}`);
  return found;
};

const isoOf = (at: Date | null): string | null => at?.toISOString() ?? null;

export const toIntakeView = ({
  row,
  flags,
  progress,
}: Pick<LoadedIntake, 'row' | 'flags' | 'progress'>): IntakeView => ({
  id: row.id,
  patientId: row.patient_id,
  appointmentId: row.appointment_id,
  visitTypeId: row.visit_type_id,
  locationId: row.location_id,
  state: row.state,
  language: row.language,
  identity: row.identity,
  escalation: row.escalation,
  insurance: row.insurance,
  step: progress.nextStep,
  percent: progress.percent,
  flags,
  assignedTo: row.assigned_to,
  invitedAt: isoOf(row.invited_at),
  submittedAt: isoOf(row.submitted_at),
  reviewDueAt: isoOf(row.review_due_at),
  completedAt: isoOf(row.completed_at),
  expiresAt: row.expires_at.toISOString(),
  reopenUntil: isoOf(row.reopen_until),
  createdAt: row.created_at.toISOString(),
  version: row.version,
});
