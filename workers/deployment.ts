import { setTimeout as sleep } from 'node:timers/promises';
import { appointmentTaskQueue, deploymentName } from './task-queues.ts';

/** The part of a client's or worker's connection this needs. */
export interface DeploymentConnection {
  withDeadline<T>(deadline: number, call: () => Promise<T>): Promise<T>;
  readonly workflowService: {
    describeTaskQueue(request: { namespace: string; taskQueue: { name: string }; taskQueueType: number }): Promise<{
      readonly versioningInfo?: {
        readonly currentDeploymentVersion?: {
          readonly deploymentName?: string | null;
          readonly buildId?: string | null;
        } | null;
      } | null;
    }>;
    setWorkerDeploymentCurrentVersion(request: {
      namespace: string;
      deploymentName: string;
      buildId: string;
      identity: string;
      ignoreMissingTaskQueues: boolean;
    }): Promise<unknown>;
  };
}

export interface CurrentVersion {
  readonly namespace: string;
  readonly buildId: string;
  readonly signal?: AbortSignal | undefined;
  /** Told of each try that failed. */
  readonly onFailure?: ((error: unknown) => void) | undefined;
  /** Of one call to the engine, ms. Default 5 s. */
  readonly callWithinMs?: number | undefined;
}

/**
 * Says which build gets the work from now on (Worker Versioning): new runs start on it, running appointments move to it
 * at their next step. Until one build is current, versioned workers get nothing. Tried until it is so: the server learns
 * of a build by its first poll.
 *
 * Nothing is set that is so already: setting it is a step of a workflow of the server's own, which stands still for
 * minutes after the server was killed, and a worker that could work must not wait for it (found by `npm run chaos`).
 *
 * @throws only when `signal` aborts
 */
export async function setCurrentVersion(connection: DeploymentConnection, wanted: CurrentVersion): Promise<void> {
  const { namespace, buildId, signal, callWithinMs = 5_000 } = wanted;
  const within = <T>(call: () => Promise<T>) => connection.withDeadline(Date.now() + callWithinMs, call);
  for (;;) {
    signal?.throwIfAborted();
    try {
      if (await within(() => isCurrent(connection, wanted))) return;
      await within(() =>
        connection.workflowService.setWorkerDeploymentCurrentVersion({
          namespace,
          deploymentName,
          buildId,
          identity: `healthsphere-${process.pid}`,
          // Appointments is the only queue now; a build that stops polling an old one must not be held back by it.
          ignoreMissingTaskQueues: true,
        }),
      );
      return;
    } catch (error) {
      signal?.throwIfAborted();
      wanted.onFailure?.(error);
      await sleep(200, undefined, signal === undefined ? {} : { signal });
    }
  }
}

const workflowTasks = 1;

/** Asked of the task queue, which knows by itself where it sends its tasks. */
async function isCurrent(
  { workflowService }: DeploymentConnection,
  { namespace, buildId }: CurrentVersion,
): Promise<boolean> {
  const { versioningInfo } = await workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: appointmentTaskQueue },
    taskQueueType: workflowTasks,
  });
  const current = versioningInfo?.currentDeploymentVersion;
  return current?.deploymentName === deploymentName && current.buildId === buildId;
}
