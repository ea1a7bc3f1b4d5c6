/** A release that forgot `patched`: it waits a moment before everything else. Replays of older histories must fail on it. */
import { sleep } from '@temporalio/workflow';
import { appointment as real } from '../../workflows/appointment.ts';
import type { AppointmentEnd, AppointmentInput } from '../../workflows/messages/appointment.ts';

export async function appointment(input: AppointmentInput): Promise<AppointmentEnd> {
  await sleep(1_000);
  return real(input);
}
