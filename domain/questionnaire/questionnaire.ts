/**
 * The FHIR R4 Questionnaire as far as it is used here (docs/questionnaires.md says what is left out and why). Plain data
 * and small readers: a patient's browser loads this file.
 */

export const itemTypes = [
  'group',
  'display',
  'boolean',
  'decimal',
  'integer',
  'date',
  'dateTime',
  'time',
  'string',
  'text',
  'choice',
  'open-choice',
  'attachment',
  'quantity',
] as const;
export type ItemType = (typeof itemTypes)[number];

export interface Coding {
  readonly code: string;
  readonly system?: string | undefined;
  readonly display?: string | undefined;
}

export interface Quantity {
  readonly value: number;
  readonly unit?: string | undefined;
}

export const enableOperators = ['exists', '=', '!=', '>', '<', '>=', '<='] as const;
export type EnableOperator = (typeof enableOperators)[number];

/** Exactly one `answer…`, of the type of the item in question; with `exists` it is a boolean. */
export interface EnableWhen {
  readonly question: string;
  readonly operator: EnableOperator;
  readonly answerBoolean?: boolean | undefined;
  readonly answerDecimal?: number | undefined;
  readonly answerInteger?: number | undefined;
  readonly answerDate?: string | undefined;
  readonly answerDateTime?: string | undefined;
  readonly answerTime?: string | undefined;
  readonly answerString?: string | undefined;
  readonly answerCoding?: Coding | undefined;
  readonly answerQuantity?: Quantity | undefined;
}

/** The value of an extension as far as we read it; everything else travels through unread. */
export interface Extension {
  readonly url: string;
  readonly valueBoolean?: boolean | undefined;
  readonly valueInteger?: number | undefined;
  readonly valueDecimal?: number | undefined;
  readonly valueDate?: string | undefined;
  readonly valueDateTime?: string | undefined;
  readonly valueTime?: string | undefined;
  readonly valueString?: string | undefined;
  readonly valueCode?: string | undefined;
  readonly valueCoding?: Coding | undefined;
  readonly valueQuantity?: Quantity | undefined;
  readonly valueCodeableConcept?: { readonly coding: readonly Coding[] } | undefined;
  readonly valueExpression?: { readonly language: 'text/fhirpath'; readonly expression: string } | undefined;
  readonly extension?: readonly Extension[] | undefined;
}

/** One of the values. Answers to a choice are codings; the others are for `integer`, `date`, `time` and `string` items. */
export interface AnswerOption {
  readonly valueCoding?: Coding | undefined;
  readonly valueString?: string | undefined;
  readonly valueInteger?: number | undefined;
  readonly valueDate?: string | undefined;
  readonly valueTime?: string | undefined;
  readonly initialSelected?: boolean | undefined;
  readonly extension?: readonly Extension[] | undefined;
}

export interface InitialValue {
  readonly valueBoolean?: boolean | undefined;
  readonly valueDecimal?: number | undefined;
  readonly valueInteger?: number | undefined;
  readonly valueDate?: string | undefined;
  readonly valueDateTime?: string | undefined;
  readonly valueTime?: string | undefined;
  readonly valueString?: string | undefined;
  readonly valueCoding?: Coding | undefined;
  readonly valueQuantity?: Quantity | undefined;
}

export interface QuestionnaireItem {
  /** Unique in the whole questionnaire; begins with a letter, then letters, digits, `.`, `-` and `_`. */
  readonly linkId: string;
  readonly type: ItemType;
  /** Shown as plain text, never as markup. */
  readonly text?: string | undefined;
  readonly required?: boolean | undefined;
  readonly repeats?: boolean | undefined;
  readonly readOnly?: boolean | undefined;
  /** Characters (code points) of a string, text or open answer. */
  readonly maxLength?: number | undefined;
  readonly enableWhen?: readonly EnableWhen[] | undefined;
  /** Needed where `enableWhen` has more than one condition (FHIR que-12). */
  readonly enableBehavior?: 'all' | 'any' | undefined;
  readonly answerOption?: readonly AnswerOption[] | undefined;
  readonly initial?: readonly InitialValue[] | undefined;
  readonly item?: readonly QuestionnaireItem[] | undefined;
  readonly extension?: readonly Extension[] | undefined;
}

export interface Questionnaire {
  readonly resourceType: 'Questionnaire';
  readonly url: string;
  readonly version: string;
  /** BCP 47 of the texts below; a definition as it is kept is English. */
  readonly language?: string | undefined;
  readonly title: string;
  readonly description?: string | undefined;
  readonly status?: 'draft' | 'active' | 'retired' | undefined;
  readonly item: readonly QuestionnaireItem[];
  readonly extension?: readonly Extension[] | undefined;
}

/**
 * Texts beside the definition, by language and key: `title`, `linkId` (its text), `linkId:why` (why it is asked),
 * `linkId=code` (an option).
 */
