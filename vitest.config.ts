import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

const everyFile = {
  pool: 'forks' as const,
  // The first file that asks for a server waits until it stands; a busy machine needs the rest.
  testTimeout: 30_000,
  // What is looked at until it is so: a second, vitest's own limit, is too short beside two browsers.
  expect: { poll: { timeout: 15_000 } },
  hookTimeout: 120_000,
  teardownTimeout: 30_000,
  // A forgotten .only would silently skip everything else.
  allowOnly: false,
  env: { NODE_ENV: 'test', TZ: 'UTC' },
};

/**
 * Files of these rooms follow one another in one process: they leave nothing in it, and loading the API, its libraries and
 * the one that drives the browser again took longer than many of them run.
 */
const inOneProcess = ['domain', 'db', 'api', 'activities', 'documents', 'web'].map(
  (room) => `test/${room}/**/*.test.ts`,
);

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    // About a third of the time is spent waiting: for an engine, for a page, for a worker that was killed.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      { test: { ...everyFile, name: 'alone', include: ['test/**/*.test.ts'], exclude: inOneProcess } },
      { test: { ...everyFile, name: 'together', include: inOneProcess, isolate: false } },
    ],
  },
});
