/** Answers as a person reads them. */
import { allItems, isHidden, isQuestion, isRepeatingGroup } from '../../../domain/questionnaire/questionnaire.ts';
import type { Questionnaire, QuestionnaireItem } from '../../../domain/questionnaire/questionnaire.ts';
import { isCoding, isDeclined, isQuantity } from '../../../domain/questionnaire/questionnaire-answers.ts';
import type { Answers } from '../../../domain/questionnaire/questionnaire-answers.ts';
import { optionText } from '../../../domain/questionnaire/questionnaire-localization.ts';
import { isOptionValue } from '../../../domain/questionnaire/questionnaire-values.ts';
import { dateWords } from '../times.ts';
import type { Language, Words } from '../words.tsx';

type Values = Answers[string];

export interface Reader {
  readonly t: Words;
  readonly language: Language;
}

/** One line a value; of a repeating group one line a row. */
export function answerLines(item: QuestionnaireItem, values: Values, reader: Reader): string[] {
  if (isRepeatingGroup(item)) return values.map((row) => rowText(item, row as Answers, reader));
  return values.map((value) => valueText(item, value as Exclude<Values[number], Answers>, reader));
}

function valueText(item: QuestionnaireItem, value: unknown, { t, language }: Reader): string {
  if (isDeclined(value)) return t('intake.notToSay');
  if (typeof value === 'boolean') return t(value ? 'intake.yes' : 'intake.no');
  const option = (item.answerOption ?? []).find((each) => isOptionValue(each, value));
  if (option !== undefined) return optionText(option);
  if (isCoding(value)) return value.display ?? value.code;
  if (isQuantity(value)) return [value.value, value.unit].filter(Boolean).join(' ');
  if (typeof value === 'object' && value !== null) return t('intake.file.given');
  if (item.type === 'date' && typeof value === 'string') return dateWords(value, language);
  return String(value);
}

/** What a row says, without the ids that it carries along. */
export function rowText(group: QuestionnaireItem, row: Answers, reader: Reader): string {
  return allItems(group)
    .filter((item) => isQuestion(item) && !isHidden(item))
    .flatMap((item) => answerLines(item, row[item.linkId] ?? [], reader))
    .filter((text) => text !== '')
    .join(', ');
}

/** The question of a linkId; '' where there is none. */
export const questionText = (questionnaire: Questionnaire, linkId: string): string =>
  allItems(questionnaire).find((item) => item.linkId === linkId)?.text ?? '';
