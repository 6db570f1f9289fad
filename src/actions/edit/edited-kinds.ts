import { kindOf } from '../../ports/custom-objects.ts';

/** Kinds of objects that actions look at or change by their fields. */
export const DEPLOYMENTS = kindOf('apps', 'v1', 'deployments', 'Deployment');
export const STATEFUL_SETS = kindOf('apps', 'v1', 'statefulsets', 'StatefulSet');
export const DAEMON_SETS = kindOf('apps', 'v1', 'daemonsets', 'DaemonSet');
export const EDITED_KINDS = { Deployment: DEPLOYMENTS, StatefulSet: STATEFUL_SETS, DaemonSet: DAEMON_SETS };
export const REPLICA_SETS = kindOf('apps', 'v1', 'replicasets', 'ReplicaSet');
export const CONFIG_MAPS = kindOf('', 'v1', 'configmaps', 'ConfigMap');
export const NODES = kindOf('', 'v1', 'nodes', 'Node');
export const PODS = kindOf('', 'v1', 'pods', 'Pod');
export const CLAIMS = kindOf('', 'v1', 'persistentvolumeclaims', 'PersistentVolumeClaim');
export const VOLUMES = kindOf('', 'v1', 'persistentvolumes', 'PersistentVolume');
export const STORAGE_CLASSES = kindOf('storage.k8s.io', 'v1', 'storageclasses', 'StorageClass');
export const BUDGETS = kindOf('policy', 'v1', 'poddisruptionbudgets', 'PodDisruptionBudget');
export const JOBS = kindOf('batch', 'v1', 'jobs', 'Job');
export const VERTICAL_AUTOSCALERS = kindOf(
  'autoscaling.k8s.io',
  'v1',
  'verticalpodautoscalers',
  'VerticalPodAutoscaler',
);
export const ROLLOUTS = kindOf('argoproj.io', 'v1alpha1', 'rollouts', 'Rollout');
export const AUTOSCALERS = kindOf('autoscaling', 'v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler');
export const SCALED_OBJECTS = kindOf('keda.sh', 'v1alpha1', 'scaledobjects', 'ScaledObject');
