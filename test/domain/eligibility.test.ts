import { expect, test } from 'vitest';
import { ageOn, eligibilityProblem } from '../../domain/eligibility.ts';
import type { PatientFit } from '../../domain/eligibility.ts';

const anyone = { newPatient: null, ageMin: null, ageMax: null, modes: ['in-person' as const] };
const rule = (
  visitType: Parameters<typeof eligibilityProblem>[0],
  fit: Partial<PatientFit> = {},
  date = '2027-06-01',
) =>
  eligibilityProblem(visitType, { birthDate: '2009-06-01', isNew: false, ...fit }, date, 'in-person')?.data?.['rule'] ??
  null;

test('completed years, on the birthday and the day before, and for a 29 February', () => {
  expect([ageOn('2009-06-01', '2027-05-31'), ageOn('2009-06-01', '2027-06-01')]).toEqual([17, 18]);
  expect([ageOn('2008-02-29', '2027-02-28'), ageOn('2008-02-29', '2027-03-01')]).toEqual([18, 19]);
});

test('age limits include their years; an unknown birth date needs a person', () => {
  const adult = { ...anyone, ageMin: 18 };
  const child = { ...anyone, ageMax: 17 };
  expect([rule(adult), rule(adult, {}, '2027-05-31')]).toEqual([null, 'age-min']);
  expect([rule(child), rule(child, {}, '2027-05-31')]).toEqual(['age-max', null]);
  expect([rule(adult, { birthDate: null }), rule(anyone, { birthDate: null })]).toEqual(['age-unknown', null]);
});

test('new and established patients; modes', () => {
  expect(rule({ ...anyone, newPatient: true })).toBe('new-patients-only');
  expect(rule({ ...anyone, newPatient: false }, { isNew: true })).toBe('established-patients-only');
  expect(rule({ ...anyone, newPatient: false })).toBe(null);
  const video = eligibilityProblem(anyone, { birthDate: null, isNew: true }, '2027-06-01', 'video');
  expect(video).toMatchObject({ code: 'validation-failed', allowed: ['in-person'] });
});
