import type { Texts } from '../translation.ts';

export const history: Texts = {};
