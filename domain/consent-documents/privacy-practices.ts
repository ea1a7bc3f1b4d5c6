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
  required: true,
  template: true,
  texts: { en, es, 'zh-Hans': zhHans, vi, pt, ar },
};
