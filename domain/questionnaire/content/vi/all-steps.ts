/** The intake's questionnaires in Vietnamese, by step. */
import type { IntakeStep } from '../../../intake/intake.ts';
import type { Texts } from '../translation.ts';
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

export const vi: Readonly<Record<IntakeStep, Texts>> = {
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
