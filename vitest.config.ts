import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/soak/**', 'test/bench/**', '**/node_modules/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    // Whole loops in fast time on a shared machine: a second try tells a slow minute from a fault. The summary names what was tried again.
    retry: process.env.CI === 'true' ? 1 : 0,
    hookTimeout: 60_000,
    teardownTimeout: 5_000,
  },
});
