import type { Texts } from '../translation.ts';

export const consents: Texts = {};
