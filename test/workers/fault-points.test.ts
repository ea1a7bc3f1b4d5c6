import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { faultInjector } from '../../workers/fault-points.ts';

const scratch = mkdtempSync(join(tmpdir(), 'healthsphere-fault-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function counted(faults: string | undefined) {
  const state = { deaths: 0, at: faultInjector(faults, () => (state.deaths += 1)) };
  return state;
}

it('does nothing unless told to', () => {
  const worker = counted(undefined);
  worker.at('before-activity', 'hold');
  expect(worker.deaths).toBe(0);
});

it('dies at its point and at no other', () => {
  const worker = counted('after-commit-before-complete');
  worker.at('before-activity', 'hold');
  expect(worker.deaths).toBe(0);
  worker.at('after-commit-before-complete', 'hold');
  expect(worker.deaths).toBe(1);
});

it('dies once for a file that appears, of two workers only one', () => {
  const file = join(scratch, 'die');
  const fault = `before-activity@${file}.not,after-commit-before-complete@${file}`;
  const workers = [counted(fault), counted(fault)];
  const everywhere = () => workers.forEach((worker) => worker.at('after-commit-before-complete', 'hold'));
  everywhere();
  writeFileSync(file, '');
  everywhere();
  everywhere();
  expect(workers.map(({ deaths }) => deaths)).toEqual([1, 0]);
  expect(existsSync(file)).toBe(false);
});

it('dies in the named activity only', () => {
  const worker = counted('before-activity/hold');
  worker.at('before-activity', 'advanceOpening');
  expect(worker.deaths).toBe(0);
  worker.at('before-activity', 'hold');
  expect(worker.deaths).toBe(1);
});

it('refuses a point that does not exist, because a run that injects nothing proves nothing', () => {
  for (const wrong of ['after-lunch', 'before-activity,', 'before-activity:often', 'before-activity/'])
    expect(() => faultInjector(wrong)).toThrow(/names no fault point/);
});
