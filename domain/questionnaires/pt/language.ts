import type { Texts } from '../translation.ts';

export const language: Texts = {};
