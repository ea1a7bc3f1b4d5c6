/**
 * Whether a visit type is for a patient (scheduling-intake.md C1: new_patient, age_min, age_max, modes). The one rule for
 * every step that gives a visit a place, by patients and by staff; the look before it and what is shown as allowed ask it too.
 */
import type { Unfit } from '../appointment/appointment-facts.ts';
import type { ProblemDetail } from '../errors.ts';
import type { VisitMode, VisitType } from '../schedule/schedule.ts';

export type EligibilityLimits = Pick<VisitType, 'newPatient' | 'ageMin' | 'ageMax' | 'modes'> & {
  readonly active: boolean;
};

export interface PatientFit {
  /** FHIR date: `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, or null when it is not known. */
  readonly birthDate: string | null;
  readonly deceased: boolean;
  readonly active: boolean;
  /** Has completed a visit here before. */
  readonly established: boolean;
}

export interface EligibilityQuestion {
  /** Local date of the visit where it takes place. */
  readonly date: string;
  readonly mode: VisitMode;
  /** Nobody looks at it before it is booked: what is not known then cannot be decided by a person. */
  readonly bySelf: boolean;
}

/** Why, as a code of `patient-not-eligible`; the pages have the words. */
export const ineligibilities = [
  'deceased',
  'inactive',
  'new-patients-only',
  'established-patients-only',
  'too-young',
  'too-old',
  'age-unknown',
] as const;
export type Ineligibility = (typeof ineligibilities)[number];

const not = (reason: Ineligibility): ProblemDetail => ({ code: 'patient-not-eligible', data: { reason } });

/** Null when the visit fits. Says which limit, never the patient's own data. */
export function eligibilityProblem(
  visitType: EligibilityLimits,
  patient: PatientFit,
  { date, mode, bySelf }: EligibilityQuestion,
): ProblemDetail | null {
  return unfitForVisit(visitType, patient, mode) ?? ageProblem(visitType, patient.birthDate, date, bySelf);
}

/** The two answers that need no date, as guards look at them (appointment-facts.ts). */
export const unfitOf = (visitType: EligibilityLimits, patient: PatientFit, mode: VisitMode): Unfit => ({
  person: unfitPerson(patient),
  visit: unfitForVisit(visitType, patient, mode),
});

/** What holds on any date. */
export function unfitForVisit(
  visitType: EligibilityLimits,
  patient: PatientFit,
  mode: VisitMode,
): ProblemDetail | null {
  const gone = unfitPerson(patient);
  if (gone !== null) return gone;
  if (!visitType.active) return { code: 'outside-availability', data: { guard: 'visit-type-inactive' } };
  const { modes, newPatient } = visitType;
  if (!modes.includes(mode)) {
    const errors = [{ path: '/mode', code: 'not-offered', message: 'This visit is not offered that way.' }];
    return { code: 'validation-failed', errors, allowed: modes };
  }
  if (newPatient === true && patient.established) return not('new-patients-only');
  if (newPatient === false && !patient.established) return not('established-patients-only');
  return null;
}

/** What holds for any visit. */
export function unfitPerson({ deceased, active }: Pick<PatientFit, 'deceased' | 'active'>): ProblemDetail | null {
  if (deceased) return not('deceased');
  return active ? null : not('inactive');
}

/**
 * A birth date that is missing or known in part refuses staff only what is certain, because a missing entry must not keep
 * anybody from care and they can ask; whoever books alone is asked to call.
 */
export function ageProblem(
  { ageMin, ageMax }: Pick<VisitType, 'ageMin' | 'ageMax'>,
  birthDate: string | null,
  date: string,
  bySelf: boolean,
): ProblemDetail | null {
  const age = birthDate === null ? { least: 0, most: Infinity } : ageRange(birthDate, date);
  if (ageMin !== null && age.most < ageMin) return not('too-young');
  if (ageMax !== null && age.least > ageMax) return not('too-old');
  const certain = (ageMin === null || age.least >= ageMin) && (ageMax === null || age.most <= ageMax);
  return certain || !bySelf ? null : not('age-unknown');
}

/** Completed years on a local date. Born on 29 February: a year older on 1 March of common years. */
export function ageOn(birthDate: string, date: string): number {
  const years = Number(date.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return date.slice(5) < birthDate.slice(5) ? years - 1 : years;
}

/** The ages that fit a date of birth that may be a year or a month only. */
function ageRange(birthDate: string, date: string): { readonly least: number; readonly most: number } {
  const known = birthDate.length;
  return {
    least: ageOn(birthDate + '-12-31'.slice(known - 4), date),
    most: ageOn(birthDate + '-01-01'.slice(known - 4), date),
  };
}
