/** What the process of an absence has done for it: each safe to repeat by its operation key. */
import { lookAtList, declareAbsence, type Look } from '../db/absences/absences.ts';
import { carryOutStep, type PatientStep, type StepOutcome } from '../db/absences/absence-steps.ts';
import { steerAbsence, steerCase, type Steered } from '../db/absences/absence-steering.ts';
import type {
  AbsenceActionRequest,
  AbsenceStart,
  AbsenceView,
  CaseActionRequest,
} from '../workflows/messages/absence.ts';
import { activityStep } from './activity-step.ts';
import type { ActivityPorts } from './ports.ts';

interface Which {
  readonly organizationId: string;
  readonly absenceId: string;
}

export interface AbsenceActivities {
  declareAbsence(start: AbsenceStart): Promise<AbsenceView>;
  /** Writes down what came about, and says what is to be done next. */
  lookAtList(which: Which): Promise<Look>;
  /** One step for one patient. */
  carryOutStep(step: PatientStep): Promise<StepOutcome>;
  steerAbsence(step: Which & { readonly request: AbsenceActionRequest }): Promise<Steered>;
  steerCase(step: Which & { readonly request: CaseActionRequest }): Promise<Steered>;
}

export type { Look, PatientStep, StepOutcome, Steered };

export function absenceActivities(ports: ActivityPorts): AbsenceActivities {
  const step = activityStep(ports.log);

  return {
    declareAbsence: (start) => step(() => declareAbsence(ports, start)),
    lookAtList: (which) => step(() => lookAtList(ports, which)),
    carryOutStep: (patient) => step(() => carryOutStep(ports, patient)),
    steerAbsence: ({ request, ...which }) => step(() => steerAbsence(ports, which, request)),
    steerCase: ({ request, ...which }) => step(() => steerCase(ports, which, request)),
  };
}
