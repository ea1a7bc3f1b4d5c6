import type { Texts } from '../translation.ts';

export const review: Texts = {};
