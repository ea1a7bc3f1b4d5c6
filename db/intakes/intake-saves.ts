/**
 * One save of one step, in one transaction (scheduling-intake.md D3): the version that the page had read is the present one
 * or nothing is overwritten; what cannot wait is raised with it, also where the save itself is refused; what is accepted
 * reaches the chart at once (features.md A1, A3, A7, A12).
 */
import { isDeepStrictEqual } from 'node:util';
import { localDateOf } from '../../domain/calendar/calendar.ts';
import { DomainError, type ProblemDetail } from '../../domain/errors.ts';
import { intakeAfter, openIntakeStates, type IntakeStep } from '../../domain/intake/intake.ts';
import { blockers, progressOf } from '../../domain/intake/intake-steps.ts';
import { acceptAnswers } from '../../domain/questionnaire/questionnaire-acceptance.ts';
import { answersOf, isCoding, type Answers } from '../../domain/questionnaire/questionnaire-answers.ts';
import { redFlagsIn, type RedFlag } from '../../domain/intake/red-flags.ts';
import { screeningScores } from '../../domain/intake/screening.ts';
import type { IntakeInput, IntakeSaved, IntakeSettled } from '../../workflows/messages/intake.ts';
import type { ChangeContext } from '../appointments/appointment-effects.ts';
import { commitSection } from '../charts/chart-sections.ts';
import type { Trx } from '../connection.ts';
import { captureCoverage, insuranceFlagOf } from '../patients/coverages.ts';
import { raiseEscalation } from '../escalations/escalations.ts';
import type { FieldSecrets } from '../field-secrets.ts';
import { identityAfter, lookAgain } from './intake-identity.ts';
import { definitionOf } from './intake-questions.ts';
import { changeIntake, lastScores, refusedTransition, settleIntake } from './intake-state.ts';
import {
  loadIntake,
  stepRowOf,
  withStep,
  type IntakeRow,
  type IntakeStepRow,
  type LoadedIntake,
} from './intake-view.ts';
import { raiseStaffTask } from '../cases/staff-tasks.ts';

export interface Save {
  readonly step: IntakeStep;
  readonly answers: Answers;
  readonly baseVersion: number;
  readonly complete: boolean;
  readonly language: string | null;
}

/** @throws DomainError `validation-failed` where a save leaves out what makes it one */
export function saveOf(input: IntakeInput): Save {
  const { step, answers, baseVersion, complete } = input;
  if (step === undefined || answers === undefined || baseVersion === undefined)
    throw new DomainError('validation-failed');
  return { step, answers, baseVersion, complete: complete ?? false, language: input.language ?? null };
}

/** On a locked row, whoever asks being permitted. A refusal is given back with what it raised: it is thrown by the process. */
export async function saveStep(
  trx: Trx,
  context: ChangeContext,
  row: IntakeRow,
  save: Save,
  secrets: FieldSecrets | undefined,
): Promise<IntakeSettled> {
  const loaded = await loadIntake(trx, row, context.at);
  const before = stepRowOf(loaded, save.step);
  const definition = await definitionOf(trx, loaded, save.step);
  const today = localDateOf(context.at.getTime(), loaded.timeZone);
  const accepted = acceptAnswers(definition, save.answers, { complete: save.complete, today });
  const problem = problemOf(loaded, before, save, accepted);
  // Raised at the moment of the answer, whatever becomes of the save.
  const met = redFlagsIn(save.step, save.answers);
  if (problem === 'unchanged') return settleIntake(trx, loaded, { saved: savedOf(loaded, before, met), isFresh: true });
  if (problem !== null) {
    if (!openIntakeStates.has(row.state)) throw new DomainError(problem.code, problem);
    const flags = await raiseFlags(trx, context, loaded, save.step, met, before.version);
    if (flags.raised.length === 0) throw new DomainError(problem.code, problem);
    const flagged = await changeIntake(trx, context, row, {
      event: 'flag-raised',
      columns: { escalation: 'open' },
      data: { step: save.step, redFlags: flags.raised, refused: problem.code },
    });
    return { ...(await settleIntake(trx, flagged, { escalations: flags.escalations })), refused: problem };
  }
  return keep(trx, context, loaded, save, accepted.answers, met, secrets);
}

