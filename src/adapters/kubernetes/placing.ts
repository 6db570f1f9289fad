import type { z } from 'zod';
import type { Placing } from '../../domain/node-room.ts';
import { parseQuantity } from '../../domain/quantity.ts';
import type { podSchema } from './object-schemas.ts';

type RawPod = z.infer<typeof podSchema>;
type RawContainer = NonNullable<NonNullable<RawPod['spec']>['containers']>[number];
type RawExpression = { key: string; operator: string; values?: string[] | null | undefined };

/** What of a pod decides where it can go, as the scheduler reads it. */
export function placingOf({ metadata, spec }: RawPod): Placing {
  const terms = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const apart = spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  return {
    namespace: metadata.namespace ?? '',
    labels: metadata.labels ?? {},
    requests: { cpu: requestOf(spec, 'cpu'), memory: requestOf(spec, 'memory') },
    tolerations: (spec?.tolerations ?? []).map(({ key, operator, value, effect }) => ({
      key: key ?? null,
      operator: operator ?? 'Equal',
      value: value ?? '',
      effect: effect ?? null,
    })),
    nodeSelector: spec?.nodeSelector ?? {},
    nodeTerms: terms ? terms.map(({ matchExpressions }) => expressions(matchExpressions)) : null,
    apartFrom: apart.map(({ labelSelector, topologyKey }) => ({
      selector: {
        matchLabels: labelSelector?.matchLabels ?? {},
        matchExpressions: expressions(labelSelector?.matchExpressions),
      },
      topologyKey: topologyKey ?? '',
    })),
  };
}

const expressions = (raw: RawExpression[] | null | undefined) =>
  (raw ?? []).map(({ key, operator, values }) => ({ key, operator, values: values ?? [] }));

/** All containers and native sidecars together, or the largest init container where that is more. */
function requestOf(spec: RawPod['spec'], resource: 'cpu' | 'memory'): number {
  const asks = ({ resources }: RawContainer) => parseQuantity(resources?.requests?.[resource]) ?? 0;
  const first = spec?.initContainers ?? [];
  const staying = [...(spec?.containers ?? []), ...first.filter(({ restartPolicy }) => restartPolicy === 'Always')];
  return Math.max(
    staying.reduce((sum, container) => sum + asks(container), 0),
    ...first.map(asks),
  );
}
