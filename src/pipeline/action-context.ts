import { remediationTarget } from '../domain/bottleneck.ts';
import type { Incident } from '../domain/incident.ts';
import { isOtherMaker } from '../domain/pod-maker.ts';
import { subjectEntity, workloadOf } from '../domain/subject.ts';
import type { EntityRef } from '../domain/types/entity.ts';
import type { Recommendation } from '../domain/types/recommendation.ts';
import type { ActionContext } from '../extension-points.ts';
import { scaledObjectFor } from '../learning/autoscaler.ts';
import type { StageDeps } from './deps.ts';

/** The workload that hurts; where there is none, the object that it is about. */
function ownTarget(incident: Incident): EntityRef {
  const own = subjectEntity(incident);
  const isIt = workloadOf(incident) === null || (own.name === incident.service && isOtherMaker(own));
  return isIt ? own : { kind: 'Deployment', namespace: incident.namespace, name: incident.service };
}

/** What an action may look at, for a recommendation of this incident. */
export function actionContext(
  deps: StageDeps,
  incident: Incident,
  recommendation: Pick<Recommendation, 'step'>,
): ActionContext {
  const cause = incident.diagnosis && remediationTarget(incident.diagnosis);
  return {
    cluster: deps.cluster,
    metrics: deps.metrics,
    clock: deps.clock,
    subject: { cluster: incident.cluster, namespace: incident.namespace, service: incident.service },
    target: cause?.entity ?? ownTarget(incident),
    issue: incident.diagnosis?.issue ?? { kind: 'unknown', severity: 0, unit: '', message: '' },
    findings: incident.diagnosis?.findings ?? [],
    step: recommendation.step,
    limits: deps.limits,
    scaledObjectFor: (workload) => scaledObjectFor(deps, workload),
    protectedNamespaces: deps.protectedNamespaces,
    ...(deps.configCopies ? { configCopies: deps.configCopies } : {}),
    ...(deps.git ? { git: deps.git } : {}),
  };
}