function problemOf(
  loaded: LoadedIntake,
  before: IntakeStepRow,
  save: Save,
  { answers, findings }: Pick<ReturnType<typeof acceptAnswers>, 'answers' | 'findings'>,
): ProblemDetail | 'unchanged' | null {
  const { row, progress } = loaded;
  if (intakeAfter(row.state, 'save-step') === null) return refusedTransition(row, 'save-step').problem;
  if (!progress.needed.has(save.step))
    return { code: 'guard-failed', detail: 'This part is not needed.', data: { guard: 'step-not-needed' } };
  if (save.baseVersion !== before.version) {
    // Nothing would be overwritten: the same was saved by somebody whose answer was lost.
    const same =
      isDeepStrictEqual(before.answers, answers) && before.state === (save.complete ? 'answered' : 'started');
    if (same && findings.length === 0) return 'unchanged';
    return {
      code: 'stale-step',
      detail: 'These answers were changed elsewhere since this page was opened. Nothing was overwritten.',
      data: { step: save.step, version: before.version, baseVersion: save.baseVersion },
    };
  }
  if (findings.length > 0)
    return {
      code: 'validation-failed',
      errors: findings.map(({ path, code }) => ({ path, code, message: 'Please look at this answer again.' })),
    };
  const needs = save.complete ? blockers(save.step, progress.left) : [];
  if (needs.length > 0)
    return {
      code: 'guard-failed',
      detail: 'Other parts come before this one.',
      data: { guard: 'step-order', needs },
    };
  return null;
}

async function keep(
  trx: Trx,
  context: ChangeContext,
  loaded: LoadedIntake,
  save: Save,
  answers: Answers,
  met: readonly RedFlag[],
  secrets: FieldSecrets | undefined,
): Promise<IntakeSettled> {
  const { organizationId, actor, at, opKey } = context;
  const { row } = loaded;
  const { step, complete } = save;
  const before = stepRowOf(loaded, step);
  const stand: IntakeStepRow = {
    ...before,
    state: complete ? 'answered' : 'started',
    version: before.version + 1,
    answers,
    saved_at: at,
    accepted_at: complete ? at : before.accepted_at,
    note: null,
  };
  const { version } = stand;
  await trx.raw(
    `WITH kept AS (
       INSERT INTO intake_answer (organization_id, intake_id, step, version, answers, complete, language, saved_by, saved_at, op_key)
       VALUES (:organizationId, :id, :step, :version, :answers, :complete, :language, :by, :at, :opKey))
     UPDATE intake_step SET state = :state, version = :version, answers = :answers, saved_at = :at, note = NULL, accepted_at = :acceptedAt
     WHERE intake_id = :id AND step = :step`,
    {
      organizationId,
      id: row.id,
      step,
      version,
      answers: JSON.stringify(answers),
      complete,
      language: save.language,
      by: actor.ref,
      at,
      opKey,
      state: stand.state,
      acceptedAt: stand.accepted_at,
    },
  );
  const flags = await raiseFlags(trx, context, loaded, step, met, version);
  // Without a flag there is none whose answer could have changed.
  const changed = loaded.flags.length === 0 ? [] : await markChanged(trx, row.id, step, met, at);
  if (step === 'screens') await keepScores(trx, context, loaded, answers, version, complete);
  const columns: Record<string, unknown> = {};
  if (flags.raised.length > 0) columns['escalation'] = 'open';
  const began: { coverages?: readonly string[]; merges?: IntakeSettled['merges'] } = {};
  if (complete) {
    const section = { organizationId, patientId: row.patient_id, intakeId: row.id, actor, at, answers, opKey };
    await commitSection(trx, {
      ...section,
      step,
      confidential: row.confidential,
      language: save.language ?? row.language,
    });
    // A payer's letters go to whoever is insured: what a minor told in confidence is a person's to use.
    if (step === 'insurance' && secrets !== undefined && !row.confidential) {
      began.coverages = (await captureCoverage(trx, { ...section, secrets })).coverageIds;
      columns['insurance'] = await insuranceFlagOf(trx, { organizationId, patientId: row.patient_id });
    }
    if (step === 'identity') {
      const found = await lookAgain(trx, context, row);
      columns['identity'] = identityAfter(row.identity, found.identity);
      began.merges = found.merges;
    }
    if (step === 'language') columns['language'] = languageOf(answers) ?? row.language;
  }
  const kept = await changeIntake(trx, context, row, {
    event: 'save-step',
    columns,
    data: {
      step,
      stepVersion: version,
      complete,
      ...(flags.raised.length > 0 && { redFlags: flags.raised }),
      ...(changed.length > 0 && { flagsChanged: changed }),
    },
    // What a section about the person leaves in the chart may be what the intake is judged by; dangers are rare.
    ...(flags.raised.length === 0 &&
      !(complete && aboutThePerson.has(step)) && {
        knownAs: (written) => withStep(loaded, written, stand),
      }),
  });
  return settleIntake(
    trx,
    { ...kept, scores: step === 'screens' ? await lastScores(trx, kept) : kept.scores },
    { ...began, escalations: flags.escalations, saved: savedOf(kept, stand, met), isFresh: true },
  );
}

const aboutThePerson: ReadonlySet<IntakeStep> = new Set(['language', 'identity', 'contact', 'demographics']);

