/** A questionnaire in the patient's language, and which of its texts are not written in it. A patient's browser may load this. */
import {
  extensionUrls,
  isHidden,
  valueOf,
  whyOf,
  type AnswerOption,
  type Questionnaire,
  type QuestionnaireItem,
  type QuestionnaireVersion,
} from './questionnaire.ts';
import { isCoding } from './questionnaire-answers.ts';

/** The language in which definitions are written; it needs no translation. */
export const sourceLanguage = 'en';

export interface Localized {
  readonly questionnaire: Questionnaire;
  /** Keys whose text stays in the language before it in the chain: the clinic's, else English. */
  readonly fellBack: readonly string[];
}

export const optionKey = (linkId: string, option: AnswerOption): string | null => {
  const value = valueOf(option);
  if (isCoding(value)) return `${linkId}=${value.code}`;
  // Texts that are answers themselves are translated for the eye only; numbers and days are the same everywhere.
  return option.valueString === undefined ? null : `${linkId}=${option.valueString}`;
};

/** Every key that has a text, with the English text: what a translation must give. Hidden items are read by nobody. */
export function textsOf(questionnaire: Questionnaire): ReadonlyMap<string, string> {
  const texts = new Map<string, string>([['title', questionnaire.title]]);
  if (questionnaire.description) texts.set('description', questionnaire.description);
  const walk = (items: readonly QuestionnaireItem[]): void => {
    for (const item of items) {
      if (isHidden(item)) continue;
      if (item.text) texts.set(item.linkId, item.text);
      const why = whyOf(item);
      if (why) texts.set(`${item.linkId}:why`, why);
      for (const option of item.answerOption ?? []) {
        const key = optionKey(item.linkId, option);
        const text = option.valueCoding?.display ?? option.valueString;
        if (key !== null && text) texts.set(key, text);
      }
      walk(item.item ?? []);
    }
  };
  walk(questionnaire.item);
  return texts;
}

/** Keys without a text in that language, in the order of the questionnaire; English is complete by itself. */
export function missingKeys(
  version: Pick<QuestionnaireVersion, 'definition' | 'translations'>,
  language: string,
): string[] {
  if (language === sourceLanguage) return [];
  const given = textsIn(version, language);
  return [...textsOf(version.definition).keys()].filter((key) => !given(key)?.trim());
}

const textsIn =
  ({ translations }: Pick<QuestionnaireVersion, 'translations'>, language: string) =>
  (key: string): string | undefined => {
    const texts = Object.hasOwn(translations, language) ? translations[language] : undefined;
    return texts !== undefined && Object.hasOwn(texts, key) ? texts[key] : undefined;
  };

/**
 * Text by text: the language asked for, then the clinic's, then English. Structure, linkIds and codes stay as they are.
 */
export function localization(
  version: Pick<QuestionnaireVersion, 'definition' | 'translations'>,
  language: string,
  clinicDefault: string = sourceLanguage,
): Localized {
  const wanted = textsIn(version, language);
  const clinic = textsIn(version, clinicDefault);
  const fellBack: string[] = [];
  const say = (key: string, english: string): string => {
    if (language === sourceLanguage) return english;
    const own = wanted(key);
    if (own !== undefined && own.trim() !== '') return own;
    fellBack.push(key);
    return (clinicDefault === sourceLanguage ? undefined : clinic(key)) ?? english;
  };
  const { definition } = version;
  const title = say('title', definition.title);
  const description = definition.description && say('description', definition.description);
  const questionnaire: Questionnaire = {
    ...definition,
    language,
    title,
    ...(description && { description }),
    item: definition.item.map((item) => localizedItem(item, say)),
  };
  return { questionnaire, fellBack };
}

export const localized = (
  version: Pick<QuestionnaireVersion, 'definition' | 'translations'>,
  language: string,
  clinicDefault?: string,
): Questionnaire => localization(version, language, clinicDefault).questionnaire;

function localizedItem(item: QuestionnaireItem, say: (key: string, english: string) => string): QuestionnaireItem {
  const { linkId } = item;
  if (isHidden(item)) return item;
  return {
    ...item,
    ...(item.text && { text: say(linkId, item.text) }),
    ...(item.extension && {
      extension: item.extension.map((extension) =>
        extension.url === extensionUrls.why && extension.valueString
          ? { ...extension, valueString: say(`${linkId}:why`, extension.valueString) }
          : extension,
      ),
    }),
    ...(item.answerOption && { answerOption: item.answerOption.map((option) => localizedOption(linkId, option, say)) }),
    ...(item.item && { item: item.item.map((child) => localizedItem(child, say)) }),
  };
}

/** What the page shows of an option whose answer is a text: the answer stays the text of the definition. */
function localizedOption(
  linkId: string,
  option: AnswerOption,
  say: (key: string, english: string) => string,
): AnswerOption {
  const key = optionKey(linkId, option);
  if (key === null) return option;
  if (option.valueCoding !== undefined) {
    const { display } = option.valueCoding;
    return display ? { ...option, valueCoding: { ...option.valueCoding, display: say(key, display) } } : option;
  }
  if (option.valueString === undefined) return option;
  const shown = say(key, option.valueString);
  const rest = (option.extension ?? []).filter(({ url }) => url !== extensionUrls.translation);
  return shown === option.valueString
    ? option
    : { ...option, extension: [...rest, { url: extensionUrls.translation, valueString: shown }] };
}

/** What is shown for an option. */
export function optionText(option: AnswerOption): string {
  const shown = option.extension?.find(({ url }) => url === extensionUrls.translation)?.valueString;
  const value = valueOf(option);
  return shown ?? option.valueCoding?.display ?? (isCoding(value) ? value.code : String(value ?? ''));
}
