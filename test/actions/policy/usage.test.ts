import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MUTATING_POLICIES } from '../../../sandbox/operators/kyverno.ts';
import applyKyvernoPolicy from '../../../src/actions/apply-kyverno-policy.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../../adapters/kubernetes/small-cluster.ts';
import { contextFor, memoryMetrics } from '../action-context.ts';

describe('default limits', () => {
  let small: SmallCluster;
  const MI = 2 ** 20;
  const metrics = (memory: number | null, cpu: number | null) => ({
    ...memoryMetrics({}),
    instant: async (query: string) => {
      const value = query.includes('cpu_usage') ? cpu : memory;
      const pods = small.kube.list('pods', 'shop').map((pod) => pod.metadata.name ?? '');
      return { ok: true as const, value: value === null ? [] : pods.map((pod) => ({ labels: { pod }, value })) };
    },
  });
  const plan = async (memory: number | null, cpu: number | null) => {
    const made = await applyKyvernoPolicy.plan(
      contextFor(small, { target: { name: 'ledger-db' }, metrics: metrics(memory, cpu) }),
    );
    return made.ok ? 'planned' : `${made.refusal.code}: ${made.refusal.message}`;
  };

  beforeEach(async () => {
    small = await startSmallCluster();
    small.kube.apply(MUTATING_POLICIES);
    small.kube.apply(deployment('ledger-db', { memory: null }));
    small.run(300);
  });
  afterEach(() => small.stop());

  it('are given where pods use less', async () => {
    expect(await plan(300 * MI, 0.2)).toBe('planned');
  });

  it('are never under what a pod uses', async () => {
    expect(await plan(4_096 * MI, 0.2)).toContain(
      'at_limit: Deployment ledger-db uses 4096Mi, more than the limit of 512Mi',
    );
    expect(await plan(300 * MI, 2)).toContain('at_limit: Deployment ledger-db uses 2000m of CPU');
  });

  it('are not given where nobody measures what pods use', async () => {
    expect(await plan(null, 0.2)).toContain('no_data');
    expect(await plan(300 * MI, null)).toContain('no_data');
  });
});
