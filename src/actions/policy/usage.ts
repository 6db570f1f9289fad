import type { Refusal } from '../../domain/types/refusal.ts';
import type { ActionContext } from '../../extension-points.ts';
import type { PodInfo, Workload } from '../../ports/cluster-objects.ts';
import { amountOf, type ResourceDefault } from './default-resources.ts';

/** The highest of so long: what a pod needs at its busiest, its next one needs, too. */
const WINDOW = '1d';
/** A younger pod may not have been scraped yet. */
const YOUNG_MS = 2 * 60_000;
const MOST_WORKLOADS = 100;

const QUERIES = {
  memory: (pods: string) =>
    `max by (namespace, pod) (max_over_time(container_memory_working_set_bytes{${pods}}[${WINDOW}]))`,
  cpu: (pods: string) => `max by (namespace, pod) (rate(container_cpu_usage_seconds_total{${pods}}[15m]))`,
};

/**
 * A limit under what a pod uses kills it at its next start (memory) or slows it down (CPU). Refused where one of the pods that would get a limit uses more, and where nobody measures what they use.
 */
export async function usedBeyond(
  context: ActionContext,
  workloads: Workload[],
  defaults: ResourceDefault[],
): Promise<Refusal | null> {
  for (const workload of workloads.slice(0, MOST_WORKLOADS)) {
    const gets = defaults.filter(({ resource }) => isWithout(workload, resource));
    const pods = await context.cluster.pods(workload.namespace, workload.selector, workload.expressions);
    if (!pods.ok) return { code: 'unreachable', message: pods.failure.message };
    const running = pods.value.filter((pod) => pod.phase === 'Running' && !pod.deleting);
    for (const one of gets) {
      const refusal = await beyond(context, workload, running, one);
      if (refusal) return refusal;
    }
  }
  return null;
}

const isWithout = ({ containers }: Workload, resource: ResourceDefault['resource']): boolean =>
  containers.some((one) => (resource === 'memory' ? one.memoryLimitBytes : one.cpuLimit) === null);

async function beyond(
  { metrics, clock }: ActionContext,
  { kind, namespace, name }: Workload,
  pods: PodInfo[],
  { resource, limit }: ResourceDefault,
): Promise<Refusal | null> {
  if (pods.length === 0) return null;
  const names = pods.map((pod) => pod.name.replaceAll('.', '\\\\.')).join('|');
  const answer = await metrics.instant(
    QUERIES[resource](`namespace="${namespace}",pod=~"${names}",container!=""`),
    clock.now(),
  );
  const subject = `${kind} ${name}`;
  const unknown: Refusal = {
    code: 'no_data',
    message: `What ${subject} uses (${resource}) can't be measured now, and a limit under that would hurt it.`,
  };
  if (!answer.ok) return unknown;
  const used = new Map(answer.value.map(({ labels, value }) => [labels.pod ?? '', value]));
  const most = Math.max(0, ...pods.map((pod) => used.get(pod.name) ?? 0));
  if (most > amountOf(limit)) {
    const message = `${subject} uses ${amountWords(resource, most)}, more than the limit of ${limit} that its pods would get. Give it limits of its own first, or raise \`${resource}_limit\`.`;
    return { code: 'at_limit', message };
  }
  const isUnmeasured = pods.some((pod) => !used.has(pod.name) && clock.now() - pod.createdAt > YOUNG_MS);
  return isUnmeasured ? unknown : null;
}

const amountWords = (resource: ResourceDefault['resource'], amount: number): string =>
  resource === 'memory' ? `${Math.round(amount / 2 ** 20)}Mi` : `${Math.round(amount * 1_000)}m of CPU`;
