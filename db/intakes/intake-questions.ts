/** The questionnaires of a case: pinned when it began, whatever is published meanwhile (features.md A6). */
import { DomainError } from '../../domain/errors.ts';
import type { IntakeStep } from '../../domain/intake/intake.ts';
import { questionsFor } from '../../domain/intake/intake-steps.ts';
import type { Answers } from '../../domain/questionnaire/questionnaire-answers.ts';
import {
  allItems,
  isCalculated,
  type Questionnaire,
  type QuestionnaireVersion,
} from '../../domain/questionnaire/questionnaire.ts';
import { databaseTime } from '../clock.ts';
import type { Trx } from '../connection.ts';
import { loadIntake, readIntakeRow, stepRowOf, type LoadedIntake } from './intake-view.ts';
import { readDefinition, readQuestionnaire } from './questionnaires.ts';

/** The version that this case is on, with the questions that are for this person. */
export async function questionsOf(trx: Trx, loaded: LoadedIntake, step: IntakeStep): Promise<QuestionnaireVersion> {
  const { questionnaire_version } = stepRowOf(loaded, step);
  const version = await readQuestionnaire(trx, loaded.row.organization_id, step, questionnaire_version);
  return { ...version, definition: questionsFor(step, version.definition, loaded.needs) };
}

/** The same questions without their translations, for who judges answers and shows nothing. */
export async function definitionOf(trx: Trx, loaded: LoadedIntake, step: IntakeStep): Promise<Questionnaire> {
  const { questionnaire_version } = stepRowOf(loaded, step);
  const definition = await readDefinition(trx, loaded.row.organization_id, step, questionnaire_version);
  return questionsFor(step, definition, loaded.needs);
}

/**
 * What a save has left: the answers of its version and the questions that they answer, in one statement. Only
 * where something is calculated of a step whose questions depend on the person are those worked out again.
 * @throws DomainError `not-found`
 */
export async function keptSave(
  trx: Trx,
  intakeId: string,
  step: IntakeStep,
  version: number,
): Promise<{ readonly answers: Answers; readonly definition: Questionnaire; readonly locationId: string | null }> {
  const { rows } = await trx.raw<{
    rows: { answers: Answers | null; definition: Questionnaire; location_id: string | null }[];
  }>(
    `SELECT a.answers, v.definition, i.location_id
     FROM intake_step s JOIN intake i ON i.id = s.intake_id
       JOIN questionnaire q ON q.organization_id = s.organization_id AND q.code = s.step
       JOIN questionnaire_version v ON v.questionnaire_id = q.id AND v.number = s.questionnaire_version
       LEFT JOIN intake_answer a ON a.intake_id = s.intake_id AND a.step = s.step AND a.version = :version
     WHERE s.intake_id = :intakeId AND s.step = :step`,
    { intakeId, step, version },
  );
  const [kept] = rows;
  if (kept === undefined) throw new DomainError('not-found');
  const dependsOnPerson = step === 'screens' && allItems(kept.definition).some(isCalculated);
  const definition = dependsOnPerson
    ? await definitionOf(trx, await loadIntake(trx, await readIntakeRow(trx, intakeId), await databaseTime(trx)), step)
    : kept.definition;
  return { answers: kept.answers ?? {}, definition, locationId: kept.location_id };
}
