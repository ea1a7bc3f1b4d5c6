/** The server's whole judgement of a save: calculated values, what counts, and what is wrong with it. Server side only. */
import { calculatedValues, withCalculated } from './questionnaire-calculation.ts';
import { checkAnswers, normalized } from './questionnaire-check.ts';
import { withoutDisabled } from './questionnaire-evaluation.ts';
import { matchesPattern } from './questionnaire-patterns.ts';
import type { Answers, Finding } from './questionnaire-answers.ts';
import type { Questionnaire } from './questionnaire.ts';

export interface Accepted {
  /** What is kept: answers to what is asked, calculated values among them, codings by their code alone. */
  readonly answers: Answers;
  /** The calculated values alone, as a page takes them back. */
  readonly calculated: Answers;
  /** Empty: nothing is wrong. Answers to what is not asked (any more) are dropped without a word. */
  readonly findings: readonly Finding[];
}

/** `today`: the day at the clinic, YYYY-MM-DD. */
export function acceptAnswers(
  questionnaire: Questionnaire,
  answers: Answers,
  options: { readonly complete: boolean; readonly today?: string | undefined },
): Accepted {
  const calculated = calculatedValues(questionnaire, answers);
  const given = withCalculated(questionnaire, answers, calculated);
  // What `withoutDisabled` leaves out unseen: keys of no item, rows that are none, more rows than are looked at.
  const unseen = checkAnswers(questionnaire, given, { complete: false }).filter(({ code }) =>
    ['unknown-item', 'type', 'too-many'].includes(code),
  );
  const kept = withoutDisabled(questionnaire, given);
  const seen = checkAnswers(questionnaire, kept, { ...options, matches: matchesPattern });
  const findings = [...new Map([...unseen, ...seen].map((each) => [`${each.code} ${each.path}`, each])).values()];
  return { answers: findings.length === 0 ? normalized(questionnaire, kept) : kept, calculated, findings };
}
