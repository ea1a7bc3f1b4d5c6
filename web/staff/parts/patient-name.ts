import type { PatientName } from '../api/types.ts';

/** The chosen name leads, the recorded name follows: people are called what they ask to be called. */
export function nameOf(patient: { readonly name: PatientName | string; readonly chosenName?: string | null }): string {
  const recorded =
    typeof patient.name === 'string'
      ? patient.name
      : (patient.name.text ?? [...patient.name.given, patient.name.family].join(' '));
  return patient.chosenName != null && patient.chosenName !== '' ? `${patient.chosenName} (${recorded})` : recorded;
}
