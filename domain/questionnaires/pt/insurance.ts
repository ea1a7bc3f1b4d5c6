import type { Texts } from '../translation.ts';

export const insurance: Texts = {};
