/** Properties of the questionnaire engine over questionnaires and answers at random. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { acceptAnswers } from '../../domain/questionnaire/questionnaire-acceptance.ts';
import { checkAnswers } from '../../domain/questionnaire/questionnaire-check.ts';
import { checkQuestionnaire } from '../../domain/questionnaire/questionnaire-definition.ts';
import { enabledItems, withoutDisabled } from '../../domain/questionnaire/questionnaire-evaluation.ts';
import { localization, missingKeys, textsOf } from '../../domain/questionnaire/questionnaire-localization.ts';
import { matchesPattern, patternProblem } from '../../domain/questionnaire/questionnaire-patterns.ts';
import { pagesOf } from '../../domain/questionnaire/questionnaire-pages.ts';
import {
  fromQuestionnaireResponse,
  toQuestionnaireResponse,
} from '../../domain/questionnaire/questionnaire-response.ts';
import { allItems, type QuestionnaireItem } from '../../domain/questionnaire/questionnaire.ts';
import { answered, questionnaires } from './questionnaire-arbitrary.ts';

const runs = { numRuns: 300 };

it('answers to what is not asked never count: taking them away changes nothing', () => {
  let differing = 0;
  fc.assert(
    fc.property(answered, ([questionnaire, answers]) => {
      const kept = withoutDisabled(questionnaire, answers);
      if (JSON.stringify(kept) !== JSON.stringify(answers)) differing += 1;
      const shape = (given: typeof answers) =>
        enabledItems(questionnaire, given).map(({ item, place }) => JSON.stringify([item.linkId, place]));
      expect(shape(kept)).toEqual(shape(answers));
      expect(withoutDisabled(questionnaire, kept)).toEqual(kept);
    }),
    runs,
  );
  // The generator makes enough of them for this to mean something.
  expect(differing).toBeGreaterThan(20);
});

it('nothing is found in what was kept of well-formed answers; never a disabled item', () => {
  fc.assert(
    fc.property(answered, ([questionnaire, answers]) => {
      expect(checkAnswers(questionnaire, withoutDisabled(questionnaire, answers), { complete: false })).toEqual([]);
      const found = checkAnswers(questionnaire, answers, { complete: false });
      expect(found.every(({ code }) => code === 'disabled-item')).toBe(true);
      expect(acceptAnswers(questionnaire, answers, { complete: false }).findings).toEqual([]);
    }),
    runs,
  );
});

it('an item is asked only where everything around it is', () => {
  fc.assert(
    fc.property(answered, ([questionnaire, answers]) => {
      const asked = enabledItems(questionnaire, answers);
      const all = new Set(asked.map(({ item }) => item));
      for (const { groups } of asked) for (const group of groups) expect(all.has(group)).toBe(true);
    }),
    runs,
  );
});

it('each question that is asked is on exactly one page', () => {
  fc.assert(
    fc.property(answered, ([questionnaire, answers]) => {
      const onPages = pagesOf(questionnaire, answers).flatMap(({ items }) => items.map(({ linkId }) => linkId));
      const asked = enabledItems(questionnaire, answers)
        .filter(({ item, place }) => place.length === 0 && (item.type !== 'group' || item.repeats === true))
        .map(({ item }) => item.linkId);
      expect(onPages.toSorted()).toEqual(asked.toSorted());
      const keys = pagesOf(questionnaire, answers).map(({ key }) => key);
      expect(new Set(keys).size).toBe(keys.length);
    }),
    runs,
  );
});

it('a language changes texts and nothing else, and names those it does not have', () => {
  const bare = (item: QuestionnaireItem): unknown => ({
    ...item,
    text: null,
    answerOption: item.answerOption?.map(({ valueCoding }) => valueCoding?.code),
    item: item.item?.map(bare),
  });
  fc.assert(
    fc.property(questionnaires, fc.integer({ min: 0, max: 3 }), (definition, every) => {
      const keys = [...textsOf(definition).keys()];
      const given = keys.filter((_, index) => every === 0 || index % (every + 1) === 0);
      const version = { definition, translations: { vi: Object.fromEntries(given.map((key) => [key, `vi ${key}`])) } };
      const { questionnaire, fellBack } = localization(version, 'vi');
      expect(questionnaire.item.map(bare)).toEqual(definition.item.map(bare));
      expect(fellBack).toEqual(keys.filter((key) => !given.includes(key)));
      expect(missingKeys(version, 'vi')).toEqual(fellBack);
      const texts = textsOf(questionnaire);
      for (const key of keys)
        expect(texts.get(key)).toBe(given.includes(key) ? `vi ${key}` : textsOf(definition).get(key));
    }),
    runs,
  );
});

it('goes to a QuestionnaireResponse and back', () => {
  fc.assert(
    fc.property(answered, ([questionnaire, answers]) => {
      const kept = withoutDisabled(questionnaire, answers);
      const response = toQuestionnaireResponse(questionnaire, kept, { status: 'completed' });
      const travelled = JSON.parse(JSON.stringify(response)) as typeof response;
      expect(fromQuestionnaireResponse(questionnaire, travelled)).toEqual(kept);
    }),
    runs,
  );
});

it('definitions at random pass the check, and a circle does not', () => {
  fc.assert(
    fc.property(questionnaires, (questionnaire) => {
      expect(checkQuestionnaire(questionnaire)).toEqual([]);
      const first = allItems(questionnaire).find(
        ({ type, enableWhen }) => type !== 'group' && type !== 'display' && enableWhen === undefined,
      );
      if (first === undefined) return;
      const circle = (item: QuestionnaireItem): QuestionnaireItem => ({
        ...item,
        ...(item.linkId === first.linkId && {
          enableWhen: [{ question: first.linkId, operator: 'exists', answerBoolean: true }],
        }),
        ...(item.item && { item: item.item.map(circle) }),
      });
      const found = checkQuestionnaire({ ...questionnaire, item: questionnaire.item.map(circle) });
      expect(found.map(({ code }) => code)).toContain('cycle');
    }),
    runs,
  );
});

it('hostile patterns finish in time that grows with the text, not with its square or worse', () => {
  const hostile = ['(a+)+$', '(a|a)*b', '(a|aa)+$', '([a-zA-Z]+)*$', '(.*a){12}', '^(\\w+\\s?)*$', 'a*a*a*a*a*a*a*b'];
  for (const pattern of hostile) expect(patternProblem(pattern), pattern).toBeNull();
  const time = (length: number): number => {
    const text = `${'a'.repeat(length)}!`;
    // What this process computed, so that nobody else on the machine is in the figure.
    const start = process.cpuUsage();
    for (const pattern of hostile) matchesPattern(pattern, text);
    return process.cpuUsage(start).user / 1_000;
  };
  time(1000);
  const [short, long] = [Math.min(time(2_500), time(2_500), time(2_500)), Math.min(time(10_000), time(10_000))];
  // Linear is 4; a square would be 16; JavaScript's own engine would not come back.
  expect(long).toBeLessThan(Math.max(short, 5) * 10);
  for (const refused of ['(?=a)b', '(a)\\1', '(((a{100}){100}){100})', 'a'.repeat(300), '('])
    expect(patternProblem(refused), refused).not.toBeNull();
});
