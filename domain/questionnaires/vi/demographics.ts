import type { Texts } from '../translation.ts';

export const demographics: Texts = {};
