import type { Texts } from '../translation.ts';

export const contact: Texts = {};
