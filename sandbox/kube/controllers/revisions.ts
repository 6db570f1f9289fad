import { change, insert, objects } from '../change.ts';
import { recordEvent } from '../events.ts';
import type { PodTemplate } from '../kinds.ts';
import { hashName } from '../names.ts';
import { controllerReference } from '../objects.ts';
import { isOwnedBy } from '../pods.ts';
import { canonical, clone, equal } from '../tree.ts';
import type { Deployment, ReplicaSet } from '../workload-kinds.ts';
import type { World } from '../world.ts';

export const REVISION = 'deployment.kubernetes.io/revision';
const HISTORY = 'deployment.kubernetes.io/revision-history';
export const DESIRED = 'deployment.kubernetes.io/desired-replicas';
const MOST = 'deployment.kubernetes.io/max-replicas';
const HASH = 'pod-template-hash';
const OWN_ANNOTATIONS = new Set([
  REVISION,
  HISTORY,
  DESIRED,
  MOST,
  'kubectl.kubernetes.io/last-applied-configuration',
  'deprecated.deployment.rollback.to',
]);

/** The ReplicaSets of a Deployment, oldest first. */
export function replicaSetsOf(world: World, deployment: Deployment): ReplicaSet[] {
  return objects(world, 'replicasets', deployment.metadata.namespace)
    .filter((set) => isOwnedBy(set, deployment.metadata.uid) && set.metadata.deletionTimestamp === undefined)
    .sort((a, b) => revisionOf(a) - revisionOf(b));
}

export function revisionOf(object: { metadata: { annotations?: Record<string, string> } }): number {
  return Number(object.metadata.annotations?.[REVISION] ?? 0);
}

/** The ReplicaSet whose template is the Deployment's present one. */
export function currentOf(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  const wanted = templateText(deployment.spec.template);
  return sets.find((set) => templateText(set.spec.template) === wanted);
}

// Stored templates are frozen, so what one says can be remembered by the object itself.
const texts = new WeakMap<PodTemplate, string>();

function templateText(template: PodTemplate): string {
  const known = texts.get(template);
  if (known !== undefined) return known;
  const { [HASH]: _, ...labels } = template.metadata?.labels ?? {};
  const text = canonical({ ...template, metadata: { ...template.metadata, labels } });
  texts.set(template, text);
  return text;
}

/** The Deployment's annotations that its ReplicaSets carry too, such as kubernetes.io/change-cause. */
function carried(owner: Deployment | ReplicaSet): Record<string, string> {
  const all = Object.entries(owner.metadata.annotations ?? {});
  return Object.fromEntries(all.filter(([key]) => !OWN_ANNOTATIONS.has(key)));
}

/** Writes how many replicas the Deployment wants, and may have at most, on one of its sets; scales it on the way. */
export function scaleSet(world: World, deployment: Deployment, set: ReplicaSet, replicas: number, most: number): void {
  const { namespace, name } = set.metadata;
  const before = set.spec.replicas;
  const wanted = String(deployment.spec.replicas);
  const { annotations } = set.metadata;
  if (before === replicas && annotations?.[DESIRED] === wanted && annotations[MOST] === String(most)) return;
  change(world, 'replicasets', namespace, name, (copy) => {
    copy.spec.replicas = replicas;
    copy.metadata.annotations = {
      ...copy.metadata.annotations,
      [DESIRED]: wanted,
      [MOST]: String(most),
    };
  });
  if (before === replicas) return;
  const way = replicas > before ? 'up' : 'down';
  const message = `Scaled ${way} replica set ${name} from ${before} to ${replicas}`;
  recordEvent(world, deployment, 'Normal', 'ScalingReplicaSet', message, { component: 'deployment-controller' });
}

/** Creates the ReplicaSet for the present template, with no pods yet and the next revision. */
export function createSet(world: World, deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet {
  const { name, namespace = 'default' } = deployment.metadata;
  const hash = hashName(canonical([deployment.spec.template, deployment.status?.collisionCount ?? 0]));
  const template = clone(deployment.spec.template);
  const labels = { ...template.metadata?.labels, [HASH]: hash };
  template.metadata = { ...template.metadata, labels };
  const selector = clone(deployment.spec.selector);
  selector.matchLabels = { ...selector.matchLabels, [HASH]: hash };
  const { minReadySeconds } = deployment.spec;
  return insert(world, 'replicasets', {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels,
      annotations: { ...carried(deployment), [REVISION]: String(nextRevision(sets)) },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: { replicas: 0, selector, template, ...(minReadySeconds ? { minReadySeconds } : {}) },
    status: { replicas: 0 },
  }) as ReplicaSet;
}

const nextRevision = (sets: readonly ReplicaSet[]): number => Math.max(0, ...sets.map(revisionOf)) + 1;

/** Gives the present set the highest revision (an undo renumbers it) and the Deployment's annotations. */
export function renumber(world: World, deployment: Deployment, current: ReplicaSet, sets: readonly ReplicaSet[]): void {
  const others = sets.filter((set) => set.metadata.uid !== current.metadata.uid);
  const wanted = Math.max(nextRevision(others), 1);
  const old = revisionOf(current);
  const upToDate = old >= wanted && revisionOf(deployment) === old && equal(carried(current), carried(deployment));
  if (upToDate) return;
  change(world, 'replicasets', current.metadata.namespace, current.metadata.name, (copy) => {
    const annotations = { ...copy.metadata.annotations, ...carried(deployment) };
    if (old < wanted) {
      const history = annotations[HISTORY];
      if (old > 0) annotations[HISTORY] = history === undefined ? String(old) : `${history},${old}`;
      annotations[REVISION] = String(wanted);
    }
    copy.metadata.annotations = annotations;
  });
  const revision = String(Math.max(old, wanted));
  change(world, 'deployments', deployment.metadata.namespace, deployment.metadata.name, (copy) => {
    copy.metadata.annotations = { ...copy.metadata.annotations, [REVISION]: revision };
  });
}
