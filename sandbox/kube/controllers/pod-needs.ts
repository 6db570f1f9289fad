import { object } from '../change.ts';
import type { Container, Pod } from '../kinds.ts';
import type { World } from '../world.ts';

/** What a pod's containers and volumes refer to and that isn't there, in the kubelet's words. */

type Reference = { name?: string; key?: string; optional?: boolean };
type EnvSource = { configMapKeyRef?: Reference; secretKeyRef?: Reference };
type Needing = Container & {
  env?: { name: string; valueFrom?: EnvSource }[];
  envFrom?: { configMapRef?: Reference; secretRef?: Reference }[];
};
type Volume = { name: string; configMap?: Reference; secret?: { secretName?: string; optional?: boolean } };

/** Why the container can't be made: CreateContainerConfigError. */
export function configProblem(world: World, pod: Pod, container: Container): string | undefined {
  const { env = [], envFrom = [] } = container as Needing;
  for (const { configMapRef, secretRef } of envFrom) {
    const problem = missing(world, pod, 'configmap', configMapRef) ?? missing(world, pod, 'secret', secretRef);
    if (problem) return problem;
  }
  for (const { valueFrom } of env) {
    const problem =
      missing(world, pod, 'configmap', valueFrom?.configMapKeyRef) ??
      missing(world, pod, 'secret', valueFrom?.secretKeyRef);
    if (problem) return problem;
  }
  return undefined;
}

function missing(world: World, pod: Pod, kind: 'configmap' | 'secret', reference?: Reference): string | undefined {
  if (reference?.name === undefined || reference.optional === true) return undefined;
  const found = object<string>(world, `${kind}s`, pod.metadata.namespace, reference.name);
  if (found === undefined) return `${kind} "${reference.name}" not found`;
  if (reference.key === undefined || reference.key in ((found.data ?? {}) as object)) return undefined;
  const where = `${pod.metadata.namespace ?? ''}/${reference.name}`;
  return `couldn't find key ${reference.key} in ${kind === 'secret' ? 'Secret' : 'ConfigMap'} ${where}`;
}

/** Why a volume can't be mounted: the container stays ContainerCreating. */
export function mountProblem(world: World, pod: Pod): string | undefined {
  for (const { name, configMap, secret } of (pod.spec.volumes ?? []) as Volume[]) {
    const wanted = secret && { name: secret.secretName ?? '', ...(secret.optional ? { optional: true } : {}) };
    const problem = missing(world, pod, 'configmap', configMap) ?? missing(world, pod, 'secret', wanted);
    if (problem) return `MountVolume.SetUp failed for volume "${name}" : ${problem}`;
  }
  return undefined;
}
