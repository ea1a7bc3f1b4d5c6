/** The questionnaire engine by example: each operator, each finding, each refusal of a definition. */
import { describe, expect, it } from 'vitest';
import { acceptAnswers } from '../../domain/questionnaire/questionnaire-acceptance.ts';
import { calculatedValues, expressionProblem } from '../../domain/questionnaire/questionnaire-calculation.ts';
import { checkAnswers } from '../../domain/questionnaire/questionnaire-check.ts';
import { checkQuestionnaire } from '../../domain/questionnaire/questionnaire-definition.ts';
import { differenceOf } from '../../domain/questionnaire/questionnaire-difference.ts';
import { enabledItems, initialAnswers, withoutDisabled } from '../../domain/questionnaire/questionnaire-evaluation.ts';
import { toFhirQuestionnaire } from '../../domain/questionnaire/questionnaire-fhir.ts';
import { matchesPattern } from '../../domain/questionnaire/questionnaire-patterns.ts';
import { pagesOf } from '../../domain/questionnaire/questionnaire-pages.ts';
import { toQuestionnaireResponse } from '../../domain/questionnaire/questionnaire-response.ts';
import {
  extensionUrls,
  type EnableWhen,
  type Extension,
  type Questionnaire,
  type QuestionnaireItem,
} from '../../domain/questionnaire/questionnaire.ts';
import type { Answers } from '../../domain/questionnaire/questionnaire-answers.ts';

const asking = (...item: QuestionnaireItem[]): Questionnaire => ({
  resourceType: 'Questionnaire',
  url: 'https://example.test/q',
  version: '1',
  title: 'Asked',
  item,
});
const one = (type: QuestionnaireItem['type'], more: Partial<QuestionnaireItem> = {}): QuestionnaireItem => ({
  linkId: 'a',
  type,
  text: 'A?',
  ...more,
});
const options = (...codes: string[]) => codes.map((code) => ({ valueCoding: { code, display: code } }));
const extended = (name: keyof typeof extensionUrls, value: Omit<Extension, 'url'>): Extension => ({
  url: extensionUrls[name],
  ...value,
});

