/** Answers to a questionnaire, as they travel between page, API and database. A patient's browser loads this file. */
import { declined, type Coding, type Quantity } from './questionnaire.ts';

/** `integer`, `decimal`: number; dates and texts: string; choices: `{code}`, or a string for what was typed in an open choice. */
export type AnswerValue = boolean | number | string | Coding | Quantity | { readonly documentId: string };

/**
 * By linkId, always a list. A repeating group holds one `Answers` a row; a group that does not repeat is transparent:
 * its children stand in the same map. No answer: no key, or an empty list.
 */
export interface Answers {
  readonly [linkId: string]: readonly (AnswerValue | Answers)[];
}

export const findingCodes = [
  'required',
  'type',
  'min',
  'max',
  'too-long',
  'too-short',
  'too-many',
  'too-few',
  'decimals',
  'pattern',
  'not-an-option',
  'not-alone',
  'unit',
  'duplicate',
  'in-future',
  'in-past',
  'unknown-item',
  'disabled-item',
] as const;
export type FindingCode = (typeof findingCodes)[number];

/** One thing that is wrong. Never holds the answer itself: findings travel through problems and logs. */
export interface Finding {
  readonly linkId: string;
  /** JSON pointer: `/answers/<linkId>/<n>`, in a row `/answers/<group>/<row>/<linkId>/<n>`; without `<n>`: the item as a whole. */
  readonly path: string;
  readonly code: FindingCode;
  /** The bound, the length, how it is to be typed: for the sentence that names it. */
  readonly limit?: number | string | undefined;
}

/** What stands under a linkId of the map itself; a questionnaire may call an item `constructor`. */
export function answersOf(answers: Answers, linkId: string): readonly (AnswerValue | Answers)[] {
  const found = Object.hasOwn(answers, linkId) ? answers[linkId] : undefined;
  return Array.isArray(found) ? (found as readonly (AnswerValue | Answers)[]) : [];
}

export const isCoding = (value: unknown): value is Coding =>
  typeof value === 'object' && value !== null && typeof (value as Coding).code === 'string';

export const isQuantity = (value: unknown): value is Quantity =>
  typeof value === 'object' && value !== null && typeof (value as Quantity).value === 'number';

export const isDeclined = (value: unknown): boolean => isCoding(value) && value.code === declined.code;

/** Codes are equal; systems only where both are named: our own pages send the code alone. */
export const sameCoding = (one: Coding, other: Coding): boolean =>
  one.code === other.code && (one.system === undefined || other.system === undefined || one.system === other.system);
