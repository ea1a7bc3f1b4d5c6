/** The questionnaires of a case: pinned when it began, whatever is published meanwhile (features.md A6). */
import type { IntakeStep } from '../domain/intake.ts';
import { questionsFor } from '../domain/intake-steps.ts';
import type { QuestionnaireVersion } from '../domain/questionnaire.ts';
import type { Trx } from './connection.ts';
import { stepRowOf, type LoadedIntake } from './intake-view.ts';
import { readQuestionnaire } from './questionnaires.ts';

/** The version that this case is on, with the questions that are for this person. */
export async function questionsOf(trx: Trx, loaded: LoadedIntake, step: IntakeStep): Promise<QuestionnaireVersion> {
  const { questionnaire_version } = stepRowOf(loaded, step);
  const version = await readQuestionnaire(trx, loaded.row.organization_id, step, questionnaire_version);
  return { ...version, definition: questionsFor(step, version.definition, loaded.needs) };
}
