import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import restoreConfig from '../../src/actions/restore-config.ts';
import type { ConfigCopies, ConfigCopy } from '../../src/ports/config-copies.ts';
import { keepConfigs } from '../../src/watch/keep-configs.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { carryOut, contextFor, finding, planned, refusal, takeBack } from './action-context.ts';

const MARK = 'nightshift.dev/execution';

describe('restore_config', () => {
  let small: SmallCluster;
  let copies: ConfigCopies;
  const told = {
    ...finding('config_change', {}, 'change'),
    object: { kind: 'ConfigMap', namespace: 'shop', name: 'settings' },
  };
  const context = (kept: ConfigCopies | null = copies) => ({
    ...contextFor(small, { findings: [told] }),
    ...(kept ? { configCopies: kept } : {}),
  });
  const write = (data: Record<string, string>) =>
    small.kube.apply({
      ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'shop' } },
      data,
    });
  const spoil = (data: Record<string, string>) => {
    small.kube.mutate('configmaps', 'shop', 'settings', (copy) => Object.assign(copy, { data }), 'kubectl-edit');
    small.run(5);
  };
  const held = () => (small.kube.get('configmaps', 'shop', 'settings') as { data?: unknown } | undefined)?.data;
  const keep = () =>
    keepConfigs({ cluster: small.cluster, configCopies: copies, protectedNamespaces: [], log: { info: () => {} } });
  const restarted = (name: string) =>
    small.kube.get('deployments', 'shop', name)?.spec.template.metadata?.annotations?.[MARK];

  beforeEach(async () => {
    small = await startSmallCluster();
    const kept: ConfigCopy[] = [];
    copies = { of: async () => kept, keep: async (_namespace, _name, copy) => void kept.unshift(copy) };
    write({ timeout_ms: '3000', pool: '20' });
    for (const name of ['payment-api', 'checkout-api', 'cart-api']) small.kube.apply(deployment(name));
    small.kube.mutate('deployments', 'shop', 'payment-api', (copy) => {
      Object.assign(copy.spec.template.spec.containers[0]!, { envFrom: [{ configMapRef: { name: 'settings' } }] });
    });
    small.kube.mutate('deployments', 'shop', 'checkout-api', (copy) => {
      Object.assign(copy.spec.template.spec, { volumes: [{ name: 'all', configMap: { name: 'settings' } }] });
    });
    small.run(30);
    await keep();
  });
  afterEach(() => small.stop());

  it('brings back what it held, restarts who takes variables from it, once, and takes that back', async () => {
    spoil({ timeout_ms: '3', pool: '20', added: 'x' });
    const plan = await planned(restoreConfig, context());
    expect(plan).toMatchObject({
      target: { kind: 'Deployment', name: 'payment-api' },
      changes: [
        { path: 'ConfigMap settings data.added', before: 'x', after: 'none' },
        { path: 'ConfigMap settings data.timeout_ms', before: '3', after: '3000' },
        { path: 'Deployment payment-api pods' },
      ],
      blastRadius: { services: ['shop/payment-api', 'shop/checkout-api'], takesAway: true },
      diff: expect.stringContaining('+  timeout_ms: '),
    });
    expect(plan.notes.join(' ')).toContain('checkout-api uses it, too.');
    expect((await planned(restoreConfig, context())).digest).toBe(plan.digest);
    expect(await restoreConfig.wasApplied(context(), plan, 'inc-1-1')).toBeNull();

    const { applied, execution } = await carryOut(restoreConfig, context(), plan);
    expect(applied.kind).toBe('done');
    expect(held()).toEqual({ timeout_ms: '3000', pool: '20' });
    expect(['payment-api', 'checkout-api', 'cart-api'].map(restarted)).toEqual(['inc-1-1', undefined, undefined]);
    expect((await restoreConfig.wasApplied(context(), plan, 'inc-1-1'))?.kind).toBe('done');
    small.run(60);
    expect((await restoreConfig.settled(context(), execution)).kind).toBe('settled');
    expect((await takeBack(restoreConfig, context(), execution)).kind).toBe('done');
    expect(held()).toEqual({ timeout_ms: '3', pool: '20', added: 'x' });
  });

  it('is only asked about where the version before was itself a try of a few minutes', async () => {
    spoil({ timeout_ms: '3', pool: '20' });
    expect((await planned(restoreConfig, context())).onlyAsked).toContain('stood for only');
    const [copy] = await copies.of('shop', 'settings');
    const older = { ...copies, of: async () => [{ ...copy!, changedAt: copy!.changedAt - 3_600_000 }] };
    expect((await planned(restoreConfig, context(older))).onlyAsked).toBeUndefined();
  });

  it('shows no secret that somebody keeps in it', async () => {
    spoil({ timeout_ms: '3000', pool: '20', db_password: 'hunter2', url: 'postgres://app:hunter2@db/shop' });
    expect(JSON.stringify({ ...(await planned(restoreConfig, context())), data: null })).not.toContain('hunter2');
  });

  it('that was interrupted between the two says what is left to do', async () => {
    spoil({ timeout_ms: '3', pool: '20' });
    const plan = await planned(restoreConfig, context());
    await carryOut(restoreConfig, context(), plan);
    small.kube.mutate('deployments', 'shop', 'payment-api', (copy) => {
      copy.spec.template.metadata!.annotations = {};
    });
    expect(await restoreConfig.wasApplied(context(), plan, 'inc-1-1')).toMatchObject({
      ...{ kind: 'failed', changed: true },
      message: expect.stringContaining('kubectl rollout restart deployment/payment-api -n shop'),
    });
  });

  it('is none without a copy from before the change, or of another object of the name', async () => {
    expect(await refusal(restoreConfig, context(null))).toBe('no_history');
    expect(await refusal(restoreConfig, context())).toBe('no_history');
    expect(await refusal(restoreConfig, { ...context(), findings: [] })).toBe('not_needed');
    small.kube.remove('configmaps', 'shop', 'settings');
    expect(await refusal(restoreConfig, context())).toBe('target_gone');
    small.run(5);
    write({ timeout_ms: '3' });
    expect(await refusal(restoreConfig, context())).toBe('no_history');
  });
});
