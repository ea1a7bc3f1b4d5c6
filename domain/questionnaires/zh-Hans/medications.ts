import type { Texts } from '../translation.ts';

export const medications: Texts = {};
