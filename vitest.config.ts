import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // The first file that asks for a server waits until it stands; a busy machine needs the rest.
    testTimeout: 30_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    // A forgotten .only would silently skip everything else.
    allowOnly: false,
    env: { NODE_ENV: 'test', TZ: 'UTC' },
  },
});
