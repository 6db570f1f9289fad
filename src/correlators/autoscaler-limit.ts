import { maskText } from '../domain/mask-text.ts';
import { describe, patch } from '../domain/snapshot/kubectl.ts';
import type { Told } from '../domain/types/finding.ts';
import type { FindingWhat } from '../domain/vocabulary.ts';
import type { IncidentContext } from '../extension-points/incident-context.ts';
import type { Correlator, Found } from '../extension-points.ts';
import type { Scaling } from '../ports/cluster-objects.ts';

const WANTS_MORE = 0.85;
const CANNOT_SCALE = 0.6;

/** Autoscalers that want more pods than they may have, or can't scale at all: the load is there, and nothing answers it. */
const autoscalerLimit: Correlator = {
  name: 'autoscaler_limit',
  finds: {
    autoscaler_limit: { chart: 'autoscaler', shownByPods: false, isContext: false },
    autoscaler_inactive: { chart: null, shownByPods: false, isContext: false },
  },
  correlate: (around) => (around.scaling ?? []).flatMap((scaling) => limitOf(scaling, around)),
};

function limitOf(scaling: Scaling, { workloads, since }: IncidentContext): Found[] {
  const { kind, name, target, max, current, limited, inactive } = scaling;
  const workload = workloads.find((one) => one.kind === target.kind && one.name === target.name);
  if (!workload) return [];
  const about = { kind: workload.kind, namespace: workload.namespace, name: workload.name };
  const object = { kind, namespace: scaling.namespace, name };
  const of = (what: FindingWhat, at: number, strength: number, message: string, told: Told): Found[] => [
    { kind: 'state', about, at, what, message, strength, object, told, command: commandFor(scaling, what) },
  ];
  if (inactive)
    return of(
      'autoscaler_inactive',
      inactive.since ?? since,
      CANNOT_SCALE,
      `${kind} ${name} can't scale ${workload.name} (${inactive.reason}): ${maskText(inactive.message, 160)}`,
      {
        title: `it can't scale ${workload.name}`,
        facts: [{ field: 'status.conditions[ScalingActive]', value: `False, ${inactive.reason}: ${inactive.message}` }],
        should: 'True: its metrics must answer, and its target must not be scaled to zero',
        whose: 'author',
      },
    );
  if (limited !== 'maximum' || current < max) return [];
  return of(
    'autoscaler_limit',
    since,
    WANTS_MORE,
    `${kind} ${name} keeps ${workload.name} at its maximum of ${max} pods and wants more`,
    {
      title: `it keeps ${workload.name} at its maximum and wants more`,
      facts: [{ field: maxFieldOf(kind), value: `${max} (${current} pods now)` }],
      should: `more than ${max}, as far as the cluster has room`,
      whose: 'author',
    },
  );
}

const maxFieldOf = (kind: Scaling['kind']): string =>
  kind === 'ScaledObject' ? 'spec.maxReplicaCount' : 'spec.maxReplicas';

function commandFor({ kind, namespace, name, max }: Scaling, what: FindingWhat): string {
  const object = { kind, namespace, name };
  if (what !== 'autoscaler_limit') return describe(object);
  const field = maxFieldOf(kind).slice('spec.'.length);
  return patch(object, { spec: { [field]: Math.ceil(max * 1.5) } }, 'merge');
}

export default autoscalerLimit;
