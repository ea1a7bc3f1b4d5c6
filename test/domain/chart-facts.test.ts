/** Pure rules of the chart: what answers say, the pair of 1997, the day of majority. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allergyFacts,
  answersOfFacts,
  contradict,
  historyFacts,
  medicationFacts,
} from '../../domain/patient/chart-facts.ts';
import { patientToFhir } from '../../domain/patient/fhir-patient-export.ts';
import { patientFromFhir } from '../../domain/patient/fhir-patient.ts';
import { languageByFallback, writtenLanguages } from '../../domain/language.ts';
import { dayOfMajority, isMinor, majorityInstant, signatureEnds } from '../../domain/patient/majority.ts';
import { raceGroups, toOmb1997, usCoreRaceAndEthnicity } from '../../domain/patient/race-ethnicity.ts';

const code = (value: string) => ({ code: value });

describe('race and ethnicity', () => {
  it.each([
    [['hispanic'], ['UNK'], '2135-2'],
    [['hispanic', 'white'], ['2106-3'], '2135-2'],
    [['middle-eastern'], ['2106-3'], '2186-5'],
    [['middle-eastern', 'white'], ['2106-3'], '2186-5'],
    [['american-indian', 'black'], ['1002-5', '2054-5'], '2186-5'],
    [['asian', 'pacific-islander'], ['2028-9', '2076-8'], '2186-5'],
    [['asked-declined'], ['ASKU'], 'ASKU'],
  ])('%j is race %j and ethnicity %s', (answered, race, ethnicity) => {
    const pair = toOmb1997(answered);
    expect(pair?.race.ombCategory.map((one) => one.code)).toEqual(race);
    expect(pair?.ethnicity.ombCategory.code).toBe(ethnicity);
  });

  it('nobody asked is neither declined nor a category; the group of 2024 stays as a detail', () => {
    expect(toOmb1997([])).toBeNull();
    expect(usCoreRaceAndEthnicity([])).toEqual([]);
    expect(toOmb1997(['middle-eastern'])?.race.detailed.map((one) => one.code)).toEqual(['2118-8']);
  });

  it('always has a text, one ethnicity, and as many races as US Core takes, in whatever order it was answered', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...raceGroups], { minLength: 1 }), (answered) => {
        const [race, ethnicity] = usCoreRaceAndEthnicity(answered);
        const categories = race!.extension!.filter(({ url }) => url === 'ombCategory');
        expect(categories.length).toBeGreaterThan(0);
        expect(categories.length).toBeLessThanOrEqual(5);
        expect(ethnicity!.extension!.filter(({ url }) => url === 'ombCategory')).toHaveLength(1);
        expect(race!.extension!.at(-1)).toMatchObject({ url: 'text' });
        expect(usCoreRaceAndEthnicity(answered.toReversed())).toEqual([race, ethnicity]);
      }),
    );
  });
});

it('a chart goes out as a Patient of US Core and comes back as it was', () => {
  const resource = patientToFhir({
    id: 'a', mrn: '123', family: 'Núñez', given: ['Ana', 'María'], chosenName: null,
    otherNames: [{ use: 'old', family: 'Soto', given: [] }],
    birthDate: '1980-05-02', sex: 'female', language: 'es-MX', deceased: false, active: true,
    email: 'ana@example.org', phone: '+12125550123', address: { line: ['12 Oak Street'], city: 'New York' },
    formerAddresses: [{ city: 'Boston' }], identifiers: [{ system: 'urn:x', value: '1' }], contacts: [],
    raceEthnicity: ['hispanic', 'middle-eastern'], tribalAffiliation: 'Navajo Nation',
  }); // prettier-ignore
  expect((resource['extension'] as { url: string }[]).map(({ url }) => url.split('/').at(-1))).toEqual([
    'us-core-race',
    'us-core-ethnicity',
    'us-core-tribal-affiliation',
  ]);
  expect(resource).not.toHaveProperty('contact');
  const back = patientFromFhir(resource, '2027-01-01');
  expect(back.ok && back.patient).toMatchObject({
    mrn: '123',
    name: { family: 'Núñez', given: ['Ana', 'María'] },
    otherNames: [{ use: 'old', family: 'Soto' }],
    birthDate: '1980-05-02',
    sex: 'female',
    language: 'es-MX',
    email: 'ana@example.org',
    address: { line: ['12 Oak Street'], city: 'New York' },
  });
});

describe('majority', () => {
  it.each([
    ['2010-05-01', '2028-05-01'],
    ['2008-02-29', '2026-03-01'],
    ['2010-02-28', '2028-02-28'],
    ['2012-02-29', '2030-03-01'],
    ['2009-12-31', '2027-12-31'],
  ])('born %s comes of age on %s', (born, day) => expect(dayOfMajority(born, 'P18Y')).toBe(day));

  it('a leap day counts where the year has one; a part of a date says nothing', () => {
    expect(dayOfMajority('2008-02-29', 'P16Y')).toBe('2024-02-29');
    expect(dayOfMajority('2008-02', 'P18Y')).toBeNull();
    expect(isMinor(null, 'P18Y', 'UTC', new Date())).toBe(false);
  });

  it('begins with the local day, not with the one of UTC', () => {
    expect(majorityInstant('2009-07-04', 'P18Y', 'America/New_York')?.toISOString()).toBe('2027-07-04T04:00:00.000Z');
    const before = new Date('2027-07-04T03:59:59.999Z');
    expect(isMinor('2009-07-04', 'P18Y', 'America/New_York', before)).toBe(true);
    expect(isMinor('2009-07-04', 'P18Y', 'America/New_York', new Date(before.getTime() + 1))).toBe(false);
  });

  it('a signature of a leap day ends on the last of February', () => {
    expect(signatureEnds(new Date('2028-02-29T10:00:00Z'), 'P1Y').toISOString()).toBe('2029-02-28T10:00:00.000Z');
  });
});

describe('facts of answers', () => {
  it('none, unknown and a list are three answers; empty says nothing', () => {
    expect(allergyFacts({ 'allergies.any': [code('none')] }).facts).toMatchObject([{ columns: { none_known: true } }]);
    expect(allergyFacts({ 'allergies.any': [code('unknown')] })).toEqual({ facts: [], removed: [] });
    expect(allergyFacts({})).toEqual({ facts: [], removed: [] });
  });

  it('who types the word none as an allergy has not said that there are none', () => {
    const row = { 'allergies.substance': ['None'], 'allergies.severity': [code('unknown')] };
    const { facts } = allergyFacts({ 'allergies.any': [code('some')], 'allergies.list': [row] });
    expect(facts[0]?.columns['none_known']).toBe(false);
    expect(contradict(facts[0]!.key, '(none)')).toBe(true);
  });

  it('a row taken back is no fact, and one without the mark is never a removal', () => {
    const said = medicationFacts({
      'medications.any': [code('some')],
      'medications.list': [
        { 'medications.name': ['Metformin'], 'medications.ref': ['a'], 'medications.confirm': [code('removed')] },
        { 'medications.name': ['Aspirin'], 'medications.confirm': [code('removed')] },
      ],
    });
    expect(said.removed).toEqual(['a']);
    expect(said.facts.map(({ key }) => key)).toEqual(['aspirin']);
  });

  it('what a history said prefills the same answers', () => {
    const answers = {
      'history.problems': [code('diabetes'), code('other')],
      'history.problems-other': ['Gout'],
      'history.has-surgeries': [true],
      'history.surgeries': [{ 'history.surgeries.what': ['Appendix'], 'history.surgeries.year': ['2015'] }],
      'history.family': [code('none')],
      'history.tobacco': [code('asked-declined')],
      'history.needs': [code('food'), code('bills')],
    };
    expect(answersOfFacts(historyFacts(answers).facts)).toEqual(answers);
  });
});

it('what was tried on the way to a language is told in order, and ends with the one that is used', () => {
  expect(languageByFallback(['pt-BR', 'es'], writtenLanguages)).toEqual({ chosen: 'pt', tried: ['pt-br', 'pt'] });
  expect(languageByFallback(['fr-CA', 'es'], writtenLanguages).tried).toEqual(['fr-ca', 'fr', 'es']);
  expect(languageByFallback(['zh-SG', 'es'], writtenLanguages).tried).toEqual(['zh-sg', 'zh-Hans']);
  expect(languageByFallback(['ko', null], writtenLanguages)).toEqual({ chosen: 'en', tried: ['ko', 'en'] });
});
