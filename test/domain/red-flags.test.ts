/** Red flags of an intake: each rule, what does not meet it, and what the person then reads (S15, the part of the answers). */
import { describe, expect, it } from 'vitest';
import { crisisHelp } from '../../domain/intake/crisis-help.ts';
import { intakeSteps } from '../../domain/intake/intake.ts';
import { writtenLanguages } from '../../domain/language.ts';
import { allItems } from '../../domain/questionnaire/questionnaire.ts';
import type { Answers } from '../../domain/questionnaire/questionnaire-answers.ts';
import { enabledItems, withoutDisabled } from '../../domain/questionnaire/questionnaire-evaluation.ts';
import { defaultQuestionnaires } from '../../domain/questionnaire/content/intake-set.ts';
import { mostUrgentFirst, redFlagRules, redFlagsIn } from '../../domain/intake/red-flags.ts';
import { screeningScores } from '../../domain/intake/screening.ts';

const code = (value: string) => [{ code: value }];
const phq = (...items: number[]): Answers =>
  Object.fromEntries(items.map((value, index) => [`phq.${index + 1}`, code(String(value))]));

const cases: readonly [string, Parameters<typeof redFlagsIn>[0], Answers, readonly string[]][] = [
  ['item 9 on several days', 'screens', { 'phq.9': code('1') }, ['suicidal-thoughts']],
  ['item 9 nearly every day', 'screens', { 'phq.9': code('3') }, ['suicidal-thoughts']],
  ['item 9 not at all', 'screens', { 'phq.9': code('0') }, []],
  ['item 9 not answered', 'screens', { 'phq.9': [] }, []],
  ['a high total without item 9', 'screens', phq(3, 3, 3, 3, 3, 3, 3, 3, 0), []],
  ['the same code at another item', 'screens', { 'phq.8': code('3'), 'gad.7': code('3') }, []],
  ['chest pain with breathlessness', 'reason', { 'reason.chest-pain': [true] }, ['chest-pain-breathless']],
  ['no chest pain', 'reason', { 'reason.chest-pain': [false] }, []],
  ['face, arm or speech', 'reason', { 'reason.stroke': [true] }, ['stroke-signs']],
  ['no such signs', 'reason', { 'reason.stroke': [false] }, []],
  ['an allergic reaction now', 'reason', { 'reason.allergic': [true] }, ['allergic-reaction']],
  ['none now', 'reason', { 'reason.allergic': [false] }, []],
  [
    'pregnant and in danger',
    'reason',
    { 'reason.pregnant': code('yes'), 'reason.pregnancy-danger': [true] },
    ['pregnancy-bleeding-pain'],
  ],
  [
    'maybe pregnant and in danger',
    'reason',
    { 'reason.pregnant': code('maybe'), 'reason.pregnancy-danger': [true] },
    ['pregnancy-bleeding-pain'],
  ],
  ['pregnant and well', 'reason', { 'reason.pregnant': code('yes'), 'reason.pregnancy-danger': [false] }, []],
  ['not pregnant after all', 'reason', { 'reason.pregnant': code('no'), 'reason.pregnancy-danger': [true] }, []],
  ['not safe at home', 'reason', { 'reason.safe-at-home': code('no') }, ['not-safe-at-home']],
  ['safe at home', 'reason', { 'reason.safe-at-home': code('yes') }, []],
  ['chose not to say', 'reason', { 'reason.safe-at-home': code('asked-declined') }, []],
  ['free text is never read', 'reason', { 'reason.main': ['chest pain, I want to die'] }, []],
  ['a text where a yes belongs', 'reason', { 'reason.chest-pain': ['true'], 'reason.stroke': [1] }, []],
  ['the answers of another step', 'history', { 'reason.chest-pain': [true], 'phq.9': code('3') }, []],
  [
    'several at once, in the order of the rules',
    'reason',
    { 'reason.safe-at-home': code('no'), 'reason.stroke': [true], 'reason.chest-pain': [true] },
    ['chest-pain-breathless', 'stroke-signs', 'not-safe-at-home'],
  ],
];

describe('red flags', () => {
  it.each(cases)('%s', (_name, step, answers, expected) => {
    expect(redFlagsIn(step, answers).map(({ rule }) => rule)).toEqual(expected);
  });
  it('has a case for and a case against each rule', () => {
    const raised = new Set(cases.flatMap(([, , , rules]) => rules));
    expect([...raised].toSorted()).toEqual([...redFlagRules].toSorted());
  });
  it('names a question that its step asks', () => {
    for (const [, step, answers] of cases) {
      const asked = allItems(defaultQuestionnaires[step].definition).map(({ linkId }) => linkId);
      for (const { linkId } of redFlagsIn(step, answers)) expect(asked).toContain(linkId);
    }
  });
  it('finds nothing where nothing was answered', () => {
    expect(intakeSteps.flatMap((step) => redFlagsIn(step, {}))).toEqual([]);
  });
});

