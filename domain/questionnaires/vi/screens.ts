import type { Texts } from '../translation.ts';

export const screens: Texts = {};
