/**
 * What cannot wait for the visit (scheduling-intake.md D3): told from structured answers only, never from free text, and
 * at the moment of the answer. Pure and small: server and a patient's browser ask the same function.
 */
import type { IntakeStep } from './intake.ts';
import { answersOf, isCoding, type Answers } from '../questionnaire/questionnaire-answers.ts';

/** The most urgent first: signs of the body that may kill within minutes or hours, then what else is a danger. */
export const redFlagRules = [
  'chest-pain-breathless',
  'stroke-signs',
  'allergic-reaction',
  'pregnancy-bleeding-pain',
  'suicidal-thoughts',
  'not-safe-at-home',
] as const;
export type RedFlagRule = (typeof redFlagRules)[number];

export interface RedFlag {
  readonly rule: RedFlagRule;
  /** The question whose answer it was. */
  readonly linkId: string;
}

interface Rule {
  readonly rule: RedFlagRule;
  readonly step: IntakeStep;
  readonly linkId: string;
  readonly raised: (answers: Answers, linkId: string) => boolean;
}

const isTrue = (answers: Answers, linkId: string): boolean => answersOf(answers, linkId).includes(true);
const codesOf = (answers: Answers, linkId: string): string[] =>
  answersOf(answers, linkId).flatMap((value) => (isCoding(value) ? [value.code] : []));

const rules: readonly Rule[] = [
  {
    // PHQ-9 item 9 from 1 ("several days") up, whatever the total.
    rule: 'suicidal-thoughts',
    step: 'screens',
    linkId: 'phq.9',
    raised: (answers, linkId) => codesOf(answers, linkId).some((code) => ['1', '2', '3'].includes(code)),
  },
  { rule: 'chest-pain-breathless', step: 'reason', linkId: 'reason.chest-pain', raised: isTrue },
  { rule: 'stroke-signs', step: 'reason', linkId: 'reason.stroke', raised: isTrue },
  { rule: 'allergic-reaction', step: 'reason', linkId: 'reason.allergic', raised: isTrue },
  {
    // The question is asked only of who is or may be pregnant: what was answered before a "no" to that does not count.
    rule: 'pregnancy-bleeding-pain',
    step: 'reason',
    linkId: 'reason.pregnancy-danger',
    raised: (answers, linkId) =>
      isTrue(answers, linkId) && codesOf(answers, 'reason.pregnant').some((code) => code === 'yes' || code === 'maybe'),
  },
  {
    rule: 'not-safe-at-home',
    step: 'reason',
    linkId: 'reason.safe-at-home',
    raised: (answers, linkId) => codesOf(answers, linkId).includes('no'),
  },
];

/** Each once, the most urgent first; a name that is no rule (any more) is left out. */
export const mostUrgentFirst = (raised: readonly string[]): readonly RedFlagRule[] =>
  redFlagRules.filter((rule) => raised.includes(rule));

/** Which rules the answers of one step meet, the most urgent first; empty for a step without any. */
export function redFlagsIn(step: IntakeStep, answers: Answers): readonly RedFlag[] {
  return rules
    .filter((each) => each.step === step && each.raised(answers, each.linkId))
    .map(({ rule, linkId }) => ({ rule, linkId }))
    .toSorted((one, other) => redFlagRules.indexOf(one.rule) - redFlagRules.indexOf(other.rule));
}
