import type { Cluster as Simulated } from '../../sandbox/kube/cluster.ts';
import { clusterOn } from '../../src/adapters/kubernetes/cluster.ts';
import type { Request } from '../../src/adapters/kubernetes/rest.ts';
import type { AlertVital } from '../../src/domain/types/alert.ts';
import type { EntityRef } from '../../src/domain/types/entity.ts';
import type { Cluster } from '../../src/ports/cluster.ts';
import type { Metrics, ServiceQueries } from '../../src/ports/metrics.ts';
import { type Ask, connectionBy, silence } from './asked.ts';
import { type Change, changeOf, doneBy, fieldOf } from './law-changes.ts';
import { NODES } from './shop-objects.ts';
import type { Gate } from './stepped-tasks.ts';

/** What a step does to the trouble. */
export type Remedy = 'heals' | 'nothing' | 'worsens';
/** What becomes of the next change of a service: it is made and its answer is lost; it is made though the client gave up long ago; it is never made, and nobody hears. */
export type Fate = 'lost' | 'late' | 'dropped';
/** How a vital is told: as it is, not at all, or nobody answers. */
export type Told = 'as_it_is' | 'absent' | 'silent';

/** `told`: what the rules of its alerts measure; null: their expression isn't known. */
type Trouble = { issue: string; action: string; what: string; told: AlertVital | null };
/** Of each service its own kind, with the step that would mend it. */
export const TROUBLES: Record<string, Trouble> = {
  'a-api': { issue: 'crash_loop', action: 'rollback_deployment', what: 'rollout', told: 'absence' },
  'b-api': { issue: 'high_latency', action: 'scale_horizontal', what: 'overload', told: 'latency' },
  'c-api': { issue: 'high_latency', action: 'restart_deployment', what: 'deadlock', told: 'latency' },
  'd-api': { issue: 'node_pressure', action: 'drain_and_cordon', what: 'node_pressure', told: null },
};
export const SERVICES = Object.keys(TROUBLES);

type Service = {
  trouble: { remedy: Remedy; before: string } | null;
  /** The API server says nothing of it. */
  hidden: boolean;
  fate: Fate | null;
  told: Record<string, Told>;
};
/** Who asks: a task of a replica, for an incident. `token`: of its own lease. `saw`: how it saw those in trouble when it was told last, each by what shows its kind of trouble: well or not. */
export type Asker = {
  replica: number;
  effect: string;
  incidentId: string;
  gate: Gate;
  token: string | null;
  saw: Map<string, boolean>;
};
export type Watch = {
  /** Just before a change is sent; it may still be lost. */
  onSend(change: Change, asker: Asker): Promise<void>;
  /** It was made, and was not there before. */
  onLand(change: Change, asker: Asker, field: { was: string; is: string }): void;
};

/** A write that is still under way after its client gave up lands by then: an API server ends a request after a minute. */
const LANDS_MS = 50_000;
const STEP_MS = 4_000;
const SLOW_S = 5;
const FAILING = 0.5;
/** What is seen of failures is trouble, too, whatever its kind is known by. */
export const errorsOf = (name: string): string => `errors of ${name}`;
/** So long after a change controllers have something to do. */
const BUSY_MS = 50_000;

export type LawShop = ReturnType<typeof createLawShop>;

