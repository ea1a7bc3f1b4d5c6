/** The native runtime of Temporal's SDK, one for each process. */
import { IllegalStateError } from '@temporalio/common';
import { DefaultLogger, Runtime } from '@temporalio/worker';

/** Silences the SDK's own log; before the first connection is made. */
export function quietRuntime(): void {
  try {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
  } catch (error) {
    // A file that failed may have left its own, just as quiet, to the next in the process, which must not fail for that.
    if (!(error instanceof IllegalStateError)) throw error;
  }
}