describe('enableWhen', () => {
  const shown = (
    type: QuestionnaireItem['type'],
    condition: Omit<EnableWhen, 'question'>,
    given: readonly unknown[],
    more: Partial<QuestionnaireItem> = {},
  ) => {
    const questionnaire = asking(one(type, { repeats: true, ...more }), {
      linkId: 'b',
      type: 'string',
      text: 'B?',
      enableWhen: [{ question: 'a', ...condition }],
    });
    return enabledItems(questionnaire, { a: given } as Answers).some(({ item }) => item.linkId === 'b');
  };
  it.each([
    ['exists', 'integer', { operator: 'exists', answerBoolean: true }, [1], true],
    ['exists, nothing', 'integer', { operator: 'exists', answerBoolean: true }, [], false],
    ['exists false', 'integer', { operator: 'exists', answerBoolean: false }, [], true],
    [
      'declined is no answer',
      'integer',
      { operator: 'exists', answerBoolean: true },
      [{ code: 'asked-declined' }],
      false,
    ],
    ['= of one of several', 'integer', { operator: '=', answerInteger: 2 }, [1, 2], true],
    ['!= of several', 'integer', { operator: '!=', answerInteger: 2 }, [1, 2], false],
    ['!= without an answer', 'integer', { operator: '!=', answerInteger: 2 }, [], true],
    ['>', 'integer', { operator: '>', answerInteger: 2 }, [2], false],
    ['>=', 'integer', { operator: '>=', answerInteger: 2 }, [2], true],
    ['<', 'decimal', { operator: '<', answerDecimal: 2.5 }, [2.4], true],
    ['<=', 'date', { operator: '<=', answerDate: '2027-01-02' }, ['2027-01-02'], true],
    ['> of a year that holds the day', 'date', { operator: '>', answerDate: '2027-01-02' }, ['2027'], false],
    ['> of a later year', 'date', { operator: '>', answerDate: '2027-01-02' }, ['2028'], true],
    [
      '= of one instant',
      'dateTime',
      { operator: '=', answerDateTime: '2027-01-02T10:00:00Z' },
      ['2027-01-02T11:00:00+01:00'],
      true,
    ],
    ['time', 'time', { operator: '<', answerTime: '12:00:00' }, ['09:30:00'], true],
    ['boolean', 'boolean', { operator: '=', answerBoolean: false }, [false], true],
    ['string', 'string', { operator: '=', answerString: 'x' }, ['x'], true],
    ['coding', 'choice', { operator: '=', answerCoding: { code: 'x', system: 'urn:s' } }, [{ code: 'x' }], true],
    [
      'coding of another system',
      'choice',
      { operator: '=', answerCoding: { code: 'x', system: 'urn:s' } },
      [{ code: 'x', system: 'urn:t' }],
      false,
    ],
    [
      'quantity',
      'quantity',
      { operator: '>', answerQuantity: { value: 5, unit: 'kg' } },
      [{ value: 6, unit: 'kg' }],
      true,
    ],
    [
      'quantity of another unit',
      'quantity',
      { operator: '>', answerQuantity: { value: 5, unit: 'kg' } },
      [{ value: 6, unit: 'lb' }],
      false,
    ],
  ] as const)('%s', (_name, type, condition, given, expected) => {
    expect(shown(type, condition, given)).toBe(expected);
  });

  it('joins by all, or by any', () => {
    const both = (enableBehavior: 'all' | 'any', answers: Answers) =>
      enabledItems(asking(one('boolean'), { ...one('boolean'), linkId: 'b' }, { linkId: 'c', type: 'string', text: 'C?', enableBehavior, enableWhen: [{ question: 'a', operator: '=', answerBoolean: true }, { question: 'b', operator: '=', answerBoolean: true }] }), answers).length === 3; // prettier-ignore
    expect([
      both('all', { a: [true] }),
      both('all', { a: [true], b: [true] }),
      both('any', { a: [true] }),
      both('any', {}),
    ]).toEqual([false, true, true, false]);
  });

  it('a disabled parent disables its children, and their answers count for nobody', () => {
    const questionnaire = asking(
      one('boolean'),
      {
        linkId: 'g',
        type: 'group',
        enableWhen: [{ question: 'a', operator: '=', answerBoolean: true }],
        item: [{ linkId: 'g1', type: 'boolean', text: 'G1?' }],
      },
      { linkId: 'z', type: 'string', text: 'Z?', enableWhen: [{ question: 'g1', operator: '=', answerBoolean: true }] },
    );
    const answers: Answers = { a: [false], g1: [true], z: ['kept?'] };
    expect(enabledItems(questionnaire, answers).map(({ item }) => item.linkId)).toEqual(['a']);
    expect(withoutDisabled(questionnaire, answers)).toEqual({ a: [false] });
    expect(checkAnswers(questionnaire, answers, { complete: true }).map(({ linkId, code }) => [linkId, code])).toEqual([['g1', 'disabled-item'], ['z', 'disabled-item']]); // prettier-ignore
  });

  it('each row of a repeating group is judged by its own answers, and by those around it', () => {
    const row: QuestionnaireItem[] = [
      { linkId: 'r1', type: 'boolean', text: 'R1?' },
      {
        linkId: 'r2',
        type: 'string',
        text: 'R2?',
        required: true,
        enableWhen: [{ question: 'r1', operator: '=', answerBoolean: true }],
      },
      {
        linkId: 'r3',
        type: 'string',
        text: 'R3?',
        enableWhen: [{ question: 'a', operator: '=', answerBoolean: true }],
      },
    ];
    const questionnaire = asking(one('boolean'), { linkId: 'r', type: 'group', repeats: true, item: row }, { linkId: 'any', type: 'string', text: 'Any?', enableWhen: [{ question: 'r1', operator: '=', answerBoolean: true }] }); // prettier-ignore
    const answers: Answers = { a: [true], r: [{ r1: [false], r2: ['gone'] }, { r1: [true] }] };
    const places = enabledItems(questionnaire, answers).map(({ item, place }) => [...place, item.linkId].join('/'));
    expect(places).toEqual(['a', 'r', 'r/0/r1', 'r/0/r3', 'r/1/r1', 'r/1/r2', 'r/1/r3', 'any']);
    expect(withoutDisabled(questionnaire, answers)).toEqual({ a: [true], r: [{ r1: [false] }, { r1: [true] }] });
    expect(checkAnswers(questionnaire, withoutDisabled(questionnaire, answers), { complete: true })).toEqual([
      { linkId: 'r2', path: '/answers/r/1/r2', code: 'required' },
    ]);
  });
});

