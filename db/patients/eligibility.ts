/** What payers were asked about a coverage, and what they said (feature A10). Written by its process, `eligibility:<id>`, alone. */
import { systemActor } from '../../domain/actor.ts';
import type { CoverageRelation, CoverageStatus, EligibilityWord } from '../../domain/coverage/coverage.ts';
import type { EligibilityAnswer, EligibilityInquiry, PersonAsked } from '../../domain/coverage/x12-eligibility.ts';
import { DomainError } from '../../domain/errors.ts';
import { eligibilityPauses, type EligibilityTry } from '../../workflows/messages/eligibility.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import type { Trx } from '../connection.ts';
import type { FieldSecrets } from '../field-secrets.ts';

export interface WhichCoverage {
  readonly organizationId: string;
  readonly coverageId: string;
}

interface Subject {
  readonly id: string;
  readonly patient_id: string;
  readonly intake_id: string | null;
  readonly payer_name: string;
  readonly member_id_sealed: string;
  readonly group_number: string | null;
  readonly relation: CoverageRelation;
  readonly subscriber_name: string | null;
  readonly subscriber_birth_date: string | null;
  readonly family: string | null;
  readonly given: readonly string[];
  readonly birth_date: string | null;
  readonly organization_name: string;
  readonly over: boolean;
}

/** Everything but trace and time; null when the coverage does not count any more, and nobody needs to know. */
export type InquirySubject = Omit<EligibilityInquiry, 'trace' | 'at' | 'on'>;

export async function inquirySubject(
  trx: Trx,
  secrets: FieldSecrets,
  { organizationId, coverageId }: WhichCoverage,
): Promise<InquirySubject | null> {
  const row = await trx('coverage as c')
    .join('patient as p', 'p.id', 'c.patient_id')
    .join('organization as o', 'o.id', 'c.organization_id')
    .where({ 'c.id': coverageId, 'c.organization_id': organizationId })
    .first<Subject | undefined>('c.*', 'p.family', 'p.given', 'p.birth_date', 'o.name as organization_name',
      trx.raw(`(c.replaced_by IS NOT NULL OR c.status = 'cancelled') AS over`)); // prettier-ignore
  if (row === undefined || row.over) return null;
  const patient: PersonAsked = {
    family: row.family ?? '',
    given: row.given[0] ?? '',
    birthDate: row.birth_date?.length === 10 ? row.birth_date : null,
  };
  return {
    payerName: row.payer_name,
    providerName: row.organization_name,
    providerId: organizationId.slice(0, 8),
    memberId: secrets.open({ table: 'coverage', column: 'member_id', id: row.id }, row.member_id_sealed),
    groupNumber: row.group_number,
    subscriber: row.relation === 'self' ? patient : subscriberOf(row),
    dependent: row.relation === 'self' ? null : { ...patient, relation: row.relation },
  };
}

/** One line as it was typed: the last word is the family's name. */
function subscriberOf({ subscriber_name: name, subscriber_birth_date: birthDate }: Subject): PersonAsked {
  const words = (name ?? '').trim().split(/\s+/);
  return { family: words.at(-1) ?? '', given: words.slice(0, -1).join(' '), birthDate };
}

/** What one try came to: an answer, or why there was none. */
export type CheckResult =
  | EligibilityAnswer
  | { readonly kind: 'away'; readonly code: string }
  | { readonly kind: 'given-up' }
  | { readonly kind: 'nobody-to-ask' };

export interface Check extends WhichCoverage {
  readonly ask: number;
  readonly trace: string;
  readonly askedAt: Date;
  readonly answeredAt: Date;
  readonly result: CheckResult;
  readonly opKey: string;
}

interface Verdict {
  readonly outcome: EligibilityTry['outcome'];
  readonly code: string;
  /** null: the word stays. */
  readonly word: EligibilityWord | null;
  readonly status: CoverageStatus | null;
}

function verdictOf(result: CheckResult): Verdict {
  switch (result.kind) {
    case 'answered':
      return result.active
        ? { outcome: 'eligible', code: result.code, word: 'eligible', status: 'verified' }
        : { outcome: 'inactive', code: result.code, word: 'inactive', status: 'inactive' };
    case 'rejected':
      return result.later
        ? { outcome: 'unanswered', code: `aaa-${result.code}`, word: null, status: null }
        : { outcome: 'rejected', code: `aaa-${result.code}`, word: 'error', status: null };
    case 'unusable':
    case 'away':
      return { outcome: 'unanswered', code: result.code, word: null, status: null };
    case 'given-up':
      return { outcome: 'given-up', code: 'no-answer', word: 'error', status: null };
    case 'nobody-to-ask':
      return { outcome: 'given-up', code: 'no-payer', word: 'not-asked', status: null };
  }
}

/**
 * Files one try in its own transaction. The coverage changes only when there is an answer, and only while it still counts;
 * an answer to an earlier wish does not take the place of a later one's.
 */
