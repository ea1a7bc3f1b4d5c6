/** The questionnaires of a case: pinned when it began, whatever is published meanwhile (features.md A6). */
import type { IntakeStep } from '../domain/intake.ts';
import { intakeSteps } from '../domain/intake.ts';
import { questionsFor } from '../domain/intake-steps.ts';
import type { QuestionnaireVersion } from '../domain/questionnaire.ts';
import { defaultQuestionnaires } from '../domain/questionnaires/intake-set.ts';
import type { Trx } from './connection.ts';
import { stepRowOf, type LoadedIntake } from './intake-view.ts';

/** What a case that begins now is pinned to. */
export async function versionsNow(_trx: Trx): Promise<Readonly<Record<IntakeStep, number>>> {
  return Object.fromEntries(intakeSteps.map((step) => [step, defaultQuestionnaires[step].version])) as Record<
    IntakeStep,
    number
  >;
}

/** The version that this case is on, with the questions that are for this person. */
export async function questionsOf(_trx: Trx, loaded: LoadedIntake, step: IntakeStep): Promise<QuestionnaireVersion> {
  stepRowOf(loaded, step);
  const version = defaultQuestionnaires[step];
  return { ...version, definition: questionsFor(step, version.definition, loaded.needs) };
}
