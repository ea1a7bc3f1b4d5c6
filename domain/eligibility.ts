/** Whether a visit type is for a patient (scheduling-intake.md C1: new_patient, age_min, age_max, modes). */
import type { ProblemDetail } from './errors.ts';
import type { VisitMode, VisitType } from './schedule.ts';

export interface PatientFit {
  /** `YYYY-MM-DD`, or null when it is not known: then age limits cannot be met, and a person decides. */
  readonly birthDate: string | null;
  /** Has had no visit here. */
  readonly isNew: boolean;
}

/** Completed years on a local date. Born on 29 February: a year older on 1 March of common years. */
export function ageOn(birthDate: string, date: string): number {
  const years = Number(date.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return date.slice(5) < birthDate.slice(5) ? years - 1 : years;
}

/** Null when the visit fits. `date` is the local date of the visit. Says which limit, never the patient's own data. */
export function eligibilityProblem(
  visitType: Pick<VisitType, 'newPatient' | 'ageMin' | 'ageMax' | 'modes'>,
  patient: PatientFit,
  date: string,
  mode: VisitMode,
): ProblemDetail | null {
  const { newPatient, ageMin, ageMax, modes } = visitType;
  const not = (rule: string): ProblemDetail => ({ code: 'patient-not-eligible', data: { rule } });
  if (!modes.includes(mode)) {
    const errors = [{ path: '/mode', code: 'not-offered', message: 'This visit is not offered that way.' }];
    return { code: 'validation-failed', errors, allowed: modes };
  }
  if (newPatient !== null && newPatient !== patient.isNew) {
    return not(newPatient ? 'new-patients-only' : 'established-patients-only');
  }
  if (ageMin === null && ageMax === null) return null;
  if (patient.birthDate === null) return not('age-unknown');
  const age = ageOn(patient.birthDate, date);
  if (ageMin !== null && age < ageMin) return not('age-min');
  return ageMax !== null && age > ageMax ? not('age-max') : null;
}
