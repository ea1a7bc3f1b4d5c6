/** scheduling-intake.md D3, Scores: S15 (its pure part), S16, S17 and I18. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pagesOf } from '../../domain/questionnaire/questionnaire-pages.ts';
import { withoutDisabled } from '../../domain/questionnaire/questionnaire-evaluation.ts';
import type { Answers } from '../../domain/questionnaire/questionnaire-answers.ts';
import { defaultQuestionnaires } from '../../domain/questionnaire/content/intake-set.ts';
import {
  auditC,
  gad7,
  phq2,
  phq9,
  screeningScores,
  severityBands,
  type ItemScore,
  type ScreeningResult,
} from '../../domain/intake/screening.ts';

const screens = defaultQuestionnaires.screens.definition;
const said = (points: Readonly<Record<string, number>>): Answers =>
  Object.fromEntries(Object.entries(points).map(([linkId, code]) => [linkId, [{ code: String(code) }]]));
const scoreOf = (answers: Answers, tool: string): ScreeningResult | undefined =>
  screeningScores(withoutDisabled(screens, answers), { sexForClinicalUse: 'female' }).find(
    (each) => each.tool === tool,
  );

describe('S15 Red flag', () => {
  it('PHQ-2 of 3 (2+1) shows items 3 to 9, and of 2 it does not', () => {
    const keys = (answers: Answers) =>
      pagesOf(screens, answers)
        .map(({ key }) => key)
        .filter((key) => /^phq\.\d$/.test(key));
    expect(keys(said({ 'phq.1': 2, 'phq.2': 1 }))).toEqual([
      'phq.1',
      'phq.2',
      'phq.3',
      'phq.4',
      'phq.5',
      'phq.6',
      'phq.7',
      'phq.8',
      'phq.9',
    ]);
    expect(keys(said({ 'phq.1': 1, 'phq.2': 1 }))).toEqual(['phq.1', 'phq.2']);
  });

  it('item 9 of 1 with a total of 6 is mild, and noted all the same', () => {
    const answers = said({
      'phq.1': 2,
      'phq.2': 1,
      'phq.3': 1,
      'phq.4': 1,
      'phq.5': 0,
      'phq.6': 0,
      'phq.7': 0,
      'phq.8': 0,
      'phq.9': 1,
    });
    expect(scoreOf(answers, 'phq-2')).toMatchObject({
      score: 3,
      positive: true,
      notes: ['ask-phq-9'],
      loinc: '55758-7',
    });
    expect(scoreOf(answers, 'phq-9')).toMatchObject({
      score: 6,
      band: 'mild',
      positive: false,
      notes: ['item-9-positive'],
      loinc: '44261-6',
    });
  });
});

describe('S16 Missing items', () => {
  it('seven answers summing 14, item 9 among them: 18 prorated, moderately severe', () => {
    const result = phq9([2, 2, 2, 2, 2, 2, null, null, 2]);
    expect(result).toMatchObject({ score: 18, band: 'moderately-severe', prorated: true });
    expect(result.notes).toEqual(['prorated', 'item-9-positive']);
  });

  it('item 9 unanswered: staff must ask, and nobody is called minimal', () => {
    const result = phq9([0, 0, 0, 0, 0, 0, 0, 0, null]);
    expect(result).toMatchObject({ score: 0, band: null, prorated: true });
    expect(result.notes).toContain('ask-item-9');
    expect(phq9([2, 2, 2, 2, 2, 2, 2, null, null])).toMatchObject({
      score: 18,
      band: 'moderately-severe',
      notes: ['prorated', 'ask-item-9'],
    });
  });

  it('six answers: no score', () => {
    const result = phq9([1, 1, 1, 1, 1, null, null, null, 0]);
    expect(result).toMatchObject({ score: null, band: null, positive: null, prorated: false, notes: ['incomplete'] });
  });

  it('keeps its inputs and version with the result, so that it can be computed again', () => {
    const items = [2, 2, 2, 2, 2, 2, null, null, 2];
    const result = phq9(items);
    expect(result.inputs.items).toEqual(items);
    expect(result.version).toBeGreaterThan(0);
    expect(phq9(result.inputs.items)).toEqual(result);
  });
});

describe('S17 AUDIT-C', () => {
  it('sex for clinical use unknown, 1+1+1: positive from 3', () => {
    for (const sex of [null, undefined, 'unknown', 'asked-declined', 'other']) {
      const result = auditC([1, 1, 1], sex);
      expect(result).toMatchObject({ score: 3, positive: true, notes: ['sex-unknown'] });
    }
  });
  it('female 3+0+0: positive, all from item 1', () => {
    expect(auditC([3, 0, 0], 'female')).toMatchObject({
      score: 3,
      positive: true,
      notes: ['all-from-item-1'],
      loinc: '75626-2',
    });
  });
  it('male 2+1+0: negative; 2+1+1: positive', () => {
    expect(auditC([2, 1, 0], 'male')).toMatchObject({ score: 3, positive: false, notes: [] });
    expect(auditC([2, 1, 1], 'male')).toMatchObject({ score: 4, positive: true });
  });
  it('who never drinks is not asked the rest, and scores 0', () => {
    expect(auditC([0, null, null], 'male')).toMatchObject({ score: 0, positive: false, notes: ['never-drinks'] });
    expect(auditC([1, null, 0], 'male')).toMatchObject({ score: null, positive: null, notes: ['incomplete'] });
  });
});

it('bands end where the instruments say', () => {
  const phq = (total: number) =>
    phq9(Array.from({ length: 9 }, (_, index) => Math.min(3, Math.max(0, total - index * 3)))).band;
  expect([0, 4, 5, 9, 10, 14, 15, 19, 20, 27].map(phq)).toEqual([
    'minimal',
    'minimal',
    'mild',
    'mild',
    'moderate',
    'moderate',
    'moderately-severe',
    'moderately-severe',
    'severe',
    'severe',
  ]);
  const gad = (total: number) =>
    gad7(Array.from({ length: 7 }, (_, index) => Math.min(3, Math.max(0, total - index * 3))));
  expect([0, 4, 5, 9, 10, 14, 15, 21].map((total) => gad(total).band)).toEqual([
    'minimal',
    'minimal',
    'mild',
    'mild',
    'moderate',
    'moderate',
    'severe',
    'severe',
  ]);
  expect([9, 10].map((total) => gad(total).positive)).toEqual([false, true]);
  expect([2, 3].map((total) => phq2([Math.min(total, 2), total - Math.min(total, 2)]).positive)).toEqual([false, true]);
});

it('refuses a number that no answer has', () => {
  expect(() => phq9([4, 0, 0, 0, 0, 0, 0, 0, 0])).toThrow(RangeError);
  expect(() => gad7([0, 0])).toThrow(RangeError);
  expect(() => auditC([0.5, 0, 0], 'male')).toThrow(RangeError);
});

describe('I18 scores in range, monotone in each item', () => {
  const tools = {
    'phq-2': { count: 2, highest: 3, most: 6, score: phq2 },
    'phq-9': { count: 9, highest: 3, most: 27, score: phq9 },
    'gad-7': { count: 7, highest: 3, most: 21, score: gad7 },
    'audit-c/male': { count: 3, highest: 4, most: 12, score: (items: readonly ItemScore[]) => auditC(items, 'male') },
    'audit-c/unknown': { count: 3, highest: 4, most: 12, score: (items: readonly ItemScore[]) => auditC(items, null) },
  } as const;
  const severity = (band: ScreeningResult['band']): number => (band === null ? -1 : severityBands.indexOf(band));

  it.each(Object.entries(tools))('%s', (_name, { count, highest, most, score }) => {
    const items = fc.array(fc.option(fc.integer({ min: 0, max: highest }), { freq: 6 }), {
      minLength: count,
      maxLength: count,
    });
    fc.assert(
      fc.property(items, fc.nat({ max: count - 1 }), (given, which) => {
        const before = score(given);
        if (before.score !== null) {
          expect(before.score).toBeGreaterThanOrEqual(0);
          expect(before.score).toBeLessThanOrEqual(most);
        }
        const value = given[which] ?? null;
        if (value === null || value === highest) return;
        const raised = score(given.with(which, value + 1));
        // Who begins to drink was not asked the rest of AUDIT-C before: there is no score to compare then.
        if (before.score !== null && raised.score !== null) {
          expect(raised.score).toBeGreaterThanOrEqual(before.score);
          expect(severity(raised.band)).toBeGreaterThanOrEqual(severity(before.band));
        }
        if (before.positive === true) expect(raised.positive).toBe(true);
      }),
      { numRuns: 400 },
    );
  });
});