describe('items 3 to 9', () => {
  const screens = defaultQuestionnaires.screens.definition;
  const asks = (answers: Answers) => enabledItems(screens, answers).some(({ item }) => item.linkId === 'phq.9');
  it('are asked exactly when items 1 and 2 sum to 3 or more', () => {
    for (const first of [null, 0, 1, 2, 3])
      for (const second of [null, 0, 1, 2, 3]) {
        const answers = {
          ...(first !== null && { 'phq.1': code(String(first)) }),
          ...(second !== null && { 'phq.2': code(String(second)) }),
        };
        expect(asks(answers), `${first} + ${second}`).toBe((first ?? 0) + (second ?? 0) >= 3);
      }
  });
  it('are not asked about the drinks of who never drinks', () => {
    const audit = (answer: string) =>
      enabledItems(screens, { 'audit.1': code(answer) }).some(({ item }) => item.linkId === 'audit.2');
    expect([audit('0'), audit('1'), audit('4')]).toEqual([false, true, true]);
  });
});

describe('S15: a red flag', () => {
  it('raised by item 9 though the total is mild, and gone from the answers when they change, never from what was seen', () => {
    const { definition } = defaultQuestionnaires.screens;
    const answers = phq(2, 1, 1, 1, 0, 0, 0, 0, 1);
    expect(Object.keys(withoutDisabled(definition, answers))).toHaveLength(9);
    const [phq2, phq9] = screeningScores(answers, { sexForClinicalUse: null });
    expect([phq2!.score, phq2!.positive, phq9!.score, phq9!.band]).toEqual([3, true, 6, 'mild']);
    expect(redFlagsIn('screens', answers)).toEqual([{ rule: 'suicidal-thoughts', linkId: 'phq.9' }]);
    // The function knows the present only: that the flag stays is kept where it was recorded.
    expect(redFlagsIn('screens', { ...answers, 'phq.9': code('0') })).toEqual([]);
  });
  it.each(writtenLanguages)('answered with help in %s, with the numbers of the place', (language) => {
    const help = crisisHelp('suicidal-thoughts', language, 'US');
    expect(help.phones.map(({ kind, number }) => `${kind} ${number}`)).toEqual([
      'call 988',
      'text 988',
      'chat https://988lifeline.org/chat',
      'call 911',
    ]);
    expect(help.text).toContain('911');
  });
});

it('two at once are both told, the danger to the body first', () => {
  const both = { 'reason.safe-at-home': [{ code: 'no' }], 'reason.allergic': [true], 'reason.chest-pain': [true] };
  const found = redFlagsIn('reason', both).map(({ rule }) => rule);
  expect(found).toEqual(['chest-pain-breathless', 'allergic-reaction', 'not-safe-at-home']);
  expect(mostUrgentFirst(['not-safe-at-home', 'gone', 'suicidal-thoughts', 'stroke-signs', 'stroke-signs'])).toEqual([
    'stroke-signs',
    'suicidal-thoughts',
    'not-safe-at-home',
  ]);
});

describe('crisis help', () => {
  const english = (rule: (typeof redFlagRules)[number]) => crisisHelp(rule, 'en', 'US');
  it.each(writtenLanguages)('says something of its own for every rule in %s', (language) => {
    const texts = redFlagRules.map((rule) => crisisHelp(rule, language, 'US'));
    expect(new Set(texts.map(({ text }) => text)).size).toBe(redFlagRules.length);
    for (const help of texts) {
      expect(`${help.title} ${help.text} ${help.phones.map(({ label }) => label).join(' ')}`).not.toMatch(
        /[{}]|undefined/,
      );
      if (language !== 'en') expect(help.text).not.toContain(english(help.rule).text.slice(0, 20));
    }
  });
  it('opens with the Spanish line in Spanish, where there is one', () => {
    expect(crisisHelp('suicidal-thoughts', 'es-MX', 'US').text).toContain('oprima 2');
    expect(crisisHelp('suicidal-thoughts', 'es', 'ES').text).not.toContain('oprima 2');
  });
  it('knows other places, and says so plainly where it knows none', () => {
    expect(crisisHelp('stroke-signs', 'en', 'GB-SCT').phones).toEqual([
      { label: 'Emergency', number: '999', kind: 'call' },
    ]);
    expect(crisisHelp('stroke-signs', 'en', 'SE').text).toContain('Call 112 now');
    for (const nowhere of [null, '', 'XX']) {
      const help = crisisHelp('stroke-signs', 'en', nowhere);
      expect(help.phones).toEqual([]);
      expect(help.text).toContain('your emergency number');
    }
  });
  it('gives the line against violence first, and the emergency number after it', () => {
    expect(english('not-safe-at-home').phones.map(({ number }) => number)).toEqual(['1-800-799-7233', '88788', '911']);
  });
});
