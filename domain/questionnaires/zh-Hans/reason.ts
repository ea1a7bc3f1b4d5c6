import type { Texts } from '../translation.ts';

export const reason: Texts = {};
