/** One version as a FHIR R4 Questionnaire with its translations as extensions (hl7.org/fhir/R4/languages.html). */
import { optionKey } from './questionnaire-localization.ts';
import {
  extensionUrls,
  type AnswerOption,
  type Extension,
  type QuestionnaireItem,
  type QuestionnaireVersion,
} from './questionnaire.ts';

/** Primitive extensions stand beside their element, under its name with an underscore: more than our own types say. */
export type FhirJson = Readonly<Record<string, unknown>>;

export function toFhirQuestionnaire(version: QuestionnaireVersion, status: 'draft' | 'active' | 'retired'): FhirJson {
  const { definition, translations } = version;
  const beside = (name: string, key: string): FhirJson => {
    const extension = Object.entries(translations).flatMap(([language, texts]) => {
      const content = Object.hasOwn(texts, key) ? texts[key] : undefined;
      return content === undefined
        ? []
        : [
            {
              url: extensionUrls.translation,
              extension: [
                { url: 'lang', valueCode: language },
                { url: 'content', valueString: content },
              ],
            },
          ];
    });
    return extension.length === 0 ? {} : { [`_${name}`]: { extension } };
  };

  const option = (item: QuestionnaireItem, each: AnswerOption): FhirJson => {
    const key = optionKey(item.linkId, each);
    if (key === null) return { ...each };
    return each.valueCoding === undefined
      ? { ...each, ...beside('valueString', key) }
      : { ...each, valueCoding: { ...each.valueCoding, ...beside('display', key) } };
  };

  const extended = (item: QuestionnaireItem, each: Extension): FhirJson =>
    each.url === extensionUrls.why ? { ...each, ...beside('valueString', `${item.linkId}:why`) } : { ...each };

  const exported = (item: QuestionnaireItem): FhirJson => ({
    ...item,
    ...(item.text !== undefined && beside('text', item.linkId)),
    ...(item.extension && { extension: item.extension.map((each) => extended(item, each)) }),
    ...(item.answerOption && { answerOption: item.answerOption.map((each) => option(item, each)) }),
    ...(item.item && { item: item.item.map(exported) }),
  });

  return {
    ...definition,
    version: String(version.version),
    language: 'en',
    status,
    subjectType: ['Patient'],
    ...beside('title', 'title'),
    ...beside('description', 'description'),
    item: definition.item.map(exported),
  };
}
