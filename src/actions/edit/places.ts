import type { CustomKind } from '../../ports/cluster.ts';

const kindOf = (group: string, version: string, plural: string, kind: string): CustomKind => ({
  group,
  version,
  plural,
  kind,
});

/** Kinds of objects that actions look at or change by their fields. */
export const DEPLOYMENTS = kindOf('apps', 'v1', 'deployments', 'Deployment');
export const STATEFUL_SETS = kindOf('apps', 'v1', 'statefulsets', 'StatefulSet');
export const DAEMON_SETS = kindOf('apps', 'v1', 'daemonsets', 'DaemonSet');
export const WORKLOAD_KINDS = { Deployment: DEPLOYMENTS, StatefulSet: STATEFUL_SETS, DaemonSet: DAEMON_SETS };
export const AUTOSCALERS = kindOf('autoscaling', 'v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler');
export const SCALED_OBJECTS = kindOf('keda.sh', 'v1alpha1', 'scaledobjects', 'ScaledObject');
