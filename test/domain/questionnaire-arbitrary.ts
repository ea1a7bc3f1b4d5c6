/** Questionnaires and answers at random: nested groups, rows in rows, conditions on what stands before. */
import fc from 'fast-check';
import {
  extensionUrls,
  type EnableWhen,
  type Questionnaire,
  type QuestionnaireItem,
} from '../../domain/questionnaire/questionnaire.ts';
import type { Answers, AnswerValue } from '../../domain/questionnaire/questionnaire-answers.ts';

const leafTypes = [
  'boolean',
  'integer',
  'decimal',
  'date',
  'time',
  'string',
  'choice',
  'open-choice',
  'quantity',
  'attachment',
  'display',
] as const;
type Leaf = (typeof leafTypes)[number];

interface Plan {
  readonly type: Leaf | 'group';
  readonly repeats: boolean;
  readonly notToSay: boolean;
  readonly looksAt: number | null;
  readonly operator: number;
  readonly children: readonly Plan[];
}

const { plan } = fc.letrec<{ plan: Plan }>((tie) => ({
  plan: fc.record({
    type: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom<Plan['type']>(...leafTypes) },
      { weight: 1, arbitrary: fc.constant<Plan['type']>('group') },
    ),
    repeats: fc.boolean(),
    notToSay: fc.boolean(),
    looksAt: fc.option(fc.nat({ max: 30 })),
    operator: fc.nat({ max: 2 }),
    children: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'q' },
      fc.constant([]),
      fc.array(tie('plan'), { minLength: 1, maxLength: 4, depthIdentifier: 'q' }),
    ),
  }),
}));

/** A question that is asked of, with an answer it could have. */
function conditionOn(item: QuestionnaireItem, operator: number): EnableWhen {
  const { linkId: question } = item;
  if (operator === 0) return { question, operator: 'exists', answerBoolean: true };
  const sign = operator === 1 ? ('=' as const) : ('!=' as const);
  if (item.type === 'boolean') return { question, operator: sign, answerBoolean: true };
  if (item.type === 'integer') return { question, operator: operator === 1 ? '>=' : '<', answerInteger: 3 };
  if (item.type === 'choice') return { question, operator: sign, answerCoding: { code: 'a' } };
  return { question, operator: 'exists', answerBoolean: false };
}

export const questionnaires: fc.Arbitrary<Questionnaire> = fc
  .array(plan, { minLength: 1, maxLength: 6 })
  .map((plans) => {
    const asked: QuestionnaireItem[] = [];
    let count = 0;
    const build = (each: Plan): QuestionnaireItem => {
      count += 1;
      const linkId = `q${count}`;
      const type = each.type === 'group' && each.children.length === 0 ? 'string' : each.type;
      const target = each.looksAt === null || asked.length === 0 ? undefined : asked[each.looksAt % asked.length];
      const base: QuestionnaireItem = {
        linkId,
        type,
        text: `Text of ${linkId}`,
        ...(type !== 'display' && each.repeats && { repeats: true }),
        ...(target !== undefined && { enableWhen: [conditionOn(target, each.operator)] }),
        ...((type === 'choice' || type === 'open-choice') && {
          answerOption: ['a', 'b', 'c'].map((code) => ({ valueCoding: { code, display: `Option ${code}` } })),
        }),
        ...(each.notToSay &&
          type !== 'display' &&
          type !== 'group' && { extension: [{ url: extensionUrls.chooseNotToSay, valueBoolean: true }] }),
      };
      const item = type === 'group' ? { ...base, item: each.children.map(build) } : base;
      if (type !== 'display' && type !== 'group') asked.push(item);
      return item;
    };
    return {
      resourceType: 'Questionnaire',
      url: 'https://example.test/q',
      version: '1',
      title: 'Made up',
      item: plans.map(build),
    };
  });

const day = fc.integer({ min: 0, max: 20_000 }).map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10));
const valuesOf: Readonly<Record<Exclude<Leaf, 'display'>, fc.Arbitrary<AnswerValue>>> = {
  boolean: fc.boolean(),
  integer: fc.integer({ min: -5, max: 5 }),
  decimal: fc.integer({ min: -500, max: 500 }).map((hundredths) => hundredths / 100),
  date: day,
  time: fc.constantFrom('00:00:00', '09:30:00', '23:59:59'),
  string: fc.string({ minLength: 1, maxLength: 12 }).filter((text) => text.trim() !== ''),
  choice: fc.constantFrom('a', 'b', 'c').map((code) => ({ code })),
  'open-choice': fc.oneof(fc.constantFrom({ code: 'a' }, { code: 'b' }), fc.constant('something else')),
  quantity: fc.integer({ min: 0, max: 100 }).map((value) => ({ value, unit: 'kg' })),
  attachment: fc.uuid().map((documentId) => ({ documentId })),
};

function answersFor(items: readonly QuestionnaireItem[]): fc.Arbitrary<Answers> {
  const level = (all: readonly QuestionnaireItem[]): QuestionnaireItem[] =>
    all.flatMap((item) =>
      item.type === 'group' && item.repeats === true ? [item] : [item, ...level(item.item ?? [])],
    );
  const entries = level(items).flatMap((item): [string, fc.Arbitrary<readonly (AnswerValue | Answers)[]>][] => {
    if (item.type === 'display' || (item.type === 'group' && item.repeats !== true)) return [];
    if (item.type === 'group')
      return [[item.linkId, fc.array(answersFor(item.item ?? []), { minLength: 1, maxLength: 2 })]];
    const declines = item.extension !== undefined;
    const values = valuesOf[item.type as keyof typeof valuesOf];
    const some: fc.Arbitrary<readonly AnswerValue[]> = fc.uniqueArray(values, {
      minLength: 1,
      maxLength: item.repeats === true ? 3 : 1,
      selector: (value) => JSON.stringify(value),
    });
    return [
      [
        item.linkId,
        declines
          ? fc.oneof(
              { weight: 3, arbitrary: some },
              { weight: 1, arbitrary: fc.constant([{ code: 'asked-declined' }]) },
            )
          : some,
      ],
    ];
  });
  return fc.record(Object.fromEntries(entries), { requiredKeys: [] }) as fc.Arbitrary<Answers>;
}

/** A questionnaire, and answers of the right shape to all of it, also to what is not asked. */
export const answered: fc.Arbitrary<readonly [Questionnaire, Answers]> = questionnaires.chain((questionnaire) =>
  answersFor(questionnaire.item).map((answers) => [questionnaire, answers] as const),
);
