import type { ConsentDocument } from './consent-document.ts';
import { electronicCommunication as en } from './en/electronic-communication.ts';
import { electronicCommunication as es } from './es/electronic-communication.ts';
import { electronicCommunication as zhHans } from './zh-Hans/electronic-communication.ts';
import { electronicCommunication as vi } from './vi/electronic-communication.ts';
import { electronicCommunication as pt } from './pt/electronic-communication.ts';
import { electronicCommunication as ar } from './ar/electronic-communication.ts';

export const electronicCommunication: ConsentDocument = {
  kind: 'electronic-communication',
  version: '1',
  required: false,
  template: true,
  texts: { en, es, 'zh-Hans': zhHans, vi, pt, ar },
};
