import { z } from 'zod';

const Outcome = z.object({ numPassedTests: z.number(), numFailedTests: z.number(), numPendingTests: z.number() });
const Skipped = z.array(z.object({ title: z.string(), why: z.string() }));

/**
 * The last lines of the run: what this machine can't have, by name, then one line with the figures.
 * `report` is vitest's JSON report (null: it didn't get to write one), `skipped` the set-up's list (null: nothing is skipped), `code` vitest's exit code.
 */
export function lastLines(report: string | null, skipped: string | null, code: number): string[] {
  const lines =
    skipped === null ? [] : Skipped.parse(JSON.parse(skipped)).map(({ title, why }) => `Skipped: ${title}: ${why}`);
  if (report === null) return [...lines, 'The tests did not run to their end.', '0 passed, 1 failed'];
  const { numPassedTests, numFailedTests, numPendingTests } = Outcome.parse(JSON.parse(report));
  // A file that can't be loaded, or an error outside of any test, fails the run without failing a test.
  if (code !== 0 && numFailedTests === 0) lines.push('Something failed outside of the tests; see above.');
  const failed = code === 0 ? numFailedTests : Math.max(1, numFailedTests);
  return [
    ...lines,
    `${numPassedTests} passed, ${failed} failed${numPendingTests > 0 ? `, ${numPendingTests} skipped` : ''}`,
  ];
}
