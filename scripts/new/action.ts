import type { Names, NewFile } from './templates.ts';

/** An action that refuses to do anything yet, and a test on the sandbox's API server that wants it to. */
export const actionFiles = ({ snake, kebab, camel }: Names): NewFile[] => [
  {
    path: `src/actions/${kebab}.ts`,
    text: `import type { Action } from '../extension-points.ts';

const NOT_WRITTEN = 'This action is not written yet.';

/** TODO: what it changes, and for which trouble. */
const ${camel}: Action = {
  name: '${snake}',
  title: 'TODO: what it does, for people',
  rungs: ['mitigate'],
  reversible: true,
  // How often it works and how often not, by what is wrong with the cause; '*' for every other cause.
  cures: { '*': [1, 4] },
  against: { namespace: [], workload: [] },
  permissions: [],
  // Looks afresh, refuses with a reason that says what would lift it, and makes a dry run. Changes nothing.
  plan: async () => ({ ok: false, refusal: { code: 'unsupported', message: NOT_WRITTEN } }),
  // Finds the mark that \`apply\` leaves in the same patch, after a crash.
  wasApplied: async () => null,
  // A wished-for state ("5 replicas", not "two more") with the mark, on the uid and resourceVersion of the plan.
  apply: async () => ({ kind: 'failed', changed: false, refusal: null, message: NOT_WRITTEN }),
  settled: async () => ({ kind: 'failed', message: NOT_WRITTEN }),
  // Restores only fields that still hold what we wrote.
  undo: async () => ({ kind: 'failed', changed: false, refusal: null, message: NOT_WRITTEN }),
};

export default ${camel};
`,
  },
  {
    path: `test/actions/${kebab}.test.ts`,
    text: `import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import ${camel} from '../../src/actions/${kebab}.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { carryOut, contextFor, planned } from './action-context.ts';

describe('${snake}', () => {
  let small: SmallCluster;

  beforeEach(async () => {
    small = await startSmallCluster();
    small.kube.apply(deployment('payment-api'));
    small.run(30);
  });
  afterEach(() => small.stop());

  it('plans without changing anything, and does what it planned', async () => {
    const context = contextFor(small);
    const plan = await planned(${camel}, context);
    expect(plan.changes).not.toEqual([]);
    expect(small.changes()).toEqual([]);
    const { applied } = await carryOut(${camel}, context, plan);
    expect(applied.kind).toBe('done');
    expect(small.changes()).toHaveLength(1);
  });

  it('is made once: who comes after a crash finds its mark', async () => {
    const context = contextFor(small);
    const { execution } = await carryOut(${camel}, context, await planned(${camel}, context));
    const found = await ${camel}.wasApplied(context, execution.recommendation.plan, execution.id);
    expect(found?.kind).toBe('done');
  });
});
`,
  },
];
