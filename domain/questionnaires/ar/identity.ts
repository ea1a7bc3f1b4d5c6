import type { Texts } from '../translation.ts';

export const identity: Texts = {};
