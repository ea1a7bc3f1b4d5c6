/**
 * A Temporal server whose clock jumps over waiting times. Skipping is global to a server, so that each test file that
 * needs one starts its own (about 2.5 s). It knows no visibility and no schedules (temporal.md, section 3).
 */
import { TestWorkflowEnvironment } from '@temporalio/testing';
import type { TimeSkippingTestWorkflowEnvironmentOptions } from '@temporalio/testing';
import { sharedServer } from './servers.ts';

/** The caller ends it with `await environment.teardown()`. */
export async function createTimeSkippingEnvironment(
  options: Pick<TimeSkippingTestWorkflowEnvironmentOptions, 'client' | 'plugins'> = {},
): Promise<TestWorkflowEnvironment> {
  const { path } = await sharedServer('timeSkipping');
  // The SDK gives the server 5 s, which a busy machine may need more than of.
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await TestWorkflowEnvironment.createTimeSkipping({
        ...options,
        server: { executable: { type: 'existing-path', path } },
      });
    } catch (error) {
      if (attempt === 8 || !/did not start within/.test(String(error))) throw error;
    }
  }
}
