/** One English text of a definition replaced, by the same key as its translations have. */
import {
  extensionUrls,
  type AnswerOption,
  type Questionnaire,
  type QuestionnaireItem,
} from '../../../domain/questionnaire/questionnaire.ts';
import { optionKey } from '../../../domain/questionnaire/questionnaire-localization.ts';

/** An option that is itself a text stays: its text is the answer, and answers are not renamed. */
export function withText(definition: Questionnaire, key: string, text: string): Questionnaire {
  if (key === 'title') return { ...definition, title: text };
  if (key === 'description') return { ...definition, description: text };
  return { ...definition, item: definition.item.map((item) => itemWith(item, key, text)) };
}

function itemWith(item: QuestionnaireItem, key: string, text: string): QuestionnaireItem {
  const { linkId } = item;
  return {
    ...item,
    ...(key === linkId && { text }),
    ...(key === `${linkId}:why` && {
      extension: item.extension?.map((each) =>
        each.url === extensionUrls.why ? { ...each, valueString: text } : each,
      ),
    }),
    ...(item.answerOption && {
      answerOption: item.answerOption.map((option) => optionWith(option, linkId, key, text)),
    }),
    ...(item.item && { item: item.item.map((child) => itemWith(child, key, text)) }),
  };
}

function optionWith(option: AnswerOption, linkId: string, key: string, text: string): AnswerOption {
  return optionKey(linkId, option) === key && option.valueCoding !== undefined
    ? { ...option, valueCoding: { ...option.valueCoding, display: text } }
    : option;
}
