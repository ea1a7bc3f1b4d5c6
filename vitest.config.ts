import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

const everyFile = {
  pool: 'forks' as const,
  // The first file that asks for a server waits until it stands; a busy machine needs the rest.
  testTimeout: 30_000,
  hookTimeout: 120_000,
  teardownTimeout: 30_000,
  // A forgotten .only would silently skip everything else.
  allowOnly: false,
  env: { NODE_ENV: 'test', TZ: 'UTC' },
};

/**
 * Files of these rooms follow one another in one process: they start nothing that lives in it, and loading the API with its
 * libraries again took longer than most of them run.
 */
const inOneProcess = ['domain', 'db', 'api', 'activities', 'documents'].map((room) => `test/${room}/**/*.test.ts`);

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    // Of every three files one waits for something: for a browser, an engine, a worker that was killed.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      { test: { ...everyFile, name: 'alone', include: ['test/**/*.test.ts'], exclude: inOneProcess } },
      { test: { ...everyFile, name: 'together', include: inOneProcess, isolate: false } },
    ],
  },
});
