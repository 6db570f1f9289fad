import { isRecord, readPath } from '../../domain/object-path.ts';
import { parseQuantity } from '../../domain/quantity.ts';
import type { Refusal } from '../../domain/types/refusal.ts';
import type { Cluster } from '../../ports/cluster.ts';
import type { ContainerInfo, Workload } from '../../ports/cluster-objects.ts';
import type { CustomObject } from '../../ports/custom-objects.ts';
import { VERTICAL_AUTOSCALERS } from './edited-kinds.ts';

/** A VerticalPodAutoscaler that sets a workload's memory, with where it keeps its least for one container. */
export type VerticalLook = {
  object: CustomObject;
  /** All of its policies, and the place of the container's among them (after the last: it has none yet). */
  policies: Record<string, unknown>[];
  index: number;
  /** Whether it replaces pods by itself when what they ask for is too little. */
  replaces: boolean;
};

type Looked = { ok: true; look: VerticalLook | null; note: string } | { ok: false; refusal: Refusal };

/** Null where none sets the memory of this container: there is none, it only recommends, or it leaves the container or its limits alone. */
export async function lookForVertical(cluster: Cluster, workload: Workload, container: ContainerInfo): Promise<Looked> {
  const none = { ok: true as const, look: null, note: '' };
  const all = await cluster.custom.list(VERTICAL_AUTOSCALERS, workload.namespace);
  if (!all.ok) {
    if (all.failure.kind === 'not_found') return none;
    const note =
      'Whether a VerticalPodAutoscaler sets its memory could not be seen here; one would set the limit back.';
    return all.failure.kind === 'unreachable'
      ? { ok: false, refusal: { code: 'unreachable', message: all.failure.message } }
      : { ...none, note };
  }
  const object = all.value.find(({ object: raw }) => {
    const target = readPath(raw, ['spec', 'targetRef']);
    return isRecord(target) && target.kind === workload.kind && target.name === workload.name;
  });
  const mode = readPath(object?.object, ['spec', 'updatePolicy', 'updateMode']) ?? 'Auto';
  if (!object || mode === 'Off') return none;
  const told = readPath(object.object, ['spec', 'resourcePolicy', 'containerPolicies']);
  const policies = (Array.isArray(told) ? told : []).filter(isRecord);
  const own = policies.findIndex(({ containerName }) => containerName === container.name);
  const policy = policies[own] ?? policies.find(({ containerName }) => containerName === '*');
  const resources = policy?.controlledResources;
  const isLeft =
    policy?.mode === 'Off' ||
    policy?.controlledValues === 'RequestsOnly' ||
    (Array.isArray(resources) && !resources.includes('memory'));
  if (isLeft) return none;
  return {
    ok: true,
    look: { object, policies, index: own < 0 ? policies.length : own, replaces: mode !== 'Initial' },
    note: '',
  };
}

const MI = 2 ** 20;

/** The policies with a least for the container that makes its limit so many bytes: the autoscaler keeps limit and request in proportion. */
export function withLeast({ policies, index }: VerticalLook, container: ContainerInfo, limitBytes: number) {
  const share = (container.memoryRequestBytes ?? container.memoryLimitBytes ?? 1) / (container.memoryLimitBytes ?? 1);
  const least = Math.ceil((limitBytes * share) / MI);
  const known = policies[index] ?? { containerName: container.name };
  const bound = (name: 'minAllowed' | 'maxAllowed') => (isRecord(known[name]) ? known[name] : {});
  const most = parseQuantity(asText(bound('maxAllowed').memory));
  const next = {
    ...known,
    minAllowed: { ...bound('minAllowed'), memory: `${least}Mi` },
    ...(most !== null && most < least * MI ? { maxAllowed: { ...bound('maxAllowed'), memory: `${least}Mi` } } : {}),
  };
  const before = asText(bound('minAllowed').memory) ?? 'none';
  return { least: `${least}Mi`, before, policies: [...policies.slice(0, index), next, ...policies.slice(index + 1)] };
}

const asText = (value: unknown): string | null => (typeof value === 'string' ? value : null);