/** The shop of the laws: real objects on the sandbox's API server, whose answers come, fail, are late or are lost as the history wants it, and vitals that are told or not. */
export function createLawShop(kube: Simulated, ask: Ask, now: () => number, watch: Watch) {
  const services = new Map<string, Service>(
    SERVICES.map((name) => [name, { trouble: null, hidden: false, fate: null, told: {} }]),
  );
  const named = (name: string): Service => services.get(name)!;
  const counts = { unknown: 0, lost: 0, late_reads: 0, failed_reads: 0, landed_late: 0 };
  const flaky = new Map<number, number>();
  const slow = new Map<number, number>();
  let under: { at: number; land: () => Promise<unknown> }[] = [];
  let [deploys, busyUntil, sickNode] = [0, now(), ''];

  /** What the step would change, as it stands: another reading than at the break, and the step was taken. */
  const standing = (name: string): string => {
    const deployment = kube.get('deployments', 'shop', name);
    switch (TROUBLES[name]?.action) {
      case 'rollback_deployment':
        return String(deployment?.spec.template.spec.containers[0]?.image);
      case 'scale_horizontal':
        return String(deployment?.spec.replicas);
      case 'restart_deployment':
        return String(deployment?.spec.template.metadata?.annotations?.['kubectl.kubernetes.io/restartedAt']);
      default:
        return String(kube.list('pods', 'shop').some((pod) => pod.spec.nodeName === sickNode));
    }
  };
  const isTouched = (name: string) => named(name).trouble !== null && standing(name) !== named(name).trouble?.before;
  const isBroken = (name: string): boolean => {
    const { trouble } = named(name);
    return trouble !== null && !(trouble.remedy === 'heals' && isTouched(name));
  };
  const isCrashing = (name: string): boolean =>
    kube
      .list('pods', 'shop')
      .filter(isOf(name))
      // What is on its way out crashes no more than it is told to.
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .some((pod) =>
        pod.status.containerStatuses?.some(
          ({ state }: { state: { waiting?: { reason: string } } }) => state.waiting?.reason === 'CrashLoopBackOff',
        ),
      );
  /** A node that is closed and has been emptied hurts nobody. */
  const hurtsOnNode = (): boolean =>
    isBroken('d-api') &&
    (kube.get('nodes', undefined, sickNode)?.spec.unschedulable !== true ||
      kube.list('pods').some((pod) => pod.spec.nodeName === sickNode));
  const setPressure = (on: boolean) =>
    kube.mutate('nodes', undefined, sickNode, (node) => {
      const others = (node.status.conditions ?? []).filter(({ type }) => type !== 'MemoryPressure');
      node.status.conditions = [...others, ...(on ? [{ type: 'MemoryPressure', status: 'True' as const }] : [])];
    });
  /** Or lets pods onto it again. */
  const cordonByHand = () =>
    kube.mutate('nodes', undefined, sickNode || NODES[0]!, (node) => {
      node.spec.unschedulable = node.spec.unschedulable !== true;
    });
  const stir = () => {
    busyUntil = now() + BUSY_MS;
  };
  kube.setRuntime({
    observe: (pod) => {
      const name = String(pod.metadata.labels?.app);
      const { trouble } = named(name);
      const bad = pod.spec.containers[0]?.image?.includes('bad') || (trouble?.remedy !== 'heals' && isTouched(name));
      if (TROUBLES[name]?.issue === 'crash_loop' && trouble && bad)
        return { kind: 'exited', reason: 'Error', exitCode: 1 };
      return { kind: 'running', ready: true };
    },
    logs: () => [],
    // As many need all of their grace period.
    stopMs: (pod) => (pod.metadata.labels?.app === 'd-api' ? 30_000 : 2_000),
  });

  const measured = (metric: string, name: string): number => {
    const slow = TROUBLES[name]?.issue === 'high_latency' && isBroken(name);
    const spoiled = named(name).trouble?.remedy === 'worsens' && isTouched(name);
    const values: Record<string, number> = { request_rate: 10, memory_ratio: 0.5, cpu_ratio: 0.3 };
    if (metric.startsWith('latency')) return slow ? SLOW_S : 0.1;
    return metric === 'error_ratio' ? (spoiled ? 0.6 : 0) : (values[metric] ?? 0);
  };
  const metricsFor = ({ saw }: Asker): Metrics => ({
    range: async () => ({ ok: true, value: [] }),
    async instant(query) {
      const [metric = '', name = ''] = query.split(' ');
      const service = services.get(name);
      if (!service || metric === 'queue_depth') return { ok: true, value: [] };
      const told = service.told[metric] ?? 'as_it_is';
      if (told !== 'as_it_is') counts.unknown += 1;
      if (told === 'silent')
        return { ok: false, failure: { kind: 'unreachable', timedOut: true, message: 'no answer' } };
      if (told === 'absent') return { ok: true, value: [] };
      const value = measured(metric, name);
      if (metric === 'latency_p99' && TROUBLES[name]?.issue === 'high_latency') saw.set(name, value < SLOW_S);
      if (metric === 'error_ratio') saw.set(errorsOf(name), value < FAILING);
      return { ok: true, value: [{ labels: {}, value }] };
    },
    ping: async () => {},
  });

  const isHidden = ({ path, query }: Request) => {
    const text = `${path} ${query?.labelSelector ?? ''}`;
    return SERVICES.some((name) => named(name).hidden && text.includes(name));
  };
  const isOnce = (map: Map<number, number>, replica: number): boolean => {
    const left = map.get(replica) ?? 0;
    if (left > 0) map.set(replica, left - 1);
    return left > 0;
  };

  async function read(request: Request, { replica, gate, saw }: Asker): Promise<unknown> {
    if (isHidden(request)) {
      counts.unknown += 1;
      throw silence();
    }
    if (isOnce(flaky, replica)) {
      counts.failed_reads += 1;
      throw silence();
    }
    const answer = await ask(request);
    const shown = shownBy(request);
    if (shown) saw.set(shown, shown === 'a-api' ? !isCrashing(shown) : !hurtsOnNode());
    if (isOnce(slow, replica)) {
      counts.late_reads += 1;
      // It is answered as it was then.
      await gate('late');
    }
    return answer;
  }

  async function write(request: Request, asker: Asker): Promise<unknown> {
    const change = changeOf(request);
    await watch.onSend(change, asker);
    const land = async () => {
      const [before, was] = [doneBy(kube, change), fieldOf(kube, change)];
      const answer = await ask(request);
      if (doneBy(kube, change) !== before) watch.onLand(change, asker, { was, is: fieldOf(kube, change) });
      stir();
      return answer;
    };
    const about = SERVICES.find((name) => change.object.includes(name)) ?? 'd-api';
    const fate = named(about).hidden ? 'dropped' : named(about).fate;
    named(about).fate = null;
    if (fate === null) return land();
    counts.lost += 1;
    if (fate === 'lost') await land().catch(() => {});
    if (fate === 'late') under.push({ at: now() + LANDS_MS, land });
    throw silence();
  }

  const isWrite = ({ method, query, path }: Request) =>
    method !== 'GET' && query?.dryRun === undefined && !path.includes('selfsubjectaccessreviews');

  return {
    break(name: string, remedy: Remedy) {
      deploys += 1;
      if (name === 'a-api') setImage(kube, name, `shop/app:bad-${deploys}`);
      if (name === 'd-api') {
        sickNode = kube.list('pods', 'shop').find(isOf(name))?.spec.nodeName ?? NODES[0]!;
        setPressure(true);
      }
      named(name).trouble = { remedy, before: standing(name) };
      stir();
    },
    /** The trouble ends by itself; the image stays. */
    recover(name: string) {
      if (name === 'd-api' && named(name).trouble) setPressure(false);
      named(name).trouble = null;
      stir();
    },
    /** A person changes by hand what a step may have changed. */
    byHand(name: string) {
      deploys += 1;
      if (name === 'a-api') setImage(kube, name, `shop/app:hand-${deploys}`);
      if (name === 'b-api') setReplicas(kube, name, 3 + (deploys % 3));
      if (name === 'c-api') setImage(kube, name, `shop/app:hand-${deploys}`);
      if (name === 'd-api') cordonByHand();
      stir();
    },
    hide: (name: string, hidden: boolean) => void Object.assign(named(name), { hidden }),
    tells: (name: string, metric: string, told: Told) => void Object.assign(named(name).told, { [metric]: told }),
    tellsAll() {
      for (const one of services.values()) Object.assign(one, { hidden: false, told: {} });
      flaky.clear();
      slow.clear();
    },
    fateOfNext: (name: string, fate: Fate) => void Object.assign(named(name), { fate }),
    failReads: (replica: number, count: number) => void flaky.set(replica, count),
    slowReads: (replica: number, count: number) => void slow.set(replica, count),
    /** In how many turns so much time should pass: controllers work once a turn. */
    turnsFor: (ms: number): number => (now() < busyUntil ? Math.min(8, Math.ceil(ms / STEP_MS)) : 1),
    /** Some time has passed: what is under way lands, and controllers work. */
    async turn() {
      const landing = under.filter(({ at }) => at <= now());
      under = under.filter(({ at }) => at > now());
      for (const { land } of landing) {
        counts.landed_late += 1;
        await land().catch(() => {});
      }
      kube.step(now());
      if (named('d-api').trouble?.remedy === 'heals' && isTouched('d-api')) {
        named('d-api').trouble = null;
        setPressure(false);
      }
    },
    counts,
    isBroken,
    isWhole(name: string): boolean {
      const pods = kube.list('pods', 'shop').filter(isOf(name));
      const ready = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined && isReady(pod));
      return pods.length === ready.length && ready.length === kube.get('deployments', 'shop', name)?.spec.replicas;
    },
    isHidden: (name: string): boolean => named(name).hidden,
    troubleAt: (name: string): EntityRef =>
      name === 'd-api'
        ? { kind: 'Node', namespace: '', name: sickNode }
        : { kind: 'Deployment', namespace: 'shop', name },
    metricsFor,
    clusterFor: (asker: Asker): Cluster =>
      clusterOn(
        connectionBy((request) => (isWrite(request) ? write(request, asker) : read(request, asker))),
        'test',
      ),
  };
}

