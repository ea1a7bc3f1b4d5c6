/** Versions by number, and what each is called in a list. */
import type { TFunction } from 'i18next';
import type { QuestionnaireHistory } from '../api/questionnaires.ts';

/** The clinic's own numbers, newest first; what the product brings has a number once a case needed it. */
export const numbersOf = (history: QuestionnaireHistory): number[] => {
  const numbers = history.versions.map((each) => each.number);
  return history.present === 0 || numbers.length === 0 ? [...numbers, 0] : numbers;
};

export function nameOf(history: QuestionnaireHistory, number: number, t: TFunction): string {
  const row = history.versions.find((each) => each.number === number);
  if (row === undefined) return t('questionnaires.product');
  const state =
    row.source === 'default'
      ? t('questionnaires.product')
      : t(`questionnaires.state.${row.state === 'retired' && row.publishedAt === null ? 'put-away' : row.state}`);
  return t('questionnaires.numbered', { number, state });
}
