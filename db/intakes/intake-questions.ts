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
import type { Trx } from '../connection.ts';
import { lookAtIntake, stepRowOf, type LoadedIntake } from './intake-view.ts';
import { readQuestionnaire } from './questionnaires.ts';

/** The version that this case is on, with the questions that are for this person. */
export async function questionsOf(trx: Trx, loaded: LoadedIntake, step: IntakeStep): Promise<QuestionnaireVersion> {
  const { questionnaire_version } = stepRowOf(loaded, step);
  const version = await readQuestionnaire(trx, loaded.row.organization_id, step, questionnaire_version);
  const definition = questionsFor(step, version.definition, loaded.needs);
  return definition === version.definition ? version : { ...version, definition };
}

/** The same for who judges answers and shows nothing. */
export const definitionOf = async (trx: Trx, loaded: LoadedIntake, step: IntakeStep): Promise<Questionnaire> =>
  (await questionsOf(trx, loaded, step)).definition;

/**
 * What a save has left: the answers of its version and the questions that they answer. Only where something is calculated
 * of a step whose questions depend on the person are those worked out again.
 * @throws DomainError `not-found`
 */
export async function keptSave(
  trx: Trx,
  intakeId: string,
  step: IntakeStep,
  version: number,
): Promise<{ readonly answers: Answers; readonly definition: Questionnaire; readonly locationId: string | null }> {
  const { rows } = await trx.raw<{
    rows: { answers: Answers | null; organization_id: string; number: number; location_id: string | null }[];
  }>(
    `SELECT a.answers, i.organization_id, s.questionnaire_version AS number, i.location_id
     FROM intake_step s JOIN intake i ON i.id = s.intake_id
       LEFT JOIN intake_answer a ON a.intake_id = s.intake_id AND a.step = s.step AND a.version = :version
     WHERE s.intake_id = :intakeId AND s.step = :step`,
    { intakeId, step, version },
  );
  const [kept] = rows;
  if (kept === undefined) throw new DomainError('not-found');
  const { definition } = await readQuestionnaire(trx, kept.organization_id, step, kept.number);
  const dependsOnPerson = step === 'screens' && allItems(definition).some(isCalculated);
  return {
    answers: kept.answers ?? {},
    definition: dependsOnPerson ? await definitionOf(trx, await lookAtIntake(trx, intakeId), step) : definition,
    locationId: kept.location_id,
  };
}
