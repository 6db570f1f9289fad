import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../sandbox/kube/cluster.ts';
import { connectMonitors } from '../../src/adapters/kubernetes/monitors.ts';
import type { Deps } from '../../src/app/deps.ts';
import type { Event } from '../../src/domain/incident-event.ts';
import { TIGHTENED } from '../../src/domain/monitor.ts';
import { receiveAlerts } from '../../src/pipeline/receive-alerts.ts';
import { record } from '../../src/pipeline/record.ts';
import type { Monitors } from '../../src/ports/monitors.ts';
import type { IncidentStore } from '../../src/ports/store.ts';
import { createTightenMemory, tightenMonitors } from '../../src/watch/tighten-monitors.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { type Fixture, startFixture } from '../adapters/redis/store-fixture.ts';
import { alertOf, diagnosisOf, T0 } from '../domain/examples.ts';

/** The real store, and the sandbox's API server over HTTP with the operator's CRDs. */

let fixture: Fixture;
let store: IncidentStore;
let small: SmallCluster;
let monitors: Monitors;
let deps: Deps;
let memory = createTightenMemory();
let runs = 0;

const GROUP = 'monitoring.coreos.com';
const crd = (kind: string, plural: string): KubeObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${GROUP}` },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: { plural, kind, singular: kind.toLowerCase(), listKind: `${kind}List` },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        },
      },
    ],
  },
});
const service = (name: string, labels: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop', labels },
  spec: { selector: { app: name }, ports: [{ name: 'http', port: 80 }] },
});
type Json = Record<string, unknown>;
const endpoints = (...intervals: (string | null)[]) =>
  intervals.map((interval, index) => ({ port: `p${index}`, ...(interval ? { interval } : {}) }));
const serviceMonitor = (name: string, over: { metadata?: Json; spec?: Json } = {}): Json => ({
  apiVersion: `${GROUP}/v1`,
  kind: 'ServiceMonitor',
  metadata: { name, namespace: 'shop', ...over.metadata },
  spec: { selector: { matchLabels: { app: name } }, endpoints: endpoints('30s', null), ...over.spec },
});

async function call(
  method: string,
  path: string,
  body?: unknown,
  manager = 'kubectl',
): Promise<{ status: number; json: never }> {
  const answer = await fetch(`${small.url}${path}${method === 'GET' ? '' : `?fieldManager=${manager}`}`, {
    method,
    headers: { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: answer.status, json: (await answer.json()) as never };
}
const at = (plural: string, name = '') => `/apis/${GROUP}/v1/namespaces/shop/${plural}${name ? `/${name}` : ''}`;
async function create(object: Json, manager?: string): Promise<void> {
  const plural = object.kind === 'PodMonitor' ? 'podmonitors' : 'servicemonitors';
  const made = await call('POST', at(plural), object, manager);
  if (made.status !== 201) throw new Error(JSON.stringify(made.json));
}
type Read = { metadata: { annotations?: Record<string, string> }; spec: Record<string, { interval?: string }[]> };
const read = async (name: string, plural = 'servicemonitors'): Promise<Read> =>
  (await call('GET', at(plural, name))).json as Read;
const intervals = async (name: string) => (await read(name)).spec.endpoints?.map((one) => one.interval ?? null);
const mark = async (name: string) => (await read(name)).metadata.annotations?.[TIGHTENED];
const writes = () =>
  small.changes().filter(({ path, userAgent }) => path.includes(GROUP) && userAgent.includes('nightshift'));

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.end());
beforeEach(async () => {
  small = await startSmallCluster();
  ({ store } = await fixture.replica({ cluster: `tighten-${++runs}` }));
  fixture.clock.set(T0);
  memory = createTightenMemory();
  monitors = connectMonitors({
    name: 'test',
    server: { url: small.url },
    timeoutMs: 2_000,
    userAgent: 'nightshift/test',
  });
  deps = {
    store,
    cluster: small.cluster,
    jobs: { wake: async () => {} },
    clock: { now: fixture.clock.now, realDelay: (ms: number) => ms },
    recentlyOpen: (limit: number) => store.listOpen(limit),
    openLines: () => store.openLines(),
    limits: { stormIncidents: 3 },
    protectedNamespaces: ['kube-system'],
    mode: 'act',
    log: pino({ level: 'silent' }),
  } as unknown as Deps;
  for (const object of [crd('ServiceMonitor', 'servicemonitors'), crd('PodMonitor', 'podmonitors')])
    small.kube.apply(object);
  for (const name of ['payment-api', 'ledger-db', 'web']) {
    small.kube.apply(deployment(name));
    small.kube.apply(service(name, { app: name, team: 'shop' }));
  }
});
afterEach(() => small.stop());

const round = (enabled = true) => tightenMonitors(deps, monitors, memory, { enabled, isOurs: () => true });
type Timeless = Event extends infer E ? (E extends Event ? Omit<E, 'at'> : never) : never;
const happens = (id: string, event: Timeless) => record(deps, id, { ...event, at: fixture.clock.now() } as Event);
async function opened(name = 'payment-api', measured = true): Promise<string> {
  const alert = alertOf({ fingerprint: name, labels: { namespace: 'shop', service: name } });
  const subject = { cluster: 'test', namespace: 'shop', service: name };
  const [id = ''] = await receiveAlerts(deps, [{ alert, subject }], new Map());
  const cause = {
    entity: { kind: 'Deployment' as const, namespace: 'shop', name: 'ledger-db' },
    what: 'cpu',
    probability: 0.9,
    reasons: [],
  };
  const diagnosis = diagnosisOf({ measured, causes: [cause] });
  const decision = { kind: 'observe' as const, untilMs: T0 + 60_000, reason: 'looking' };
  await happens(id, { type: 'diagnosed', diagnosis, decision, skippedSteps: [] });
  return id;
}
const close = (id: string) => happens(id, { type: 'resolved', message: 'well again' });
const lines = async (id: string) => (await store.timeline(id)).map((line) => line.message).join('\n');

describe('the monitors of a service in trouble', () => {
  it('are scraped every 15 s while it is open, with the mark in the same patch, and put back after', async () => {
    await create(serviceMonitor('payment-api'));
    await create(serviceMonitor('ledger-db', { spec: { endpoints: endpoints('1m') } }));
    await create(serviceMonitor('web'));
    const id = await opened();
    await round();
    expect(await intervals('payment-api')).toEqual(['15s', '15s']);
    expect(await intervals('ledger-db')).toEqual(['15s']);
    expect(await intervals('web')).toEqual(['30s', null]);
    expect(JSON.parse((await mark('payment-api')) ?? '')).toMatchObject({
      incident: id,
      endpoints: [{ was: '30s' }, { was: null }],
    });
    expect(writes()).toHaveLength(2);
    await round();
    expect(writes()).toHaveLength(2);
    await close(id);
    await round();
    expect(await intervals('payment-api')).toEqual(['30s', null]);
    expect(await intervals('ledger-db')).toEqual(['1m']);
    expect(await mark('payment-api')).toBeUndefined();
    expect(await lines(id)).toContain(
      'Watching closer: ServiceMonitor shop/payment-api is scraped every 15 s (before: every 30s)',
    );
    expect(await lines(id)).toContain('ServiceMonitor shop/ledger-db is scraped every 1m again.');
  });

  it('are pod monitors, too', async () => {
    const spec = {
      selector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['payment-api'] }] },
      podMetricsEndpoints: endpoints('30s'),
    };
    await create({ ...serviceMonitor('payment-pods'), kind: 'PodMonitor', spec });
    const id = await opened();
    await round();
    expect((await read('payment-pods', 'podmonitors')).spec.podMetricsEndpoints?.[0]?.interval).toBe('15s');
    await close(id);
    await round();
    expect((await read('payment-pods', 'podmonitors')).spec.podMetricsEndpoints?.[0]?.interval).toBe('30s');
  });

  it('are put back after a crash, also by a start with the setting off', async () => {
    await create(serviceMonitor('payment-api'));
    const id = await opened();
    await round();
    await close(id);
    memory = createTightenMemory();
    await round(false);
    expect(await intervals('payment-api')).toEqual(['30s', null]);
  });

  it('stay tight while another incident wants them', async () => {
    await create(serviceMonitor('ledger-db'));
    const [first, second] = [await opened('payment-api'), await opened('web')];
    await round();
    await close(first);
    await round();
    expect(await intervals('ledger-db')).toEqual(['15s', '15s']);
    await close(second);
    await round();
    expect(await intervals('ledger-db')).toEqual(['30s', null]);
  });

  it('are put back where they still hold what was written; what somebody else wrote stays', async () => {
    await create(serviceMonitor('payment-api'));
    const id = await opened();
    await round();
    await call('PATCH', at('servicemonitors', 'payment-api'), {
      spec: {
        endpoints: [
          { port: 'p0', interval: '20s' },
          { port: 'p1', interval: '15s' },
        ],
      },
    });
    await close(id);
    await round();
    expect(await intervals('payment-api')).toEqual(['20s', null]);
    expect(await mark('payment-api')).toBeUndefined();
    expect(await lines(id)).toContain('was changed by somebody else since');
  });
});

describe('a monitor is left as it is', () => {
  const untouched = async () => expect(await intervals('payment-api')).toEqual(['30s', null]);

  it('in observe mode, while paused, without the setting, for an alert alone, and in a storm', async () => {
    for (const name of ['payment-api', 'ledger-db']) await create(serviceMonitor(name));
    const id = await opened();
    await tightenMonitors({ ...deps, mode: 'observe' }, monitors, memory, { enabled: true, isOurs: () => true });
    await store.pause('U_GUEST', '', T0, null);
    await round();
    await store.resume('U_ONCALL', T0);
    await round(false);
    await tightenMonitors(deps, monitors, memory, { enabled: true, isOurs: () => false });
    await untouched();
    await close(id);
    await opened('payment-api', false);
    await round();
    await untouched();
    for (const name of ['a', 'b', 'web']) await opened(name);
    await round();
    await untouched();
    expect(writes()).toEqual([]);
  });

  it('while paused it isn’t put back either, and is when resumed', async () => {
    await create(serviceMonitor('payment-api'));
    const id = await opened();
    await round();
    await store.pause('U_GUEST', '', T0, null);
    await close(id);
    await round();
    expect(await intervals('payment-api')).toEqual(['15s', '15s']);
    await store.resume('U_ONCALL', T0);
    await round();
    await untouched();
  });

  it('when Argo CD, Flux or Helm manages it, which is said once', async () => {
    await create(serviceMonitor('payment-api'), 'argocd-controller');
    await create(serviceMonitor('ledger-db', { metadata: { annotations: { 'meta.helm.sh/release-name': 'db' } } }));
    const id = await opened();
    await round();
    memory = createTightenMemory();
    await round();
    await untouched();
    expect(await intervals('ledger-db')).toEqual(['30s', null]);
    const said = (await lines(id)).split('\n').filter((line) => line.includes('keeps its interval'));
    expect(said.sort()).toEqual([
      'ServiceMonitor shop/ledger-db keeps its interval: Helm manages it.',
      'ServiceMonitor shop/payment-api keeps its interval: Argo CD manages it.',
    ]);
  });

  it('when it is for many services, or its scrape may take long', async () => {
    for (const name of ['a', 'b', 'c', 'd']) small.kube.apply(service(name, { team: 'shop' }));
    await create(serviceMonitor('everything', { spec: { selector: { matchLabels: { team: 'shop' } } } }));
    await create(
      serviceMonitor('payment-api', { spec: { endpoints: [{ port: 'p0', interval: '30s', scrapeTimeout: '25s' }] } }),
    );
    const id = await opened();
    await round();
    expect(writes()).toEqual([]);
    expect(await lines(id)).toContain('ServiceMonitor shop/everything keeps its interval: it is for 7 services.');
    expect(await lines(id)).toContain('a scrape of it may take 25s');
  });

  it('when two hours have not been enough', async () => {
    await create(serviceMonitor('payment-api'));
    await opened();
    await round();
    fixture.clock.set(T0 + 2 * 3_600_000 + 1);
    await round();
    await untouched();
  });

  it('when it was changed between the look and the patch; the next round sees the new one', async () => {
    await create(serviceMonitor('payment-api'));
    await opened();
    const racing: Monitors = {
      ...monitors,
      write: async (monitor, changes, text) => {
        await call('PATCH', at('servicemonitors', 'payment-api'), { metadata: { labels: { touched: 'yes' } } });
        return monitors.write(monitor, changes, text);
      },
    };
    await tightenMonitors(deps, racing, memory, { enabled: true, isOurs: () => true });
    await untouched();
    await round();
    expect(await intervals('payment-api')).toEqual(['15s', '15s']);
  });

  it('without the operator there is nothing to do, and nothing is asked while all is quiet', async () => {
    await round();
    const asked = () => small.kube.requests().filter(({ path }) => path.includes(GROUP)).length;
    const before = asked();
    await round();
    expect(asked()).toBe(before);
    const bare = await startSmallCluster();
    const none = connectMonitors({ name: 'bare', server: { url: bare.url }, timeoutMs: 2_000, userAgent: 'x' });
    expect(await none.list()).toEqual({ ok: true, value: [] });
    await bare.stop();
  });
});
