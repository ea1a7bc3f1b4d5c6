import type { ConsentDocument } from './consent-document.ts';
import { treatment as en } from './en/treatment.ts';
import { treatment as es } from './es/treatment.ts';
import { treatment as zhHans } from './zh-Hans/treatment.ts';
import { treatment as vi } from './vi/treatment.ts';
import { treatment as pt } from './pt/treatment.ts';
import { treatment as ar } from './ar/treatment.ts';

export const treatment: ConsentDocument = {
  kind: 'treatment',
  version: '1',
  required: true,
  template: true,
  texts: { en, es, 'zh-Hans': zhHans, vi, pt, ar },
};