export type Translations = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** One version as it is kept, pinned and published: the English definition and its other languages. */
export interface QuestionnaireVersion {
  /** What it is asked for; of an intake, the step. */
  readonly code: string;
  /** Counts per organization and code. */
  readonly version: number;
  readonly definition: Questionnaire;
  readonly translations: Translations;
}

const fhir = 'http://hl7.org/fhir/StructureDefinition/';
const own = 'https://healthsphere.example/fhir/StructureDefinition/';

/** Extensions that mean something here, by their canonical urls (FHIR R4 registry; SDC 3.0; the last five are ours). */
export const extensionUrls = {
  minValue: `${fhir}minValue`,
  maxValue: `${fhir}maxValue`,
  minLength: `${fhir}minLength`,
  /** valueString: the whole answer must match (docs/questionnaires.md, patterns). */
  regex: `${fhir}regex`,
  /** valueString: how it is to be typed, shown with a refusal of the pattern. */
  entryFormat: `${fhir}entryFormat`,
  maxDecimalPlaces: `${fhir}maxDecimalPlaces`,
  /** valueInteger: how many answers (or rows of a group) at least, and at most. */
  minOccurs: `${fhir}questionnaire-minOccurs`,
  maxOccurs: `${fhir}questionnaire-maxOccurs`,
  /** valueBoolean: never shown; a calculated value that other items look at. */
  hidden: `${fhir}questionnaire-hidden`,
  /** valueCodeableConcept of http://hl7.org/fhir/questionnaire-item-control: radio-button, check-box, drop-down, page … */
  itemControl: `${fhir}questionnaire-itemControl`,
  /** On an answerOption, valueBoolean: chosen alone ("none of these"). */
  optionExclusive: `${fhir}questionnaire-optionExclusive`,
  /** valueCoding: the unit of a quantity. */
  unit: `${fhir}questionnaire-unit`,
  translation: `${fhir}translation`,
  dataAbsentReason: `${fhir}data-absent-reason`,
  calculatedExpression: 'http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression',
  /** valueString: why it is asked. */
  why: `${own}why-asked`,
  /** valueBoolean: "choose not to say" is offered, the coding `asked-declined`. */
  chooseNotToSay: `${own}choose-not-to-say`,
  /** valueBoolean: a date (or dateTime) may be a year, or a year and month. */
  partialDate: `${own}partial-date`,
  /** valueBoolean: a date may not lie after (before) the day on which it is answered. */
  notInFuture: `${own}not-in-future`,
  notInPast: `${own}not-in-past`,
} as const;
export type ExtensionName = keyof typeof extensionUrls;

/** FHIR data-absent-reason: the person was asked and chose not to say. */
export const declined: Coding = {
  code: 'asked-declined',
  system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason',
};

export function extensionOf(
  bearer: { readonly extension?: readonly Extension[] | undefined },
  name: ExtensionName,
): Extension | undefined {
  return bearer.extension?.find(({ url }) => url === extensionUrls[name]);
}

export const whyOf = (item: QuestionnaireItem): string | undefined => extensionOf(item, 'why')?.valueString;
export const offersNotToSay = (item: QuestionnaireItem): boolean =>
  extensionOf(item, 'chooseNotToSay')?.valueBoolean === true;
export const isHidden = (item: QuestionnaireItem): boolean => extensionOf(item, 'hidden')?.valueBoolean === true;
export const itemControlOf = (item: QuestionnaireItem): string | undefined =>
  extensionOf(item, 'itemControl')?.valueCodeableConcept?.coding[0]?.code;
export const isCalculated = (item: QuestionnaireItem): boolean =>
  extensionOf(item, 'calculatedExpression')?.valueExpression !== undefined;
/** A group whose rows are answers of their own; every other group only holds its children together. */
export const isRepeatingGroup = (item: QuestionnaireItem): boolean => item.type === 'group' && item.repeats === true;
export const isQuestion = (item: QuestionnaireItem): boolean => item.type !== 'group' && item.type !== 'display';

/** Every item, parents before children, in the order of the questionnaire. */
export function allItems(questionnaire: {
  readonly item?: readonly QuestionnaireItem[] | undefined;
}): QuestionnaireItem[] {
  return (questionnaire.item ?? []).flatMap((item) => [item, ...allItems(item)]);
}

/** The value of an option or an initial value, as an answer holds it. */
export function valueOf(
  option: InitialValue | AnswerOption,
): boolean | number | string | Coding | Quantity | undefined {
  const all = option as InitialValue;
  return (
    all.valueCoding ??
    all.valueString ??
    all.valueInteger ??
    all.valueDecimal ??
    all.valueBoolean ??
    all.valueDate ??
    all.valueDateTime ??
    all.valueTime ??
    all.valueQuantity
  );
}