export async function recordCheck(trx: Trx, check: Check): Promise<EligibilityTry> {
  const { organizationId, coverageId, result } = check;
  const verdict = verdictOf(result);
  const row = await trx('coverage')
    .where({ id: coverageId, organization_id: organizationId })
    .forUpdate()
    .first<{ patient_id: string; intake_id: string | null; status: CoverageStatus; replaced_by: string | null; version: number; asks_taken: number; asks_wanted: number } | undefined>(); // prettier-ignore
  if (row === undefined) return { outcome: 'given-up', code: 'gone', intakeId: null };
  const answered = result.kind === 'answered' ? result : undefined;
  await trx('eligibility_check').insert({
    organization_id: organizationId,
    coverage_id: coverageId,
    seq: trx.raw('(SELECT coalesce(max(seq), 0) + 1 FROM eligibility_check WHERE coverage_id = ?)', [coverageId]),
    asked_at: check.askedAt,
    answered_at: check.answeredAt,
    outcome: verdict.outcome,
    code: verdict.code,
    trace: check.trace,
    plan_name: answered?.planName ?? null,
    starts_on: answered?.startsOn ?? null,
    ends_on: answered?.endsOn ?? null,
    benefits: JSON.stringify(answered?.benefits ?? []),
    op_key: check.opKey,
  });
  const counts = row.replaced_by === null && row.status !== 'cancelled';
  const to = (counts ? verdict.status : null) ?? row.status;
  await trx('coverage')
    .where({ id: coverageId })
    .update({
      asks_taken: Math.min(row.asks_wanted, Math.max(row.asks_taken, check.ask)),
      version: row.version + 1,
      ...(counts && verdict.word !== null
        ? {
            status: to,
            eligibility: verdict.word,
            eligibility_code: verdict.code,
            eligibility_at: check.answeredAt,
            ...(answered === undefined
              ? {}
              : { plan_name: answered.planName, starts_on: answered.startsOn, ends_on: sensibleEnd(answered) }),
          }
        : {}),
    });
  await recordStateChange(trx, {
    organizationId,
    aggregate: 'coverage',
    aggregateId: coverageId,
    event: 'checked',
    from: row.status,
    to,
    actor: systemActor('eligibility'),
    at: check.answeredAt,
    data: { patientId: row.patient_id, outcome: verdict.outcome, code: verdict.code },
    opKey: check.opKey,
  });
  return { outcome: verdict.outcome, code: verdict.code, intakeId: row.intake_id };
}

/** A payer's dates are its own: an end before the beginning is not ours to store. */
const sensibleEnd = ({ startsOn, endsOn }: { startsOn: string | null; endsOn: string | null }): string | null =>
  startsOn !== null && endsOn !== null && endsOn < startsOn ? null : endsOn;

/** What was wanted and no process has taken up: for the worker's rounds. */
export async function owedAsks(
  trx: Trx,
  organizationId: string,
  limit = 50,
): Promise<readonly { id: string; ask: number }[]> {
  return trx('coverage')
    .where({ organization_id: organizationId })
    .whereRaw('asks_wanted > asks_taken')
    .orderBy('captured_at')
    .limit(limit)
    .select<{ id: string; ask: number }[]>('id', { ask: 'asks_wanted' });
}

/** The wish is taken up, or there is nothing to ask about any more. */
export async function takeAsk(trx: Trx, { organizationId, coverageId }: WhichCoverage, ask: number): Promise<void> {
  await trx('coverage')
    .where({ id: coverageId, organization_id: organizationId })
    .update({ asks_taken: trx.raw('least(asks_wanted, greatest(asks_taken, ?))', [ask]) });
}

/**
 * SQL: when the payer is asked again about the coverage `c`, by its last try, whose operation key ends in its number; null
 * after an answer, and while a wish is not taken up yet (that is now).
 */
export const nextAskSql = `(SELECT CASE WHEN k.outcome = 'unanswered' AND c.asks_wanted = c.asks_taken
    THEN k.answered_at + (ARRAY[${eligibilityPauses.join(', ')}])[split_part(k.op_key, '.', 2)::int] * interval '1 millisecond' END
  FROM eligibility_check k WHERE k.coverage_id = c.id ORDER BY k.seq DESC LIMIT 1)`;

export interface EligibilityCaseRow {
  readonly id: string;
  readonly patient_id: string;
  readonly intake_id: string | null;
  readonly eligibility: EligibilityWord;
  /** Neither replaced nor ended: its payer may be asked. */
  readonly counts: boolean;
  readonly next_at: Date | null;
}

/** @throws DomainError `not-found` */
export async function eligibilityCase(trx: Trx, organizationId: string, id: string): Promise<EligibilityCaseRow> {
  const { rows } = await trx.raw<{ rows: EligibilityCaseRow[] }>(
    `SELECT c.id, c.patient_id, c.intake_id, c.eligibility, c.replaced_by IS NULL AND c.status <> 'cancelled' AS counts, ${nextAskSql} AS next_at
     FROM coverage c WHERE c.organization_id = :organizationId AND c.id = :id`,
    { organizationId, id },
  );
  if (rows[0] === undefined) throw new DomainError('not-found');
  return rows[0];
}
