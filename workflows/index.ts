/** The bundle: every workflow type of the platform, under the name it is started by. */
export { appointment } from './appointment.ts';
export { opening } from './opening.ts';
export { waitlistEntry } from './waitlist-entry.ts';
export { series } from './series.ts';
export { absence } from './absence.ts';
export { groupSession } from './group-session.ts';
export { walkIn } from './walk-in.ts';
export { eligibility } from './eligibility.ts';
export { escalation } from './escalation.ts';
export { patientMerge, patientUnmerge } from './patient-merge.ts';
export { intake } from './intake.ts';
