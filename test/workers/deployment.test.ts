import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { setCurrentVersion, type DeploymentConnection } from '../../workers/deployment.ts';
import { deploymentName } from '../../workers/task-queues.ts';

interface Fake {
  readonly connection: DeploymentConnection;
  readonly asked: string[];
}

/** @param sets what each call that sets the version does, in order */
function engine(current: string | null, sets: (() => Promise<unknown>)[] = []): Fake {
  const asked: string[] = [];
  return {
    asked,
    connection: {
      withDeadline: (deadline, call) =>
        Promise.race([call(), sleep(deadline - Date.now()).then(() => Promise.reject(new Error('deadline')))]),
      workflowService: {
        async describeTaskQueue() {
          asked.push('describe');
          return current === null
            ? {}
            : { versioningInfo: { currentDeploymentVersion: { deploymentName, buildId: current } } };
        },
        setWorkerDeploymentCurrentVersion({ buildId }) {
          asked.push(`set ${buildId}`);
          return sets.shift()?.() ?? Promise.resolve({});
        },
      },
    },
  };
}

const wanted = { namespace: 'default', buildId: 'b2', callWithinMs: 50 };

it('a build that is current is left alone', async () => {
  const { connection, asked } = engine('b2');
  await setCurrentVersion(connection, wanted);
  expect(asked).toEqual(['describe']);
});

it('another build, or none, is made current', async () => {
  for (const before of ['b1', null]) {
    const { connection, asked } = engine(before);
    await setCurrentVersion(connection, wanted);
    expect(asked).toEqual(['describe', 'set b2']);
  }
});

it('an engine that refuses, or never answers, is asked again', async () => {
  const never = new Promise<never>(() => undefined);
  const { connection, asked } = engine(null, [() => Promise.reject(new Error('unknown build')), () => never]);
  await setCurrentVersion(connection, wanted);
  expect(asked.filter((call) => call === 'set b2')).toHaveLength(3);
});

it('ends when the worker does', async () => {
  const { connection } = engine(
    null,
    Array.from({ length: 100 }, () => () => Promise.reject(new Error('away'))),
  );
  await expect(setCurrentVersion(connection, { ...wanted, signal: AbortSignal.timeout(300) })).rejects.toThrow();
});
