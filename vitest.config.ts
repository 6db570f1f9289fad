import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest goes first, so that no worker is left alone with it in the end. */
const LONG = [
  /^test\/e2e\//,
  /^test\/sandbox\/(shop|kube\/kubectl)\//,
  /^test\/(backtest|game-day|histories|property|security|watch)\//,
  /^test\/(app\/intake|cli|evidence|pipeline\/bottleneck|adapters\/bullmq|sandbox\/page|learning)/,
];

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = LONG.findIndex((one) => one.test(relative(this.ctx.config.root, moduleId)));
      return found < 0 ? LONG.length : found;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/soak/**', 'test/bench/**', '**/node_modules/**'],
    pool: 'forks',
    // Half of the time would go into loading the same modules for each file. What a file changes outside of itself it puts back.
    isolate: false,
    // As `npm start` has it: else each process that a test starts compiles a thousand files anew.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('.nightshift/compile-cache', import.meta.url)) },
    // One more than the cores: those that act out a whole incident mostly wait.
    maxWorkers: 3,
    sequence: { sequencer: LongFirst },
    // A spy that a failed test left behind would be met by the next file.
    restoreMocks: true,
    // Tests wait for events; on a busy machine these come late.
    testTimeout: 120_000,
    // Whole loops in fast time on a shared machine: a second try tells a slow minute from a fault. The summary names what was tried again.
    retry: process.env.CI === 'true' ? 1 : 0,
    hookTimeout: 120_000,
    teardownTimeout: 5_000,
  },
});
