import type { Incident } from './incident.ts';
import { mttrOf } from './mttr.ts';
import { namedCause } from './named-cause.ts';
import { subjectEntity, workloadOf } from './subject.ts';
import type { Cause } from './types/diagnosis.ts';

/** What other programs are told of an incident: by the API, and by the webhook. */
export function sharedIncident(incident: Incident) {
  const { state, diagnosis } = incident;
  const subject = subjectEntity(incident);
  const cause = namedCause(diagnosis);
  return {
    id: incident.id,
    state: state.name,
    outcome: state.name === 'closed' ? state.outcome : null,
    cluster: incident.cluster,
    namespace: incident.namespace,
    subject: { kind: subject.kind, namespace: subject.namespace, name: subject.name },
    service: workloadOf(incident),
    issue: diagnosis?.issue.kind ?? null,
    severity: diagnosis?.issue.severity ?? null,
    cause: cause
      ? {
          ...named(cause),
          probability: cause.probability,
        }
      : null,
    confidence: recommendationOf(incident)?.confidence.value ?? null,
    openedAt: incident.openedAt,
    closedAt: incident.closedAt,
    mttrMs: mttrOf(incident),
    alerts: incident.alertCount,
  };
}

/** The object that holds the wrong field, where one was convicted; else the workload or node. */
const named = ({ object, entity }: Cause) => {
  const { kind, namespace, name } = object ?? entity;
  return { kind, namespace, name };
};

/** The step that it is about now; null where there is none. */
export function recommendationOf({ state, options, executions }: Incident) {
  if (state.name === 'awaiting_approval' || state.name === 'queued') return state.recommendation;
  return (
    ('execution' in state ? state.execution.recommendation : (options[0] ?? executions.at(-1)?.recommendation)) ?? null
  );
}
