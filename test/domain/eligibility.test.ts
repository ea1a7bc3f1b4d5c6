import { expect, test } from 'vitest';
import { ageOn, eligibilityProblem, unfitForVisit, unfitPerson } from '../../domain/coverage/eligibility.ts';
import type { EligibilityLimits, EligibilityQuestion, PatientFit } from '../../domain/coverage/eligibility.ts';

const anyone: EligibilityLimits = { newPatient: null, ageMin: null, ageMax: null, modes: ['in-person'], active: true };
const person: PatientFit = { birthDate: '2009-06-01', established: true, deceased: false, active: true };
const rule = (
  limits: Partial<EligibilityLimits>,
  fit: Partial<PatientFit> = {},
  asked: Partial<EligibilityQuestion> = {},
) =>
  eligibilityProblem(
    { ...anyone, ...limits },
    { ...person, ...fit },
    { date: '2027-06-01', mode: 'in-person', bySelf: false, ...asked },
  )?.data?.['reason'] ?? null;

test('completed years, on the birthday and the day before, and for a 29 February', () => {
  expect([ageOn('2009-06-01', '2027-05-31'), ageOn('2009-06-01', '2027-06-01')]).toEqual([17, 18]);
  expect([ageOn('2008-02-29', '2027-02-28'), ageOn('2008-02-29', '2027-03-01')]).toEqual([18, 19]);
});

test('age limits include their years, on the date of the visit', () => {
  const before = { date: '2027-05-31' };
  expect([rule({ ageMin: 18 }), rule({ ageMin: 18 }, {}, before)]).toEqual([null, 'too-young']);
  expect([rule({ ageMax: 17 }), rule({ ageMax: 17 }, {}, before)]).toEqual(['too-old', null]);
});

test('a birth date that is not known refuses staff what is certain, and those who book alone what is not', () => {
  const answers = (limits: Partial<EligibilityLimits>, birthDate: string | null) =>
    [false, true].map((bySelf) => rule(limits, { birthDate }, { bySelf }));
  expect(answers({ ageMin: 18 }, null)).toEqual([null, 'age-unknown']);
  expect(answers({ ageMax: 17 }, null)).toEqual([null, 'age-unknown']);
  expect(answers({}, null)).toEqual([null, null]);
  // A year or a month may be enough to know.
  expect(answers({ ageMin: 18 }, '2009')).toEqual([null, 'age-unknown']);
  expect(answers({ ageMin: 18 }, '2009-07')).toEqual(['too-young', 'too-young']);
  expect(answers({ ageMin: 18 }, '2009-05')).toEqual([null, null]);
  expect(answers({ ageMin: 18 }, '2008')).toEqual([null, null]);
  expect(answers({ ageMax: 17 }, '2008')).toEqual(['too-old', 'too-old']);
  // From birth on: everyone is old enough.
  expect(answers({ ageMin: 0 }, null)).toEqual([null, null]);
});

test('new and established patients; modes; a visit type that is given no more', () => {
  expect(rule({ newPatient: true })).toBe('new-patients-only');
  expect(rule({ newPatient: false }, { established: false })).toBe('established-patients-only');
  expect([rule({ newPatient: false }), rule({ newPatient: true }, { established: false })]).toEqual([null, null]);
  expect(unfitForVisit(anyone, person, 'video')).toMatchObject({ code: 'validation-failed', allowed: ['in-person'] });
  expect(unfitForVisit({ ...anyone, active: false }, person, 'in-person')).toMatchObject({
    code: 'outside-availability',
    data: { guard: 'visit-type-inactive' },
  });
});

test('nobody who has died or left is given a visit, and that comes first', () => {
  expect(rule({ active: false, ageMin: 99 }, { deceased: true })).toBe('deceased');
  expect(rule({ modes: [] }, { active: false })).toBe('inactive');
  expect(unfitPerson(person)).toBeNull();
});
