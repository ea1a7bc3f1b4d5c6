/** A release that forgot `patched`: it waits a moment before everything else. Replays of older histories must fail on it. */
import { sleep } from '@temporalio/workflow';
import * as real from '../../workflows/index.ts';

const late =
  <Input, End>(workflow: (input: Input) => Promise<End>) =>
  async (input: Input): Promise<End> => {
    await sleep(1_000);
    return workflow(input);
  };

export const appointment = late(real.appointment);
export const opening = late(real.opening);
export const waitlistEntry = late(real.waitlistEntry);
export const walkIn = late(real.walkIn);
export const series = late(real.series);
export const absence = late(real.absence);
export const groupSession = late(real.groupSession);
export const eligibility = late(real.eligibility);
export const escalation = late(real.escalation);
export const patientMerge = late(real.patientMerge);
export const patientUnmerge = late(real.patientUnmerge);
export const intake = late(real.intake);
