import type { ConsentDocument } from './consent-document.ts';
import { financialResponsibility as en } from './en/financial-responsibility.ts';
import { financialResponsibility as es } from './es/financial-responsibility.ts';
import { financialResponsibility as zhHans } from './zh-Hans/financial-responsibility.ts';
import { financialResponsibility as vi } from './vi/financial-responsibility.ts';
import { financialResponsibility as pt } from './pt/financial-responsibility.ts';
import { financialResponsibility as ar } from './ar/financial-responsibility.ts';

export const financialResponsibility: ConsentDocument = {
  kind: 'financial-responsibility',
  version: '1',
  required: true,
  template: true,
  texts: { en, es, 'zh-Hans': zhHans, vi, pt, ar },
};
