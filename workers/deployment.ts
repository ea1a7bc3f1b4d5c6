import { setTimeout as sleep } from 'node:timers/promises';
import { deploymentName } from './task-queues.ts';

/** The part of a client's or worker's connection this needs. */
export interface DeploymentConnection {
  readonly workflowService: {
    setWorkerDeploymentCurrentVersion(request: {
      namespace: string;
      deploymentName: string;
      buildId: string;
      identity: string;
      ignoreMissingTaskQueues: boolean;
    }): Promise<unknown>;
  };
}

/**
 * Says which build gets the work from now on (Worker Versioning): new runs start on it, running appointments move to it
 * at their next step. Until one build is current, versioned workers get nothing. Safe to repeat.
 *
 * @throws the server's error when no worker of that build has polled within `timeoutMs` (default 15 s)
 */
export async function setCurrentVersion(
  connection: DeploymentConnection,
  { namespace, buildId, timeoutMs = 15_000 }: { namespace: string; buildId: string; timeoutMs?: number | undefined },
): Promise<void> {
  const giveUpAt = Date.now() + timeoutMs;
  for (;;) {
    try {
      await connection.workflowService.setWorkerDeploymentCurrentVersion({
        namespace,
        deploymentName,
        buildId,
        identity: `healthsphere-${process.pid}`,
        // Appointments is the only queue now; a build that stops polling an old one must not be held back by it.
        ignoreMissingTaskQueues: true,
      });
      return;
    } catch (error) {
      // The server learns of a build by its first poll.
      if (Date.now() > giveUpAt) throw error;
      await sleep(200);
    }
  }
}
