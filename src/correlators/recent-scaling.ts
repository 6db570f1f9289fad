import { lagWords, weightByLag } from '../domain/change-lag.ts';
import type { IncidentContext } from '../extension-points/incident-context.ts';
import type { Correlator, Found } from '../extension-points.ts';
import type { ClusterEvent, Workload } from '../ports/cluster-objects.ts';

const HALF_LIFE_MS = 30 * 60_000;
const FEWER = 0.9;
/** More pods mostly answer trouble; told, and weighed as no cause. */
const MORE = 0.3;
/** After a rollout began, its ReplicaSets grow and shrink for its own reasons. */
const ROLLOUT_MS = 15 * 60_000;
/** A controller acts, and the Deployment follows, within this. */
const TOGETHER_MS = 60_000;

type Step = { at: number; from: number; to: number };

/** Deployments that got fewer or more pods shortly before the trouble without a new revision, and who did that. */
const recentScaling: Correlator = {
  name: 'recent_scaling',
  finds: {
    scaled_down: { chart: 'pods', shownByPods: false, isContext: false },
    scaled_up: { chart: null, shownByPods: false, isContext: true },
  },
  correlate: (around) => around.workloads.flatMap((workload) => scalingOf(workload, around)),
};

function scalingOf(workload: Workload, around: IncidentContext): Found[] {
  const newest = around.revisions[workload.name]?.find(({ revision }) => revision === workload.revision);
  if (!newest) return [];
  const steps = around.events
    .filter(({ about, reason }) => about.name === workload.name && reason === 'ScalingReplicaSet')
    .flatMap((event) => stepOf(event, newest.name))
    .sort((left, right) => left.at - right.at);
  const began = Math.max(newest.createdAt, ...steps.filter((step) => step.from === 0).map((step) => step.at));
  const own = steps.filter((step) => step.from > 0 && step.at > began + ROLLOUT_MS);
  const last = own.findLast((step) => weightByLag(step.at, around.since, HALF_LIFE_MS) !== null);
  if (!last || last.from === last.to) return [];
  const weight = weightByLag(last.at, around.since, HALF_LIFE_MS) ?? 0;
  const fewer = last.to < last.from;
  const message = `${workload.kind} ${workload.name} was scaled from ${last.from} to ${last.to} pods${by(last, workload, around)} ${lagWords(last.at, around.since)}`;
  const about = { kind: workload.kind, namespace: workload.namespace, name: workload.name };
  const what = fewer ? 'scaled_down' : 'scaled_up';
  return [{ kind: 'change', about, at: last.at, what, message, strength: (fewer ? FEWER : MORE) * weight }];
}

/** Both forms that Kubernetes has used: `from 3 to 1`, and before 1.27 `to 1 from 3`. */
function stepOf({ at, message }: ClusterEvent, replicaSet: string): Step[] {
  if (!message.includes(` replica set ${replicaSet} `)) return [];
  const now = /from (\d+) to (\d+)/.exec(message);
  const before = /to (\d+) from (\d+)/.exec(message);
  if (now) return [{ at, from: Number(now[1]), to: Number(now[2]) }];
  return before ? [{ at, from: Number(before[2]), to: Number(before[1]) }] : [];
}

function by(step: Step, workload: Workload, { scaling = [] }: IncidentContext): string {
  const scaler = scaling.find(
    ({ target, rescaled }) =>
      target.name === workload.name && rescaled.some(({ at }) => Math.abs(at - step.at) <= TOGETHER_MS),
  );
  if (scaler) return ` by ${scaler.kind} ${scaler.name}`;
  const owner = workload.managers.find(({ fields }) => fields.includes('spec.replicas'));
  return owner ? ` (replicas were set last by ${owner.manager.slice(0, 40)})` : '';
}

export default recentScaling;
