import { isRecord, readPath } from '../../domain/object-path.ts';
import { templateLabels } from '../../domain/pod-template.ts';
import type { Refusal } from '../../domain/types/refusal.ts';
import type { ActionContext } from '../../extension-points.ts';
import type { ServiceInfo } from '../../ports/cluster-objects.ts';
import { cannotLook, lookAtTarget } from '../workload/look.ts';

/** The Service through which the target is called. `pods` counts those of its workload; 0 when it has none here, and `workload` is null then. */
export type Called = { namespace: string; name: string; uid: string; pods: number; workload: string | null };

/** The one Service that selects the target's pods (of several, the one of its name); without a workload, the Service of that name: what it stands for may be outside the cluster. */
export async function calledService(
  context: ActionContext,
): Promise<{ ok: true; service: Called } | { ok: false; refusal: Refusal }> {
  const { cluster, target } = context;
  const services = await cluster.services(target.namespace);
  if (!services.ok) return cannotLook(services.failure, `the Services of ${target.namespace}`);
  const looked = await lookAtTarget(context);
  if (!looked.ok) {
    const named = services.value.find(({ name }) => name === target.name);
    return looked.refusal.code === 'target_gone' && named ? found(target.namespace, named, 0, null) : looked;
  }
  const { workload, raw, pods } = looked.look;
  const template = readPath(raw, ['spec', 'template']);
  const labels = templateLabels(isRecord(template) ? template : {});
  const selecting = services.value.filter((service) => selects(service, labels));
  const chosen =
    selecting.find(({ name }) => name === workload.name) ?? (selecting.length === 1 ? selecting[0] : undefined);
  if (chosen) return found(workload.namespace, chosen, pods.length, workload.name);
  const names = selecting.map(({ name }) => name).slice(0, 5);
  const message =
    names.length === 0
      ? `No Service selects the pods of ${workload.kind} ${workload.name}: there is no host that callers could be kept from.`
      : `Several Services select the pods of ${workload.kind} ${workload.name} (${names.join(', ')}), none of its name: which one callers use isn't known.`;
  return { ok: false, refusal: { code: 'unsupported', message } };
}

const found = (namespace: string, { name, uid }: ServiceInfo, pods: number, workload: string | null) => ({
  ok: true as const,
  service: { namespace, name, uid, pods, workload },
});

function selects({ selector }: ServiceInfo, labels: Record<string, string>): boolean {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}
