import type { NativeConnection, WorkerOptions, WorkflowBundleOption } from '@temporalio/worker';
import type { Config } from '../config.ts';
import type { KeyRing } from '../keys.ts';
import { dataConverter } from './data-converter.ts';
import { faultsAroundActivities } from './fault-points.ts';
import type { MaybeDie } from './fault-points.ts';
import { appointmentTaskQueue, deploymentName } from './task-queues.ts';

export interface WorkerParts {
  readonly config: Pick<Config, 'codecOff' | 'deploymentBuildId' | 'temporal'>;
  readonly keys: Pick<KeyRing, 'current' | 'keys'>;
  readonly connection: NativeConnection;
  readonly activities: object;
  /** Nothing unless it was told to die for a fault test. */
  readonly maybeDie?: MaybeDie | undefined;
  readonly workflowBundle: WorkflowBundleOption;
}

/** Transactions at one time; the pool of the worker's database role is a little larger (workers/main.ts). */
export const concurrentActivities = 20;

/** How a worker of the clinic works. Tests use it with another task queue and without versioning. */
export function workerOptions(parts: WorkerParts): WorkerOptions {
  const { config, keys, connection, activities, workflowBundle, maybeDie } = parts;
  return {
    connection,
    namespace: config.temporal.namespace,
    taskQueue: appointmentTaskQueue,
    activities,
    workflowBundle,
    dataConverter: dataConverter(config, keys),
    interceptors: { activity: maybeDie === undefined ? [] : [faultsAroundActivities(maybeDie)] },
    workerDeploymentOptions: {
      version: { deploymentName, buildId: config.deploymentBuildId },
      useWorkerVersioning: true,
      // Appointments live for months, across releases: they move on with them, guarded by `patched` and replay tests.
      defaultVersioningBehavior: 'AUTO_UPGRADE',
    },
    workflowTaskPollerBehavior: { type: 'autoscaling', minimum: 2, initial: 5, maximum: 20 },
    activityTaskPollerBehavior: { type: 'autoscaling', minimum: 1, initial: 3, maximum: 20 },
    // Few at once, so that each ends within its time limit on a machine that is short of processors: forty outlived it
    // together, were given out again, and nothing moved on (docs/benchmarks.md). Whoever waits in the queue has no limit.
    maxConcurrentWorkflowTaskExecutions: 8,
    maxConcurrentActivityTaskExecutions: concurrentActivities,
    maxConcurrentLocalActivityExecutions: concurrentActivities,
    // 400 MB for a worker with 10,000 open cases (architecture.md, section 8) is the goal, and a cached run takes about 0.7:
    // a visit waits for weeks, and replaying its twenty events when it wakes costs less than keeping it.
    maxCachedWorkflows: 250,
    // After a worker is killed, its cached runs wait this long for it before another takes them; the default is 10 s.
    stickyQueueScheduleToStartTimeout: '2 seconds',
    shutdownGraceTime: '5 seconds',
    shutdownForceTime: '9 seconds',
  };
}
