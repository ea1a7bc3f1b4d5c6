/** What the routes read of intakes: the board, and one intake's story. */
import type { IntakeState, IntakeStep } from '../../domain/intake/intake.ts';
import type { Answers } from '../../domain/questionnaire/questionnaire-answers.ts';
import type { Trx } from '../connection.ts';
import type { TimelineRow } from '../cases/cases.ts';
import { stamp } from '../instants.ts';
import { loadIntake, type IntakeRow, type LoadedIntake } from './intake-view.ts';

export interface IntakeQuery {
  readonly organizationId: string;
  readonly states?: readonly IntakeState[] | undefined;
  readonly patientId?: string | undefined;
  readonly appointmentId?: string | undefined;
  /** Leaves out what was told in confidence. */
  readonly withoutConfidential?: boolean | undefined;
  readonly limit: number;
  readonly after?: { readonly at: string; readonly id: string } | undefined;
}

export type ListedIntake = LoadedIntake & {
  readonly dueAt: Date | null;
  readonly position: string;
  readonly id: string;
};

/** Latest first. One row more than `limit`. */
export async function listIntakes(trx: Trx, query: IntakeQuery, at: Date): Promise<ListedIntake[]> {
  const { states, patientId, appointmentId, after } = query;
  const { rows } = await trx.raw<{ rows: (IntakeRow & { due_at: Date | null; position: string })[] }>(
    `SELECT i.*, t.due_at, ${stamp('i.created_at')} AS position FROM intake i
       LEFT JOIN LATERAL (SELECT min(t.due_at) AS due_at FROM case_timer t WHERE t.aggregate = 'intake' AND t.aggregate_id = i.id AND t.state = 'pending') t ON true
     WHERE i.organization_id = :organizationId
       ${states === undefined ? '' : 'AND i.state = ANY(:states)'}
       ${patientId === undefined ? '' : 'AND i.patient_id = :patientId'}
       ${query.withoutConfidential === true ? 'AND NOT i.confidential' : ''}
       ${appointmentId === undefined ? '' : 'AND i.appointment_id = :appointmentId'}
       ${after === undefined ? '' : 'AND (i.created_at, i.id) < (CAST(:after AS timestamptz), CAST(:afterId AS uuid))'}
     ORDER BY i.created_at DESC, i.id DESC LIMIT :rows`,
    {
      organizationId: query.organizationId,
      rows: query.limit + 1,
      ...(states !== undefined && { states: [...states] }),
      ...(patientId !== undefined && { patientId }),
      ...(appointmentId !== undefined && { appointmentId }),
      ...(after !== undefined && { after: after.at, afterId: after.id }),
    },
  );
  const listed: ListedIntake[] = [];
  for (const { due_at, position, ...row } of rows)
    listed.push({ ...(await loadIntake(trx, row, at)), dueAt: due_at, position, id: row.id });
  return listed;
}

export interface FlagRow {
  readonly id: string;
  readonly rule: string;
  readonly step: IntakeStep;
  readonly link_id: string;
  readonly raised_at: Date;
  readonly answer_changed_at: Date | null;
  readonly escalation_id: string;
}

export const flagsOf = (trx: Trx, intakeId: string): Promise<FlagRow[]> =>
  trx('intake_flag').where({ intake_id: intakeId }).orderBy(['raised_at', 'id']).select<FlagRow[]>('*');

export interface ScoreRow {
  readonly tool: string;
  readonly tool_version: string;
  readonly inputs: unknown;
  readonly score: number | null;
  readonly band: string | null;
  readonly positive: boolean | null;
  readonly prorated: boolean;
  readonly notes: string[];
  readonly at: Date;
}

/** The last of each tool. */
export const scoresOf = (trx: Trx, intakeId: string): Promise<ScoreRow[]> =>
  trx('intake_score')
    .distinctOn('tool')
    .where({ intake_id: intakeId })
    .orderBy([{ column: 'tool' }, { column: 'step_version', order: 'desc' }])
    .select<ScoreRow[]>('*');