/** Whose trouble is seen by this: crashes by the pods, pressure by the nodes. */
function shownBy({ path, query }: Request): string | null {
  if (path.endsWith('/pods') && String(query?.labelSelector).includes('a-api')) return 'a-api';
  return path.endsWith('/nodes') ? 'd-api' : null;
}

const isReady = ({ status }: { status: { conditions?: { type: string; status: string }[] } }): boolean =>
  status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true;

const isOf = (name: string) => (pod: { metadata: { labels?: Record<string, string> } }) =>
  pod.metadata.labels?.app === name;

function setImage(kube: Simulated, name: string, image: string): void {
  kube.mutate('deployments', 'shop', name, (deployment) => {
    deployment.spec.template.spec.containers[0]!.image = image;
  });
}

function setReplicas(kube: Simulated, name: string, replicas: number): void {
  kube.mutate('deployments', 'shop', name, (deployment) => {
    deployment.spec.replicas = replicas;
  });
}

/** The queries say what they ask for: a metric and a service. */
export const LAW_QUERIES: ServiceQueries = {
  unit: (metric) => (metric.startsWith('latency') ? 's' : ''),
  quickWindowMs: 10_000,
  ofService: (metric, _namespace, service) => `${metric} ${service}`,
  quickOfService: (metric, _namespace, service) => `${metric} ${service}`,
  byService: () => 'none',
  memoryByPod: () => 'none',
  cpuByPod: () => 'none',
  volumes: () => 'none',
  calls: () => 'none',
};
