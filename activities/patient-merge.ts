/** What the process of a merge has done for it: each one transaction, each safe to repeat by its operation key. */
import { abandonMerge, beginMerge, finishMerge, stepMerge, unmerge } from '../db/identity/patient-merges.ts';
import type { MergeStep } from '../db/identity/patient-merge-tables.ts';
import type { MergeSettled, MergeStart, UnmergeStart } from '../workflows/messages/patient-merge.ts';
import { activityStep } from './activity-step.ts';
import type { ActivityPorts } from './ports.ts';

export interface PatientMergeActivities {
  beginPatientMerge(start: MergeStart): Promise<MergeSettled>;
  stepPatientMerge(step: {
    readonly organizationId: string;
    readonly mergeId: string;
    readonly step: MergeStep;
  }): Promise<MergeSettled>;
  finishPatientMerge(start: MergeStart): Promise<MergeSettled>;
  abandonPatientMerge(given: { readonly start: MergeStart; readonly problem: string }): Promise<MergeSettled>;
  unmergePatients(start: UnmergeStart): Promise<MergeSettled>;
}

export function patientMergeActivities(ports: ActivityPorts): PatientMergeActivities {
  const step = activityStep(ports.log);
  return {
    beginPatientMerge: (start) => step(() => beginMerge(ports, start)),
    stepPatientMerge: (which) => step(() => stepMerge(ports, which)),
    finishPatientMerge: (start) => step(() => finishMerge(ports, start)),
    abandonPatientMerge: (given) => step(() => abandonMerge(ports, given)),
    unmergePatients: (start) => step(() => unmerge(ports, start)),
  };
}
