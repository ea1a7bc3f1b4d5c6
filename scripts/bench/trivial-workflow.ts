import { proxyActivities } from '@temporalio/workflow';

const { nothing } = proxyActivities<{ nothing(): Promise<void> }>({ startToCloseTimeout: '10 seconds' });

/** The denominator of architecture.md section 8: one workflow with one activity that does nothing. */
export async function trivial(): Promise<void> {
  await nothing();
}
