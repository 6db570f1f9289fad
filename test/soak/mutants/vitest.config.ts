import { defineConfig } from 'vitest/config';

/** What judges the domain, and is quick: a mutant has to be told by these. */
export default defineConfig({ test: { include: ['test/domain/**/*.test.ts'], testTimeout: 10_000 } });