describe('checkAnswers', () => {
  const found = (item: QuestionnaireItem, ...given: unknown[]) => checkAnswers(asking(item), { a: given } as Answers, { complete: true, today: '2027-03-01', matches: matchesPattern }).map(({ code }) => code); // prettier-ignore
  const id = '0b9d6f9c-8a53-4c07-9d3e-0e7f3f1b2a11';
  const choice = one('choice', { answerOption: options('x', 'y', 'none') });
  const alone = one('choice', { repeats: true, answerOption: [...options('x'), { valueCoding: { code: 'none', display: 'None' }, extension: [extended('optionExclusive', { valueBoolean: true })] }] }); // prettier-ignore
  it.each([
    ['nothing, required', one('string', { required: true }), [], ['required']],
    ['blank, required', one('string', { required: true }), ['  '], ['required']],
    ['two of one', one('string'), ['x', 'y'], ['too-many']],
    ['text for a number', one('integer'), ['1'], ['type']],
    ['a half for a whole', one('integer'), [1.5], ['type']],
    ['NaN', one('decimal'), [Number.NaN], ['type']],
    ['below', one('integer', { extension: [extended('minValue', { valueInteger: 1 })] }), [0], ['min']],
    ['above', one('decimal', { extension: [extended('maxValue', { valueDecimal: 1.5 })] }), [1.6], ['max']],
    [
      'decimals',
      one('decimal', { extension: [extended('maxDecimalPlaces', { valueInteger: 1 })] }),
      [1.25],
      ['decimals'],
    ],
    ['no such day', one('date'), ['2027-02-29'], ['type']],
    ['leap day', one('date'), ['2028-02-29'], []],
    ['a year for a day', one('date'), ['2027'], ['type']],
    [
      'a year where it may be',
      one('date', { extension: [extended('partialDate', { valueBoolean: true })] }),
      ['2027'],
      [],
    ],
    [
      'tomorrow',
      one('date', { extension: [extended('notInFuture', { valueBoolean: true })] }),
      ['2027-03-02'],
      ['in-future'],
    ],
    ['today', one('date', { extension: [extended('notInFuture', { valueBoolean: true })] }), ['2027-03-01'], []],
    [
      'before the first day',
      one('date', { extension: [extended('minValue', { valueDate: '1890-01-01' })] }),
      ['1889-12-31'],
      ['min'],
    ],
    ['time', one('time'), ['24:00'], ['type']],
    ['dateTime without a zone', one('dateTime'), ['2027-03-01T10:00:00'], ['type']],
    ['dateTime', one('dateTime'), ['2027-03-01T10:00:00-05:00'], []],
    ['too long', one('string', { maxLength: 3 }), ['abcd'], ['too-long']],
    ['length in characters', one('string', { maxLength: 3 }), ['👩‍🦰'], []],
    ['too short', one('string', { extension: [extended('minLength', { valueInteger: 3 })] }), ['ab '], ['too-short']],
    [
      'pattern, whole',
      one('string', { extension: [extended('regex', { valueString: '[0-9]{5}' })] }),
      ['123456'],
      ['pattern'],
    ],
    ['not offered', choice, [{ code: 'z' }], ['not-an-option']],
    ['declined where not offered', choice, [{ code: 'asked-declined' }], ['not-an-option']],
    [
      'declined',
      { ...choice, required: true, extension: [extended('chooseNotToSay', { valueBoolean: true })] },
      [{ code: 'asked-declined' }],
      [],
    ],
    ['something in a coding', choice, [{ code: 'x', __proto__: null, onclick: '1' }], ['type']],
    [
      'twice',
      one('choice', { repeats: true, answerOption: options('x', 'y') }),
      [{ code: 'x' }, { code: 'x' }],
      ['duplicate'],
    ],
    ['none and one', alone, [{ code: 'x' }, { code: 'none' }], ['not-alone']],
    ['open', one('open-choice', { answerOption: options('x') }), ['something else'], []],
    ['open, another code', one('open-choice', { answerOption: options('x') }), [{ code: 'q' }], ['not-an-option']],
    ['text of a choice', choice, ['x'], ['not-an-option']],
    [
      'quantity of another unit',
      one('quantity', { extension: [extended('unit', { valueCoding: { code: 'kg' } })] }),
      [{ value: 3, unit: 'lb' }],
      ['unit'],
    ],
    [
      'quantity',
      one('quantity', { extension: [extended('unit', { valueCoding: { code: 'kg' } })] }),
      [{ value: 3 }],
      [],
    ],
    ['attachment', one('attachment'), [{ documentId: id }], []],
    ['attachment elsewhere', one('attachment'), [{ documentId: '../../etc/passwd' }], ['type']],
    ['attachment with a url', one('attachment'), [{ documentId: id, url: 'http://x' }], ['type']],
    [
      'too few',
      one('string', { repeats: true, required: true, extension: [extended('minOccurs', { valueInteger: 2 })] }),
      ['x'],
      ['too-few'],
    ],
    ['a row for a question', one('string'), [{}], ['type']],
    ['null', one('string'), [null], ['type']],
  ] as const)('%s', (_name, item, given, expected) => {
    expect(found(item as QuestionnaireItem, ...given)).toEqual(expected);
  });

  it('says what there is no item for, and is not fooled by what every object has', () => {
    const questionnaire = asking({ linkId: 'constructor', type: 'string', text: 'Who built it?', required: true });
    expect(checkAnswers(questionnaire, {}, { complete: true }).map(({ code }) => code)).toEqual(['required']);
    const answers = JSON.parse('{"__proto__": ["x"], "nothing/here": [1]}') as Answers;
    expect(checkAnswers(questionnaire, answers, { complete: false })).toEqual([
      { linkId: '__proto__', path: '/answers/__proto__', code: 'unknown-item' },
      { linkId: 'nothing/here', path: '/answers/nothing~1here', code: 'unknown-item' },
    ]);
  });

  it('a hundred thousand rows are refused at once', () => {
    const questionnaire = asking({ linkId: 'r', type: 'group', repeats: true, item: [one('string')] });
    const start = performance.now();
    const { findings } = acceptAnswers(
      questionnaire,
      { r: Array.from({ length: 100_000 }, () => ({})) },
      { complete: false },
    );
    expect(findings).toEqual([{ linkId: 'r', path: '/answers/r', code: 'too-many', limit: 100 }]);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('keeps codings by their code, quantities by number and unit, texts trimmed', () => {
    const questionnaire = asking(choice, { linkId: 'b', type: 'string', text: 'B?' });
    expect(acceptAnswers(questionnaire, { a: [{ code: 'x', display: '<b>x</b>' }], b: ['  y '] }, { complete: true })).toEqual({ answers: { a: [{ code: 'x' }], b: ['y'] }, calculated: {}, findings: [] }); // prettier-ignore
  });
});

describe('calculated values', () => {
  const sum = "%resource.item.where(linkId='a').answer.value.code.select(toInteger()).sum()";
  const questionnaire = asking(
    one('choice', { repeats: true, answerOption: options('1', '2', '3') }),
    { linkId: 'sum', type: 'integer', readOnly: true, extension: [extended('hidden', { valueBoolean: true }), extended('calculatedExpression', { valueExpression: { language: 'text/fhirpath', expression: sum } })] },
    { linkId: 'more', type: 'string', text: 'Tell us more', required: true, enableWhen: [{ question: 'sum', operator: '>=', answerInteger: 4 }] },
  ); // prettier-ignore

  it('decide what else is asked, and nobody answers for them', () => {
    expect(calculatedValues(questionnaire, { a: [{ code: '1' }, { code: '2' }] })).toEqual({ sum: [3] });
    const low = acceptAnswers(questionnaire, { a: [{ code: '1' }], sum: [99] }, { complete: true });
    expect(low).toEqual({ answers: { a: [{ code: '1' }], sum: [1] }, calculated: { sum: [1] }, findings: [] });
    const high = acceptAnswers(questionnaire, { a: [{ code: '1' }, { code: '3' }] }, { complete: true });
    expect(high.findings).toEqual([{ linkId: 'more', path: '/answers/more', code: 'required' }]);
    expect(pagesOf(questionnaire, { a: [{ code: '3' }], sum: [4] }).map(({ key }) => key)).toEqual(['a', 'more']);
  });

  it('are bounded: no patterns, no repetition, no other constants, no deep loops, no long texts', () => {
    for (const expression of ["'x'.matches('(a+)+$')", "'a'.replaceMatches('a', 'b')", 'repeat(item)', 'descendants()', '%ucum', "%resource.memberOf('http://x')", 'item.where(item.where(item.where(true)))', 'trace(\'x\')', 'now()', '((', `${'1+'.repeat(300)}1`]) expect(expressionProblem(expression), expression).not.toBeNull(); // prettier-ignore
    for (const expression of [sum, 'iif(1 > 0, 1, 2)', "item.where(linkId = 'a').answer.exists()"])
      expect(expressionProblem(expression), expression).toBeNull();
  });
});

describe('checkQuestionnaire', () => {
  const codes = (definition: unknown) => checkQuestionnaire(definition).map(({ code }) => code);
  const b = (more: Partial<QuestionnaireItem>): QuestionnaireItem => ({
    linkId: 'b',
    type: 'string',
    text: 'B?',
    ...more,
  });
  it.each([
    ['right', asking(one('string')), []],
    ['a linkId twice', asking(one('string'), one('string')), ['duplicate-link-id']],
    ['reference', asking({ ...one('string'), type: 'reference' as never }), ['unsupported-type']],
    ['url', asking({ ...one('string'), type: 'url' as never }), ['unsupported-type']],
    ['a linkId that is a path', asking({ ...one('string'), linkId: '../x' }), ['shape']],
    [
      'looks at nothing',
      asking(b({ enableWhen: [{ question: 'q', operator: 'exists', answerBoolean: true }] })),
      ['unknown-question'],
    ],
    [
      'looks at itself',
      asking(b({ enableWhen: [{ question: 'b', operator: 'exists', answerBoolean: true }] })),
      ['cycle'],
    ],
    [
      'the group looks into itself',
      asking({
        linkId: 'g',
        type: 'group',
        enableWhen: [{ question: 'a', operator: 'exists', answerBoolean: true }],
        item: [one('string')],
      }),
      ['cycle'],
    ],
    [
      'larger than a word',
      asking(one('string'), b({ enableWhen: [{ question: 'a', operator: '>', answerString: 'x' }] })),
      ['bad-condition'],
    ],
    [
      'an answer of another type',
      asking(one('integer'), b({ enableWhen: [{ question: 'a', operator: '=', answerString: 'x' }] })),
      ['bad-condition'],
    ],
    [
      'an option that there is not',
      asking(
        one('choice', { answerOption: options('x') }),
        b({ enableWhen: [{ question: 'a', operator: '=', answerCoding: { code: 'y' } }] }),
      ),
      ['bad-condition'],
    ],
    [
      'all or any?',
      asking(
        one('boolean'),
        b({
          enableWhen: [
            { question: 'a', operator: '=', answerBoolean: true },
            { question: 'a', operator: 'exists', answerBoolean: true },
          ],
        }),
      ),
      ['bad-condition'],
    ],
    ['no options', asking(one('choice')), ['bad-option']],
    ['an option twice', asking(one('choice', { answerOption: options('x', 'x') })), ['bad-option']],
    [
      'an option without a text',
      asking(one('choice', { answerOption: [{ valueCoding: { code: 'x' } }] })),
      ['no-text'],
    ],
    [
      'a pattern that is none',
      asking(one('string', { extension: [extended('regex', { valueString: '(' })] })),
      ['bad-pattern'],
    ],
    [
      'a pattern that looks around',
      asking(one('string', { extension: [extended('regex', { valueString: '(?=x)' })] })),
      ['bad-pattern'],
    ],
    [
      'an expression that is none',
      asking(
        one('integer', {
          readOnly: true,
          extension: [
            extended('calculatedExpression', { valueExpression: { language: 'text/fhirpath', expression: '((' } }),
          ],
        }),
      ),
      ['bad-expression'],
    ],
    [
      'bounds crossed',
      asking(
        one('integer', {
          extension: [extended('minValue', { valueInteger: 3 }), extended('maxValue', { valueInteger: 2 })],
        }),
      ),
      ['bad-bound'],
    ],
    [
      'a bound of another type',
      asking(one('integer', { extension: [extended('minValue', { valueDate: '2027-01-01' })] })),
      ['bad-bound'],
    ],
    ['a question in a question', asking(one('string', { item: [b({})] })), ['misplaced-child']],
    ['an empty group', asking({ linkId: 'g', type: 'group' }), ['misplaced-child']],
    [
      'a first answer that cannot be given',
      asking(one('integer', { initial: [{ valueString: 'x' }] })),
      ['bad-initial'],
    ],
    ['a text too long', asking(one('string', { text: 'x'.repeat(2001) })), ['shape']],
    ['nothing said', asking(one('string', { text: ' ' })), ['no-text']],
    ['no questionnaire', 'x', ['shape']],
  ] as const)('%s', (_name, definition, expected) => {
    expect(codes(definition)).toEqual(expected);
  });
});

it('says first answers, of questions and of options', () => {
  expect(initialAnswers(asking(one('integer', { initial: [{ valueInteger: 0 }] }), { linkId: 'b', type: 'choice', text: 'B?', answerOption: [{ valueCoding: { code: 'x' }, initialSelected: true }] }))).toEqual({ a: [0], b: [{ code: 'x' }] }); // prettier-ignore
});

it('puts one question or one small group on a page, with the text before it, and help inside its question', () => {
  const q = (linkId: string, more: Partial<QuestionnaireItem> = {}): QuestionnaireItem => ({
    linkId,
    type: 'string',
    text: linkId,
    ...more,
  });
  const five = ['1', '2', '3', '4', '5'].map((n) => q(`g${n}`));
  const page = extended('itemControl', { valueCodeableConcept: { coding: [{ code: 'page' }] } });
  const pages = pagesOf(
    asking(
      { linkId: 'hello', type: 'display', text: 'Hello' },
      q('one', { item: [{ linkId: 'help', type: 'display', text: 'Help' }] }),
      {
        linkId: 'small',
        type: 'group',
        text: 'Small',
        item: [q('s1'), q('s2'), { linkId: 'note', type: 'display', text: 'Note' }],
      },
      { linkId: 'large', type: 'group', text: 'Large', item: five },
      {
        linkId: 'forced',
        type: 'group',
        text: 'Forced',
        extension: [page],
        item: five.map((each) => ({ ...each, linkId: `f${each.linkId}` })),
      },
      { linkId: 'rows', type: 'group', repeats: true, item: [q('r1')] },
      { linkId: 'bye', type: 'display', text: 'Bye' },
    ),
    {},
  );
  expect(
    pages.map(({ key, groups, items }) => [
      key,
      groups.map((each) => each.linkId).join(),
      items.map((each) => each.linkId).join(),
    ]),
  ).toEqual([
    ['one', '', 'hello,one'],
    ['small', 'small', 's1,s2,note'],
    ...['g1', 'g2', 'g3', 'g4', 'g5'].map((key) => [key, 'large', key]),
    ['forced', 'forced', 'fg1,fg2,fg3,fg4,fg5'],
    ['rows', '', 'rows,bye'],
  ]);
});

it('exports translations as FHIR extensions, and answers with the text and display that were shown', () => {
  const definition = asking(
    one('choice', { answerOption: options('x'), extension: [extended('why', { valueString: 'Because' })] }),
    one('boolean', { linkId: 'b', extension: [extended('chooseNotToSay', { valueBoolean: true })] }),
  );
  const fhir = toFhirQuestionnaire(
    {
      code: 'q',
      version: 3,
      definition,
      translations: { es: { title: 'Título', a: '¿A?', 'a:why': 'Porque', 'a=x': 'Equis' } },
    },
    'active',
  );
  const said = (content: string) => ({
    extension: [
      {
        url: extensionUrls.translation,
        extension: [
          { url: 'lang', valueCode: 'es' },
          { url: 'content', valueString: content },
        ],
      },
    ],
  });
  expect(fhir).toMatchObject({
    version: '3',
    _title: said('Título'),
    item: [
      {
        _text: said('¿A?'),
        extension: [{ _valueString: said('Porque') }],
        answerOption: [{ valueCoding: { code: 'x', _display: said('Equis') } }],
      },
      { linkId: 'b' },
    ],
  });
  const response = toQuestionnaireResponse(
    definition,
    { a: [{ code: 'x' }], b: [{ code: 'asked-declined' }] },
    { status: 'completed', patientId: 'p' },
  );
  expect(response).toMatchObject({
    questionnaire: 'https://example.test/q|1',
    item: [
      { linkId: 'a', text: 'A?', answer: [{ valueCoding: { code: 'x', display: 'x' } }] },
      { linkId: 'b', answer: [{ _valueString: { extension: [{ valueCode: 'asked-declined' }] } }] },
    ],
  });
});

it('tells what a version asks differently: added, removed, changed, moved; what is inserted moves nobody', () => {
  const q = (linkId: string, text = linkId): QuestionnaireItem => ({ linkId, type: 'string', text });
  const before = { definition: asking(q('a'), q('b'), q('c'), q('gone')), translations: { es: { a: 'A', gone: 'X' } } };
  const after = {
    definition: asking(q('c'), q('a'), q('new'), q('b', 'B!')),
    translations: { es: { a: 'Ah', new: 'N' } },
  };
  const { items, texts } = differenceOf(before, after);
  expect(items.map(({ linkId, change, fields }) => [linkId, change, fields.map(({ field }) => field).join()])).toEqual([
    ['gone', 'removed', ''],
    ['c', 'changed', 'position'],
    ['new', 'added', ''],
    ['b', 'changed', 'text'],
  ]);
  expect(texts).toEqual([
    { language: 'es', key: 'a', before: 'A', after: 'Ah' },
    { language: 'es', key: 'new', before: null, after: 'N' },
    { language: 'es', key: 'gone', before: 'X', after: null },
  ]);
  expect(differenceOf(before, before)).toEqual({ title: null, items: [], texts: [] });
});
