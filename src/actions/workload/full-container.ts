import { percent } from '../../domain/figures.ts';
import type { Refusal } from '../../domain/types/refusal.ts';
import type { ActionContext } from '../../extension-points.ts';
import type { ContainerInfo } from '../../ports/cluster-objects.ts';
import type { WorkloadLook } from './look.ts';

/** So full that it is the one, when another isn't. */
const FULL = 0.8;
const MI = 2 ** 20;
/** One that was killed a while ago may be well by now. */
const RECENT_MS = 30 * 60_000;

type Full = { ok: true; container: ContainerInfo; message: string } | { ok: false; refusal: Refusal };

/**
 * Which container's memory limit is too small: the only one that has one; else the one that was just killed for its memory; else the one that is fullest by its own working set; else one that a finding names, or that was killed before.
 * Of several of which nothing says that, none: a sidecar's limit is no help to the program beside it.
 */
export async function fullContainer(context: ActionContext, look: WorkloadLook): Promise<Full> {
  const { workload } = look;
  const limited = workload.containers.filter((container) => container.memoryLimitBytes !== null);
  const [only, second] = limited;
  const name = `${workload.kind} ${workload.name}`;
  if (!only) return no('not_needed', `${name} has no memory limit: there is nothing to raise.`);
  if (!second) return { ok: true, container: only, message: '' };
  const killed = killedLast(look, limited);
  if (killed && context.clock.now() - killed.at <= RECENT_MS)
    return { ok: true, container: killed.container, message: '' };
  const shares = await sharesOf(context, look, limited);
  const [fullest] = shares.toSorted((left, right) => right.share - left.share);
  if (fullest && fullest.share >= FULL)
    return {
      ok: true,
      container: fullest.container,
      message: `Container ${fullest.container.name} uses ${Math.round(fullest.bytes / MI)}Mi, ${percent(fullest.share)} of its limit.`,
    };
  const named = limited.find((container) =>
    context.findings.some((finding) => finding.message.includes(`container ${container.name}`)),
  );
  const other = named ?? killed?.container;
  if (other) return { ok: true, container: other, message: '' };
  return shares.length === 0
    ? no('no_data', `${name} has several containers with a memory limit, and nothing measures which of them is full.`)
    : no('not_needed', `None of the containers of ${name} is close to its memory limit.`);
}

function killedLast({ pods }: WorkloadLook, limited: ContainerInfo[]): { container: ContainerInfo; at: number } | null {
  const [last] = pods
    .flatMap((pod) => pod.containers)
    .filter((container) => container.lastExit?.reason === 'OOMKilled')
    .sort((left, right) => (right.lastExit?.finishedAt ?? 0) - (left.lastExit?.finishedAt ?? 0));
  const container = limited.find(({ name }) => name === last?.name);
  return container ? { container, at: last?.lastExit?.finishedAt ?? 0 } : null;
}

/** How full each container is, in the pod in which it is fullest. */
async function sharesOf({ metrics, clock }: ActionContext, { workload, pods }: WorkloadLook, limited: ContainerInfo[]) {
  const names = pods.map((pod) => pod.name.replaceAll('.', '\\\\.')).join('|');
  if (names === '') return [];
  const answer = await metrics.instant(
    `max by (container) (container_memory_working_set_bytes{namespace="${workload.namespace}",pod=~"${names}",container!=""})`,
    clock.now(),
  );
  if (!answer.ok) return [];
  return limited.flatMap((container) => {
    const bytes = answer.value.find(({ labels }) => labels.container === container.name)?.value;
    return bytes === undefined ? [] : [{ container, bytes, share: bytes / (container.memoryLimitBytes ?? 1) }];
  });
}

const no = (code: Refusal['code'], message: string): Full => ({ ok: false, refusal: { code, message } });
