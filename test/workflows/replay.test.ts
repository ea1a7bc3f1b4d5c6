/** I23: what was recorded at a release is replayed on today's code; a careless change is noticed (acceptance 7). */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import proto from '@temporalio/proto';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { WorkflowBundleOption } from '@temporalio/worker';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildWorkflowBundle } from '../../workers/bundle.ts';
import { dataConverter } from '../../workers/data-converter.ts';
import { workflowBundle } from '../support/builds.ts';
import { historyKeys } from '../support/history-keys.ts';

const directory = join(import.meta.dirname, '../histories');
const recorded = readdirSync(directory).flatMap((version) =>
  readdirSync(join(directory, version)).map((file) => ({
    version,
    life: file.replace(/\.json$/, ''),
    path: join(directory, version, file),
  })),
);

/** What each history's replay failed with; undefined where it did not. */
async function replay(bundle: WorkflowBundleOption): Promise<Map<string, unknown>> {
  const options = { workflowBundle: bundle, dataConverter: dataConverter({ codecOff: false }, historyKeys) };
  const histories = recorded.map(({ path }) => ({
    workflowId: path,
    history: proto.temporal.api.history.v1.History.fromObject(JSON.parse(readFileSync(path, 'utf8'))),
  }));
  const errors = new Map<string, unknown>();
  for await (const { workflowId, error } of Worker.runReplayHistories(options, histories))
    errors.set(workflowId, error);
  return errors;
}

let today: Map<string, unknown>;
let tampered: Map<string, unknown>;
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'off' } } });
  today = await replay(await workflowBundle());
  const workflowsPath = fileURLToPath(new URL('./tampered.ts', import.meta.url));
  tampered = await replay(await buildWorkflowBundle({ workflowsPath }));
});

describe('recorded histories', () => {
  test('there are some, of the lives that matter', () => {
    expect(new Set(recorded.map(({ life }) => life)).size).toBeGreaterThanOrEqual(8);
  });

  test.each(recorded)("$version $life replays on today's workflows", ({ path }) => {
    expect(today.has(path)).toBe(true);
    expect(today.get(path)).toBeUndefined();
  });

  test.each(recorded)('$version $life does not replay on tampered ones', ({ path }) => {
    expect(String(tampered.get(path))).toMatch(/DeterminismViolation|nondetermin/i);
  });
});
