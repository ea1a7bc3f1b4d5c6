/** What the product brings to sign; what an organization has published comes before it. */
import type { ConsentDocument, ConsentKind } from './consent-document.ts';
import { electronicCommunication } from './electronic-communication.ts';
import { financialResponsibility } from './financial-responsibility.ts';
import { privacyPractices } from './privacy-practices.ts';
import { treatment } from './treatment.ts';

export const defaultConsentDocuments: Readonly<Record<ConsentKind, ConsentDocument>> = {
  treatment,
  'privacy-practices': privacyPractices,
  'financial-responsibility': financialResponsibility,
  'electronic-communication': electronicCommunication,
};
