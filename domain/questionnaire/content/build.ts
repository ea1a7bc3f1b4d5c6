/** Short forms for the items of the default questionnaires; what they make is plain FHIR R4 JSON (Questionnaire.item). */
import type { EnableWhen, Extension, Questionnaire, QuestionnaireItem } from '../questionnaire.ts';
import { extensionUrls } from '../questionnaire.ts';
import type { IntakeStep } from '../../intake/intake.ts';

export interface Details {
  /** Said where somebody would ask why we want to know. */
  readonly why?: string;
  /** One sentence with an example, under the question. */
  readonly help?: string;
  readonly required?: true;
  readonly repeats?: true;
  readonly maxLength?: number;
  readonly pattern?: string;
  /** An example of what the pattern takes; needs no translation. */
  readonly format?: string;
  /** Options that stand alone, such as "none of these". */
  readonly alone?: readonly string[];
  /** A group whose questions stand on one page although they are more than a handful. */
  readonly onePage?: true;
  readonly when?: EnableWhen | readonly EnableWhen[];
  /** "Choose not to say" is offered: the coding asked-declined, which page and check know by the extension. */
  readonly declinable?: true;
}

export const is = (question: string, ...codes: readonly string[]): EnableWhen[] =>
  codes.map((code) => ({ question, operator: '=', answerCoding: { code } }));
export const yes = (question: string): EnableWhen => ({ question, operator: '=', answerBoolean: true });

const itemControl = (code: string): Extension => ({
  url: extensionUrls.itemControl,
  valueCodeableConcept: { coding: [{ system: 'http://hl7.org/fhir/questionnaire-item-control', code }] },
});

function extensionsOf(details: Details): Extension[] {
  return [
    ...(details.why === undefined ? [] : [{ url: extensionUrls.why, valueString: details.why }]),
    ...(details.pattern === undefined ? [] : [{ url: extensionUrls.regex, valueString: details.pattern }]),
    ...(details.format === undefined ? [] : [{ url: extensionUrls.entryFormat, valueString: details.format }]),
    ...(details.onePage === undefined ? [] : [itemControl('page')]),
    ...(details.declinable === undefined ? [] : [{ url: extensionUrls.chooseNotToSay, valueBoolean: true }]),
  ];
}

function item(
  type: QuestionnaireItem['type'],
  linkId: string,
  text: string | undefined,
  details: Details,
  more: Partial<QuestionnaireItem> = {},
): QuestionnaireItem {
  const extension = [...extensionsOf(details), ...(more.extension ?? [])];
  const when = details.when === undefined ? [] : [details.when].flat();
  const children = [...(details.help === undefined ? [] : [helpFor(linkId, details.help)]), ...(more.item ?? [])];
  return {
    linkId,
    type,
    ...(text !== undefined && { text }),
    ...(details.required && { required: true }),
    ...(details.repeats && { repeats: true }),
    ...(details.maxLength !== undefined && { maxLength: details.maxLength }),
    ...(when.length > 0 && { enableWhen: when }),
    ...(when.length > 1 && { enableBehavior: 'any' as const }),
    ...more,
    ...(extension.length > 0 && { extension }),
    ...(children.length > 0 && { item: children }),
  };
}

/** SDC itemControl `help`: a display item inside the question that it helps with. */
const helpFor = (linkId: string, text: string): QuestionnaireItem => ({
  linkId: `${linkId}.help`,
  type: 'display',
  text,
  extension: [itemControl('help')],
});

export const group = (
  linkId: string,
  text: string,
  children: readonly QuestionnaireItem[],
  details: Details = {},
): QuestionnaireItem => item('group', linkId, text, details, { item: [...children] });

/** Holds its children together, without a heading. */
export const together = (linkId: string, children: readonly QuestionnaireItem[]): QuestionnaireItem =>
  item('group', linkId, undefined, {}, { item: [...children] });

/** Holds its children together under one condition and shows nothing of its own. */
export const onlyIf = (
  linkId: string,
  when: readonly EnableWhen[],
  children: readonly QuestionnaireItem[],
): QuestionnaireItem => item('group', linkId, undefined, { when }, { item: [...children] });

export const line = (linkId: string, text: string, details: Details = {}): QuestionnaireItem =>
  item('string', linkId, text, { maxLength: 200, ...details });

/**
 * In a row that came from the chart: whether it is still so (D3: confirm, change or remove, one by one). The hidden
 * `<step>.ref` says which fact of the chart it is; who types a new row is not asked.
 */
export const stillSo = (step: string): QuestionnaireItem[] => [
  item(
    'string',
    `${step}.ref`,
    undefined,
    { maxLength: 36 },
    { extension: [{ url: extensionUrls.hidden, valueBoolean: true }] },
  ),
  choice(
    `${step}.confirm`,
    'Is this still right?',
    { confirmed: 'Yes', changed: 'I changed it here', removed: 'No, take it off the list' },
    { required: true, when: { question: `${step}.ref`, operator: 'exists', answerBoolean: true } },
  ),
];

export const paragraph = (linkId: string, text: string, details: Details = {}): QuestionnaireItem =>
  item('text', linkId, text, { maxLength: 2000, ...details });

/** A day of birth: a whole date that is not in the future. */
export const birthDate = (linkId: string, text: string, details: Details = {}): QuestionnaireItem =>
  item('date', linkId, text, details, {
    extension: [
      { url: extensionUrls.minValue, valueDate: '1890-01-01' },
      { url: extensionUrls.notInFuture, valueBoolean: true },
    ],
  });

export const yesNo = (linkId: string, text: string, details: Details = {}): QuestionnaireItem =>
  item('boolean', linkId, text, details);

export const photo = (linkId: string, text: string, details: Details = {}): QuestionnaireItem =>
  item('attachment', linkId, text, details);

export const say = (linkId: string, text: string, details: Details = {}): QuestionnaireItem =>
  item('display', linkId, text, details);

export const choice = (
  linkId: string,
  text: string,
  options: Readonly<Record<string, string>>,
  details: Details = {},
): QuestionnaireItem =>
  item('choice', linkId, text, details, {
    answerOption: Object.entries(options).map(([code, display]) => ({
      valueCoding: { code, display },
      ...(details.alone?.includes(code) && {
        extension: [{ url: extensionUrls.optionExclusive, valueBoolean: true }],
      }),
    })),
  });

export const questionnaire = (
  step: IntakeStep,
  version: string,
  title: string,
  items: readonly QuestionnaireItem[],
): Questionnaire => ({
  resourceType: 'Questionnaire',
  url: `https://healthsphere.example/fhir/Questionnaire/intake-${step}`,
  version,
  language: 'en',
  status: 'active',
  title,
  item: [...items],
});
