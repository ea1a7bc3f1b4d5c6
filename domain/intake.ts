/** The guided intake (scheduling-intake.md D3): its steps, states and edges. */

/** In order of dependency; each is a questionnaire of its own, and the server says which comes next. */
export const intakeSteps = [
  'language',
  'identity',
  'contact',
  'demographics',
  'insurance',
  'reason',
  'allergies',
  'medications',
  'history',
  'screens',
  'consents',
  'review',
] as const;
export type IntakeStep = (typeof intakeSteps)[number];

export const intakeStates = [
  'created',
  'invited',
  'in-progress',
  'submitted',
  'in-review',
  'returned',
  'completed',
  'expired',
  'cancelled',
] as const;
export type IntakeState = (typeof intakeStates)[number];
