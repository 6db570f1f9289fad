import { maskText } from '../domain/mask-text.ts';
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
    autoscaler_limit: { chart: null, shownByPods: false, isContext: false },
    autoscaler_inactive: { chart: null, shownByPods: false, isContext: false },
  },
  correlate: (around) => (around.scaling ?? []).flatMap((scaling) => limitOf(scaling, around)),
};

function limitOf(scaling: Scaling, { workloads, since }: IncidentContext): Found[] {
  const { kind, name, target, max, current, limited, inactive } = scaling;
  const workload = workloads.find((one) => one.kind === target.kind && one.name === target.name);
  if (!workload) return [];
  const about = { kind: workload.kind, namespace: workload.namespace, name: workload.name };
  const of = (what: FindingWhat, at: number, strength: number, message: string): Found[] => [
    { kind: 'state', about, at, what, message, strength },
  ];
  if (inactive)
    return of(
      'autoscaler_inactive',
      inactive.since ?? since,
      CANNOT_SCALE,
      `${kind} ${name} can't scale ${workload.name} (${inactive.reason}): ${maskText(inactive.message, 160)}`,
    );
  if (limited !== 'maximum' || current < max) return [];
  return of(
    'autoscaler_limit',
    since,
    WANTS_MORE,
    `${kind} ${name} keeps ${workload.name} at its maximum of ${max} pods and wants more`,
  );
}

export default autoscalerLimit;
