import type { KubeObject } from '../../kube/objects.ts';
import { at, textAt } from '../cluster-port.ts';
import type { ServiceSpec } from '../service-spec.ts';
import { NAMESPACE, SERVICES } from '../services.ts';
import { defineFault, deployment, type FaultKind, type FaultWorld, type PodEffect } from './kind.ts';

/** Parts of a pod's spec, as they are on the wire. */
export type Spec = Record<string, unknown>;

type Shape = {
  kind: string;
  title: string;
  description: string;
  /** What is wrong, for people. */
  cause: (service: string) => string;
  /** Makes it wrong: the pod template's spec and its first container. */
  spoil(container: Spec, spec: Spec, service: ServiceSpec): void;
  /** Whether a pod's spec has what makes it wrong. */
  isSpoilt(container: Spec, spec: Spec): boolean;
  /** What has to be there for it beside the template, and goes with it. */
  prepare?(world: FaultWorld, service: ServiceSpec): void;
  tidy?(world: FaultWorld, service: string): void;
  /** What it does to a pod of the wrong template, where the cluster doesn't do it by itself. */
  effect?(image: string): PodEffect;
};

const partsOf = (spec: unknown): [Spec, Spec] => [(at(spec, 'containers', 0) ?? {}) as Spec, (spec ?? {}) as Spec];
const templateOf = (object: KubeObject | undefined): unknown => at(object, 'spec', 'template', 'spec');

/** A rollout whose pods can't be made, placed or started: the pods before it go on serving. Only another template cures it. */
export function templateFault(shape: Shape): FaultKind {
  const isSpoilt = (spec: unknown): boolean => shape.isSpoilt(...partsOf(spec));
  return defineFault<{ good: string }>({
    kind: shape.kind,
    title: shape.title,
    description: shape.description,
    services: SERVICES.filter((s) => s.pool === 'general').map((s) => s.name),
    start(service, _severity, world) {
      shape.prepare?.(world, service);
      const good = JSON.stringify(templateOf(world.cluster.get('deployments', NAMESPACE, service.name)) ?? {});
      change(world, service.name, `deploy ${shape.kind}`, (spec) => shape.spoil(...partsOf(spec), service));
      const truth = {
        cause: shape.cause(`${NAMESPACE}/${service.name}`),
        culprit: deployment(service.name),
        remedies: ['rollback_deployment', 'notify_oncall'],
        harmful: ['restart_deployment', 'scale_horizontal', 'drain_and_cordon'],
      };
      return { data: { good }, truth };
    },
    onPod(fault, { view }) {
      const hasIt = view.service.name === fault.service && isSpoilt(at(view.object, 'spec'));
      return hasIt ? shape.effect?.(view.image) : undefined;
    },
    cured(fault, world) {
      const now = world.cluster.get('deployments', NAMESPACE, fault.service);
      if (!now || isSpoilt(templateOf(now))) return false;
      shape.tidy?.(world, fault.service);
      return true;
    },
    undo(fault, world) {
      change(world, fault.service, `back from ${shape.kind}`, (spec) => {
        for (const key of Object.keys(spec)) delete spec[key];
        Object.assign(spec, JSON.parse(fault.data.good));
      });
      shape.tidy?.(world, fault.service);
    },
  });
}

function change(world: FaultWorld, service: string, cause: string, edit: (spec: Spec) => void): void {
  world.cluster.mutate('deployments', NAMESPACE, service, (object) => {
    const spec = templateOf(object);
    if (typeof spec !== 'object' || spec === null) return;
    edit(spec as Spec);
    object.metadata.annotations = { ...object.metadata.annotations, 'kubernetes.io/change-cause': cause };
  });
}

/** `shop/cart-api:1.31.0` → `1.31.0`. */
export const tagOf = (container: Spec): string => textAt(container, 'image').split(':').at(-1) ?? 'latest';
