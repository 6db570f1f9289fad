import { isRecord, readPath } from '../../domain/object-path.ts';
import { blastRadius } from '../../domain/plan.ts';
import type { BlastRadius } from '../../domain/types.ts';
import type { Look } from './look.ts';

/** The blast radius of a change of the template: every pod is replaced, a few at a time as the strategy says. */
export function rollingBlastRadius({ workload, raw, pods }: Look): BlastRadius {
  const podsReady = pods.filter((pod) => pod.ready).length;
  const away = awayAtOnce(raw, workload.kind, workload.replicas, podsReady);
  const words =
    away === 0
      ? `All ${pods.length} pods are replaced one after the other, each only once its successor is ready.`
      : `All ${pods.length} pods are replaced, up to ${away} of the ${podsReady} serving ones away at the same time.`;
  return blastRadius({
    service: workload.name,
    podsTotal: pods.length,
    podsAffected: pods.length,
    readyAwayAtOnce: away,
    podsReady,
    words,
  });
}

/** Serving pods that the strategy lets go at once; Kubernetes rounds maxUnavailable down. Pods that don't serve count as away already. */
function awayAtOnce(raw: Record<string, unknown>, kind: string, replicas: number, ready: number): number {
  const strategy = readPath(raw, ['spec', kind === 'Deployment' ? 'strategy' : 'updateStrategy']);
  const type = isRecord(strategy) ? strategy.type : undefined;
  if (type === 'Recreate') return ready;
  const given = readPath(strategy, ['rollingUpdate', 'maxUnavailable']);
  const allowed = resolve(given ?? (kind === 'Deployment' ? '25%' : 1), replicas);
  return Math.max(0, Math.min(ready, allowed - Math.max(0, replicas - ready)));
}

function resolve(value: unknown, replicas: number): number {
  if (typeof value === 'number') return value;
  const percent = typeof value === 'string' ? Number(value.replace('%', '')) : Number.NaN;
  return Number.isFinite(percent) ? Math.floor((percent / 100) * replicas) : 0;
}
