import { at, numberAt } from '../cluster-port.ts';
import { NAMESPACE, SERVICES } from '../services.ts';
import { type Culprit, defineFault, type FaultWorld } from './kind.ts';

const STRICT = '100%';

/** Somebody drains a node for an upgrade, and a budget that gives up no pod holds the drain up, though all pods are well. */
export const drainBlocked = defineFault<{ node: string }>({
  kind: 'drain-blocked',
  title: 'Drain that a budget holds up',
  description:
    'A node is drained for an upgrade, and the disruption budget of the service gives up no pod: the drain waits for ever. One pod less, for as long as it takes, lets it through.',
  services: SERVICES.filter((s) => s.pool === 'general').map((s) => s.name),
  start(service, _severity, world) {
    const node = world.pods(service.name).find(({ view }) => view.ready)?.view.node ?? '';
    setBudget(world, service.name, { minAvailable: STRICT });
    cordon(world, node, true);
    const culprit: Culprit = { kind: 'PodDisruptionBudget', namespace: NAMESPACE, name: service.name };
    const truth = {
      cause: `disruption budget ${NAMESPACE}/${service.name} lets no pod go: the drain of ${node} waits`,
      culprit,
      remedies: ['relax_pdb', 'notify_oncall'],
      harmful: ['rollback_deployment', 'restart_deployment', 'restart_pod'],
    };
    return { data: { node }, truth };
  },
  /** As `kubectl drain` does: it tries again every five seconds. */
  step(fault, world) {
    const budget = world.cluster.get('poddisruptionbudgets', NAMESPACE, fault.service);
    const [pod] = left(fault, world);
    if (!pod || numberAt(budget, 'status', 'disruptionsAllowed') === 0) return;
    world.cluster.remove('pods', NAMESPACE, pod.view.name);
  },
  cured(fault, world) {
    const budget = world.cluster.get('poddisruptionbudgets', NAMESPACE, fault.service);
    // Whoever relaxed it for the drain gives it back first.
    if (left(fault, world).length > 0 || at(budget, 'spec', 'minAvailable') !== STRICT) return false;
    tidy(fault, world);
    return true;
  },
  undo: (fault, world) => tidy(fault, world),
});

type Own = { service: string; data: { node: string } };

const left = ({ service, data }: Own, world: FaultWorld) =>
  world.pods(service).filter(({ view }) => view.node === data.node);

/** The upgrade is done, and whoever did it sets the budget to what it should have been. */
function tidy({ service, data }: Own, world: FaultWorld): void {
  setBudget(world, service, { maxUnavailable: 1 });
  cordon(world, data.node, false);
}

function setBudget(world: FaultWorld, service: string, budget: { minAvailable: string } | { maxUnavailable: number }) {
  world.cluster.mutate('poddisruptionbudgets', NAMESPACE, service, (pdb) => {
    pdb.spec = { selector: at(pdb, 'spec', 'selector'), ...budget };
  });
}

function cordon(world: FaultWorld, node: string, isClosed: boolean): void {
  world.cluster.mutate(
    'nodes',
    undefined,
    node,
    (object) => {
      const { unschedulable: _, ...spec } = (object.spec ?? {}) as Record<string, unknown>;
      object.spec = isClosed ? { ...spec, unschedulable: true } : spec;
    },
    'kubectl-drain',
  );
}