const savedOf = (loaded: LoadedIntake, stand: IntakeStepRow, met: readonly RedFlag[]): IntakeSaved => ({
  step: stand.step,
  version: stand.version,
  savedAt: (stand.saved_at ?? loaded.row.created_at).toISOString(),
  nextStep: progressOf(loaded.steps, loaded.needs).nextStep,
  redFlags: met.map(({ rule }) => rule),
});

const languageOf = (answers: Answers): string | null => {
  const [preferred] = answersOf(answers, 'language.preferred');
  return isCoding(preferred) && preferred.code !== 'other' ? preferred.code : null;
};

/** One alarm for each rule, again only where the one before is over and the danger was said anew. */
async function raiseFlags(
  trx: Trx,
  context: ChangeContext,
  { row, visit }: LoadedIntake,
  step: IntakeStep,
  met: readonly RedFlag[],
  version: number,
): Promise<{ readonly raised: readonly string[]; readonly escalations: readonly string[] }> {
  const raised: string[] = [];
  const escalations: string[] = [];
  for (const { rule, linkId } of met) {
    const standing = await trx('intake_flag')
      .where({ intake_id: row.id, rule })
      .whereNull('answer_changed_at')
      .first<{ id: string } | undefined>('id');
    // Saved again, as it was.
    if (standing !== undefined) continue;
    const { escalationId } = await raiseEscalation(trx, {
      organizationId: context.organizationId,
      subject: { kind: 'intake', id: row.id },
      patientId: row.patient_id,
      reasonCode: rule,
      level: 'urgent',
      locationId: row.location_id ?? undefined,
      assignedUserId: row.assigned_to ?? (visit === null ? undefined : await userOfVisit(trx, visit.id)),
      operationKey: `${context.opKey}/${rule}`,
      actor: context.actor,
      at: context.at,
    });
    await trx('intake_flag').insert({
      organization_id: context.organizationId,
      intake_id: row.id,
      step,
      link_id: linkId,
      rule,
      step_version: version,
      escalation_id: escalationId,
      raised_at: context.at,
    });
    raised.push(rule);
    escalations.push(escalationId);
  }
  return { raised, escalations };
}

/** The flag stays whatever the answer becomes; that it was changed is on record. @returns the rules */
async function markChanged(
  trx: Trx,
  intakeId: string,
  step: IntakeStep,
  met: readonly RedFlag[],
  at: Date,
): Promise<string[]> {
  const changed = await trx('intake_flag')
    .where({ intake_id: intakeId, step })
    .whereNull('answer_changed_at')
    .whereNotIn(
      'rule',
      met.map(({ rule }) => rule),
    )
    .update({ answer_changed_at: at })
    .returning<{ rule: string }[]>('rule');
  return changed.map(({ rule }) => rule);
}

async function userOfVisit(trx: Trx, appointmentId: string): Promise<string | undefined> {
  const found = await trx('appointment as a')
    .join('resource as r', 'r.id', 'a.practitioner_id')
    .where({ 'a.id': appointmentId })
    .first<{ user_id: string | null } | undefined>('r.user_id');
  return found?.user_id ?? undefined;
}

const clinicalSex: Readonly<Record<string, string>> = { 'female-typical': 'female', 'male-typical': 'male' };

async function keepScores(
  trx: Trx,
  context: ChangeContext,
  { row, needs }: LoadedIntake,
  answers: Answers,
  version: number,
  complete: boolean,
): Promise<void> {
  const [sex] = answersOf(needs.answers.demographics ?? {}, 'demographics.sex-clinical');
  const results = screeningScores(answers, {
    sexForClinicalUse: isCoding(sex) ? (clinicalSex[sex.code] ?? 'unknown') : 'unknown',
  });
  if (results.length === 0) return;
  await trx('intake_score').insert(
    results.map((result) => ({
      organization_id: context.organizationId,
      intake_id: row.id,
      tool: result.tool,
      step_version: version,
      tool_version: String(result.version),
      inputs: JSON.stringify(result.inputs),
      score: result.score,
      band: result.band,
      positive: result.positive,
      prorated: result.prorated,
      notes: [...result.notes],
      at: context.at,
    })),
  );
  // S16: nobody is called "minimal" on the strength of a question that was left out; a person asks it.
  if (!complete || !results.some(({ notes }) => notes.includes('ask-item-9'))) return;
  await raiseStaffTask(trx, {
    organizationId: context.organizationId,
    kind: 'screen-incomplete',
    dedupeKey: `intake:${row.id}:ask-item-9`,
    subjectType: 'intake',
    subjectId: row.id,
    patientId: row.patient_id,
    locationId: row.location_id ?? undefined,
    params: { about: 'ask-item-9' },
    priority: 'urgent',
    dueAt: context.at,
    ownerRole: 'nurse',
    actor: context.actor,
    at: context.at,
  });
}
