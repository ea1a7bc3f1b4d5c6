import type { ConsentDocument } from './consent-document.ts';
import { privacyPractices as en } from './en/privacy-practices.ts';
import { privacyPractices as es } from './es/privacy-practices.ts';
import { privacyPractices as zhHans } from './zh-Hans/privacy-practices.ts';
import { privacyPractices as vi } from './vi/privacy-practices.ts';
import { privacyPractices as pt } from './pt/privacy-practices.ts';
import { privacyPractices as ar } from './ar/privacy-practices.ts';

export const privacyPractices: ConsentDocument = {
  kind: 'privacy-practices',
  version: '1',
  // Who does not confirm the notice is on record as asked, and is cared for all the same (45 CFR 164.520(c)(2)(ii)).
  required: false,
  template: true,
  texts: { en, es, 'zh-Hans': zhHans, vi, pt, ar },
};
