import { stepAutoscalers } from './controllers/autoscaler.ts';
import { stepCronJobs } from './controllers/cron-job.ts';
import { stepCustomDefinitions } from './controllers/custom-definitions.ts';
import { stepDaemonSets } from './controllers/daemon-set.ts';
import { stepDeployments } from './controllers/deployment.ts';
import { stepDisruptionBudgets } from './controllers/disruption.ts';
import { stepEndpoints } from './controllers/endpoints.ts';
import { stepGarbage } from './controllers/garbage.ts';
import { stepJobs } from './controllers/job.ts';
import { stepKubelets } from './controllers/kubelet.ts';
import { stepLeases } from './controllers/leases.ts';
import { stepNodes } from './controllers/node-lifecycle.ts';
import { stepQuotas } from './controllers/quota-status.ts';
import { stepReplicaSets } from './controllers/replica-set.ts';
import { stepScheduler } from './controllers/scheduler.ts';
import { stepStatefulSets } from './controllers/stateful-set.ts';
import { stepVolumes } from './controllers/volumes.ts';
import { expireEvents } from './events.ts';
import type { World } from './world.ts';

/** One round of all controllers, in the order in which work flows: owners, pods, nodes, what is counted from them. */
export function stepCluster(world: World): void {
  stepCustomDefinitions(world);
  stepGarbage(world);
  stepDeployments(world);
  stepReplicaSets(world);
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
  stepEndpoints(world);
  stepDisruptionBudgets(world);
  stepAutoscalers(world);
  stepQuotas(world);
  expireEvents(world);
}
