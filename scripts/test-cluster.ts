import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * `npm run test:cluster -- --context NAME --may-break`: the cluster's part and the actions against a real API server, as well as against the sandbox's. What is made is in namespaces named `nightshift-test-…`, and goes with
 * them; nodes are left alone.
 */
const { values } = parseArgs({
  options: { context: { type: 'string' }, 'may-break': { type: 'boolean', default: false } },
});
const { context } = values;
if (!context || !values['may-break']) {
  console.error('npm run test:cluster -- --context NAME --may-break');
  console.error(
    'It makes namespaces, workloads and evictions on the cluster of that context (KUBECONFIG): say --may-break if it may.',
  );
  process.exit(1);
}
const SUITES = ['cluster', 'actions', 'more-actions'].map((name) => `test/ports/${name}.test.ts`);
const { status } = spawnSync('vitest', ['run', ...SUITES], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  env: { ...process.env, NIGHTSHIFT_TEST_CONTEXT: context },
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
