import type { Texts } from '../translation.ts';

export const allergies: Texts = {};
