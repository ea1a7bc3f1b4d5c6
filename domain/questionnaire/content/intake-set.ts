/**
 * The intake's twelve questionnaires as the product brings them; versions that an organization has published come before
 * them (db/intakes/questionnaires.ts). Server side: a page gets one step, in one language.
 */
import type { IntakeStep } from '../../intake/intake.ts';
import type { Questionnaire, QuestionnaireVersion } from '../questionnaire.ts';
import { ar } from './ar/all-steps.ts';
import { es } from './es/all-steps.ts';
import { pt } from './pt/all-steps.ts';
import { vi } from './vi/all-steps.ts';
import { zhHans } from './zh-Hans/all-steps.ts';
import { allergies } from './allergies.ts';
import { consents } from './consents.ts';
import { contact } from './contact.ts';
import { demographics } from './demographics.ts';
import { history } from './history.ts';
import { identity } from './identity.ts';
import { insurance } from './insurance.ts';
import { language } from './language.ts';
import { medications } from './medications.ts';
import { reason } from './reason.ts';
import { review } from './review.ts';
import { screens } from './screens.ts';

const definitions: Readonly<Record<IntakeStep, Questionnaire>> = {
  language,
  identity,
  contact,
  demographics,
  insurance,
  reason,
  allergies,
  medications,
  history,
  screens,
  consents,
  review,
};

const versionOf = (step: IntakeStep): QuestionnaireVersion => ({
  code: step,
  version: 1,
  definition: definitions[step],
  translations: { es: es[step], 'zh-Hans': zhHans[step], vi: vi[step], pt: pt[step], ar: ar[step] },
});

export const defaultQuestionnaires: Readonly<Record<IntakeStep, QuestionnaireVersion>> = {
  language: versionOf('language'),
  identity: versionOf('identity'),
  contact: versionOf('contact'),
  demographics: versionOf('demographics'),
  insurance: versionOf('insurance'),
  reason: versionOf('reason'),
  allergies: versionOf('allergies'),
  medications: versionOf('medications'),
  history: versionOf('history'),
  screens: versionOf('screens'),
  consents: versionOf('consents'),
  review: versionOf('review'),
};
