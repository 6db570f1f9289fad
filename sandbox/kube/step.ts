import { stepAutoscalers } from './controllers/autoscaler.ts';
import { stepCronJobs } from './controllers/cron-job.ts';
import { stepCustomDefinitions } from './controllers/custom-definitions.ts';
import { stepDaemonSets } from './controllers/daemon-set.ts';
import { someRollout, stepDeployments } from './controllers/deployment.ts';
import { someEviction, stepDisruptionBudgets } from './controllers/disruption.ts';
import { stepEndpoints } from './controllers/endpoints.ts';
import { stepGarbage } from './controllers/garbage.ts';
import { stepJobs } from './controllers/job.ts';
import { stepKubelets } from './controllers/kubelet.ts';
import { stepLeases } from './controllers/leases.ts';
import { stepNodes } from './controllers/node-lifecycle.ts';
import { stepQuotas } from './controllers/quota-status.ts';
import { someSetWaits, stepReplicaSets } from './controllers/replica-set.ts';
import { stepScheduler } from './controllers/scheduler.ts';
import { stepStatefulSets } from './controllers/stateful-set.ts';
import { stepVolumes } from './controllers/volumes.ts';
import { expireEvents } from './events.ts';
import { type Counting, unlessSame } from './unless-same.ts';
import type { World } from './world.ts';

const PODS = ['pods'] as const;
const SETS = [...PODS, 'replicasets'] as const;
const DEFINITIONS: Counting = { reads: ['customresourcedefinitions'], step: stepCustomDefinitions };
const GARBAGE: Counting = { reads: 'all', step: stepGarbage };
const DEPLOYMENTS: Counting = { reads: [...SETS, 'deployments'], waits: someRollout, step: stepDeployments };
const REPLICA_SETS: Counting = { reads: SETS, waits: someSetWaits, step: stepReplicaSets };
const ENDPOINTS: Counting = { reads: [...PODS, 'services', 'endpoints', 'endpointslices'], step: stepEndpoints };
const BUDGETS: Counting = {
  reads: [...SETS, 'poddisruptionbudgets', 'deployments', 'statefulsets'],
  waits: someEviction,
  step: stepDisruptionBudgets,
};
const QUOTAS: Counting = { reads: [...PODS, 'resourcequotas'], step: stepQuotas };

/** One round of all controllers, in the order in which work flows: owners, pods, nodes, what is counted from them. */
export function stepCluster(world: World): void {
  unlessSame(world, DEFINITIONS);
  unlessSame(world, GARBAGE);
  unlessSame(world, DEPLOYMENTS);
  unlessSame(world, REPLICA_SETS);
  stepStatefulSets(world);
  stepDaemonSets(world);
  for (const operator of world.operators) operator.step?.(world);
  stepCronJobs(world);
  stepJobs(world);
  stepNodes(world);
  stepLeases(world);
  stepVolumes(world);
  stepScheduler(world);
  stepKubelets(world);
  unlessSame(world, ENDPOINTS);
  unlessSame(world, BUDGETS);
  stepAutoscalers(world);
  unlessSame(world, QUOTAS);
  expireEvents(world);
}
