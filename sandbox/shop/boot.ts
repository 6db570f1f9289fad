import { numberAt, type ShopCluster } from './cluster-port.ts';
import { changeContainer } from './faults/template.ts';
import { clusterManifests, presentImage } from './manifests.ts';
import { NAMESPACE, SERVICES } from './services.ts';

const DAY_MS = 86_400_000;
const BUILT_BEFORE_MS = 40 * DAY_MS;
/** Before the history begins: none of its rollouts is a recent change. */
const DEPLOYED_BEFORE_MS = 20 * DAY_MS;
const STEP_MS = 5_000;
const MOST_STEPS = 200;

/**
 * Builds the cluster as if it had stood for forty days: an earlier version of every service, then its present one.
 * `setNow` moves the time that the cluster sees while it is built.
 */
export function bootShop(
  cluster: ShopCluster & { step(now: number): void },
  startAt: number,
  setNow: (now: number) => void,
): void {
  const settle = (from: number): void => {
    for (let i = 0; i < MOST_STEPS && !(i > 1 && isSettled(cluster)); i++) {
      setNow(from + i * STEP_MS);
      cluster.step(from + i * STEP_MS);
    }
  };
  setNow(startAt - BUILT_BEFORE_MS);
  for (const manifest of clusterManifests(SERVICES)) cluster.apply(manifest);
  settle(startAt - BUILT_BEFORE_MS);
  setNow(startAt - DEPLOYED_BEFORE_MS);
  for (const s of SERVICES) {
    changeContainer(cluster, s.name, `deploy ${presentImage(s)}`, (container) => {
      container.image = presentImage(s);
    });
  }
  settle(startAt - DEPLOYED_BEFORE_MS);
  // Kubernetes forgets events after an hour.
  for (const event of cluster.list('events')) cluster.remove('events', event.metadata.namespace, event.metadata.name);
}

/** Every rollout is through: all pods are of the newest revision and available, and none is left over. */
function isSettled(cluster: ShopCluster): boolean {
  return cluster.list('deployments', NAMESPACE).every((d) => {
    const wanted = numberAt(d, 'spec', 'replicas');
    const counts = ['replicas', 'updatedReplicas', 'availableReplicas'].map((field) => numberAt(d, 'status', field));
    return numberAt(d, 'status', 'observedGeneration') === d.metadata.generation && counts.every((n) => n === wanted);
  });
}
