/** What the product asks: every default questionnaire can be published and can be answered. Its words: test/system/patient-words.test.ts. */
import { describe, expect, it } from 'vitest';
import { intakeSteps } from '../../domain/intake/intake.ts';
import { consentKinds } from '../../domain/intake/consent-documents/consent-document.ts';
import { allItems, isQuestion, offersNotToSay, whyOf } from '../../domain/questionnaire/questionnaire.ts';
import type { Answers } from '../../domain/questionnaire/questionnaire-answers.ts';
import { checkAnswers } from '../../domain/questionnaire/questionnaire-check.ts';
import { checkQuestionnaire } from '../../domain/questionnaire/questionnaire-definition.ts';
import { pagesOf } from '../../domain/questionnaire/questionnaire-pages.ts';
import { matchesPattern } from '../../domain/questionnaire/questionnaire-patterns.ts';
import { defaultQuestionnaires } from '../../domain/questionnaire/content/intake-set.ts';

const definitionOf = (step: (typeof intakeSteps)[number]) => defaultQuestionnaires[step].definition;
const found = (step: (typeof intakeSteps)[number], answers: Answers) =>
  checkAnswers(definitionOf(step), answers, { complete: true, today: '2027-03-01', matches: matchesPattern }).map(
    ({ linkId, code }) => `${linkId} ${code}`,
  );
const code = (value: string) => [{ code: value }];

describe('default questionnaires', () => {
  it.each(intakeSteps)('%s can be published', (step) => {
    expect(checkQuestionnaire(definitionOf(step))).toEqual([]);
    expect(defaultQuestionnaires[step]).toMatchObject({ code: step, version: 1 });
  });
  it('call every item by its own name, across all steps', () => {
    const all = intakeSteps.flatMap((step) => allItems(definitionOf(step)).map(({ linkId }) => linkId));
    expect(all.filter((linkId, index) => all.indexOf(linkId) !== index)).toEqual([]);
  });
  it('let everybody choose not to say who they are to themselves and to others', () => {
    const choices = allItems(definitionOf('demographics')).filter(
      (item) => isQuestion(item) && item.required === true && !item.linkId.startsWith('demographics.related.'),
    );
    expect(choices.map(({ linkId }) => linkId)).toEqual([
      'demographics.sex',
      'demographics.sex-clinical',
      'demographics.gender',
      'demographics.pronouns',
      'demographics.orientation',
      'demographics.race',
      'demographics.has-related',
    ]);
    expect(choices.filter((item) => !offersNotToSay(item))).toEqual([]);
    const declined = code('asked-declined');
    expect(found('demographics', Object.fromEntries(choices.map(({ linkId }) => [linkId, declined])))).toEqual([]);
  });
  it('ask for race and ethnicity in one question with the seven groups of 2024', () => {
    const race = allItems(definitionOf('demographics')).find(({ linkId }) => linkId === 'demographics.race');
    expect(race).toMatchObject({ repeats: true });
    expect(race?.answerOption).toHaveLength(7);
  });
  it('say why, wherever something is asked that is nobody’s business without a reason', () => {
    const private_ = [
      'identity.id-kind',
      'identity.birth-date',
      'demographics.sex',
      'demographics.gender',
      'demographics.race',
    ];
    const more = [
      'demographics.orientation',
      'insurance.has',
      'reason.safe-at-home',
      'history.drugs',
      'contact.consent',
    ];
    const items = intakeSteps.flatMap((step) => allItems(definitionOf(step)));
    for (const linkId of [...private_, ...more]) {
      const item = items.find((each) => each.linkId === linkId);
      expect(item && whyOf(item), linkId).toBeTruthy();
    }
  });
  it('ask for an agreement to each document', () => {
    const asked = allItems(definitionOf('consents')).map(({ linkId }) => linkId);
    expect(consentKinds.filter((kind) => !asked.includes(`consents.agree.${kind}`))).toEqual([]);
  });
});

describe('answers', () => {
  it('"none" is an answer to allergies and medicines, an empty list is not', () => {
    expect(found('allergies', {})).toEqual(['allergies.any required']);
    expect(found('allergies', { 'allergies.any': code('none') })).toEqual([]);
    expect(found('allergies', { 'allergies.any': code('some') })).toEqual(['allergies.list required']);
    expect(found('medications', { 'medications.any': code('none') })).toEqual([]);
    expect(found('medications', { 'medications.any': code('some') })).toEqual(['medications.list required']);
  });
  it('somebody without a telephone, a mailbox or an address gets through', () => {
    const answers: Answers = {
      'contact.has-phone': [false],
      'contact.has-address': [false],
      'contact.preferred': code('mail'),
      'contact.consent.sms': [false],
      'contact.consent.email': [false],
      'contact.consent.voice': [false],
      'contact.has-emergency': [false],
    };
    expect(found('contact', answers)).toEqual([]);
  });
  it('takes telephone numbers as people write them', () => {
    const with_ = (phone: string) =>
      found('contact', { 'contact.has-phone': [true], 'contact.phone': [phone] }).filter((each) =>
        each.startsWith('contact.phone'),
      );
    for (const phone of ['212 555 0123', '(212) 555-0123', '+1 212.555.0123', '2125550123', '+44 20 7946 0958'])
      expect(with_(phone), phone).toEqual([]);
    for (const phone of ['call me', '555', '212 555 0123; drop']) expect(with_(phone), phone).toHaveLength(1);
  });
  it('a birth date lies in the past; nobody without insurance is asked for a card', () => {
    expect(found('identity', { 'identity.birth-date': ['2030-01-01'] })).toContain('identity.birth-date in-future');
    expect(found('insurance', { 'insurance.has': code('no') })).toEqual([]);
    expect(found('insurance', { 'insurance.has': code('yes') })).toContain('insurance.member-id required');
  });
  it('the screens may be left unanswered, and stand one question a page', () => {
    expect(found('screens', {})).toEqual([]);
    const pages = pagesOf(definitionOf('screens'), { 'phq.1': code('2'), 'phq.2': code('1') });
    expect(pages.slice(0, 10).map(({ key }) => key)).toEqual([
      ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => `phq.${number}`),
      'phq.difficulty',
    ]);
  });
  it.each(intakeSteps)('%s has pages from the start', (step) => {
    expect(pagesOf(definitionOf(step), {}).length).toBeGreaterThan(0);
  });
});
