/** Answers as a FHIR R4 QuestionnaireResponse, and back (hl7.org/fhir/R4/questionnaireresponse.html). */
import { rowsOf } from './questionnaire-evaluation.ts';
import {
  declined,
  extensionUrls,
  isRepeatingGroup,
  valueOf,
  type Coding,
  type Questionnaire,
  type QuestionnaireItem,
} from './questionnaire.ts';
import {
  answersOf,
  isCoding,
  isDeclined,
  isQuantity,
  type Answers,
  type AnswerValue,
} from './questionnaire-answers.ts';

interface Absent {
  readonly extension: readonly { readonly url: string; readonly valueCode: string }[];
}

export interface ResponseAnswer {
  readonly valueBoolean?: boolean | undefined;
  readonly valueDecimal?: number | undefined;
  readonly valueInteger?: number | undefined;
  readonly valueDate?: string | undefined;
  readonly valueDateTime?: string | undefined;
  readonly valueTime?: string | undefined;
  readonly valueString?: string | undefined;
  readonly valueCoding?: Coding | undefined;
  readonly valueQuantity?: { readonly value: number; readonly unit?: string | undefined } | undefined;
  readonly valueAttachment?: { readonly url: string } | undefined;
  /** The person chose not to say, where the answer would not have been a coding. */
  readonly _valueString?: Absent | undefined;
}

export interface ResponseItem {
  readonly linkId: string;
  readonly text?: string | undefined;
  readonly answer?: readonly ResponseAnswer[] | undefined;
  readonly item?: readonly ResponseItem[] | undefined;
}

export interface QuestionnaireResponse {
  readonly resourceType: 'QuestionnaireResponse';
  readonly id?: string | undefined;
  /** Canonical url and version of the questionnaire that was answered. */
  readonly questionnaire: string;
  readonly language?: string | undefined;
  readonly status: 'in-progress' | 'completed' | 'amended' | 'entered-in-error' | 'stopped';
  readonly subject?: { readonly reference: string } | undefined;
  readonly source?: { readonly reference: string } | undefined;
  /** RFC 3339. */
  readonly authored?: string | undefined;
  readonly item: readonly ResponseItem[];
}

export interface ResponseFrame {
  readonly id?: string | undefined;
  readonly status: QuestionnaireResponse['status'];
  readonly patientId?: string | undefined;
  readonly authored?: string | undefined;
}

/** Give it the questionnaire in the language that was shown, and answers without disabled ones. */
export function toQuestionnaireResponse(
  questionnaire: Questionnaire,
  answers: Answers,
  frame: ResponseFrame,
): QuestionnaireResponse {
  return {
    resourceType: 'QuestionnaireResponse',
    ...(frame.id !== undefined && { id: frame.id }),
    questionnaire: `${questionnaire.url}|${questionnaire.version}`,
    ...(questionnaire.language !== undefined && { language: questionnaire.language }),
    status: frame.status,
    ...(frame.patientId !== undefined && { subject: { reference: `Patient/${frame.patientId}` } }),
    ...(frame.authored !== undefined && { authored: frame.authored }),
    item: questionnaire.item.flatMap((item) => itemsFor(item, answers)),
  };
}

function itemsFor(item: QuestionnaireItem, answers: Answers): ResponseItem[] {
  const named = { linkId: item.linkId, ...(item.text !== undefined && { text: item.text }) };
  if (item.type === 'display') return [];
  if (isRepeatingGroup(item)) return rowsOf(answers, item).map((row) => ({ ...named, ...childrenOf(item, row) }));
  if (item.type === 'group') {
    const children = childrenOf(item, answers);
    return children.item === undefined ? [] : [{ ...named, ...children }];
  }
  const given = answersOf(answers, item.linkId) as readonly AnswerValue[];
  return given.length === 0 ? [] : [{ ...named, answer: given.map((value) => answerFor(item, value)) }];
}

function childrenOf(group: QuestionnaireItem, answers: Answers): { item?: ResponseItem[] } {
  const children = (group.item ?? []).flatMap((child) => itemsFor(child, answers));
  return children.length === 0 ? {} : { item: children };
}

function answerFor(item: QuestionnaireItem, value: AnswerValue): ResponseAnswer {
  const choice = item.type === 'choice' || item.type === 'open-choice';
  if (isDeclined(value)) {
    return choice
      ? { valueCoding: declined }
      : { _valueString: { extension: [{ url: extensionUrls.dataAbsentReason, valueCode: declined.code }] } };
  }
  if (isCoding(value)) {
    const offered = item.answerOption?.find(({ valueCoding }) => valueCoding?.code === value.code)?.valueCoding;
    return { valueCoding: offered ?? { code: value.code } };
  }
  if (isQuantity(value))
    return { valueQuantity: { value: value.value, ...(value.unit !== undefined && { unit: value.unit }) } };
  if (typeof value === 'object') return { valueAttachment: { url: `urn:uuid:${value.documentId}` } };
  if (typeof value === 'boolean') return { valueBoolean: value };
  if (typeof value === 'number') return item.type === 'decimal' ? { valueDecimal: value } : { valueInteger: value };
  return stringAnswer(item, value);
}

function stringAnswer(item: QuestionnaireItem, value: string): ResponseAnswer {
  // FHIR's time has seconds; a native input leaves them out.
  const time = (text: string): string => (text.length === 5 ? `${text}:00` : text);
  if (item.type === 'date') return { valueDate: value };
  if (item.type === 'dateTime') return { valueDateTime: value };
  if (item.type === 'time') return { valueTime: time(value) };
  const option = item.answerOption?.find((each) => valueOf(each) === value);
  if (option?.valueDate !== undefined) return { valueDate: value };
  return option?.valueTime !== undefined ? { valueTime: value } : { valueString: value };
}

/** What was answered, for a questionnaire of that structure; items that it does not have are left out. */
export function fromQuestionnaireResponse(questionnaire: Questionnaire, response: QuestionnaireResponse): Answers {
  return answersFrom(questionnaire.item, response.item);
}

function answersFrom(items: readonly QuestionnaireItem[], given: readonly ResponseItem[]): Answers {
  const found: Record<string, (AnswerValue | Answers)[]> = {};
  for (const item of items) {
    const same = given.filter(({ linkId }) => linkId === item.linkId);
    if (same.length === 0) continue;
    if (isRepeatingGroup(item)) found[item.linkId] = same.map((row) => answersFrom(item.item ?? [], row.item ?? []));
    else if (item.type === 'group')
      Object.assign(
        found,
        answersFrom(
          item.item ?? [],
          same.flatMap((each) => each.item ?? []),
        ),
      );
    else {
      const values = same.flatMap((each) => each.answer ?? []).flatMap((answer) => valueFrom(answer));
      if (values.length > 0) found[item.linkId] = values;
    }
  }
  return found;
}

function valueFrom(answer: ResponseAnswer): AnswerValue[] {
  if (answer._valueString !== undefined) return [{ code: declined.code }];
  if (answer.valueCoding !== undefined) return [{ code: answer.valueCoding.code }];
  if (answer.valueAttachment !== undefined)
    return [{ documentId: answer.valueAttachment.url.replace(/^urn:uuid:/, '') }];
  const value = valueOf(answer);
  return value === undefined ? [] : [value];
}