export interface AnswerChange {
  readonly step: IntakeStep;
  readonly linkId: string;
  readonly before: readonly unknown[] | null;
  readonly now: readonly unknown[] | null;
}

/** Against the last completed intake of the patient, question by question; empty where there is none. */
export async function differencesOf(trx: Trx, { row, steps }: LoadedIntake): Promise<AnswerChange[]> {
  const { rows: before } = await trx.raw<{ rows: { step: IntakeStep; answers: Answers }[] }>(
    `SELECT s.step, s.answers FROM intake_step s WHERE s.intake_id = (
       SELECT i.id FROM intake i WHERE i.patient_id = :patientId AND i.state = 'completed' AND i.about = 'whole' AND i.id <> :id AND i.created_at < :createdAt
       ORDER BY i.completed_at DESC LIMIT 1)`,
    { patientId: row.patient_id, id: row.id, createdAt: row.created_at },
  );
  const changes: AnswerChange[] = [];
  for (const { step, answers: old } of before) {
    const now = steps.find((one) => one.step === step);
    if (now === undefined || now.version === 0) continue;
    for (const linkId of new Set([...Object.keys(old), ...Object.keys(now.answers)])) {
      const [one, other] = [old[linkId] ?? null, now.answers[linkId] ?? null];
      if (JSON.stringify(one) !== JSON.stringify(other)) changes.push({ step, linkId, before: one, now: other });
    }
  }
  return changes;
}

/** Everything that happened to an intake and its escalations: changes, refusals and messages, oldest first. No answers. */
export async function intakeStory(trx: Trx, intakeId: string): Promise<TimelineRow[]> {
  const { rows } = await trx.raw<{ rows: TimelineRow[] }>(
    `SELECT *, ${stamp('at')} AS position FROM (
       SELECT 'change' AS source, 'c' || lpad(c.id::text, 19, '0') AS row_id, c.at, c.event, c.actor, c.on_behalf_of,
              c.from_state, c.to_state, c.reason, NULL AS code, coalesce(c.data, '{}') AS data
       FROM state_change c WHERE c.aggregate = 'intake' AND c.aggregate_id = :intakeId
       UNION ALL
       SELECT 'change', 'c' || lpad(c.id::text, 19, '0'), c.at, 'escalation:' || c.event, c.actor, c.on_behalf_of,
              c.from_state, c.to_state, c.reason, NULL, coalesce(c.data, '{}') - 'reasonCode'
       FROM state_change c JOIN escalation e ON e.id = c.aggregate_id
       WHERE c.aggregate = 'escalation' AND e.subject_kind = 'intake' AND e.subject_id = :intakeId
       UNION ALL
       SELECT 'refused', 'e' || lpad(e.id::text, 19, '0'), e.at, coalesce(e.detail->>'action', e.action), e.principal, NULL, NULL, NULL, NULL, e.code, e.detail
       FROM audit_event e WHERE e.entity_type = 'intake' AND e.entity_id = :intakeId AND e.outcome IN ('refused', 'denied', 'failed')
       UNION ALL
       SELECT 'message', 'm' || n.id, coalesce(n.sent_at, greatest(n.due_at, n.created_at)), n.kind, NULL, NULL, NULL, n.state, n.suppressed_reason, n.error,
              jsonb_build_object('notificationId', n.id, 'channel', n.channel, 'state', n.state, 'sentAt', n.sent_at, 'locale', n.locale,
                'localeAsked', n.locale_asked, 'suppressedReason', n.suppressed_reason)
       FROM notification n WHERE n.aggregate = 'intake' AND n.aggregate_id = :intakeId
          OR n.aggregate = 'intake-link' AND n.aggregate_id IN (SELECT k.id FROM intake_link k WHERE k.intake_id = :intakeId)) entry
     ORDER BY at, row_id LIMIT 1000`,
    { intakeId },
  );
  return rows;
}
