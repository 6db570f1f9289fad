import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { loadModules } from '../../src/app/load-modules.ts';
import { foundWell } from '../../src/domain/snapshot/found-well.ts';
import { gatherState } from '../../src/evidence/gather-state.ts';
import { stateCalls, stateFindings } from '../../src/evidence/state-findings.ts';
import type { StateCorrelator } from '../../src/extension-points.ts';
import type { Cluster } from '../../src/ports/cluster.ts';
import { AT, Boutique } from '../correlators/state/boutique.ts';

const stateCorrelators = await loadModules<StateCorrelator>(
  fileURLToPath(new URL('../../src/correlators/state', import.meta.url)),
);

/** Of the port, what a look at the state asks for. */
function clusterOf(shop: Boutique, asked: string[][] = []): Cluster {
  const parts: Pick<Cluster, 'podLogs'> & Required<Pick<Cluster, 'snapshot'>> = {
    async snapshot(namespaces) {
      asked.push(namespaces);
      const { objects, listed } = shop.snapshot();
      return {
        objects: objects.filter(({ metadata }) => metadata.namespace === '' || namespaces.includes(metadata.namespace)),
        listed: [...listed],
        missing: [],
      };
    },
    async podLogs(_namespace, name) {
      return { ok: true, value: shop.logs.filter(({ pod }) => pod === name).flatMap(({ lines }) => lines) };
    },
  };
  return parts as Cluster;
}

const look = (shop: Boutique, service: string, asked?: string[][]) =>
  gatherState({ cluster: clusterOf(shop, asked), stateCorrelators, clock: { now: () => AT } }, 'boutique', service);

it('tells the workload behind the object that is wrong, and who calls whom without a service graph', async () => {
  const shop = new Boutique();
  shop.get('Service', 'cart').spec.ports[0].targetPort = 7071;
  const state = await look(shop, 'frontend');
  const [first] = stateFindings(state!, { namespace: 'boutique', service: 'frontend' }, AT, new Set());
  expect(first).toMatchObject({
    kind: 'state',
    about: { kind: 'Deployment', namespace: 'boutique', name: 'cart' },
    what: 'service_target_port_mismatch',
  });
  expect(first?.message).toContain('Service boutique/cart');
  expect(first).toMatchObject({
    object: { kind: 'Service', namespace: 'boutique', name: 'cart' },
    command: expect.stringContaining('kubectl patch service/cart -n boutique'),
  });
  expect(stateCalls(state!, 'boutique')).toContainEqual({ from: 'frontend', to: 'cart', weight: 1 });
});

it('looks into the namespaces that are called', async () => {
  const shop = new Boutique();
  shop.add('Namespace', '', 'data');
  shop.deployment('postgres', { namespace: 'data', port: 5432, replicas: 0 });
  shop.service('postgres', { namespace: 'data', port: 5432 });
  shop.crashes('payment', { reason: 'Error', exitCode: 1 });
  shop.log('payment', ['cannot connect to postgres.data:5432: connection refused']);
  const asked: string[][] = [];
  const state = await look(shop, 'payment', asked);
  expect(asked.at(-1)).toContain('data');
  expect(state?.causes[0]).toMatchObject({ what: 'zero_replicas', object: { namespace: 'data', name: 'postgres' } });
  const [first] = stateFindings(state!, { namespace: 'boutique', service: 'payment' }, AT, new Set());
  expect(first).toMatchObject({
    about: { kind: 'Deployment', namespace: 'boutique', name: 'payment' },
    object: { kind: 'Deployment', namespace: 'data', name: 'postgres' },
  });
});

it('convicts who is scaled to nothing and called, though only metrics tell of the calls', async () => {
  const shop = new Boutique();
  shop.deployment('ledger', { port: 7000, replicas: 0 });
  shop.service('ledger', { port: 7000 });
  const strengthWith = async (calls: { namespace: string; from: string; to: string }[]) => {
    const parts = { cluster: clusterOf(shop), stateCorrelators, clock: { now: () => AT } };
    const state = await gatherState(parts, 'boutique', 'frontend', Promise.resolve(calls));
    return state?.causes.find(({ what }) => what === 'zero_replicas')?.strength;
  };
  expect(await strengthWith([])).toBe(0.6);
  expect(await strengthWith([{ namespace: 'boutique', from: 'frontend', to: 'ledger' }])).toBe(0.96);
});

it('says what of the cluster is well, and nothing of an area in which something is suspected', async () => {
  const shop = new Boutique();
  shop.get('Service', 'cart').spec.ports[0].targetPort = 7071;
  const well = foundWell((await look(shop, 'frontend'))!);
  expect(well).toContain('nodes (3)');
  expect(well.join()).not.toContain('Services');
});

it('says what could not be listed, and is no look at all where the cluster was only recorded', async () => {
  const shop = new Boutique();
  const refusing: Cluster = {
    ...clusterOf(shop),
    snapshot: async () => ({ objects: [], listed: [], missing: ['Pod/boutique: forbidden'] }),
  };
  expect(
    (await gatherState({ cluster: refusing, stateCorrelators, clock: { now: () => AT } }, 'boutique', 'cart'))?.missing,
  ).toEqual(['Pod/boutique: forbidden']);
  const { snapshot: _, ...recorded } = clusterOf(shop);
  expect(
    await gatherState({ cluster: recorded, stateCorrelators, clock: { now: () => AT } }, 'boutique', 'cart'),
  ).toBeNull();
});
