/** The shape of a definition that somebody sends (zod, server side); what it means is domain/questionnaire/questionnaire-definition.ts. */
import { z } from 'zod';
import { enableOperators, itemTypes, type Questionnaire, type QuestionnaireItem } from './questionnaire.ts';

/** Bounds of a definition: what a person can read and a page can hold. */
export const definitionLimits = {
  items: 500,
  depth: 8,
  text: 2000,
  options: 300,
  conditions: 40,
  language: 20_000,
} as const;

const short = z.string().min(1).max(255);
const text = z.string().min(1).max(definitionLimits.text);
const url = z.string().min(1).max(500).regex(/^\S+$/);
const number = z.number().min(-1e12).max(1e12);

const coding = z.strictObject({ code: short, system: url.optional(), display: text.optional() });
const quantity = z.strictObject({ value: number, unit: short.optional() });

const enableWhen = z.strictObject({
  question: short,
  operator: z.enum(enableOperators),
  answerBoolean: z.boolean().optional(),
  answerDecimal: number.optional(),
  answerInteger: z.int().optional(),
  answerDate: short.optional(),
  answerDateTime: short.optional(),
  answerTime: short.optional(),
  answerString: text.optional(),
  answerCoding: coding.optional(),
  answerQuantity: quantity.optional(),
});

const extension = z.strictObject({
  url,
  valueBoolean: z.boolean().optional(),
  valueInteger: z.int().optional(),
  valueDecimal: number.optional(),
  valueDate: short.optional(),
  valueDateTime: short.optional(),
  valueTime: short.optional(),
  valueString: text.optional(),
  valueCode: short.optional(),
  valueCoding: coding.optional(),
  valueQuantity: quantity.optional(),
  valueCodeableConcept: z.strictObject({ coding: z.array(coding).min(1).max(5) }).optional(),
  valueExpression: z.strictObject({ language: z.literal('text/fhirpath'), expression: text }).optional(),
});

const value = {
  valueCoding: coding.optional(),
  valueString: text.optional(),
  valueInteger: z.int().optional(),
  valueDate: short.optional(),
  valueTime: short.optional(),
};

const item: z.ZodType<QuestionnaireItem> = z.lazy(() =>
  z.strictObject({
    linkId: z
      .string()
      .max(80)
      .regex(/^[A-Za-z][A-Za-z0-9._-]*$/),
    type: z.enum(itemTypes),
    text: text.optional(),
    required: z.boolean().optional(),
    repeats: z.boolean().optional(),
    readOnly: z.boolean().optional(),
    maxLength: z.int().min(1).max(10_000).optional(),
    enableWhen: z.array(enableWhen).min(1).max(definitionLimits.conditions).optional(),
    enableBehavior: z.enum(['all', 'any']).optional(),
    answerOption: z
      .array(
        z.strictObject({
          ...value,
          initialSelected: z.boolean().optional(),
          extension: z.array(extension).max(10).optional(),
        }),
      )
      .min(1)
      .max(definitionLimits.options)
      .optional(),
    initial: z
      .array(
        z.strictObject({
          ...value,
          valueBoolean: z.boolean().optional(),
          valueDecimal: number.optional(),
          valueDateTime: short.optional(),
          valueQuantity: quantity.optional(),
        }),
      )
      .min(1)
      .max(100)
      .optional(),
    item: z.array(item).max(definitionLimits.items).optional(),
    extension: z.array(extension).max(20).optional(),
  }),
);

export const questionnaireSchema: z.ZodType<Questionnaire> = z.strictObject({
  resourceType: z.literal('Questionnaire'),
  url,
  version: short,
  language: z.literal('en').optional(),
  title: text,
  description: text.optional(),
  status: z.enum(['draft', 'active', 'retired']).optional(),
  item: z.array(item).min(1).max(definitionLimits.items),
  extension: z.array(extension).max(20).optional(),
});
